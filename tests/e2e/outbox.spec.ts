// The dev pool's own page: what was sent, who is there, the switches.
import type { Page } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, startServer, stop } from '../../tools/lib.mjs';
import { test as base, expect, type Pool } from './support/fixtures';
import { CLIENT, EMAIL, PASSWORD } from './support/pages';

// The page is the dev pool's, so the built site is not needed.
const test = base.extend({
  baseURL: async ({ poolOrigin }, use) => use(poolOrigin),
});
test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** A call of AWS's API, as the app makes it. */
const cognito = (pool: Pool, operation: string, request: Record<string, unknown>) => fetch(pool.origin, {
  method: 'POST',
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
  body: JSON.stringify({ ClientId: CLIENT, ...request }),
});
const signUp = async (pool: Pool, email = EMAIL) => {
  expect((await cognito(pool, 'SignUp', { Username: email, Password: PASSWORD })).status).toBe(200);
};
const signIn = (pool: Pool, email = EMAIL) => cognito(pool, 'InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD } });

const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const messages = (page: Page) => part(page, 'Messages').getByRole('listitem');
const user = (page: Page, name: string) => part(page, 'Users').getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) }).first();
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const said = (page: Page, text: string | RegExp) => expect(page.getByRole('log', { name: 'Announcements' })).toContainText(text);

async function open(page: Page, link?: string) {
  await page.goto('/_devpool/');
  await expect(page.getByText(/^Running, version/)).toBeVisible();
  if (link) await page.getByRole('link', { name: link, exact: true }).click();
}

/** Opens what can be folded away. */
const unfold = (page: Page, name: string) => page.locator('summary').filter({ hasText: name }).click();

test('a code appears, is announced, and is copied by click and by keyboard', async ({ page, pool }) => {
  await pool.createUser({ email: 'early@example.com' });
  await open(page);
  await expect(messages(page)).toHaveCount(1);
  await expect(messages(page).getByText('New', { exact: true })).toBeHidden();
  const filter = page.getByRole('searchbox', { name: 'Filter by address' });
  await filter.focus();

  await signUp(pool);
  const first = messages(page).first();
  await expect(first).toContainText(EMAIL);
  await expect(first).toContainText('Confirm the new account');
  await expect(first).toContainText('Email');
  await expect(first).toContainText('just now');
  await expect(first.getByText('New', { exact: true })).toBeVisible();
  const code = await pool.latestCode(EMAIL);
  await said(page, `New message to ${EMAIL}: Confirm the new account, code ${code}`);
  await expect(filter).toBeFocused();

  const copy = first.getByRole('button', { name: `Copy ${code}` });
  await copy.click();
  await expect(first.getByRole('button')).toContainText('Copied');
  await said(page, `Copied the code for ${EMAIL}.`);
  expect(await clipboard(page)).toBe(code);

  await page.evaluate(() => navigator.clipboard.writeText(''));
  await filter.focus();
  await page.keyboard.press('Tab');
  await expect(first.getByRole('button')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => clipboard(page)).toBe(code);
});

test('a new message takes neither the focus nor the place in the page', async ({ page, pool }) => {
  for (let number = 0; number < 20; number++) await pool.createUser({ email: `user${number}@example.com` });
  await page.setViewportSize({ width: 390, height: 700 });
  await open(page);
  await expect(messages(page)).toHaveCount(20);
  const button = messages(page).nth(15).getByRole('button');
  await button.focus();
  const before = await button.boundingBox();
  await signUp(pool);
  await expect(messages(page)).toHaveCount(21);
  await expect(messages(page).nth(16).getByRole('button')).toBeFocused();
  const after = await messages(page).nth(16).getByRole('button').boundingBox();
  expect(Math.abs(after!.y - before!.y)).toBeLessThan(2);
});

test('on a narrow page a new message is seen from elsewhere', async ({ page, pool }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await open(page, 'Users');
  await expect(part(page, 'Messages')).toBeHidden();
  await signUp(pool);
  await page.getByRole('link', { name: 'Messages (new)' }).click();
  await expect(messages(page)).toHaveCount(1);
  await expect(page.getByRole('link', { name: 'Messages', exact: true })).toHaveAttribute('aria-current', 'page');
});

test('messages are filtered, and the outbox is emptied', async ({ page, pool }) => {
  await signUp(pool);
  await signUp(pool, 'bob@example.com');
  await open(page);
  await expect(messages(page)).toHaveCount(2);
  await page.getByLabel('Filter by address').fill('BOB');
  await expect(messages(page)).toHaveCount(1);
  await expect(messages(page)).toContainText('bob@example.com');
  await page.getByLabel('Filter by address').fill('nobody');
  await expect(page.getByText('None of 2 goes to an address with “nobody” in it.')).toBeVisible();
  await page.getByLabel('Filter by address').fill('');
  await page.getByRole('button', { name: 'Empty the outbox' }).click();
  await expect(page.getByText('Nothing yet.')).toBeVisible();
  expect(await pool.messages()).toEqual([]);
});

