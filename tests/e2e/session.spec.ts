import { expect, test, type Pool } from './support/fixtures';
import {
  EMAIL, PASSWORD, PREFIX, agentName, appStarted, button, calls, expectSignedOutStorage, field, fillSignIn, greeting, heading, message, paths,
  profile, says, sessionKeys, signIn, signedIn, storage, stored,
} from './support/pages';
import type { Page } from '@playwright/test';

/** An hour passes for everyone: the access token is over. */
async function anHourPasses(page: Page, pool: Pool) {
  await pool.advanceClock(3601);
  await page.clock.setSystemTime(Date.now() + 3601_000);
}
const refreshes = (pool: Pool) => calls(pool, 'GetTokensFromRefreshToken');

test('after a reload one is still signed in, without asking for new tokens', async ({ page, pool }) => {
  await signedIn(page, pool, { attributes: { 'custom:agentName': '007' } });
  const before = await storage(page);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect(agentName(page)).toHaveValue('007');
  expect(await storage(page)).toEqual(before);
  expect(await refreshes(pool)).toBe(0);
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
});

test('an access token that is over is refreshed at the next visit', async ({ page, pool }) => {
  await signedIn(page, pool, { attributes: { 'custom:agentName': '007' } });
  const before = await storage(page);
  await anHourPasses(page, pool);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => refreshes(pool)).toBe(1);
  await expect.poll(() => profile(page)).toMatchObject({ agentName: '007' });
  const after = await storage(page);
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  expect(after.user_token).not.toBe(before.user_token);
  expect(after.user_token).toBe(after[`${PREFIX}.${after[`${PREFIX}.LastAuthUser`]}.accessToken`]);
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
});

test('a page that stays open renews its tokens by itself before they end', async ({ page, pool }) => {
  await page.clock.install();
  await signedIn(page, pool);
  const before = (await storage(page)).user_token;
  await pool.advanceClock(3550);
  await page.clock.fastForward(3550_000);
  await expect.poll(() => refreshes(pool)).toBe(1);
  await expect.poll(async () => (await storage(page)).user_token).not.toBe(before);
  await expect(greeting(page)).toBeVisible();
});

test('where refresh tokens rotate, the new one is kept', async ({ page, pool }) => {
  await pool.changeSettings({ refresh_token_rotation: { enabled: true } });
  const { username } = await signedIn(page, pool);
  const key = `${PREFIX}.${username}.refreshToken`, before = (await storage(page))[key];
  await anHourPasses(page, pool);
  await page.reload();
  await expect.poll(async () => (await storage(page))[key]).not.toBe(before);
  await expect(greeting(page)).toBeVisible();
  await pool.advanceClock(3601);
  await page.clock.setSystemTime(Date.now() + 2 * 3601_000);
  await page.reload();
  await expect.poll(() => refreshes(pool)).toBe(2);
  await expect(greeting(page)).toBeVisible();
  expect((await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status)).toEqual([200, 200]);
});

test('a refresh token that was used before ends the session', async ({ page, pool }) => {
  await pool.changeSettings({ refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 0 } });
  const { username } = await signedIn(page, pool);
  const key = `${PREFIX}.${username}.refreshToken`, old = (await storage(page))[key];
  await anHourPasses(page, pool);
  await page.reload();
  await expect.poll(async () => (await storage(page))[key]).not.toBe(old);
  await expect.poll(async () => (await pool.requests('GetUser')).at(-1)?.status).toBe(200);
  await page.evaluate(([key, old]) => localStorage.setItem(key, old), [key, old]);
  await pool.advanceClock(3601);
  await page.clock.setSystemTime(Date.now() + 2 * 3601_000);
  await page.reload();
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await expectSignedOutStorage(page);
});

test('a session that was revoked ends with a message, the email address stays', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.changeUser(EMAIL, { sign_out: true });
  await anHourPasses(page, pool);
  await page.reload();
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expectSignedOutStorage(page);
  expect((await pool.requests('GetTokensFromRefreshToken')).map((call) => call.error)).toEqual(['NotAuthorizedException']);
});

test('a session that was revoked ends even if its access token still looks good', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.changeUser(EMAIL, { sign_out: true });
  await page.reload();
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await expectSignedOutStorage(page);
});

