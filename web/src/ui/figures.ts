/** Figures as text, each a signal: they change without drawing their component again. */

import { computed } from '@preact/signals';
import { clock } from '../format';
import { delay, glance, stats } from '../state';

export const timeText = computed(() => clock(glance.value.time ?? 0));
export const rtfText = computed(() => {
  const rtf = glance.value.rtf;
  return rtf === undefined ? '–' : `${rtf.toFixed(2)}×`;
});
export const delayText = computed(() => (delay.value ? `${Math.round(delay.value.total_ms)} ms` : '– ms'));
export const fpsText = computed(() => (stats.value ? `${Math.round(stats.value.figures.fps)} fps` : '– fps'));
