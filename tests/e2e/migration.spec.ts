// Migration both ways: a session of amazon-cognito-identity-js or Amplify is one of the app and the other way round, with
// the libraries themselves at the other end. docs/migration.md says for people what is proved here.
import type { Page } from '@playwright/test';
import { LIBRARIES, NAMES, expect, pathOf, test, type Flow, type Library, type Name } from './support/libraries';
import { poolConfig, redirects, withSite, type Pool } from './support/fixtures';
import {
  EMAIL, PASSWORD, PREFIX, agentName, button, greeting, heading, hold, message, openWithAccount, paths, profile, says, signIn, storage,
} from './support/pages';
import { pretendProvider } from '../../tools/lib.mjs';

const EVERY_WAY = NAMES.flatMap((name) => (['USER_SRP_AUTH', 'USER_PASSWORD_AUTH'] as Flow[]).map((flow) => ({ name, flow })));
const user = { email: EMAIL, password: PASSWORD, attributes: { 'custom:agentName': '007' } };

/** The session in storage: whose it is, and the tokens that change. */
async function kept(page: Page) {
  const stored = await storage(page), name = stored[`${PREFIX}.LastAuthUser`];
  const of = (key: string) => stored[`${PREFIX}.${name}.${key}`];
  return { name, access: of('accessToken'), refresh: of('refreshToken') };
}
/** What is under the libraries' keys, without the names before. */
const keys = async (page: Page) =>
  Object.keys(await storage(page)).filter((key) => key.startsWith('CognitoIdentityServiceProvider.')).map((key) => key.split('.').at(-1)).sort();
const DEVICE = ['deviceGroupKey', 'deviceKey', 'randomPasswordKey'];

/** The calls that are answered with tokens or lead to some, by flow or challenge, the oldest first. */
const tokenCalls = async (pool: Pool) => (await pool.requests())
  .filter(({ operation }) => ['InitiateAuth', 'RespondToAuthChallenge', 'GetTokensFromRefreshToken'].includes(operation))
  .map((call) => call.challenge ?? call.auth_flow ?? call.operation);
const refusals = async (pool: Pool) => (await pool.requests()).filter((call) => call.error).map((call) => `${call.operation}: ${call.error}`);

/** Another hour passes for everyone: the access token is over. */
async function anHourPasses(page: Page, pool: Pool, hours = 1) {
  await pool.advanceClock(3601);
  await page.clock.setSystemTime(Date.now() + hours * 3601_000);
}

/** Their page in the app, with all that the pool knows. */
async function expectProfile(page: Page, sub: string, agent = '007') {
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ sub, email: EMAIL, agentName: agent });
}
/** The library takes the stored session for a good one, and so does the pool. */
async function expectGood(library: Library, sub: string, access: string) {
  expect(await library.session()).toEqual({ sub, access, valid: true });
  expect(await library.attributes()).toMatchObject({ sub, email: EMAIL });
}

/** Somebody who has signed in by the app's own form, and sees their page. */
async function signedInHere(page: Page, pool: Pool) {
  const { sub } = await pool.createUser(user);
  await signIn(page);
  await expectProfile(page, sub);
  return sub;
}
const signOutHere = async (page: Page) => {
  await button(page, says('SignOut')).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
};

/** Changes the agent's name in the app: the access token that it does that with. */
async function tokenInUse(page: Page, name: string): Promise<string> {
  const update = page.waitForRequest((request) => request.headers()['x-amz-target']?.endsWith('.UpdateUserAttributes'));
  await agentName(page).fill(name);
  await button(page, says('Save')).click();
  const { AccessToken } = (await update).postDataJSON();
  await expect(message(page, 'Saved')).toBeVisible();
  return AccessToken;
}

