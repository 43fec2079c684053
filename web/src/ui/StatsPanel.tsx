import type { ComponentChildren } from 'preact';
import { chooseVia, diagnosePage } from '../app';
import type { Choice, Rung } from '../connection/ladder';
import type { Latency } from '../connection/latency';
import { bitrate, millis, percent } from '../format';
import { describe } from '../phases';
import { via } from '../preferences';
import { beyondBest_ms, delay, health, phase, rung, sim, stats, streamEncoder, traces } from '../state';
import { fpsText, rtfText, timeText } from './figures';
import { STAGE_WORDS, StageTable } from './StageTable';

/** Where the time of a frame goes, and what the stream is made of. */
export function StatsPanel() {
  return (
    <>
      <Delay />
      <dl class="figures">
        <WayRow />
        <StreamRows />
        <SimulationRows />
        <MachineRows />
      </dl>
      <Reasons />
    </>
  );
}

function Delay() {
  const now = delay.value;
  if (!now) return <p class="notice">{describe(phase.value, 0).title}: no figures yet.</p>;
  return (
    <section class="delay" aria-label="Latency">
      <p class="delay-total">
        <strong>{Math.round(now.total_ms)}</strong> ms <span>from pose to picture</span>
      </p>
      <div class="delay-bar" aria-hidden="true">
        {now.stages.map(({ stage, ms }) => (
          <span key={stage} class={`delay-part delay-${stage}`} style={{ flexGrow: ms }} />
        ))}
      </div>
      {traces.value.pose || traces.value.hand ? <StageTable traces={traces.value} /> : <StageList stages={now.stages} />}
    </section>
  );
}

/** What is known without asking the daemon about every frame. */
function StageList({ stages }: { stages: Latency['stages'] }) {
  return (
    <ul class="delay-stages">
      {stages.map(({ stage, ms }) => (
        <li key={stage}>
          <span class={`swatch delay-${stage}`} />
          {STAGE_WORDS[stage]}
          <span class="number">{millis(ms)}</span>
        </li>
      ))}
    </ul>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const WAYS: Record<Rung, string> = { webrtc: 'WebRTC', websocket: 'WebSocket', pictures: 'Pictures' };
const CHOICES: [Choice, string][] = [
  ['auto', 'Automatic'],
  ['webrtc', 'WebRTC'],
  ['websocket', 'WebSocket'],
];

/** By which way the picture comes, and by which it should. */
function WayRow() {
  const way = rung.value && WAYS[rung.value];
  const chosen = via.value;
  return (
    <Row name="Way">
      <span id="way">{(rung.value === 'webrtc' && stats.value?.snapshot.path) || way || '–'}</span>
      <select
        id="via"
        class="choice"
        aria-label="Way for the picture"
        value={chosen}
        onChange={(event) => chooseVia(event.currentTarget.value as Choice)}
      >
        {CHOICES.map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
        {chosen === 'pictures' && <option value="pictures">Pictures</option>}
      </select>
      {beyondBest_ms.value !== null && <span class="tag tag-note">+{millis(beyondBest_ms.value)} round trip</span>}
      <a id="diagnose" class="check-link" href={diagnosePage} target="_blank" rel="noopener">
        Check the connection
      </a>
    </Row>
  );
}

function StreamRows() {
  const now = stats.value;
  if (!now) return null;
  const { snapshot, figures } = now;
  const size = snapshot.width && snapshot.height ? `${snapshot.width} × ${snapshot.height}` : '–';
  return (
    <>
      <Row name="Video">
        {size} · {snapshot.codec ?? '–'} · {fpsText}
      </Row>
      <Row name="Bit rate">{bitrate(figures.bitrate_bps)}</Row>
      {rung.value === 'webrtc' && <Row name="Packet loss">{percent(figures.loss)}</Row>}
      <Row name="Round trip">
        {snapshot.rtt_ms === undefined ? '–' : millis(snapshot.rtt_ms)}
      </Row>
    </>
  );
}

function SimulationRows() {
  const viewers = sim.value.viewers;
  return (
    <>
      <Row name="Simulated time">{timeText}</Row>
      <Row name="Real-time factor">{rtfText}</Row>
      {viewers !== undefined && <Row name="Viewers">{viewers}</Row>}
    </>
  );
}

function MachineRows() {
  const now = health.value;
  if (!now) return null;
  const encoder = streamEncoder.value ?? now.encoder;
  return (
    <>
      <Row name="Renderer">
        {now.adapter ?? 'none'}
        {now.backend && <span class="tag">{now.backend}</span>}
        {now.software && <span class="tag tag-note">software</span>}
      </Row>
      <Row name="Encoder">
        {encoder?.name ?? 'none'}
        {encoder && (
          <span class={encoder.hardware ? 'tag' : 'tag tag-note'}>{encoder.hardware ? 'hardware' : 'software'}</span>
        )}
        {encoder?.copied === false && <span class="tag">zero copy</span>}
      </Row>
    </>
  );
}

function Reasons() {
  const encoder = streamEncoder.value ?? health.value?.encoder;
  // An encoder may be tried in more than one way: the first reason tells most.
  const first = encoder?.rejected.filter(({ name }, index, all) => all.findIndex((one) => one.name === name) === index);
  const better = first?.map(({ name, reason }) => `Not ${name}: ${reason}`) ?? [];
  const reasons = [...(health.value?.reasons ?? []), ...better];
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons" aria-label="What limits this server">
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}
