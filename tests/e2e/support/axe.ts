// What axe-core finds on a page: nothing, in any state.
import { expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 at level AA, and what axe calls best practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** Fails with what axe finds on the page as it is now. */
export async function expectAccessible(page: Page) {
  // By the debugger, which the page's policy does not concern.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  // What is still fading in has other colours. What never ends is a sign that something is coming.
  await page.evaluate(() => Promise.allSettled(
    document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity).map((animation) => animation.finished)));
  const findings = await page.evaluate(async (tags) => {
    const { violations } = await (window as any).axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, help, nodes }: any) => nodes.map(({ target, failureSummary }: any) => `${id}: ${help}: ${target} ${failureSummary}`));
  }, TAGS);
  expect(findings).toEqual([]);
}