test('what comes from outside is text', async ({ page, pool }) => {
  const markup = '<img src=x onerror=alert(1)>';
  await pool.createUser({ email: EMAIL, password: PASSWORD, attributes: { name: markup } });
  await open(page);
  await user(page, EMAIL).getByText('Manage').click();
  await user(page, EMAIL).getByText('Attributes').click();
  await expect(page.getByText(markup)).toBeVisible();
  await expect(page.locator('main img')).toHaveCount(0);
});

test('a switch changes the setting', async ({ page, pool }) => {
  await open(page, 'Settings');
  const sign = page.getByRole('switch', { name: 'Sign-up', exact: true });
  await expect(sign).toBeChecked();
  await sign.focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('main').getByText('Saved')).toBeVisible();
  await expect(sign).not.toBeChecked();
  await said(page, 'Sign-up: saved.');
  expect((await pool.settings()).sign_up_enabled).toBe(false);
  const refused = await cognito(pool, 'SignUp', { Username: EMAIL, Password: PASSWORD });
  expect((await refused.json()).__type).toBe('NotAuthorizedException');

  await page.getByLabel('Second factor', { exact: true }).selectOption('on: everybody');
  await expect.poll(async () => (await pool.settings()).mfa.configuration).toBe('ON');
  await unfold(page, 'Tokens');
  await page.getByLabel('Access tokens').fill('300');
  await page.keyboard.press('Enter');
  await expect(page.getByText('seconds (5 minutes)')).toBeVisible();
  await expect.poll(async () => (await pool.settings()).tokens.access_seconds).toBe(300);

  await pool.changeSettings({ sign_up_enabled: true });
  await expect(sign).toBeChecked();
});

test('what makes no sense is refused in the dev pool’s words, and goes back', async ({ page, pool }) => {
  await open(page, 'Settings');
  const aliases = page.getByRole('group', { name: 'Aliases' });
  await aliases.getByLabel('email').click();
  await expect(aliases.getByText(/username_attributes and alias_attributes exclude each other/)).toBeVisible();
  await expect(aliases.getByLabel('email')).not.toBeChecked();
  await expect(aliases).toHaveAccessibleDescription(/exclude each other/);
  await said(page, /Aliases: not changed\./);

  await unfold(page, 'Tokens');
  const access = page.getByLabel('Access tokens');
  await access.fill('0');
  await access.blur();
  await expect(page.getByRole('main').getByText('tokens.access_seconds is 0, but must be from 1 to 315360000')).toBeVisible();
  await expect(access).toHaveValue('3600');
  await access.fill('');
  await access.blur();
  await expect(page.getByRole('main').getByText('This must be a whole number.')).toBeVisible();
  await expect(access).toHaveValue('3600');
});

test('presets and the defaults', async ({ page, pool }) => {
  await open(page, 'Settings');
  const before = await pool.settings();
  const preset = page.getByRole('button', { name: /^User names/ });
  await preset.click();
  await expect(preset.getByText('in force')).toBeVisible();
  await expect(page.getByLabel('People sign in with')).toHaveValue('3');
  await expect(page.getByRole('group', { name: 'Aliases' }).getByLabel('preferred user name')).toBeChecked();
  for (const name of [/^MFA with/, /^MFA by/, /^Passwordless/, /^Remember/, /^Short/, /^Strict/]) {
    await page.getByRole('button', { name }).click();
    await expect(page.getByRole('button', { name }).getByText('in force')).toBeVisible();
  }
  await unfold(page, 'All settings as JSON');
  await expect(part(page, 'All settings as JSON')).toContainText('"LITE"');
  await page.getByRole('button', { name: /^Defaults/ }).click();
  await expect(preset.getByText('in force')).toBeHidden();
  expect(await pool.settings()).toEqual(before);
});