test('a user who was deleted is signed out', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.deleteUser(EMAIL);
  await page.reload();
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await expectSignedOutStorage(page);
});

test('after the end of a session signing in leads back to the same page', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(`${paths.profile}?x=y`);
  await expect(greeting(page)).toBeVisible();
  await pool.changeUser(EMAIL, { sign_out: true });
  await page.reload();
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(`${paths.profile}?x=y`);
  await expect(greeting(page)).toBeVisible();
});

test('the page that was asked for is remembered when the session turns out to have ended', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.changeUser(EMAIL, { sign_out: true });
  await page.goto(`${paths.login}?next=${encodeURIComponent(`${paths.profile}?x=y`)}`);
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(`${paths.profile}?x=y`);
});

for (const [what, fault, key] of [
  ['the connection drops', { kind: 'drop' }, 'FaultOffline'],
  ['the service is down', { kind: 'status', status: 503, body: 'down' }, 'FaultServerDown'],
  ['there are too many requests', { kind: 'error', name: 'TooManyRequestsException' }, 'ErrTooManyRequests'],
  ['the answer cannot be read', { kind: 'garbage' }, 'FaultGarbled'],
] as const) {
  test(`when a refresh fails because ${what}, the session is kept and can be tried again`, async ({ page, pool }) => {
    await signedIn(page, pool, { attributes: { 'custom:agentName': '007' } });
    const before = await storage(page);
    await anHourPasses(page, pool);
    await pool.fault({ operation: 'GetTokensFromRefreshToken', count: null, ...fault });
    await page.reload();
    await expect(message(page, 'Stale')).toContainText(says(key));
    await expect(greeting(page)).toBeVisible();
    await expect(agentName(page)).toHaveValue('007');
    expect(await storage(page)).toEqual(before);
    await pool.clearFaults();
    await button(page, says('TryAgain')).click();
    await expect(message(page, 'Stale')).toHaveCount(0);
    expect((await storage(page)).user_token).not.toBe(before.user_token);
  });
}

test('what came late does not undo what was typed meanwhile', async ({ page, pool }) => {
  await signedIn(page, pool, { attributes: { 'custom:agentName': '007' } });
  await pool.fault({ operation: 'GetUser', kind: 'status', status: 503, body: 'down', count: null });
  await page.reload();
  await expect(message(page, 'Stale')).toBeVisible();
  await agentName(page).fill('typed');
  await pool.changeUser(EMAIL, { attributes: { 'custom:agentName': 'changed elsewhere' } });
  await pool.clearFaults();
  await button(page, says('TryAgain')).click();
  await expect.poll(() => profile(page)).toMatchObject({ agentName: 'changed elsewhere' });
  await expect(agentName(page)).toHaveValue('typed');
});

test('two tabs that need new tokens at the same moment ask once', async ({ page, context, pool }) => {
  await pool.changeSettings({ refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 0 } });
  await signedIn(page, pool);
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  // The greeting comes before the profile, and a reload would break the call off.
  await expect.poll(async () => (await pool.requests('GetUser')).map((call) => call.status)).toEqual([200, 200]);
  await anHourPasses(page, pool);
  await Promise.all([page.reload(), other.reload()]);
  await expect(greeting(page)).toBeVisible();
  await expect(greeting(other)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).filter((call) => call.status === 200).length).toBeGreaterThanOrEqual(4);
  expect((await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status)).toEqual([200]);
});

