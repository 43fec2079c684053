/** Every surface of the page for those who do not see it, or have no mouse: rules of WCAG by axe, and the keyboard. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { daemonAndBrowser } from './lib/fixture.mjs';
import { until } from './lib/wait.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** What WCAG 2.2 asks for, and what axe's authors hold for good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const shared = daemonAndBrowser('accessibility', { scene: 'four_geoms' });

/** Opens a page as a viewer would, and hands it to `body`. */
async function withPage(body, { size = DESKTOP, scheme = 'dark', path = '/', dock = 'closed' } = {}) {
  // Axe is put in by the debugger, which the page's security policy would not let.
  const context = await shared.browser.newContext({ viewport: size, colorScheme: scheme, reducedMotion: 'reduce', bypassCSP: true });
  const page = await context.newPage();
  await page.addInitScript((open) => {
    localStorage.setItem('mjcast.dock', open);
    localStorage.setItem('mjcast.sections', 'view,controls,cameras,physics,sessions');
  }, dock);
  try {
    await page.goto(`${shared.daemon.pageOrigin}${path}`);
    if (path === '/') await until('the page is live', () => page.evaluate(() => window.__mjcast?.phase === 'live'), { within_ms: 20_000 });
    await body(page);
  } finally {
    await context.close();
  }
}

/** Each serious finding, in words. */
async function findings(page, where) {
  await page.addScriptTag({ content: AXE });
  const found = await page.evaluate(
    async (values) => (await window.axe.run(document, { runOnly: { type: 'tag', values } })).violations,
    RULES,
  );
  const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.map(({ id, help, nodes }) => {
    const places = nodes.map((n) => `    ${n.html.slice(0, 160)}\n      ${n.any.concat(n.all).map((c) => c.message)[0] ?? ''}`);
    return `${where}: ${id}: ${help}\n${places.join('\n')}`;
  });
}

const VIEWS = {
  page: async () => undefined,
  dock: (page) => page.locator('.dock').waitFor(),
  editor: async (page) => {
    await page.locator('#edit-scene-btn').click();
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByRole('search').waitFor();
  },
  help: async (page) => {
    await page.keyboard.press('F1');
    await page.locator('dialog.help').waitFor();
  },
  share: async (page) => {
    await page.locator('#share-btn').click();
    await page.locator('dialog.share').waitFor();
  },
  scenes: async (page) => {
    await page.getByRole('button', { name: /scenes/i }).first().click();
    await page.locator('.scenes-panel button').first().waitFor();
  },
  library: async (page) => {
    await VIEWS.scenes(page);
    await page.getByRole('radio', { name: /^Yours/ }).click();
    await page.locator('.save-as').waitFor();
  },
  details: async (page) => {
    await page.locator('.pop-stats > button').click();
    await page.locator('.stats-panel .figures').waitFor();
  },
};
const ON_A_PHONE = ['page', 'dock', 'help', 'scenes', 'library', 'details'];

for (const scheme of ['dark', 'light']) {
  for (const [device, size] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    test(`axe finds nothing grave on the page, ${device}, ${scheme}`, async () => {
      const names = device === 'phone' ? ON_A_PHONE : Object.keys(VIEWS);
      const said = [];
      for (const name of names) {
        await withPage(
          async (page) => {
            await VIEWS[name](page);
            said.push(...(await findings(page, name)));
          },
          { size, scheme, dock: name === 'dock' ? 'open' : 'closed' },
        );
      }
      assert.equal(said.length, 0, said.join('\n'));
    });

    test(`axe finds nothing grave in the documentation and the check of the connection, ${device}, ${scheme}`, async () => {
      for (const [path, ready] of [['/docs', '.operation'], ['/diagnose', 'main']]) {
        await withPage(
          async (page) => {
            await page.locator(ready).first().waitFor();
            const said = await findings(page, path);
            assert.equal(said.length, 0, said.join('\n'));
          },
          { size, scheme, path },
        );
      }
    });
  }
}

test('Tab reaches every control, each shows that it has the focus, and nothing holds it', async () => {
  await withPage(async (page) => {
    const wanted = await page.evaluate(() => {
      const controls = [...document.querySelectorAll('button, a[href], input, select, textarea, [tabindex="0"]')];
      const seen = controls.filter((e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }));
      seen.forEach((e, i) => (e.dataset.stop = String(i)));
      return seen.map((e) => e.getAttribute('aria-label') ?? e.textContent);
    });
    await page.locator('#stage').focus();
    const reached = new Set();
    for (let i = 0; i < wanted.length * 2 && reached.size < wanted.length; i += 1) {
      const now = await page.evaluate(() => {
        const e = document.activeElement;
        const style = e && getComputedStyle(e);
        const framed = style && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none');
        return { stop: e?.dataset.stop, framed, what: e?.outerHTML.slice(0, 160), body: e === document.body };
      });
      if (now.stop !== undefined) {
        if (i > 0) assert.ok(now.framed, `the focus does not show: ${now.what}`);
        reached.add(now.stop);
      }
      await page.keyboard.press('Tab');
    }
    const missed = wanted.filter((_, i) => !reached.has(String(i)));
    assert.deepEqual(missed, [], 'Tab does not reach these');
  });
});

test('Esc closes what is open, and the focus goes back to where it was', async () => {
  await withPage(async (page) => {
    for (const button of ['.pop-scenes > button', '.pop-stats > button', '.pop-end > button']) {
      await page.locator(button).first().focus();
      await page.keyboard.press('Enter');
      await page.locator('.pop-panel').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.pop-panel').waitFor({ state: 'detached' });
      assert.ok(await page.locator(button).first().evaluate((e) => e === document.activeElement), `${button} has the focus again`);
    }
    for (const [open, dialog] of [['#share-btn', 'dialog.share']]) {
      await page.locator(open).focus();
      await page.keyboard.press('Enter');
      await page.locator(dialog).waitFor();
      await page.keyboard.press('Escape');
      await page.locator(dialog).waitFor({ state: 'detached' });
      assert.ok(await page.evaluate(() => document.activeElement !== document.body), 'something has the focus');
    }
  });
});
