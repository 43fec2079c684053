/**
 * From an input event in the page to the first frame shown that it changed.
 *
 * The event is a pointer move of a drag, dispatched at the page's own stage, so all of the page's and the
 * daemon's work is in the time. The drag turns the camera by 45° in elevation, forth and back: far more
 * than the scene's own motion changes a picture.
 */

/** Takes `count` samples; gives the times in ms until the frame's callback and until its display. */
export async function delays(viewer, count) {
  const { samples, missed } = await viewer.page.evaluate(inPage, count);
  const known = samples.map((s) => s.display_ms).filter(Number.isFinite);
  return { callback: samples.map((s) => s.callback_ms), display: known, missed };
}

/** Runs in the page. */
async function inPage(count) {
  const GIVE_UP_MS = 1500;
  /** What a refresh of the screen has shows after two more at 60 Hz at the latest. */
  const LATEST_MS = 34;
  const stage = document.querySelector('#stage');
  const video = document.querySelector('video');
  const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const box = stage.getBoundingClientRect();
  const x = box.left + box.width / 2;
  const [upper, lower] = [box.top + box.height * 0.3, box.top + box.height * 0.55];

  let newest = read();
  /** Called with each frame's pixels, when it was seen, and the refresh of the screen and what the browser says of it. */
  let onFrame = () => undefined;
  const watch = () =>
    video.requestVideoFrameCallback((refresh, frame) => {
      const seen = performance.now();
      newest = read();
      onFrame(newest, seen, refresh, frame);
      watch();
    });
  watch();

  point('pointerdown', upper);
  const threshold = await calibrate();
  const samples = [];
  let missed = 0;
  for (let i = 0; i < count; i += 1) {
    await pause(250 + Math.random() * 150);
    const sample = await measure(i % 2 === 0 ? lower : upper);
    if (sample) samples.push(sample);
    else missed += 1;
  }
  point('pointerup', count % 2 === 0 ? upper : lower);
  return { samples, missed };

  /** Between what the scene's own motion changes from frame to frame and what the drag changes. */
  async function calibrate() {
    let motion = 0;
    let last = newest;
    onFrame = (pixels) => {
      motion = Math.max(motion, difference(pixels, last));
      last = pixels;
    };
    await pause(1000);
    onFrame = () => undefined;
    const before = newest;
    point('pointermove', lower);
    await pause(500);
    const drag = difference(newest, before);
    point('pointermove', upper);
    await pause(500);
    if (drag < 4 * motion || drag < 4) throw new Error(`a drag changes ${drag}, motion ${motion}: they cannot be told apart`);
    return Math.max(drag / 3, Math.sqrt(Math.max(motion, 1) * drag));
  }

  function measure(y) {
    return new Promise((resolve) => {
      const before = newest;
      const giveUp = setTimeout(() => finish(null), GIVE_UP_MS);
      const finish = (sample) => {
        clearTimeout(giveUp);
        onFrame = () => undefined;
        resolve(sample);
      };
      const sent = performance.now();
      onFrame = (pixels, seen, refresh, frame) => {
        if (difference(pixels, before) < threshold) return;
        // Of frames that the page decodes itself, browsers expect what has been already, or what is yet far off.
        const likely = Math.min(Math.max(seen, frame.expectedDisplayTime), Math.max(seen, refresh + LATEST_MS));
        const shown = frame.receiveTime === undefined ? likely : frame.expectedDisplayTime;
        finish({ callback_ms: seen - sent, display_ms: shown - sent });
      };
      point('pointermove', y);
    });
  }

  function point(type, clientY) {
    const buttons = type === 'pointerup' ? 0 : 1;
    const init = { clientX: x, clientY, buttons, button: 0, pointerId: 1, pointerType: 'mouse', bubbles: true };
    stage.dispatchEvent(new PointerEvent(type, init));
  }

  function read() {
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  }

  function difference(a, b) {
    let sum = 0;
    for (let i = 0; i < a.length; i += 1) sum += Math.abs(a[i] - b[i]);
    return sum / (a.length * 0.75);
  }

  function pause(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
