// How every screen looks, compared with its pictures in tests/e2e/screens, and what axe and a small phone find on it.
// After a change that is meant: `npx playwright test -c tests/e2e/playwright.config.ts screens --project devpool --update-snapshots`,
// look at the pictures, commit them. docs/gallery.md shows them all.
import type { Page } from '@playwright/test';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/lib.mjs';
import { gallery } from '../../tools/gallery.mjs';
import { expectAccessible } from './support/axe';
import { expect, test } from './support/fixtures';
import { screens } from './support/screens';

const VIEWPORTS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const SCHEMES = ['light', 'dark'] as const;

/** What is different each time becomes the same: dates, times, ids, keys. And the letters are those that the set-up installs. */
async function settle(page: Page) {
  await page.mouse.move(0, 0);
  await expect(page.locator('.facts--coming')).toHaveCount(0);
  await page.evaluate(async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(':root { --font: "Liberation Sans", sans-serif; --mono: "Liberation Mono", monospace; } * { caret-color: transparent !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
    const same: [RegExp, string][] = [
      [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '01234567-89ab-4cde-8f01-23456789abcd'],
      [new RegExp(`\\b(${months}) \\d{1,2}, \\d{4}`, 'g'), 'Jan 2, 2030'],
      [/(?<![\w-])\d{1,2}:\d{2}(:\d{2})?([  ][AP]M)?/g, '10:00'],
      [/\b([A-Z2-7]{4} ){8,}[A-Z2-7]{1,4}\b/g, 'ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567 ABCD EFGH IJKL MNOP QRST'],
      [/\bASIA[A-Z0-9]{16}\b/g, 'ASIA0123456789ABCDEF'],
      [/127\.0\.0\.1:\d+/g, '127.0.0.1:8080'],
    ];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
      const text = node.nodeValue!, fixed = same.reduce((all, [pattern, fix]) => all.replace(pattern, fix), text);
      if (fixed !== text) node.nodeValue = fixed;
    }
    await document.fonts.ready;
  });
}

for (const [name, open] of screens) {
  test(`${name}: as it was, and nothing for axe to find`, async ({ page, context, pool, expectProblem }) => {
    if (name === 'part-missing') expectProblem(/Failed to (load resource|fetch)/);
    // Where nothing of a page is there yet, there is no heading either.
    const without = ['loading', 'part-missing'].includes(name) ? ['page-has-heading-one'] : [];
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
    await open({ page, context, pool });
    await settle(page);
    // What is behind a dialog is dark only where it is in view.
    const fullPage = await page.locator('dialog:modal').count() === 0;
    for (const [device, size] of Object.entries(VIEWPORTS)) {
      await page.setViewportSize(size);
      for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        if (device === 'desktop' || scheme === 'light') await expectAccessible(page, without);
        await expect(page).toHaveScreenshot(`${name}-${device}-${scheme}.png`, { fullPage, mask: [page.locator('.qr')], maskColor: '#888888' });
      }
    }
    // 400 % zoom of a desktop.
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'scrolls sideways').toBeLessThanOrEqual(320);
  });
}

test('the gallery shows every picture', () => {
  expect(readFileSync(join(ROOT, 'docs/gallery.md'), 'utf8'), 'node tools/gallery.mjs makes it anew').toBe(gallery());
  const wanted = screens.flatMap(([name]) => Object.keys(VIEWPORTS).flatMap((device) => SCHEMES.map((scheme) => `${name}-${device}-${scheme}.png`)));
  expect(readdirSync(join(ROOT, 'tests/e2e/screens')).sort()).toEqual(wanted.sort());
});
