/** What the page knows, as signals. Written by `app.ts`, read by the interface. */

import { computed, signal } from '@preact/signals';
import type { Encoder, Health, Preset } from './connection/api';
import type { Latency } from './connection/latency';
import type { Summary } from './connection/traces';
import type { Rung } from './connection/ladder';
import type { Phase } from './connection/link';
import type { Figures, Snapshot } from './connection/stats';
import { standing } from './company';
import { NOBODY, type Company } from './protocol/company';
import type { Fields } from './protocol/fields';
import type { History, Role, Selection, SimState } from './protocol/server';
import { hasPast } from './timeline';

export const phase = signal<Phase>({ kind: 'opening', attempt: 0 });
/** By which way the picture comes, or is about to. */
export const rung = signal<Rung | null>(null);
/** By how much a round trip is longer than by the best way that was used, ms. */
export const beyondBest_ms = signal<number | null>(null);
export const viewerId = signal('');
/** By which this page may be reached. */
export const iceServers = signal<RTCIceServer[]>([]);
export const role = signal<Role>('control');
export const company = signal<Company>(NOBODY);
export const self = computed(() => standing(company.value, viewerId.value));
export const health = signal<Health | null>(null);
/** What encodes this viewer's own stream, once the daemon has told. */
export const streamEncoder = signal<Encoder | null>(null);

/** The state as shown; written by `simulation.ts`. */
export const sim = signal<SimState>({});
/** The state for figures, which are read and not watched. */
export const glance = signal<SimState>({});
export const live = computed(() => phase.value.kind === 'live');
export const paused = computed(() => sim.value.paused ?? false);
export const speed = computed(() => sim.value.speed ?? 1);
export const cameraName = computed(() => sim.value.camera?.name ?? null);
/** The name of what encodes the pictures that are shown. */
export const encoderName = computed(() => sim.value.frame?.encoder ?? null);
/** The simulated time of a step, s, once the simulation has shown it. */
export const timestep_s = signal<number | undefined>(undefined);
/** Where a hand is taking the simulation, until it has arrived, in steps along the timeline. */
export const seekingTo = signal<number | null>(null);
const selectedText = computed(() => JSON.stringify(sim.value.selected ?? null));
/** The selected body; changes only when it does. */
export const selected = computed(() => JSON.parse(selectedText.value) as Selection | null);
const historyText = computed(() => JSON.stringify(sim.value.history ?? null));
export const history = computed(() => JSON.parse(historyText.value) as History | null);
/** Whether there is anything to go back to: while time runs, the history itself changes with every state. */
export const past = computed(() => hasPast(history.value));
const cameraList = computed(() => JSON.stringify(sim.value.cameras ?? []));
/** The model's own cameras; changes only when the list does, although states come ten times a second. */
export const cameras = computed(() => JSON.parse(cameraList.value) as string[]);
export const mayControl = computed(() => role.value !== 'view');

export interface StreamStats {
  snapshot: Snapshot;
  figures: Figures;
  /** From the last packet of a frame to its display, ms. */
  receiveToDisplay_ms?: number | undefined;
}

export const stats = signal<StreamStats | null>(null);
/** Round trip of the signaling socket, ms: stands in until the media path has its own. */
export const socketRtt_ms = signal<number | undefined>(undefined);
/** What frames took on their way, as far as the daemon tells: it does while somebody looks. */
export const traces = signal<Summary>({});
/** Between a pose and its light on the screen. */
export const delay = signal<Latency | null>(null);

export interface Scene {
  presetId?: string | undefined;
  modelName?: string | undefined;
}

export const scene = signal<Scene>({});
export const presets = signal<Preset[] | null>(null);
export const presetsError = signal<string | null>(null);
/** What is being done that takes a while, in words. */
export const busy = signal<string | null>(null);

export interface Toast {
  id: number;
  kind: 'error' | 'info' | 'turn';
  text: string;
  /** What the viewer can do about it. */
  action?: { label: string; act: () => void } | undefined;
}

export const toasts = signal<Toast[]>([]);

/** A scene that the daemon refused, with its source to show the place. */
export interface SceneError {
  name: string;
  detail: string;
  source: string;
}

export const sceneError = signal<SceneError | null>(null);

/** How the simulation is computed, and what is shown of it; as the daemon tells, not parsed. */
export const physicsOptions = signal<Fields>({});
export const shownFlags = signal<Fields>({});

/** One line of what happened. */
export interface Entry {
  at: Date;
  kind: 'info' | 'error' | 'act';
  text: string;
}

/** What happened, the newest last. */
export const log = signal<readonly Entry[]>([]);

export type Panel = 'scenes' | 'people' | 'speed' | 'camera' | 'more' | 'stats';
export const panel = signal<Panel | null>(null);
export const helpOpen = signal(false);
export const shareOpen = signal(false);
/** Whether the daemon wants a token that the page has not. */
export const signingIn = signal(false);
/** Since when what is seen is being recorded on this device, ms of the wall clock. */
export const capturing = signal<number | null>(null);
export const fullscreen = signal(false);
/** Whether a file is being dragged over the page. */
export const dropping = signal(false);