test('a fault made on the page strikes, and another is removed', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await open(page, 'Clock and faults');
  await page.getByLabel('Operation', { exact: true }).selectOption('InitiateAuth');
  await page.getByLabel('Exception').fill('PasswordResetRequiredException');
  await page.getByLabel('Its message').fill('By the page');
  await page.getByRole('button', { name: 'Add fault' }).click();
  const faults = part(page, 'Clock and faults').getByRole('listitem').filter({ hasText: 'InitiateAuth' });
  await expect(faults).toContainText('the next call');
  await expect(page.getByText('1 fault in force')).toBeVisible();
  const struck = await signIn(pool);
  expect(await struck.json()).toMatchObject({ __type: 'PasswordResetRequiredException', message: 'By the page' });
  await expect(faults).toHaveCount(0);
  expect((await signIn(pool)).status).toBe(200);

  await page.getByLabel('What happens').selectOption('HTTP status');
  await page.getByRole('button', { name: 'Add fault' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'status must be from 200 to 599' })).toBeVisible();
  await page.getByLabel('HTTP status').fill('503');
  await page.getByLabel('every call until removed').check();
  await page.getByRole('button', { name: 'Add fault' }).click();
  await expect(faults).toContainText('every call');
  expect((await signIn(pool)).status).toBe(503);
  await page.getByRole('link', { name: 'Requests' }).click();
  const latest = part(page, 'Requests').getByRole('listitem').first();
  await expect(latest).toContainText('InitiateAuth');
  await expect(latest).toContainText('503');
  await expect(latest).toContainText('fault: status');
  await page.getByRole('link', { name: 'Clock and faults' }).click();
  await page.getByRole('button', { name: 'Remove the fault of InitiateAuth' }).click();
  await expect(page.getByText('None. Everything works.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Faults in force' })).toBeFocused();
  expect((await signIn(pool)).status).toBe(200);

  await page.getByRole('button', { name: 'Copy waf@fault.test' }).click();
  await expect.poll(() => clipboard(page)).toBe('waf@fault.test');
});

test('the clock is advanced and put right', async ({ page, pool }) => {
  await signUp(pool);
  await open(page, 'Clock and faults');
  await page.getByRole('button', { name: '+1 hour' }).click();
  await expect(page.getByText("1 hour ahead of this machine's clock.")).toBeVisible();
  await expect(page.getByText(/^Running, version .* · clock 1 hour ahead$/)).toBeVisible();
  await expect(messages(page).first()).toContainText('1 hour ago');
  await page.getByLabel('Advance by').fill('2');
  await page.getByLabel('Unit').selectOption('days');
  await page.getByRole('button', { name: 'Advance', exact: true }).click();
  await expect(page.getByText('2 days 1 hour ahead')).toHaveCount(2);
  await expect(messages(page).first()).toContainText('2 days ago');
  await page.getByRole('button', { name: 'Back to the right time' }).click();
  await expect(page.getByText("The same as this machine's clock.")).toBeVisible();
  await expect(messages(page).first()).not.toContainText('ago');
});

test('a user is created, disabled, given an app, deleted', async ({ page, pool }) => {
  await open(page);
  await page.getByText('Create a user').click();
  await page.getByLabel('Sign-in name').fill(EMAIL);
  await page.getByLabel('Password', { exact: true }).fill('weak');
  await page.getByRole('button', { name: 'Create user' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /Password did not conform with policy/ })).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('email address verified').uncheck();
  await page.getByLabel('Attributes', { exact: true }).fill('custom:agentName=007\nname=Ada');
  await page.getByRole('button', { name: 'Create user' }).click();
  const card = user(page, EMAIL);
  await expect(card).toContainText('Confirmed');
  await expect(card).toContainText('not verified');
  await expect(page.getByLabel('Sign-in name')).toBeHidden();
  expect((await pool.user(EMAIL)).attributes).toMatchObject({ 'custom:agentName': '007', name: 'Ada', email_verified: 'false' });

  expect((await signIn(pool)).status).toBe(200);
  await expect(card).toContainText('1 session');
  await card.getByText('Manage').click();
  await card.getByText('Sign-ins').click();
  await expect(card.getByText('signed in', { exact: true })).toBeVisible();
  await card.getByRole('button', { name: `Disable ${EMAIL}` }).click();
  await expect(card.getByText('Disabled')).toBeVisible();
  expect((await pool.user(EMAIL)).enabled).toBe(false);
  await card.getByRole('button', { name: `Enable ${EMAIL}` }).click();
  await expect(card.getByText('Disabled')).toBeHidden();
  await card.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(card).toContainText('not signed in');

  await card.getByRole('button', { name: 'Give an authenticator app' }).click();
  await expect(card).toContainText('second factor: authenticator app');
  await expect(card.getByRole('button', { name: /^Copy \d{6}$/ })).toBeVisible();
  await card.getByRole('button', { name: 'Force a password reset' }).click();
  await expect(card).toContainText('Must reset the password');
  await card.getByRole('button', { name: `Set confirmed ${EMAIL}` }).click();
  await expect(card).toContainText('Confirmed');

  const remove = card.getByRole('button', { name: `Delete… ${EMAIL}` });
  const dialog = page.getByRole('dialog', { name: `Delete ${EMAIL}?` });
  await remove.click();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(remove).toBeFocused();
  await remove.click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Nobody yet.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Users' })).toBeFocused();
  await expect(pool.user(EMAIL)).rejects.toThrow('404');
});

