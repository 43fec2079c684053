/**
 * Which way the picture comes: the best that works. Pure, time is an argument.
 *
 * ```text
 *            no media in time, or failed          lost before a picture
 *   webrtc ──────────────────────────► websocket ───────────────────────► pictures
 *     ▲                                    │ ▲                               │
 *     └── connected, tried beside it ──────┘ └──────── played, beside it ────┘
 *         (every 30 s, and when the network changes)
 * ```
 * `main` carries the picture or is about to; what is better is tried beside it and takes its place once it is
 * up, so that climbing never costs a picture.
 */

export type Rung = 'webrtc' | 'websocket' | 'pictures';
export type Choice = 'auto' | Rung;

/** Best first. */
export const RUNGS: readonly Rung[] = ['webrtc', 'websocket', 'pictures'];

/** An answer to the offer is a matter of milliseconds, unless nobody can answer. */
const ANSWER_WITHIN_MS = 5_000;
/** From the answer until media flows. With the next rung's own start, a picture is there within 3 s. */
const MEDIA_WITHIN_MS = 2_000;
/** The same where there is nothing to fall back to, and for what is tried beside something that works. */
const PATIENCE_MS = 15_000;
const SOCKET_WITHIN_MS = 5_000;
/**
 * What has stalled is mended within this time, or set up from nothing, and that within the next, or left. With what it
 * takes to notice and to start the next rung, a picture is there within 3 s. Browsers take seconds to leave a pair that
 * has worked, even for one that a restart has found; to a connection of its own TCP is no second choice.
 */
const MENDED_WITHIN_MS = 350;
const RENEWED_WITHIN_MS = 800;
/** While nothing at all gets through, no way is better than another: this is how often it is looked again. */
const SILENT_MS = 200;
const CLIMB_EVERY_MS = 30_000;
/** What has been tried for this long when the network changes is tried anew: it belongs to the old network. */
const STALE_MS = 3_000;
/** A socket that has played for this long is worth opening again at once. */
const PLAYED_MS = 1_000;

export interface Ladder {
  choice: Choice;
  /** What this browser and this daemon can do, best first. */
  can: readonly Rung[];
  main: Rung | null;
  /** Whether `main` carries a picture. */
  up: boolean;
  /** Since when it does, ms. */
  since: number;
  /** What is tried beside `main`. */
  beside: Rung | null;
  /** What was tried last. */
  tried: Rung | null;
  /** What is done about a `main` that has stalled: it is mended, or set up from nothing. */
  mending: 'mend' | 'renew' | null;
  /** When `main` is given up, unless it comes up. */
  due: number | null;
  /** When `beside` is given up, or something is tried again. */
  climb: number | null;
}

export type LadderEvent =
  | { kind: 'begin'; can: readonly Rung[] }
  | { kind: 'end' }
  /** WebRTC's offer was answered. */
  | { kind: 'answered' }
  /** A rung carries media. */
  | { kind: 'up'; rung: Rung }
  /** A rung has stopped, and may recover. */
  | { kind: 'shaky'; rung: Rung }
  /** `replaced`: the daemon gave the stream to another way. `unfit`: this browser cannot have it. */
  | { kind: 'lost'; rung: Rung; reason: string; replaced?: boolean; unfit?: boolean }
  /** `silent`: the server does not answer by any way. */
  | { kind: 'time'; silent?: boolean | undefined }
  /** The network has changed. */
  | { kind: 'network' }
  | { kind: 'choose'; choice: Choice };

export type Act =
  | { kind: 'start'; rung: Rung }
  | { kind: 'stop'; rung: Rung }
  /** To be set up anew without being taken down, as by an ICE restart. */
  | { kind: 'mend'; rung: Rung }
  | { kind: 'fail'; reason: string };

export interface Step {
  ladder: Ladder;
  /** To be done in this order. */
  acts: Act[];
}

const BLOCKED = 'the server answers, but video cannot get through; a firewall may block it';

export function ladder(choice: Choice): Ladder {
  return { choice, can: [], main: null, up: false, since: 0, beside: null, tried: null, mending: null, due: null, climb: null };
}

/** When `time` is to be told next; `null` for never. */
export function deadline({ due, climb }: Ladder): number | null {
  return due === null ? climb : climb === null ? due : Math.min(due, climb);
}