// ------------------------------------------------------------------------------------------- from a library to here
for (const { name, flow } of EVERY_WAY) {
  test(`a session that ${LIBRARIES[name]} made by ${flow} goes on here, and there with the tokens from here`, async ({ page, pool, open }) => {
    const { sub, username } = await pool.createUser(user);
    const library = await open(name);
    expect(await library.signIn(flow)).toBe('DONE');
    const made = await kept(library.page), asked = await tokenCalls(pool);
    // With the password itself nobody tells the library what the pool calls the person: it keeps what was typed.
    expect(made.name).toBe(flow === 'USER_SRP_AUTH' ? username : EMAIL);

    await page.goto(paths.profile);
    await expectProfile(page, sub);
    expect(await kept(page)).toEqual(made);
    expect(await tokenCalls(pool), 'nothing was asked for again').toEqual(asked);

    const details = (await storage(page))[`${PREFIX}.${made.name}.signInDetails`];
    await anHourPasses(page, pool);
    await page.reload();
    await expect.poll(async () => (await kept(page)).access).not.toBe(made.access);
    await expectProfile(page, sub);
    const renewed = await kept(page);
    expect(renewed.name).toBe(made.name);
    expect((await storage(page))[`${PREFIX}.${made.name}.signInDetails`]).toBe(details);
    expect(await tokenCalls(pool)).toEqual([...asked, 'GetTokensFromRefreshToken']);

    // The page that was open all the time, and one that is loaded now.
    await expectGood(library, sub, renewed.access);
    await library.open();
    await expectGood(library, sub, renewed.access);
    expect(await tokenCalls(pool)).toEqual([...asked, 'GetTokensFromRefreshToken']);

    await signOutHere(page);
    expect(await keys(page)).toEqual([]);
    expect(await library.session()).toBeNull();
    expect(await refusals(pool)).toEqual([]);
  });
}

test('a name that the pool knows somebody by besides their own makes them nobody else', async ({ page, pool, open }) => {
  const { sub } = await pool.createUser(user);
  const library = await open('identity-js');
  await library.signIn('USER_PASSWORD_AUTH');
  await page.goto(paths.profile);
  await expectProfile(page, sub);
  await expect.poll(async () => (await pool.requests('GetUser')).at(-1)?.status).toBe(200);
  await pool.clearRequests();
  // Coming back to the page is no reason to ask who it is: it is the one who was there. (Saving asks, before and after.)
  await page.evaluate(() => dispatchEvent(new Event('online')));
  expect(await tokenInUse(page, 'Q')).toBe((await kept(page)).access);
  await expect.poll(async () => (await pool.requests()).map((call) => call.operation)).toEqual(['GetUser', 'UpdateUserAttributes', 'GetUser']);
  expect((await kept(page)).name).toBe(EMAIL);
});

test('signing in with amazon-cognito-identity-js in another tab shows here', async ({ page, pool, open }) => {
  const { sub } = await pool.createUser(user);
  await openWithAccount(page, paths.login);
  await (await open('identity-js')).signIn();
  await expectProfile(page, sub);
});

test('signing in with Amplify in another tab shows here, though it stores the name before the tokens', async ({ page, pool, open }) => {
  const { sub } = await pool.createUser(user);
  await openWithAccount(page, paths.login);
  const library = await open('amplify');
  await library.call('holdTokens');
  // This tab has seen the name, and found nothing to go with it.
  await page.evaluate((prefix) => {
    (window as any).seen = new Promise<void>((resolve) => {
      addEventListener('storage', ({ key }) => { if (key === `${prefix}.LastAuthUser`) setTimeout(resolve); });
    });
  }, PREFIX);
  const signedIn = library.signIn();
  await page.evaluate(() => (window as any).seen);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await library.page.evaluate(() => (window as any).library.letGo());
  expect(await signedIn).toBe('DONE');
  await expectProfile(page, sub);
});

// ------------------------------------------------------------------------------------------- from here to a library
for (const name of NAMES) {
  test(`a session from here goes on with ${LIBRARIES[name]}, and here with the tokens from there`, async ({ page, pool, open }) => {
    const sub = await signedInHere(page, pool);
    const made = await kept(page), asked = await tokenCalls(pool);
    const library = await open(name);
    await expectGood(library, sub, made.access);
    expect(await tokenCalls(pool), 'nothing was asked for again').toEqual(asked);

    const renewed = await library.refresh();
    expect(renewed).toMatchObject({ sub, valid: true });
    expect(await kept(page)).toEqual({ ...made, access: renewed.access });
    expect(renewed.access).not.toBe(made.access);

    // In the tab that was open all the time, and after a reload.
    expect(await tokenInUse(page, 'Q')).toBe(renewed.access);
    await page.reload();
    await expectProfile(page, sub, 'Q');
    expect(await tokenInUse(page, '008')).toBe(renewed.access);
    expect(await tokenCalls(pool)).toEqual([...asked, name === 'amplify' ? 'GetTokensFromRefreshToken' : 'REFRESH_TOKEN_AUTH']);
    expect(await refusals(pool)).toEqual([]);
  });

  test(`a session from here that is over is refreshed by ${LIBRARIES[name]}, and by nobody else`, async ({ page, pool, open }) => {
    const sub = await signedInHere(page, pool);
    const made = await kept(page), asked = await tokenCalls(pool);
    await anHourPasses(page, pool);
    const library = await open(name);
    const renewed = await library.session();
    expect(renewed).toMatchObject({ sub, valid: true });
    expect(renewed!.access).not.toBe(made.access);
    expect(await tokenInUse(page, 'Q')).toBe(renewed!.access);
    expect(await tokenCalls(pool)).toHaveLength(asked.length + 1);
    expect(await refusals(pool)).toEqual([]);
  });
}

