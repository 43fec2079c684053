import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { focusStage } from '../app';
import { IconButton } from './Button';

interface DialogProps {
  title: string;
  class?: string;
  close: () => void;
  children: ComponentChildren;
}

/** A modal dialog, open as long as it is mounted. The browser's own element keeps the focus inside. */
export function Dialog({ title, close, children, ...rest }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return focusStage;
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${rest.class ?? ''}`}
      aria-labelledby="dialog-title"
      onClose={close}
      onClick={(e) => e.target === e.currentTarget && close()}
    >
      <div class="dialog-body">
        <header>
          <h1 id="dialog-title">{title}</h1>
          <IconButton icon="close" label="Close" tipBelow onPress={close} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