export function step(now: Ladder, event: LadderEvent, now_ms: number): Step {
  switch (event.kind) {
    case 'begin': {
      const next = { ...ladder(now.choice), can: RUNGS.filter((rung) => event.can.includes(rung)) };
      const first = allowed(next)[0];
      return first ? begin(next, first, now_ms) : fail(next, `this browser and server have no way by ${words(next.choice)}`);
    }
    case 'end':
      return { ladder: ladder(now.choice), acts: [] };
    case 'answered': {
      const within = below(now) ? MEDIA_WITHIN_MS : PATIENCE_MS;
      return still(now.main === 'webrtc' && !now.up && !now.mending ? { ...now, due: now_ms + within } : now);
    }
    case 'up':
      return up(now, event.rung, now_ms);
    case 'shaky':
      return shaky(now, event.rung, now_ms);
    case 'lost':
      if (event.unfit) now = { ...now, can: now.can.filter((rung) => rung !== event.rung) };
      if (event.rung === now.main) {
        return event.replaced && now.beside ? swap(now, now_ms) : down(now, event.reason, true, now_ms);
      }
      return event.rung === now.beside ? giveUpBeside(now, now_ms) : still(now);
    case 'time':
      if (now.due !== null && now_ms >= now.due) {
        if (now.mending && event.silent) return still({ ...now, due: now_ms + SILENT_MS });
        if (now.mending === 'mend' && now.main === 'webrtc') return renew(now, now_ms);
        return down(now, BLOCKED, false, now_ms);
      }
      if (now.climb === null || now_ms < now.climb) return still(now);
      return now.beside ? giveUpBeside(now, now_ms) : climb(now, now_ms);
    case 'network':
      return now.up ? climbAnew(now, now_ms) : still(now);
    case 'choose':
      return choose(now, event.choice, now_ms);
  }
}

/** What may be used, best first. */
function allowed({ choice, can }: Ladder): Rung[] {
  return can.filter((rung) => choice === 'auto' || choice === rung);
}

/** What may be used and is better than what is. */
function above(now: Ladder): Rung[] {
  return allowed(now).filter((rung) => now.main !== null && RUNGS.indexOf(rung) < RUNGS.indexOf(now.main));
}

function below(now: Ladder): Rung | undefined {
  return allowed(now).find((rung) => now.main !== null && RUNGS.indexOf(rung) > RUNGS.indexOf(now.main));
}

function still(now: Ladder): Step {
  return { ladder: now, acts: [] };
}

function fail(now: Ladder, reason: string): Step {
  return { ladder: ladder(now.choice), acts: [{ kind: 'fail', reason }] };
}

/** Makes `rung` the main one, which is yet to come up. */
function begin(now: Ladder, rung: Rung, now_ms: number): Step {
  const next: Ladder = { ...now, main: rung, up: false, mending: null };
  const within = rung === 'webrtc' ? (below(next) ? ANSWER_WITHIN_MS : PATIENCE_MS) : SOCKET_WITHIN_MS;
  return { ladder: { ...next, due: now_ms + within }, acts: [{ kind: 'start', rung }] };
}

function up(now: Ladder, rung: Rung, now_ms: number): Step {
  if (rung !== now.main && rung !== now.beside) return still(now);
  const since = now.up && rung === now.main ? now.since : now_ms;
  const next: Ladder = { ...now, main: rung, up: true, since, mending: null, due: null };
  if (rung === now.beside) next.beside = next.climb = null;
  if (!next.beside) next.climb = above(next).length > 0 ? now_ms + CLIMB_EVERY_MS : null;
  const replaced = now.main !== null && now.main !== rung ? now.main : null;
  return { ladder: next, acts: replaced ? [{ kind: 'stop', rung: replaced }] : [] };
}

/** The main rung has stopped: it is mended, and left unless that helps. */
function shaky(now: Ladder, rung: Rung, now_ms: number): Step {
  if (rung !== now.main || !now.up || now.mending) return still(now);
  return { ladder: { ...now, mending: 'mend', due: now_ms + MENDED_WITHIN_MS }, acts: [{ kind: 'mend', rung }] };
}

/** WebRTC from nothing, under the last picture. */
function renew(now: Ladder, now_ms: number): Step {
  const within = below(now) ? RENEWED_WITHIN_MS : PATIENCE_MS;
  const acts: Act[] = [
    { kind: 'stop', rung: 'webrtc' },
    { kind: 'start', rung: 'webrtc' },
  ];
  return { ladder: { ...now, up: false, mending: 'renew', due: now_ms + within }, acts };
}