test('Amplify does not sign in over a session from here', async ({ page, pool, open }) => {
  await signedInHere(page, pool);
  const library = await open('amplify');
  await expect(library.signIn()).rejects.toThrow(expect.objectContaining({ name: 'UserAlreadyAuthenticatedException' }));
});

test('what is changed here shows in the copy that amazon-cognito-identity-js keeps of the attributes', async ({ page, pool, open }) => {
  await pool.createUser(user);
  const library = await open('identity-js');
  await library.signIn();
  expect(await library.call('keptAttributes')).toMatchObject({ 'custom:agentName': '007' });
  await page.goto(paths.profile);
  await expect(agentName(page)).toHaveValue('007');
  await tokenInUse(page, 'Q');
  expect(await library.call('keptAttributes')).toMatchObject({ 'custom:agentName': 'Q' });
});

test('the copy of the access token for the boilerplate follows what a library does', async ({ page, pool, open }) => {
  await pool.createUser(user);
  const library = await open('amplify');
  await library.signIn();
  await page.goto(paths.profile);
  await expect(greeting(page)).toBeVisible();
  const copy = async () => (await storage(page)).user_token;
  await expect.poll(copy, { message: 'after a sign-in' }).toBe((await kept(page)).access);
  const { access } = await library.refresh();
  expect(await tokenInUse(page, 'Q')).toBe(access);
  await expect.poll(copy, { message: 'after a refresh' }).toBe(access);
  await library.signOut();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect.poll(copy, { message: 'after a sign-out' }).toBeUndefined();
});

test('the Hub of Amplify tells its open page what happens here', async ({ page, pool, open }) => {
  const library = await open('amplify');
  const events = () => library.call<string[]>('events');
  await library.page.evaluate(() => {
    const seen: string[] = (window as any).seen = [];
    addEventListener('storage', ({ key }) => { seen.push(key!.split('.').at(-1)!); });
  });
  await signedInHere(page, pool);
  // It asks who it is as soon as it sees a refresh token: whoever stores one last is understood in any case.
  const seen = () => library.page.evaluate(() => (window as any).seen as string[]);
  await expect.poll(seen).toEqual(expect.arrayContaining(['LastAuthUser', 'refreshToken']));
  const order = (await seen()).filter((key) => ['accessToken', 'idToken', 'LastAuthUser', 'refreshToken'].includes(key));
  expect(order.at(-1)).toBe('refreshToken');
  await expect.poll(events).toEqual(['signedIn']);
  await anHourPasses(page, pool);
  await tokenInUse(page, 'Q');
  await expect.poll(events).toEqual(['signedIn', 'tokenRefresh']);
  await signOutHere(page);
  await expect.poll(events).toEqual(['signedIn', 'tokenRefresh', 'signedOut']);
});

// ---------------------------------------------------------------------------------------------------- rotation
const ROTATION = { refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 0 } };

test('refresh tokens that rotate are handed on between here and Amplify', async ({ page, pool, open }) => {
  await pool.changeSettings(ROTATION);
  const sub = await signedInHere(page, pool);
  const made = await kept(page), library = await open('amplify');
  const { access } = await library.refresh();
  // Another tab sees what was stored a moment later.
  await expect.poll(async () => (await kept(page)).refresh).not.toBe(made.refresh);
  const first = await kept(page);
  expect(await tokenInUse(page, 'Q')).toBe(access);

  // The tab that was open all the time refreshes with the token that Amplify stored ...
  await anHourPasses(page, pool);
  const second = await tokenInUse(page, '008');
  expect(second).not.toBe(access);
  expect((await kept(page)).refresh).not.toBe(first.refresh);
  // ... and Amplify's page, open all the time as well, goes on with that.
  await expectGood(library, sub, second);
  await anHourPasses(page, pool, 2);
  const third = await library.session();
  expect(third!.access).not.toBe(second);
  await page.reload();
  await expectProfile(page, sub, '008');
  expect(await tokenInUse(page, '009')).toBe(third!.access);
  expect((await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status)).toEqual([200, 200, 200]);
  expect(await refusals(pool)).toEqual([]);
});