test('signing in in one tab signs in the other', async ({ page, context, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  const other = await context.newPage();
  await other.goto(`${paths.profile}?x=y`);
  await expect(heading(other, 'LoginTitle')).toBeVisible();
  await appStarted(other);
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await expect(greeting(other)).toBeVisible();
  await expect(other).toHaveURL(`${paths.profile}?x=y`);
});

test('signing out in one tab signs out the other', async ({ page, context, pool }) => {
  await signedIn(page, pool);
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect(heading(other, 'LoginTitle')).toBeVisible();
  await expect(other).toHaveURL(paths.login);
  await expectSignedOutStorage(other);
});

test('somebody else signing in in another tab shows there and here', async ({ page, context, pool }) => {
  await signedIn(page, pool);
  await pool.createUser({ email: 'bob@example.com', password: PASSWORD });
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  await button(other, 'Sign out').click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await signIn(other, { email: 'bob@example.com' });
  await expect(greeting(other, 'bob@example.com')).toBeVisible();
  await expect(greeting(page, 'bob@example.com')).toBeVisible();
});

test('storage that is emptied by other means signs out', async ({ page, context, pool }) => {
  await signedIn(page, pool);
  const other = await context.newPage();
  await other.goto(paths.home);
  await other.evaluate(() => localStorage.clear());
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('signing out works without a network: nothing of the session stays here', async ({ page, context, pool }) => {
  await signedIn(page, pool);
  await context.setOffline(true);
  await button(page, 'Sign out').click();
  await expectSignedOutStorage(page);
  await expect(greeting(page)).toHaveCount(0);
  await context.setOffline(false);
  await page.goto(paths.profile);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

for (const [fault, description] of [
  [{ kind: 'drop' }, 'cannot be reached'], [{ kind: 'error', name: 'UnsupportedTokenTypeException' }, 'refuses to revoke'],
] as const) {
  test(`signing out works when the service ${description}`, async ({ page, pool }) => {
    await signedIn(page, pool);
    await pool.fault({ operation: 'RevokeToken', count: null, ...fault });
    await button(page, 'Sign out').click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
    await expectSignedOutStorage(page);
  });
}

test('after signing out the token is worth nothing', async ({ page, pool, request, poolOrigin }) => {
  await signedIn(page, pool);
  const token = (await storage(page)).user_token;
  await button(page, 'Sign out').click();
  await expect.poll(async () => (await pool.requests('RevokeToken')).at(-1)?.status).toBe(200);
  const answer = await request.post(`${poolOrigin}/`, {
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser' },
    data: JSON.stringify({ AccessToken: token }),
  });
  expect(answer.status()).toBe(400);
  expect((await answer.json()).__type).toContain('NotAuthorizedException');
});

test('the keys of a remembered device survive a sign-out', async ({ page, pool }) => {
  const { username } = await signedIn(page, pool);
  const key = `${PREFIX}.${username}.deviceKey`;
  await page.evaluate((key) => localStorage.setItem(key, 'us-east-1_device'), key);
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  expect(sessionKeys(await storage(page))).toEqual([key]);
});

const jwt = (claims: unknown) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const tokens = (access: string) => ({
  [`${PREFIX}.LastAuthUser`]: 'somebody', [`${PREFIX}.somebody.accessToken`]: access, [`${PREFIX}.somebody.idToken`]: access, [`${PREFIX}.somebody.refreshToken`]: 'refresh',
});
for (const [what, garbage] of Object.entries<Record<string, string>>({
  'half of a session': { [`${PREFIX}.LastAuthUser`]: 'somebody', [`${PREFIX}.somebody.accessToken`]: 'a.b.c' },
  'an empty name': { [`${PREFIX}.LastAuthUser`]: '' },
  'tokens that are no JWT': tokens('not a token'),
  'tokens with other JSON in them': tokens(jwt([1, 2])),
  'claims of the wrong type': tokens(jwt({ exp: 'soon', username: 5 })),
  'a time beyond all numbers': tokens(jwt({ exp: 1e300, username: 'somebody', token_use: 'access' })),
  'a forged token': tokens(jwt({ exp: 4_000_000_000, iat: 1, username: 'somebody', token_use: 'access', email: 'x@example.com' })),
  'an email address that is none': { User_Email: '{"broken": <script>' },
  'very long values': { User_Email: 'x'.repeat(100_000), user_token: 'y'.repeat(100_000) },
  'the session of another client': { 'CognitoIdentityServiceProvider.other.LastAuthUser': 'somebody', 'CognitoIdentityServiceProvider.other.somebody.accessToken': 'a.b.c' },
})) {
  test(`${what} in storage does no harm`, async ({ page, pool }) => {
    await pool.createUser({ email: EMAIL, password: PASSWORD });
    await stored(page, garbage);
    await page.goto(paths.profile);
    await expect(page).toHaveURL(paths.login);
    await expect(field(page, 'Email')).toHaveValue('');
    await fillSignIn(page);
    await button(page, 'Sign in').click();
    await expect(greeting(page)).toBeVisible();
    await page.reload();
    await expect(greeting(page)).toBeVisible();
  });
}
