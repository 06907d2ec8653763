// examples/minimal: an app that has Doorward as a library and pages of its own.
import type { Page } from '@playwright/test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/lib.mjs';
import { serve } from '../../tools/serve.mjs';
import { expect, test as base, withApi } from './support/fixtures';
import { EMAIL, PASSWORD, button, expectSignedOutStorage, field, storage } from './support/pages';

const SITE = join(ROOT, 'target/minimal');

/** The example, served with a configuration for the worker's pool and for a backend that takes its tokens. */
const test = base.extend<{}, { example: string }>({
  example: [async ({ poolOrigin }, use) => {
    if (!existsSync(join(SITE, 'index.html'))) throw new Error("the example is not built: run 'make test', or 'node tools/examples.mjs'");
    let api = '';
    const rewrite = (path: string, text: string) => {
      const config = JSON.parse(text);
      return path === '/config.json' ? JSON.stringify({ ...config, doorward: { endpoint: poolOrigin, protected_api: `${api}/` } }) : text;
    };
    const { origin, close } = await serve({ dist: SITE, rewrite });
    await withApi(poolOrigin, origin, async (apiOrigin) => {
      api = apiOrigin;
      await use(origin);
    });
    await close();
  }, { scope: 'worker' }],
});

const signedInAs = (page: Page) => page.getByText('Signed in as');
async function signIn(page: Page, password = PASSWORD) {
  await field(page, 'Name').fill(EMAIL);
  await field(page, 'Password').fill(password);
  await button(page, 'Sign in').click();
}

test('an app with pages of its own signs in, calls a server, and follows a sign-out in another tab', async ({ page, context, pool, example }) => {
  const { username } = await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(example);
  await signIn(page, 'Wrong-Horse-7');
  await expect(page.getByRole('alert')).toHaveText('Wrong name or password.');
  await signIn(page);
  await expect(signedInAs(page)).toHaveText(`Signed in as ${EMAIL}`);
  await button(page, 'Call the server').click();
  await expect(page.getByText(`"username":"${username}"`)).toBeVisible();

  const other = await context.newPage();
  await other.goto(example);
  await expect(signedInAs(other)).toHaveText(`Signed in as ${EMAIL}`);
  await button(other, 'Sign out').click();
  for (const tab of [page, other]) {
    await expect(button(tab, 'Sign in')).toBeVisible();
    await expectSignedOutStorage(tab);
  }
});

test('a server that refuses a token gets a new one, once', async ({ page, pool, example, expectProblem }) => {
  // Chromium writes a line for every answer that is not 2xx.
  expectProblem(/status of 401/);
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  const tokens: (string | undefined)[] = [];
  await page.goto(example);
  await signIn(page);
  await expect(signedInAs(page)).toBeVisible();
  const before = (await storage(page)).user_token;
  const { doorward } = await page.evaluate(async () => (await fetch('/config.json')).json());
  await page.route(doorward.protected_api, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    tokens.push(route.request().headers().authorization);
    if (tokens.length > 1) return route.continue();
    await route.fulfill({ status: 401, headers: { 'access-control-allow-origin': example }, json: { error: 'invalid_token' } });
  });
  await button(page, 'Call the server').click();
  await expect(page.getByText('"client_id"')).toBeVisible();
  expect(tokens).toHaveLength(2);
  expect(tokens[0]).toBe(`Bearer ${before}`);
  expect(tokens[1]).not.toBe(tokens[0]);
});

test('it says that a session has ended, and lets people in again', async ({ page, pool, example }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(example);
  await signIn(page);
  await expect(signedInAs(page)).toBeVisible();
  await pool.changeUser(EMAIL, { sign_out: true });
  await page.reload();
  await expect(page.getByRole('status')).toHaveText('Your session has ended. Please sign in again.');
  await signIn(page);
  await expect(signedInAs(page)).toBeVisible();
  await expect(page.getByRole('status')).toHaveText('');
});

test('it says what is wrong with its configuration', async ({ page, context, example }) => {
  await context.route(`${example}/config.json`, (route) => route.fulfill({ json: { auth: {} } }));
  await page.goto(example);
  await expect(page.getByRole('alert')).toHaveText(/^auth\.user_pool_id is missing, expected a user pool id such as/);
});
