/** `window.__mjcast`: what browser tests and bug reports read. */

import { framesShown, link, send } from './app';
import type { ClientMessage } from './protocol/client';
import type { Summary } from './connection/traces';
import type { Company } from './protocol/company';
import type { SimState } from './protocol/server';
import { latestState } from './simulation';
import { company, phase, stats, traces, viewerId, type StreamStats } from './state';

export interface Debug {
  readonly connected: boolean;
  readonly phase: string;
  readonly viewerId: string;
  /** Frames shown since the page was opened. */
  readonly framesDecoded: number;
  readonly lastState: SimState;
  /** Who is there, and who is in control. */
  readonly company: Company;
  readonly pc: RTCPeerConnection | null;
  /** By which way the picture comes. */
  readonly via: string;
  readonly stats: StreamStats | null;
  /** What the last frames took on their way, while the panel of figures is open. */
  readonly traces: Summary;
  send(message: ClientMessage): boolean;
}

declare global {
  interface Window {
    readonly __mjcast: Debug;
  }
}

export function exposeDebug(): void {
  const debug: Debug = Object.freeze({
    get connected() {
      return link.connected;
    },
    get phase() {
      return phase.peek().kind;
    },
    get viewerId() {
      return viewerId.peek();
    },
    get framesDecoded() {
      return framesShown();
    },
    get lastState() {
      return latestState();
    },
    get company() {
      return company.peek();
    },
    get pc() {
      return link.pc;
    },
    get via() {
      return link.via ?? 'none';
    },
    get stats() {
      return stats.peek();
    },
    get traces() {
      return traces.peek();
    },
    send,
  });
  Object.defineProperty(window, '__mjcast', { value: debug });
}