test('users begin with a temporary password or with none', async ({ page, pool }) => {
  await open(page);
  await page.getByText('Create a user').click();
  await page.getByLabel('Sign-in name').fill(EMAIL);
  await page.getByLabel(/a temporary password/).check();
  await page.getByLabel('Password', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Create user' }).click();
  await expect(user(page, EMAIL)).toContainText('Must choose a password');
  await expect(messages(page).first()).toContainText('Temporary password');

  await page.getByText('Create a user').click();
  await page.getByLabel('Sign-in name').fill('bob@example.com');
  await page.getByLabel(/no password/).check();
  await expect(page.getByLabel('Password', { exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Create user' }).click();
  await expect(user(page, 'bob@example.com')).toContainText('no password');
  await page.getByText('Create a user').click();
  await expect(page.getByLabel('Password', { exact: true })).toBeEnabled();
});

test('everything is reset once that is confirmed', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await open(page, 'Settings');
  await page.getByRole('button', { name: 'Reset everything…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reset everything?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect((await pool.user(EMAIL)).email).toBe(EMAIL);
  await page.getByRole('button', { name: 'Reset everything…' }).click();
  await dialog.getByRole('button', { name: 'Reset everything' }).click();
  await said(page, 'Everything is reset.');
  await expect(pool.user(EMAIL)).rejects.toThrow('404');
});

test('says that the dev pool is gone, and that it is there again', async ({ page, expectProblem }) => {
  expectProblem(/net::ERR_CONNECTION_REFUSED/);
  const state = mkdtempSync(join(tmpdir(), 'doorward-outbox-'));
  const begin = async (port: string) => {
    const { child, started } = startServer(join(ROOT, 'target/debug/devpool'), ['--quiet', '--port', port, '--state', join(state, 'state.json')],
      { ready: /^devpool listening on (http:\/\/[\d.]+:(\d+))/ });
    const [, origin, at] = await started;
    return { child, origin, port: at };
  };
  let running = await begin('0');
  try {
    const pool = { origin: running.origin } as Pool;
    await signUp(pool);
    await page.goto(`${running.origin}/_devpool/`);
    await expect(messages(page)).toHaveCount(1);
    await stop(running.child);
    const notice = page.getByRole('complementary', { name: 'Notice' });
    await expect(notice).toContainText('The dev pool does not answer. Start it again');
    await expect(page.getByText('Not running')).toBeVisible();
    await said(page, 'The dev pool does not answer.');
    await expect(messages(page)).toHaveCount(1);
    await page.getByRole('link', { name: 'Settings' }).click();

    running = await begin(running.port);
    await expect(notice).toContainText(/The dev pool was started again\. It has read its state from .*state\.json\./);
    await expect(page.getByText(/^Running, version/)).toBeVisible();
    await expect(page.getByRole('switch', { name: 'Sign-up', exact: true })).toBeChecked();
    await expect(messages(page).getByText('New', { exact: true })).toBeHidden();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(notice).toBeHidden();
  } finally {
    await stop(running.child);
    rmSync(state, { recursive: true, force: true });
  }
});

test('asks only while somebody looks, and only for what is shown', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname.replace('/_devpool/', '')));
  await page.clock.install();
  await open(page, 'Requests');
  await expect(page.getByText('None yet.')).toBeVisible();
  asked.length = 0;
  await page.clock.runFor(1000);
  await expect.poll(() => [...new Set(asked)].sort()).toEqual(['clock', 'faults', 'health', 'messages', 'requests']);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  asked.length = 0;
  await page.clock.runFor(60_000);
  expect(asked).toEqual([]);
  await page.evaluate(() => {
    Reflect.deleteProperty(document, 'hidden');
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => asked).toContain('health');
});

for (const [width, height] of [[390, 844], [640, 400], [1280, 800]] as const) {
  test(`fits into ${width} × ${height}, with nothing inline and names for everything`, async ({ page, pool }) => {
    await page.setViewportSize({ width, height });
    await pool.createUser({ email: 'somebody.with.quite.a.long.name@a-rather-long-domain.example.com' });
    await open(page);
    const names = ['Messages', 'Users', 'Settings', 'Clock and faults', 'Requests', 'Pool'];
    // Where there is room, the messages are beside everything else.
    for (const name of names.slice(width > 1024 ? 1 : 0)) {
      await page.getByRole('link', { name, exact: true }).click();
      await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
    }
    expect(await page.evaluate(() => document.querySelectorAll('[style], style, script:not([src]), [onclick]').length)).toBe(0);
    const nameless = await page.evaluate(() => [...document.querySelectorAll<HTMLInputElement>('input, select, textarea')]
      .filter((field) => field.labels?.length === 0).map((field) => field.outerHTML));
    expect(nameless).toEqual([]);
  });
}
