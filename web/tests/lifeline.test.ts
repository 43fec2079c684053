import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lifeline } from '../src/connection/lifeline';

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readonly url: URL;
  readyState = 0;
  sent: { type: string }[] = [];
  onopen = () => undefined as void;
  onmessage = (_: { data: string }) => undefined as void;
  onclose = (_: { code: number; reason: string }) => undefined as void;

  constructor(url: string) {
    this.url = new URL(url);
    FakeSocket.all.push(this);
  }

  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }

  close(): void {
    this.readyState = 3;
  }

  welcomes(viewer_id: string): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
    const media = { path: '/ws/media', ticket: `ticket of ${viewer_id}` };
    this.onmessage({ data: JSON.stringify({ type: 'welcome', viewer_id, session: 'default', role: 'control', ice_servers: [], media }) });
  }

  breaks(code = 1006): void {
    this.readyState = 3;
    this.onclose({ code, reason: '' });
  }
}

describe('the lifeline', () => {
  let flows = true;
  let told: string[] = [];
  const open = () =>
    new Lifeline('ws://host/ws/signaling?session=default', null, {
      welcome: ({ viewer_id }, resumed) => told.push(`${resumed ? 'again' : 'new'} ${viewer_id}`),
      message: () => undefined,
      flows: () => flows,
      lost: (_, ended) => told.push(ended ? 'ended' : 'lost'),
      pong: () => undefined,
    });

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('WebSocket', FakeSocket);
    [flows, told, FakeSocket.all] = [true, [], []];
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('opens a socket that breaks again, as the same viewer', () => {
    const line = open();
    expect(FakeSocket.last.url.search).toBe('?session=default&resume=');
    FakeSocket.last.welcomes('v1');
    FakeSocket.last.breaks();
    expect([line.silent, line.send({ type: 'ping', t: 0 })]).toEqual([true, false]);
    vi.advanceTimersByTime(400);
    expect(FakeSocket.last.url.searchParams.get('resume')).toBe('ticket of v1');
    FakeSocket.last.welcomes('v1');
    expect(line.silent).toBe(false);
    FakeSocket.last.breaks();
    vi.advanceTimersByTime(400);
    FakeSocket.last.welcomes('v2');
    expect(told).toEqual(['new v1', 'again v1', 'new v2']);
    line.close();
  });

  it('is lost with its socket where nothing goes on without it, and where there is nothing to come back to', () => {
    open();
    FakeSocket.last.breaks();
    open();
    FakeSocket.last.welcomes('v1');
    FakeSocket.last.breaks(4410);
    flows = false;
    open();
    FakeSocket.last.welcomes('v2');
    FakeSocket.last.breaks();
    expect(told).toEqual(['lost', 'new v1', 'ended', 'new v2', 'lost']);
    expect(FakeSocket.all).toHaveLength(3);
  });

  it('opens another socket where a question has no answer, for as long as the place is kept', () => {
    const line = open();
    FakeSocket.last.welcomes('v1');
    line.ask();
    line.ask();
    expect(FakeSocket.last.sent).toHaveLength(1);
    vi.advanceTimersByTime(1_400);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(12_000);
    expect(FakeSocket.all.length).toBeGreaterThan(7);
    expect(FakeSocket.all.slice(0, -1).every(({ readyState }) => readyState === 3)).toBe(true);
    expect(told).toEqual(['new v1']);
    vi.advanceTimersByTime(3_000);
    expect(told).toEqual(['new v1', 'lost']);
  });
});
