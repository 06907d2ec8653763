// examples/own_pages: Doorward's pages in an app of others, which adds one, replaces one and has other looks.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/lib.mjs';
import { serve } from '../../tools/serve.mjs';
import { expect, test as base } from './support/fixtures';
import { EMAIL, PASSWORD, button, fillSignIn, heading, paths } from './support/pages';

const SITE = join(ROOT, 'target/own_pages');
const test = base.extend<{}, { example: string }>({
  example: [async ({ poolOrigin }, use) => {
    if (!existsSync(join(SITE, 'index.html'))) throw new Error("the example is not built: run 'make test', or 'node tools/examples.mjs'");
    const rewrite = (path: string, text: string) => (path === '/config.json' ? JSON.stringify({ ...JSON.parse(text), doorward: { endpoint: poolOrigin } }) : text);
    const { origin, close } = await serve({ dist: SITE, rewrite });
    await use(origin);
    await close();
  }, { scope: 'worker' }],
});

test('a page that was added is behind the guard, one that was replaced is another, the rest is Doorward', async ({ page, pool, example }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(example);
  await expect(page.getByRole('heading', { name: 'Fresh bread, every morning' })).toBeVisible();
  expect(await page.locator('.card').evaluate((card) => getComputedStyle(card).borderInlineStartWidth)).toBe('6px');
  await page.getByRole('link', { name: 'Your orders' }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(page.getByRole('heading', { name: 'Your orders' })).toBeVisible();
  await expect(page.getByText(EMAIL)).toBeVisible();
  await page.goto(`${example}${paths.account}`);
  await expect(heading(page, 'Account')).toBeVisible();
});