test('where Amplify refreshes at the same moment, its tokens are taken in place of the refusal', async ({ page, pool, open, poolOrigin }) => {
  await pool.changeSettings(ROTATION);
  const sub = await signedInHere(page, pool);
  const library = await open('amplify');
  await anHourPasses(page, pool);
  const late = page.waitForRequest((request) => request.headers()['x-amz-target']?.endsWith('.GetTokensFromRefreshToken'));
  const release = await hold(page, `${poolOrigin}/`);
  await agentName(page).fill('Q');
  await button(page, says('Save')).click();
  await late;
  const { access } = await library.refresh();
  release();
  await expect(message(page, 'Saved')).toBeVisible();
  await expectProfile(page, sub, 'Q');
  await expectGood(library, sub, access);
  expect((await kept(page)).access).toBe(access);
  expect(await refusals(pool)).toEqual(['GetTokensFromRefreshToken: RefreshTokenReuseException']);
});

// It refreshes by REFRESH_TOKEN_AUTH, which an app client with rotation refuses (developer guide, "Refresh tokens"). What
// is true then: it uses what there is, cannot renew it, and spoils nothing.
test('where refresh tokens rotate, amazon-cognito-identity-js lives on what is refreshed here', async ({ page, pool, open }) => {
  await pool.changeSettings(ROTATION);
  const sub = await signedInHere(page, pool);
  const library = await open('identity-js');
  await expectGood(library, sub, (await kept(page)).access);
  await anHourPasses(page, pool);
  const before = await storage(page);
  await expect(library.session()).rejects.toThrow(/flow not enabled/);
  expect(await storage(page)).toEqual(before);
  const renewed = await tokenInUse(page, 'Q');
  await expectGood(library, sub, renewed);
});

// ---------------------------------------------------------------------------------------------------- signing out
for (const name of NAMES) {
  test(`signing out here signs ${LIBRARIES[name]} out`, async ({ page, pool, open }) => {
    const sub = await signedInHere(page, pool);
    const library = await open(name);
    await expectGood(library, sub, (await kept(page)).access);
    // It leaves a copy of the attributes.
    if (name === 'identity-js') await library.call('keptAttributes');
    await signOutHere(page);
    expect(await keys(page)).toEqual([]);
    expect(await library.session()).toBeNull();
    await library.open();
    expect(await library.session()).toBeNull();
  });

  test(`signing out with ${LIBRARIES[name]} signs out the tab that is open here`, async ({ page, pool, open }) => {
    await signedInHere(page, pool);
    const library = await open(name);
    if (name === 'identity-js') await library.call('keptAttributes');
    await library.signOut();
    await expect(heading(page, 'LoginTitle')).toBeVisible();
    await expect(page).toHaveURL(paths.login);
    await expect.poll(() => keys(page)).toEqual([]);
    expect((await pool.requests('RevokeToken')).map((call) => call.status)).toEqual([200]);
    await page.goto(paths.profile);
    await expect(heading(page, 'LoginTitle')).toBeVisible();
  });
}

// ---------------------------------------------------------------------------------------------------- clocks
// amazon-cognito-identity-js keeps by how many seconds the machine is ahead, Amplify by how many milliseconds it is behind.
const DAY = 86_400;
const DRIFT: Record<Name, (ahead: number) => number> = { 'identity-js': (ahead) => ahead, amplify: (ahead) => -1000 * ahead };
for (const name of NAMES) {
  for (const [what, ahead] of [['ahead', DAY], ['behind', -DAY]] as const) {
    test(`on a machine whose clock is a day ${what}, ${LIBRARIES[name]} and the app take over from each other`, async ({ page, pool, open }) => {
      const { sub } = await pool.createUser(user);
      await page.clock.setSystemTime(Date.now() + ahead * 1000);
      const library = await open(name);
      await library.signIn();
      const { name: whose, access } = await kept(library.page);
      const drift = Number((await storage(library.page))[`${PREFIX}.${whose}.clockDrift`]);
      expect(Math.round(drift / DRIFT[name](DAY))).toBe(Math.sign(ahead));
      await expectGood(library, sub, access);

      await page.goto(paths.profile);
      await expectProfile(page, sub);
      await library.open();
      expect(await library.session()).toMatchObject({ sub, valid: true });
      expect(await library.attributes()).toMatchObject({ sub, email: EMAIL });

      await library.leave();
      await signOutHere(page);
      await signIn(page);
      await expectProfile(page, sub);
      await library.open();
      expect(await library.session()).toMatchObject({ sub, valid: true });
      expect(await library.attributes()).toMatchObject({ sub, email: EMAIL });
      await page.reload();
      await expectProfile(page, sub);
      expect(await refusals(pool)).toEqual([]);
    });
  }
}

