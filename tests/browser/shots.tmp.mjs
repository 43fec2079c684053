import { Daemon } from './lib/daemon.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { Viewer } from './lib/viewer.mjs';
import { until } from './lib/wait.mjs';
const daemon = await Daemon.start({ name: 'shots', env: { FRAME_WIDTH: '960', FRAME_HEIGHT: '600', MJCAST_VIDEO__PROFILE: 'fast' } });
const browser = await launchBrowser();
const OPEN = "localStorage.setItem('mjcast.dock', 'open'); localStorage.setItem('mjcast.sections', 'prompt');";
const out = process.argv[2];
const says = process.argv.slice(3);
try {
  for (const [name, size, scheme] of [['light', { width: 1280, height: 800 }, 'light'], ['dark', { width: 1280, height: 800 }, 'dark'], ['phone', { width: 390, height: 844 }, 'dark']]) {
    const viewer = await Viewer.open(browser, daemon, { ...size, script: OPEN });
    const { page } = viewer;
    await page.emulateMedia({ colorScheme: scheme });
    await viewer.untilLive();
    let n = 0;
    const field = page.locator('#freestyle-command-input');
    if (!(await field.isVisible())) { await page.screenshot({ path: `${out}/${name}-closed.png` }); const open = page.getByRole('button', { name: /panel|controls|dock/i }).first(); await open.click().catch(() => undefined); await page.waitForTimeout(800); }
    await page.screenshot({ path: `${out}/${name}-0.png` });
    for (const said of says) {
      n += 1;
      const look = said.startsWith('?');
      const button = look ? '#preview-scene-btn' : '#execute-command-btn';
      await until('free', () => page.locator(button).isEnabled());
      await field.fill(said.replace('?', ''));
      if (look) await page.locator(button).click(); else await page.locator(button).click();
      await until('done', () => page.locator(button).isEnabled());
      await page.waitForTimeout(1200);
      await page.screenshot({ path: `${out}/${name}-${n}.png` });
    }
    await viewer.close();
  }
} finally { await browser.close(); await daemon.stop(); }
