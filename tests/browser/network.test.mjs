/** What the line between tests' daemon and browser does to packets, so that what tests say of a bad one is so. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Network } from './lib/network.mjs';

const skip = Network.unavailable();

/** Echoes datagrams and connections at a port of the server's. */
const ECHO = `
import socket, threading
udp, tcp = socket.socket(type=socket.SOCK_DGRAM), socket.create_server(('', 7))
udp.bind(('', 7))
def streams():
    while True:
        stream, _ = tcp.accept()
        stream.sendall(stream.recv(100))
        stream.close()
threading.Thread(target=streams, daemon=True).start()
print('ready', flush=True)
while True:
    data, address = udp.recvfrom(2000)
    udp.sendto(data, address)
`;

/** Sends `count` datagrams and says how long each took to come back, ms; one that is lost is null. */
const PROBE = `
import json, socket, sys, time
count, size = int(sys.argv[1]), int(sys.argv[2])
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.connect(('198.18.0.1', 7))
udp.settimeout(0.5)
took = [None] * count
sent = []
for n in range(count):
    sent.append(time.monotonic())
    udp.send(n.to_bytes(4, 'big') + bytes(size - 4))
    time.sleep(0.0005)
try:
    while None in took:
        n = int.from_bytes(udp.recv(2000)[:4], 'big')
        took[n] = (time.monotonic() - sent[n]) * 1e3
except OSError:
    pass
print(json.dumps(took))
`;

const CALL = `
import socket
try:
    stream = socket.create_connection(('198.18.0.1', 7), 0.5)
    stream.sendall(b'hello')
    print('passed' if stream.recv(100) == b'hello' else 'broken')
except OSError:
    print('blocked')
`;

async function output(child) {
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data) => (text += data));
  await once(child, 'close');
  return text.trim();
}

test('the line delays, loses, bounds and blocks as it is told', { skip }, async () => {
  const network = await Network.start({ delayMs: 20, seed: 7 });
  const python = (end, code, ...args) =>
    network.spawnInside(end, ['python3', '-c', code, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const probe = async (count, size = 100) => JSON.parse(await output(python('client', PROBE, count, size)));
  const echo = python('server', ECHO);
  try {
    await once(echo.stdout, 'data');
    const delayed = await probe(20);
    assert.ok(delayed.every((ms) => ms >= 40), `both ways are delayed: ${delayed}`);

    // The same seed loses the same packets.
    const losing = async () => {
      await network.set({ delayMs: 0, down: { lossPercent: 30, seed: 3 } });
      const lost = (await probe(100)).map((ms) => ms === null);
      await network.set({ lossPercent: 0 });
      return lost;
    };
    const lost = await losing();
    const count = lost.filter(Boolean).length;
    assert.ok(count > 15 && count < 45, `${count} of 100 are lost`);
    assert.deepEqual(await losing(), lost);

    // 100 datagrams of some 1,000 bytes at 1 Mbit/s take 0.8 s; a quarter of that may wait.
    await network.set({ down: { rateBps: 1e6, queueMs: 200 } });
    const queued = (await probe(100, 1000)).filter((ms) => ms !== null);
    const { down } = await network.stats();
    assert.ok(Math.max(...queued) > 150, 'they wait for their turn');
    assert.ok(down.queueFull > 5, `${queued.length} of 100 find room`);
    await network.set({ rateBps: 0 });

    const call = () => output(python('client', CALL));
    assert.equal(await call(), 'passed');
    await network.set({ block: ['udp'] });
    assert.deepEqual(await probe(1), [null]);
    assert.equal(await call(), 'passed');
    await network.set({ block: ['tcp:7', 'udp:8'] });
    assert.notEqual((await probe(1))[0], null);
    assert.equal(await call(), 'blocked');
    await network.set({ block: [], silence: true });
    assert.deepEqual(await probe(1), [null]);
    await network.set({ silence: false });
    await network.move('198.18.0.9');
    assert.notEqual((await probe(1))[0], null, 'from another address');
  } finally {
    echo.kill('SIGKILL');
    await network.stop();
  }
});
