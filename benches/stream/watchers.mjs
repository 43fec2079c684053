/** Many viewers in one page: bare clients, so that the browser's own load stays small. */

export class Watchers {
  /** Opens the page, without viewers. */
  static async open(browser, daemon, { width, height }) {
    const watchers = new Watchers();
    watchers.context = await browser.newContext({ viewport: { width: 640, height: 480 }, bypassCSP: true });
    watchers.page = await watchers.context.newPage();
    // A page of the daemon's origin without an interface. It must really come from there: Chromium lets a
    // page whose address it does not know open no socket to this machine.
    await watchers.page.goto(`${daemon.origin}/api/health`);
    await watchers.page.evaluate(inPage, { width, height });
    return watchers;
  }

  /** Adds viewers, one after the other, each once it shows frames. */
  async add(count) {
    for (let i = 0; i < count; i += 1) await this.page.evaluate(() => window.watch());
  }

  /** Counters of each viewer's stream. */
  counts() {
    return this.page.evaluate(() => window.counts());
  }

  /** Times from opening the socket to the first frame shown, each of a viewer that then leaves, ms. */
  async firstFrames(count) {
    const times = [];
    for (let i = 0; i < count; i += 1) times.push(await this.page.evaluate(() => window.visit()));
    return times;
  }

  close() {
    return this.context.close();
  }
}

/** Runs in the page. */
function inPage(size) {
  const GIVE_UP_MS = 15_000;
  const viewers = [];

  /** Connects one viewer; resolves at its first frame, which came after `first_ms`. */
  async function connect() {
    const start = performance.now();
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws/signaling`);
    const say = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
    const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true, width: 32, height: 24 });
    document.body.append(video);
    const viewer = { pc, socket, video, presented: 0 };
    const first = new Promise((resolve, reject) => {
      const shown = () => {
        viewer.presented += 1;
        resolve(performance.now() - start);
        video.requestVideoFrameCallback(shown);
      };
      video.requestVideoFrameCallback(shown);
      setTimeout(() => reject(new Error(`no frame within ${GIVE_UP_MS} ms: ${pc.connectionState}`)), GIVE_UP_MS);
    });

    const transceiver = pc.addTransceiver('video', { direction: 'recvonly' });
    const codecs = RTCRtpReceiver.getCapabilities('video').codecs;
    const h264 = (codec) => Number(codec.mimeType.toLowerCase() !== 'video/h264');
    transceiver.setCodecPreferences([...codecs].sort((a, b) => h264(a) - h264(b)));
    transceiver.receiver.jitterBufferTarget = 0;
    viewer.input = pc.createDataChannel('input', { ordered: false, maxRetransmits: 0 });
    viewer.control = pc.createDataChannel('control');
    viewer.state = pc.createDataChannel('state', { ordered: false, maxRetransmits: 0 });
    pc.ontrack = ({ track }) => (video.srcObject = new MediaStream([track]));
    pc.onicecandidate = ({ candidate }) => say({ type: 'ice-candidate', candidate: candidate?.toJSON() ?? null });
    // Not awaited here: the welcome must not come before someone listens.
    const described = pc.setLocalDescription();

    const early = [];
    socket.onmessage = async ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'welcome') {
        say({ type: 'viewport', ...size, dpr: 1 });
        await described;
        say({ type: 'offer', sdp: pc.localDescription.sdp });
      } else if (message.type === 'answer') {
        await pc.setRemoteDescription({ type: 'answer', sdp: message.sdp });
        for (const candidate of early.splice(0)) await pc.addIceCandidate(candidate);
      } else if (message.type === 'ice-candidate' && message.candidate) {
        if (pc.remoteDescription) await pc.addIceCandidate(message.candidate);
        else early.push(message.candidate);
      }
    };
    viewer.first_ms = await first;
    return viewer;
  }

  function leave({ pc, socket, video }) {
    pc.close();
    socket.close();
    video.remove();
  }

  async function counts({ pc, video, presented }) {
    const report = [...(await pc.getStats()).values()];
    const inbound = report.find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video');
    return {
      at_ms: performance.now(),
      width: video.videoWidth,
      height: video.videoHeight,
      presented,
      decoded: inbound.framesDecoded,
      dropped: inbound.framesDropped,
      bytes: inbound.bytesReceived,
      buffered_s: inbound.jitterBufferDelay,
      emitted: inbound.jitterBufferEmittedCount,
      decoding_s: inbound.totalDecodeTime,
      keyframes: inbound.keyFramesDecoded,
    };
  }

  window.watch = async () => {
    viewers.push(await connect());
  };
  window.counts = () => Promise.all(viewers.map(counts));
  window.visit = async () => {
    const viewer = await connect();
    leave(viewer);
    // The next visit begins at a random phase of the frame clock, and after this one's goodbye.
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 200));
    return viewer.first_ms;
  };
}
