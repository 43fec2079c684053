/** In which unit angles are shown; remembered. */

import { signal } from '@preact/signals';
import { read, write } from '../preferences';
import type { Angle } from './units';

const KEY = 'mjcast.angle';

export const angle = signal<Angle>(read(KEY) === 'deg' ? 'deg' : 'rad');

export function swapAngle(): void {
  write(KEY, (angle.value = angle.value === 'deg' ? 'rad' : 'deg'));
}
