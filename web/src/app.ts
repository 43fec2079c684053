/** Wires connection, input and state together; the interface calls the functions here. */

import { batch, effect } from '@preact/signals';
import { Api } from './connection/api';
import { RemoteClock } from './connection/clock';
import { Commands } from './connection/commands';
import { endpoints, moveTarget } from './connection/endpoints';
import type { Choice, Rung } from './connection/ladder';
import { Link } from './connection/link';
import { isOutOfTurn } from './company';
import { bindStage } from './input/stage';
import { viewportOf, watchViewport } from './input/viewport';
import type { ClientMessage, Known, Params } from './protocol/client';
import { text } from './protocol/fields';
import type { ServerMessage } from './protocol/server';
import { restoreVia, setVia, via } from './preferences';
import { arrived, connectSeeking } from './seeking';
import { takeState } from './simulation';
import * as state from './state';
import type { Tracing } from './tracing';
import { flash, note, toast } from './toasts';
import { connectTurns, forgetCompany, takeCompany, tellOutOfTurn } from './turns';
import { describe } from './phases';
import { Screen } from './video';

/** The adapter and encoder change rarely. */
const HEALTH_EVERY_MS = 30_000;

export const at = endpoints(window.location.href);
export const api = new Api(at);
export const embed = at.embed;
/** The session that the page shows. */
export const session = at.session;
export const diagnosePage = at.diagnose;
/** Whether the page's address asks for no more than looking. */
export const askedToLook = at.query.get('role') === 'view';
/** The way that the page's address or the viewer has chosen. */
if (at.via) via.value = at.via;

if (at.headers['authorization']) void import('./enter').then((m) => m.keepToken(at));

const clock = new RemoteClock();
let tracing: Tracing | null = null;
let screen: Screen | null = null;
let stage: HTMLElement | null = null;
/** The preset asked for; its `scene_updated` may come before or after the command's result. */
let loadingPreset: string | undefined;
let before: string = '';
let looked = false;

export const link = new Link(at, at.via ?? restoreVia(), {
  phase(phase) {
    state.phase.value = phase;
    if (phase.kind !== before) note('info', describe(phase, Date.now()).title);
    before = phase.kind;
    if (phase.kind === 'live') void startMeasuring();
    if (phase.kind === 'buffering') screen?.look();
    // Those that went by the signaling socket.
    if (phase.kind === 'waiting' || phase.kind === 'stopped') commands.abandon();
  },
  welcome(welcome, resumed) {
    batch(() => {
      if (!resumed) forgetCompany();
      clock.forget();
      tracing?.newStream();
      state.viewerId.value = welcome.viewer_id;
      state.role.value = welcome.role;
      state.iceServers.value = welcome.ice_servers;
    });
    sendViewport();
    void refreshHealth();
    void refreshSceneName();
    if (!resumed) lookAsAsked();
  },
  message: receive,
  show: (source) => screen?.show(source),
  video: () => screen?.element,
  via(rung, reason) {
    state.rung.value = rung;
    if (rung !== null && rung !== 'webrtc' && via.peek() === 'auto') tellLowerRung(rung, reason);
    tracing?.newStream();
  },
  ending() {
    screen?.keepLast();
    commands.abandon();
  },
  pong(sent_ms, clock_us) {
    state.socketRtt_ms.value = performance.now() - sent_ms;
    if (clock_us !== undefined) clock.note(sent_ms, performance.now(), clock_us);
  },
  frame: (packet) => tracing?.arrived(packet),
  decoded: (...frame) => tracing?.decoded(...frame),
  diagnose,
});

export const commands = new Commands((message) => link.send(message));
connectTurns(run);
connectSeeking((...command) => commands.run(...command), tellRefusal);

