import type { ComponentChildren } from 'preact';
import { focusStage } from '../app';
import { Icon, type IconName } from './Icon';

interface IconButtonProps {
  icon: IconName;
  /** The accessible name, also shown as a tip. */
  label: string;
  onPress: () => void;
  id?: string;
  class?: string;
  disabled?: boolean;
  tipBelow?: boolean;
  size?: number;
  /** For a button that stays down. */
  pressed?: boolean | undefined;
  /** Whether the tip ends where the button does. */
  tipEnd?: boolean | undefined;
  hidden?: boolean | undefined;
}

/** A round button that shows an icon. */
export function IconButton(props: IconButtonProps) {
  const { icon, label, onPress, disabled = false, tipBelow = false, size = 20 } = props;
  return (
    <button
      type="button"
      id={props.id}
      class={`icon-button ${props.class ?? ''}`}
      aria-label={label}
      data-tip={label}
      data-tip-side={tipBelow ? 'below' : 'above'}
      data-tip-end={props.tipEnd}
      aria-pressed={props.pressed}
      hidden={props.hidden}
      disabled={disabled}
      onClick={(event) => press(event, onPress)}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}

/** A plain button with words. */
export function TextButton(props: { onPress: () => void; primary?: boolean; children: ComponentChildren }) {
  return (
    <button
      type="button"
      class={props.primary ? 'text-button text-button-primary' : 'text-button'}
      onClick={(event) => press(event, props.onPress)}
    >
      {props.children}
    </button>
  );
}

/**
 * Acts, then gives the focus back to the stage when a pointer pressed the button, so that Space goes to
 * the simulation and not to the button again. A keyboard user keeps the place.
 */
function press(event: MouseEvent, act: () => void): void {
  act();
  if (event.detail > 0) focusStage();
}