// ---------------------------------------------------------------------------------------------------- devices
for (const { name, flow } of EVERY_WAY) {
  test(`a device that ${LIBRARIES[name]} had confirmed, signed in by ${flow}, counts here`, async ({ page, pool, open }) => {
    await pool.changeSettings({ devices: { mode: 'always' } });
    const { sub } = await pool.createUser(user);
    const library = await open(name);
    await library.signIn(flow);
    expect((await keys(library.page)).filter((key) => DEVICE.includes(key!))).toEqual(DEVICE);
    // From now on whoever comes without it is asked for a code.
    await pool.giveTotp(EMAIL);
    // The session of a device is refreshed only together with its key ...
    await anHourPasses(page, pool);
    await page.goto(paths.profile);
    await expectProfile(page, sub);
    await library.leave();
    await signOutHere(page);
    expect(await keys(page)).toEqual(DEVICE);
    // ... and the device stands in for the code.
    await signIn(page);
    await expectProfile(page, sub);
    expect((await tokenCalls(pool)).slice(-2)).toEqual(['DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER']);
    expect(await refusals(pool)).toEqual([]);
  });
}

for (const name of NAMES) {
  test(`a device that was confirmed here counts for ${LIBRARIES[name]}`, async ({ page, pool, open }) => {
    await pool.changeSettings({ devices: { mode: 'always' } });
    const sub = await signedInHere(page, pool);
    await pool.giveTotp(EMAIL);
    const library = await open(name);
    const { access } = await library.refresh();
    await expectGood(library, sub, access);
    await library.signOut();
    await expect.poll(() => keys(page)).toEqual(DEVICE);
    expect(await library.signIn()).toBe('DONE');
    expect((await tokenCalls(pool)).slice(-2)).toEqual(['DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER']);
    await page.goto(paths.profile);
    await expectProfile(page, sub);
    expect(await refusals(pool)).toEqual([]);
  });
}

// ------------------------------------------------------------------------------------------------ the pool's domain
const withDomain = test.extend<{ pool: Pool }>({
  site: [async ({ poolOrigin }, use) => {
    const config = poolConfig(poolOrigin);
    config.auth.oauth = pretendProvider([]);
    await withSite(config, use);
  }, { scope: 'worker' }],
  pool: async ({ pool, site }, use) => {
    const { redirect_sign_in_uri, redirect_sign_out_uri } = redirects(site.origin), amplify = site.origin + pathOf('amplify');
    await pool.changeSettings({ oauth: { callback_urls: [...redirect_sign_in_uri, amplify], logout_urls: [...redirect_sign_out_uri, amplify] } });
    await use(pool);
  },
});
const PROVIDER = 'PretendSocial', MIRA = 'Mira Okafor';

withDomain('a session that Amplify got through the domain goes on here, and ends at the domain', async ({ page, pool, open }) => {
  const library = await open('amplify');
  await library.call('toDomain', PROVIDER);
  await library.page.getByRole('button', { name: MIRA }).click();
  await library.page.waitForURL((url) => url.pathname === pathOf('amplify') && !url.search);
  await expect.poll(() => library.session()).not.toBeNull();

  await page.goto(paths.profile);
  await expect(greeting(page, MIRA)).toBeVisible();
  expect((await storage(page))[`${PREFIX}.oauthSignIn`]).toBe('true,false');
  const ends = page.waitForRequest((request) => new URL(request.url()).pathname === '/logout');
  await button(page, says('SignOut')).click();
  await ends;
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  expect(await library.session()).toBeNull();
  expect(await keys(page)).toEqual([]);
});

withDomain('a session through the domain from here goes on with Amplify, and ends at the domain', async ({ page, open }) => {
  await page.goto(paths.login);
  await button(page, says('ContinueWith', PROVIDER)).click();
  await page.getByRole('button', { name: MIRA }).click();
  await expect(greeting(page, MIRA)).toBeVisible();
  const library = await open('amplify');
  expect(await library.attributes()).toMatchObject({ name: MIRA });
  const ends = library.page.waitForRequest((request) => new URL(request.url()).pathname === '/logout');
  await library.call('signOutAtDomain');
  await ends;
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect.poll(() => keys(page)).toEqual([]);
});