/** Leaves the main rung for the next. WebRTC that is only slow (`gone` is false) goes on beside that. */
function down(now: Ladder, reason: string, gone: boolean, now_ms: number): Step {
  const { main } = now;
  if (main === null) return still(now);
  const stop: Act = { kind: 'stop', rung: main };
  if (main === 'websocket' && now.up && now_ms - now.since >= PLAYED_MS) {
    const again = begin(now, main, now_ms);
    return { ladder: again.ladder, acts: [stop, ...again.acts] };
  }
  const lower = below(now);
  if (!lower) return fail(now, reason);
  const { ladder: next, acts } = begin(now, lower, now_ms);
  if (!gone && main === 'webrtc') {
    return { ladder: { ...next, beside: main, tried: main, climb: now_ms + PATIENCE_MS }, acts };
  }
  const climbAt = now.beside ? next.climb : above(next).length > 0 ? now_ms + CLIMB_EVERY_MS : null;
  return { ladder: { ...next, climb: climbAt }, acts: [stop, ...acts] };
}

/** The daemon knows already that what is tried beside the main rung is connected: any moment now it is here, too. */
function swap(now: Ladder, now_ms: number): Step {
  const acts: Act[] = now.main ? [{ kind: 'stop', rung: now.main }] : [];
  const due = now_ms + MEDIA_WITHIN_MS;
  return { ladder: { ...now, main: now.beside, up: false, beside: null, mending: null, due, climb: null }, acts };
}

function climb(now: Ladder, now_ms: number): Step {
  const better = above(now);
  if (better.length === 0) return still({ ...now, climb: null });
  // In turn: a socket that never plays must not keep WebRTC from being tried.
  const after = better.filter((rung) => now.tried !== null && RUNGS.indexOf(rung) > RUNGS.indexOf(now.tried));
  const rung = after[0] ?? better[0]!;
  return {
    ladder: { ...now, beside: rung, tried: rung, climb: now_ms + PATIENCE_MS },
    acts: [{ kind: 'start', rung }],
  };
}

function climbAnew(now: Ladder, now_ms: number): Step {
  if (!now.beside) return climb(now, now_ms);
  const isFresh = now.climb !== null && now_ms < now.climb - PATIENCE_MS + STALE_MS;
  if (isFresh) return still(now);
  const { ladder: without, acts } = giveUpBeside(now, now_ms);
  const next = climb(without, now_ms);
  return { ladder: next.ladder, acts: [...acts, ...next.acts] };
}

function giveUpBeside(now: Ladder, now_ms: number): Step {
  const acts: Act[] = now.beside ? [{ kind: 'stop', rung: now.beside }] : [];
  return { ladder: { ...now, beside: null, climb: now_ms + CLIMB_EVERY_MS }, acts };
}

function choose(before: Ladder, choice: Choice, now_ms: number): Step {
  const acts: Act[] = [];
  const { main } = before;
  let now: Ladder = { ...before, choice };
  if (main === null) return still(now);
  if (now.beside && !allowed(now).includes(now.beside)) {
    acts.push({ kind: 'stop', rung: now.beside });
    now = { ...now, beside: null, climb: null };
  }
  const best = allowed(now)[0];
  if (!best) return fail(now, `this browser and server have no way by ${words(choice)}`);
  if (allowed(now).includes(main)) {
    const next = now.up && !now.beside ? climb(now, now_ms) : still(now);
    return { ladder: next.ladder, acts: [...acts, ...next.acts] };
  }
  if (above(now).length > 0 && now.up) {
    const next = now.beside ? still(now) : climb(now, now_ms);
    return { ladder: next.ladder, acts: [...acts, ...next.acts] };
  }
  acts.push({ kind: 'stop', rung: main });
  // What is tried already goes on, as the main one.
  const running = now.beside === best;
  const next = begin({ ...now, beside: null, climb: null }, best, now_ms);
  return { ladder: next.ladder, acts: running ? acts : [...acts, ...next.acts] };
}

function words(choice: Choice): string {
  return { auto: 'any means', webrtc: 'WebRTC', websocket: 'WebSocket', pictures: 'pictures' }[choice];
}