/** Starts the page's life once its elements exist; the returned function ends it. */
export function start(stageElement: HTMLElement, video: HTMLVideoElement, still: HTMLCanvasElement): () => void {
  stage = stageElement;
  screen = new Screen(video, still, (frame, refresh_ms) => {
    link.framePresented();
    if (frame && refresh_ms !== undefined && tellsEvery()) tracing?.shown(frame, refresh_ms);
  });
  const shown = screen;
  const unbind = bindStage(stageElement, {
    send(message) {
      tracing?.input();
      link.send(message);
    },
    move(message) {
      tracing?.input();
      link.sendLossy(message);
    },
    help: () => (state.helpOpen.value = true),
    key: (event) => void import('./dock/keys').then((keys) => keys.press(event)),
    seen: () => state.self.peek().watching > 1,
  });
  const unwatch = watchViewport(stageElement, sendViewport);
  const health = window.setInterval(() => void refreshHealth(), HEALTH_EVERY_MS);
  const unfollow = effect(() => void refreshEncoder(state.encoderName.value));
  const untold = effect(() => {
    link.tellStamps(state.panel.value === 'stats');
    shown.everyFrame = tellsEvery();
  });
  const stop = new AbortController();
  document.addEventListener('visibilitychange', comeBack, { signal: stop.signal });
  document.addEventListener('resume', comeBack, { signal: stop.signal });
  window.addEventListener('online', () => link.networkChanged(true), { signal: stop.signal });
  // Told of every estimate of the bandwidth, too.
  networkInformation()?.addEventListener('change', () => link.networkChanged(false), { signal: stop.signal });

  link.start();
  stageElement.focus({ preventScroll: true });
  return () => {
    stop.abort();
    unbind();
    unwatch();
    window.clearInterval(health);
    unfollow();
    untold();
  };
}

/** Whether every frame is followed: while the figures are looked at, and where they come with the picture. */
function tellsEvery(): boolean {
  return state.panel.value === 'stats' || (state.rung.value !== null && state.rung.value !== 'webrtc');
}

/** What the page's address asks for; once, since from then on the camera is the viewer's. */
function lookAsAsked(): void {
  if (looked || !at.query.has('camera')) return;
  looked = true;
  void import('./share/arrive').then(({ arrive }) => arrive(at.query));
}

export function screenElement(): HTMLVideoElement | undefined {
  return screen?.element;
}

export function send(message: ClientMessage): boolean {
  return link.send(message);
}

export function framesShown(): number {
  return screen?.frames ?? 0;
}

export function focusStage(): void {
  stage?.focus({ preventScroll: true });
}

/** Runs a command and tells of a refusal; resolves to whether it was done. */
export async function run<Name extends string>(cmd: Name & Known<Name>, params?: Params<Name>): Promise<boolean> {
  const outcome = await commands.run(cmd, params);
  if (!outcome.ok) tellRefusal(outcome.error);
  return outcome.ok;
}

export function tellRefusal(error: string): void {
  if (isOutOfTurn(error)) tellOutOfTurn();
  else toast('error', error);
}

export async function loadPreset(id: string, name: string): Promise<boolean> {
  loadingPreset = id;
  const ok = await whileBusy(`Loading ${name}`, () => run('load_preset', { id }));
  if (ok) state.scene.value = { ...state.scene.value, presetId: id };
  else loadingPreset = undefined;
  return ok;
}

export async function refreshPresets(): Promise<void> {
  const answer = await api.presets();
  state.presetsError.value = answer.ok ? null : answer.problem.detail;
  if (answer.ok) state.presets.value = answer.value;
}

/** Takes the last act of an agent back. */
async function takeBack(): Promise<void> {
  const answer = await api.ask('POST /api/sessions/{id}/history/undo', (undone) => text(undone.act) ?? '');
  if (answer.ok) toast('info', `Taken back: ${answer.value}`);
  else toast('error', answer.problem.detail);
}

export function picture(): Promise<Blob | null> {
  return screen?.picture() ?? Promise.resolve(null);
}

async function whileBusy<T>(what: string, act: () => Promise<T>): Promise<T> {
  state.busy.value = what;
  try {
    return await act();
  } finally {
    state.busy.value = null;
  }
}

