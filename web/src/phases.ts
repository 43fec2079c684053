/** The connection in words. */

import type { Phase } from './connection/link';

export interface PhaseText {
  title: string;
  detail: string;
}

export function describe(phase: Phase, now_ms: number): PhaseText {
  switch (phase.kind) {
    case 'opening':
      return { title: phase.attempt === 0 ? 'Connecting' : 'Reconnecting', detail: 'Looking for the server' };
    case 'negotiating':
      return { title: 'Connecting', detail: 'Setting up the video' };
    case 'buffering':
      return { title: 'Connected', detail: 'Waiting for the first frame' };
    case 'live':
      return { title: 'Live', detail: '' };
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((phase.retryAt_ms - now_ms) / 1000));
      return { title: seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting', detail: sentence(phase.reason) };
    }
    case 'stopped':
      return { title: 'Not connected', detail: sentence(phase.reason) };
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
