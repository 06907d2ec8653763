// What axe-core finds on a page: nothing, in any state.
import { expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 at level AA, and what axe calls best practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** Waits for what is still fading in or moving into its place. What never ends is a sign that something is coming. */
export const still = (page: Page) => page.evaluate(() => Promise.allSettled(
  document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity).map((animation) => animation.finished)));

/** Fails with what axe finds on the page as it is now, by all its rules but those that are named. */
export async function expectAccessible(page: Page, without: string[] = []) {
  // By the debugger, which the page's policy does not concern.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  // What is still fading in has other colours.
  await still(page);
  const findings = await page.evaluate(async ([tags, without]) => {
    const rules = Object.fromEntries(without!.map((rule) => [rule, { enabled: false }]));
    const { violations } = await (window as any).axe.run(document, { runOnly: { type: 'tag', values: tags }, rules });
    return violations.flatMap(({ id, help, nodes }: any) => nodes.map(({ target, failureSummary }: any) => `${id}: ${help}: ${target} ${failureSummary}`));
  }, [TAGS, without]);
  expect(findings).toEqual([]);
}
