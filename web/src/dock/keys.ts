/** Does what keys of `simulate` ask of the page. */

import { run } from '../app';
import { dockOpen, setDock } from '../preferences';
import { panel, shownFlags } from '../state';
import { flash } from '../toasts';
import { flagsOf, inWords } from './flags';
import { open } from './open';

export function press(event: { code: string; shiftKey: boolean }): void {
  switch (event.code) {
    case 'Period':
      return setDock(!dockOpen.peek());
    case 'F2':
      panel.value = panel.peek() === 'stats' ? null : 'stats';
      return;
    case 'F3':
      return open('plots', '#plot-solver');
    case 'F4':
      return open('plots', '#plot-sensors');
    default: {
      const change = flagsOf(event.code, event.shiftKey, shownFlags.peek());
      if (change) void run('set_flags', change).then((ok) => ok && flash(inWords(change)));
    }
  }
}
