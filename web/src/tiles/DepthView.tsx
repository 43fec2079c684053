import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { endpoints } from '../connection/endpoints';
import { question } from '../connection/pictures';
import { cameras, sim } from '../state';
import { coloured, readDepths, reach } from './depth';
import { FREE, sources } from './sources';
import { main } from './store';
import './tiles.css';

const at = endpoints(window.location.href);
/** From one picture to the next, ms. */
const EVERY_MS = 120;
const AFTER_FAILURE_MS = 1_500;
const WIDEST = 640;
/** How quickly the ends of the colours follow what is seen. */
const SMOOTHING = 0.3;

/** Where the colours begin and end, m; `null` where nothing is seen, and nothing before the first picture. */
export const span_m = signal<readonly [number, number] | null | undefined>(undefined);
export const silent = signal(false);

/** Depth of what the main view sees, over it: measured anew as quickly as the daemon draws it. */
export function DepthView() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    void watch(canvas, stop.signal);
    return () => {
      stop.abort();
      span_m.value = undefined;
      silent.value = false;
    };
  }, []);
  return <canvas ref={canvas} hidden={span_m.value === undefined} class="depth-view" aria-hidden="true" />;
}

async function watch(canvas: { current: HTMLCanvasElement | null }, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const begun = performance.now();
    let rest_ms = EVERY_MS;
    try {
      if (document.visibilityState === 'visible' && canvas.current) await next(canvas.current, stop);
      silent.value = false;
    } catch {
      silent.value = !stop.aborted;
      rest_ms = AFTER_FAILURE_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(20, rest_ms - (performance.now() - begun))));
  }
}

async function next(canvas: HTMLCanvasElement, stop: AbortSignal): Promise<void> {
  const response = await fetch(address(canvas.parentElement?.clientWidth ?? 0, canvas.parentElement?.clientHeight ?? 0), { headers: at.headers, cache: 'no-store', signal: stop });
  if (!response.ok) throw new Error(String(response.status));
  const step_m = Number(response.headers.get('x-depth-scale-m') ?? 0.001);
  const depths = await readDepths(await response.arrayBuffer());
  const now = reach(depths);
  if (stop.aborted) return;
  const before = span_m.peek();
  const follow = (value: number, was: number | undefined) => (was === undefined ? value : was + SMOOTHING * (value - was));
  const ends: [number, number] = now ? [follow(now[0] * step_m, before?.[0]), follow(now[1] * step_m, before?.[1])] : [0, 1];
  span_m.value = now && ends;
  [canvas.width, canvas.height] = [depths.width, depths.height];
  const image = new ImageData(coloured(depths, [ends[0] / step_m, ends[1] / step_m]), depths.width, depths.height);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

function address(width: number, height: number): string {
  const scale = Math.min(1, WIDEST / Math.max(width, height, 1));
  const { width: w = '64', height: h = '64', ...eye } = question(sim.peek(), width * scale, height * scale);
  const source = main.peek() === FREE.key ? FREE : (sources(cameras.peek()).find(({ key }) => key === main.peek()) ?? FREE);
  const query = new URLSearchParams({ mode: 'depth', width: w, height: h, ...(source === FREE ? eye : {}) });
  const session = encodeURIComponent(at.session);
  return at.route(`api/sessions/${session}/cameras/${encodeURIComponent(source.camera ?? 'free')}/frame.png?${query}`);
}