function receive(message: ServerMessage): void {
  switch (message.type) {
    case 'state':
      takeState(message.state);
      arrived(message.state.tick);
      break;
    case 'stamps':
      tracing?.stamped(message.frames);
      break;
    case 'result':
      commands.settle(message.id, message.ok, message.error);
      break;
    case 'scene_updated':
      state.scene.value = { presetId: loadingPreset, modelName: message.model_name };
      note('info', `Scene “${message.model_name || 'without a name'}” runs.`);
      loadingPreset = undefined;
      break;
    case 'control':
      takeCompany(message.company, message.role);
      break;
    case 'options':
      state.physicsOptions.value = message.options;
      break;
    case 'flags':
      state.shownFlags.value = message.flags;
      break;
    case 'act':
      flash(`${message.agent}: ${message.act}`, message.undo && state.mayControl.peek() ? { label: 'Undo', act: () => void takeBack() } : undefined);
      break;
    case 'error':
      if (message.code === 'not_in_control') tellOutOfTurn();
      else tellRefusal(message.message);
      break;
    case 'moved':
      moveTo(message.url);
      break;
    default:
      break;
  }
}

function moveTo(url: string): void {
  const target = moveTarget(url, window.location.href);
  if (target?.kind === 'signaling') link.moveTo(target.url);
  else if (target?.kind === 'page') window.location.assign(target.url);
}

/** A lower rung plays, too, so that nobody would know; what is blocked can be found out and mended. */
function tellLowerRung(rung: Rung, reason: string | undefined): void {
  if (reason && rung === 'websocket') return toast('info', `The picture comes by WebSocket: ${reason}.`);
  const sentence =
    rung === 'websocket'
      ? 'The picture comes by WebSocket: WebRTC does not get through.'
      : 'Still pictures are all that comes: a stream does not get through, or cannot be decoded.';
  toast('error', sentence, { label: 'Find out why', act: () => void window.open(diagnosePage, '_blank', 'noopener') });
}

/** By this way from now on; remembered, unless the page's address says it. */
export function chooseVia(choice: Choice): void {
  setVia(choice);
  link.choose(choice);
}

/** Tells of a change from one network to another; Chromium's alone. */
function networkInformation(): EventTarget | undefined {
  const { connection } = navigator as Navigator & { connection?: EventTarget };
  return connection;
}

function sendViewport(): void {
  if (stage) link.send({ type: 'viewport', ...viewportOf(stage) });
}

/** A tab that was hidden has stopped decoding; a key frame gives it a whole picture at once. */
function comeBack(): void {
  if (document.visibilityState !== 'visible') return;
  link.retryNow();
  if (link.connected) void commands.run('request_keyframe');
}

async function startMeasuring(): Promise<void> {
  if (tracing) return;
  const { measure } = await import('./measuring');
  tracing ??= measure(link, clock, () => screen?.receiveToDisplay_ms);
}

async function refreshHealth(): Promise<void> {
  if (document.visibilityState === 'hidden') return;
  const answer = await api.health();
  if (answer.ok) state.health.value = answer.value;
}

/** Which encoder a stream has may change while it runs: the next one takes over from one that fails. */
async function refreshEncoder(name: string | null): Promise<void> {
  if (name === null) return;
  const answer = await api.encoder(state.viewerId.peek());
  if (answer.ok && answer.value && state.encoderName.peek() === name) state.streamEncoder.value = answer.value;
}

async function refreshSceneName(): Promise<void> {
  const answer = await api.modelName();
  if (answer.ok && answer.value && !state.scene.value.modelName) state.scene.value = { modelName: answer.value };
}

async function diagnose(): Promise<{ reason: string; retry: boolean } | null> {
  const answer = await api.health();
  if (answer.ok) return null;
  const { status, detail } = answer.problem;
  if (status === 0) return { reason: 'The server is unreachable', retry: true };
  if (status === 401) {
    state.signingIn.value = true;
    return { reason: 'This server wants a token: sign in, or open the link that it printed when it started', retry: false };
  }
  if (status === 403) return { reason: detail, retry: false };
  return { reason: detail, retry: true };
}
