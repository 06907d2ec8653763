// Signing in at another provider: through the pool's domain and back, and every way that can go wrong.
import { expect, poolConfig, redirects, test as base, withSite, type Config } from './support/fixtures';
import {
  EMAIL, PASSWORD, PREFIX, appStarted, button, calls, expectProblemShown, field, fillSignIn, greeting, heading, hold, message, paths, record, says, sessionKeys, signedIn, storage,
} from './support/pages';
import type { Page, Request } from '@playwright/test';
import { openLater, sections } from './support/account';
import { pretendProvider } from '../../tools/lib.mjs';
import type { Pool } from './support/pool';

/** A site with the dev pool's provider; the pool leads back to it. */
const test = base.extend<{ pool: Pool }>({
  site: [async ({ poolOrigin }, use) => {
    const config = poolConfig(poolOrigin);
    config.auth.oauth = pretendProvider([]);
    await withSite(config, use);
  }, { scope: 'worker' }],
  pool: async ({ pool, site }, use) => {
    const { redirect_sign_in_uri, redirect_sign_out_uri } = redirects(site.origin);
    await pool.changeSettings({ oauth: { callback_urls: redirect_sign_in_uri, logout_urls: redirect_sign_out_uri } });
    await use(pool);
  },
});

const PROVIDER = 'PretendSocial', MIRA = 'Mira Okafor';
const continueWith = (page: Page) => button(page, says('ContinueWith', PROVIDER));
const atProvider = (page: Page) => page.getByRole('heading', { level: 1, name: `Who are you at ${PROVIDER}?` });
const choose = (page: Page, who: string) => page.getByRole('button', { name: who }).click();

async function toProvider(page: Page, path = paths.login) {
  await page.goto(path);
  await continueWith(page).click();
  await expect(atProvider(page)).toBeVisible();
}

async function signInAs(page: Page, who = MIRA, path = paths.login) {
  await toProvider(page, path);
  await choose(page, who);
  await expect(greeting(page, who)).toBeVisible();
}

/** The addresses of the app that the browser was led back to, with their codes. */
function comebacks(page: Page): string[] {
  const urls: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest() && new URL(request.url()).pathname === paths.callback) urls.push(request.url());
  });
  return urls;
}

/** The sign-in did not work, for this reason; nobody is signed in, and the address says nothing. */
async function expectFailed(page: Page, key: string) {
  await expect(heading(page, 'CallbackFailedTitle')).toBeVisible();
  await expectProblemShown(page, key);
  await expect(page).toHaveURL(paths.callback);
  await expect(page).toHaveTitle(new RegExp(says('CallbackFailedTitle')));
  expect(sessionKeys(await storage(page))).toEqual([]);
}

const backToSignIn = (page: Page) => page.getByRole('main').getByRole('link', { name: says('BackToSignIn') });

test('somebody new signs in, out, and in again', async ({ page, pool }) => {
  await signInAs(page);
  await expect(page).toHaveURL(paths.profile);
  const first = await pool.user('pretendsocial_1001');
  const stored = await storage(page), mine = `${PREFIX}.${first.username}`;
  expect(sessionKeys(stored)).toEqual([
    `${PREFIX}.LastAuthUser`, `${PREFIX}.oauthSignIn`, `${mine}.accessToken`, `${mine}.clockDrift`, `${mine}.idToken`, `${mine}.refreshToken`, 'user_token',
  ].sort());
  expect(stored[`${PREFIX}.oauthSignIn`]).toBe('true,false');
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await signInAs(page);
  expect((await pool.user('pretendsocial_1001')).username).toBe(first.username);
});

test('the sign-up page has the same way', async ({ page, pool }) => {
  await signInAs(page, MIRA, paths.signUp);
  expect((await pool.user('pretendsocial_1001')).status).toBe('EXTERNAL_PROVIDER');
});

test('nothing secret and no page that was asked for is in an address on the way', async ({ page, pool }) => {
  const requests = record(page);
  await page.goto(`${paths.profile}?tab=1`);
  await expect(page).toHaveURL(new RegExp(`${paths.login}\\?next=`));
  await continueWith(page).click();
  await expect(atProvider(page)).toBeVisible();
  await choose(page, MIRA);
  await expect(greeting(page, MIRA)).toBeVisible();
  await expect(page).toHaveURL(`${paths.profile}?tab=1`);
  const toPool = requests.filter((request) => request.url().startsWith(new URL(pool.origin).origin));
  const [authorize] = toPool.filter((request) => request.url().includes('/oauth2/authorize'));
  const query = new URL(authorize.url()).searchParams;
  expect(query.get('response_type')).toBe('code');
  expect(query.get('code_challenge_method')).toBe('S256');
  for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name), name).toMatch(/^[\w-]{43}$/);
  const [token] = toPool.filter((request) => request.url().endsWith('/oauth2/token') && request.method() === 'POST');
  const verifier = new URLSearchParams(token.postData() ?? '').get('code_verifier')!;
  expect(verifier).toMatch(/^[\w-]{43}$/);
  for (const request of requests) {
    const url = decodeURIComponent(request.url());
    expect(url).not.toContain(verifier);
    if (url.startsWith(pool.origin)) expect(url).not.toContain(paths.profile);
    expect(request.headers().referer ?? '').not.toContain('code=');
  }
  expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
});

test('the way back passes by the address with the code', async ({ page, pool }) => {
  await page.goto(paths.home);
  await signInAs(page);
  await page.goBack();
  await expect(atProvider(page)).toBeVisible();
  await page.goBack();
  // The login page, which is not for people who are signed in.
  await expect(page).toHaveURL(paths.profile);
  await expect(greeting(page, MIRA)).toBeVisible();
  expect(await pool.requests('OAuthToken')).toHaveLength(1);
});

test('whoever comes back without choosing can choose again', async ({ page, pool }) => {
  await toProvider(page);
  await page.goBack();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await continueWith(page).click();
  await choose(page, MIRA);
  await expect(greeting(page, MIRA)).toBeVisible();
  expect(await pool.requests('OAuthToken')).toHaveLength(1);
});

test('the button is busy until the provider is there, and works once', async ({ page, pool }) => {
  await page.goto(paths.login);
  await appStarted(page);
  const release = await hold(page, /\/assets\/account-/);
  await continueWith(page).click();
  const busy = button(page, says('Opening', PROVIDER));
  await expect(busy).toHaveAttribute('aria-busy', 'true');
  await expect(busy).toBeFocused();
  await page.keyboard.press('Enter');
  release();
  await expect(atProvider(page)).toBeVisible();
  expect(await calls(pool, 'OAuthAuthorize')).toBe(1);
});

test('a button that is pressed before the app is there waits for it', async ({ page, pool }) => {
  // A site that was built with a provider has its button in the page already.
  const drawn = `<button type="button" class="button">${says('ContinueWith', PROVIDER)}</button>`;
  await page.route(`**${paths.signUp}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('<p class="card__foot">', `${drawn}$&`) });
  });
  const release = await hold(page, /\/assets\/main-/);
  await page.goto(paths.signUp, { waitUntil: 'commit' });
  await continueWith(page).click();
  await expect(continueWith(page)).toHaveAttribute('aria-busy', 'true');
  release();
  await expect(atProvider(page)).toBeVisible();
  expect(await calls(pool, 'OAuthAuthorize')).toBe(1);
});

test('by keyboard alone', async ({ page }) => {
  await page.goto(paths.login);
  await appStarted(page);
  await button(page, 'Sign in').press('Tab');
  await expect(continueWith(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(atProvider(page)).toBeVisible();
  await page.getByRole('button', { name: MIRA }).press('Enter');
  await expect(greeting(page, MIRA)).toBeVisible();
  await expect(greeting(page, MIRA)).toBeFocused();
});

test('somebody who cancels is told that nothing has changed, and comes to the page they wanted after all', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(`${paths.profile}?tab=1`);
  await continueWith(page).click();
  await choose(page, 'Cancel');
  await expectFailed(page, 'SocialCancelled');
  await backToSignIn(page).click();
  await expect(heading(page, 'LoginTitle')).toBeFocused();
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(`${paths.profile}?tab=1`);
  expect(await calls(pool, 'OAuthToken')).toBe(0);
});

test('an address that has an account with a password leads back to the password', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await toProvider(page);
  await page.getByLabel('Somebody else, by email address').fill(EMAIL);
  await page.getByRole('button', { name: 'Continue with this address' }).click();
  await expectFailed(page, 'SocialEmailTaken');
  await backToSignIn(page).click();
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('other refusals of the pool are told apart', async ({ page, pool }) => {
  await pool.changeSettings({ oauth: { scopes: ['openid'] } });
  await page.goto(paths.login);
  await continueWith(page).click();
  await expectFailed(page, 'SocialMisconfigured');
  await pool.changeSettings({ oauth: { scopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'] } });
  await pool.fault({ operation: 'OAuthAuthorize', kind: 'error', name: 'server_error', message: 'x', status: 500 });
  await page.goto(paths.login);
  await continueWith(page).click();
  await expectFailed(page, 'SocialServerTrouble');
});

test('an answer with another state is not used', async ({ page, pool }) => {
  await toProvider(page);
  await page.goto(`${paths.callback}?code=00000000-0000-4000-8000-000000000000&state=forged`);
  await expectFailed(page, 'SocialOtherState');
  expect(await calls(pool, 'OAuthToken')).toBe(0);
});

test('an address that was used before leads nowhere', async ({ page, pool }) => {
  const urls = comebacks(page);
  await signInAs(page);
  const [used] = urls;
  await page.goto(used);
  await expect(greeting(page, MIRA)).toBeVisible();
  await expect(page).toHaveURL(paths.profile);
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await page.goto(used);
  await expectFailed(page, 'SocialStray');
  await page.reload();
  await expectFailed(page, 'SocialStray');
  expect(await calls(pool, 'OAuthToken')).toBe(1);
});

test('a code that is too old is explained', async ({ page, pool }) => {
  await page.route('**/oauth2/token', async (route) => {
    await pool.advanceClock(301);
    await route.continue();
  });
  await toProvider(page);
  await choose(page, MIRA);
  await expectFailed(page, 'SocialCodeSpent');
  await page.unroute('**/oauth2/token');
  await backToSignIn(page).click();
  await continueWith(page).click();
  await choose(page, MIRA);
  await expect(greeting(page, MIRA)).toBeVisible();
});

test('an answer after more than an hour is explained', async ({ page, pool }) => {
  await page.clock.setSystemTime(Date.now() - 3700_000);
  await toProvider(page);
  await page.clock.setSystemTime(Date.now());
  await choose(page, MIRA);
  await expectFailed(page, 'SocialTooLate');
  expect(await calls(pool, 'OAuthToken')).toBe(0);
});

test('a sign-in that was begun in another tab is finished there', async ({ page, context, pool }) => {
  let comeback = '';
  await page.route(/\/oauth2\/idpresponse/, async (route) => {
    comeback = (await route.fetch({ maxRedirects: 0 })).headers().location;
    await route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Held</title>' });
  });
  await toProvider(page);
  await choose(page, MIRA);
  await expect(page).toHaveTitle('Held');
  const other = await context.newPage();
  await other.goto(comeback);
  await expectFailed(other, 'SocialStray');
  expect(await calls(pool, 'OAuthToken')).toBe(0);
  await page.goto(comeback);
  await expect(greeting(page, MIRA)).toBeVisible();
});

test('without a network the last step can be tried again', async ({ page, pool }) => {
  await pool.fault({ operation: 'OAuthToken', kind: 'drop', count: null });
  await toProvider(page);
  await choose(page, MIRA);
  await expectFailed(page, 'FaultOffline');
  await pool.clearFaults();
  await pool.fault({ operation: 'OAuthToken', kind: 'status', status: 503, body: 'down' });
  await button(page, says('TryAgain')).click();
  await expectFailed(page, 'FaultServerDown');
  await button(page, says('TryAgain')).click();
  await expect(greeting(page, MIRA)).toBeVisible();
  await expect(greeting(page, MIRA)).toBeFocused();
});

test('an ID token that was made for another request is not used', async ({ page }) => {
  await page.route('**/oauth2/token', async (route) => {
    const answer = await route.fetch(), tokens = await answer.json();
    const [head, claims, signature] = tokens.id_token.split('.');
    const forged = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), nonce: 'other' };
    tokens.id_token = [head, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
    await route.fulfill({ response: answer, json: tokens });
  });
  await toProvider(page);
  await choose(page, MIRA);
  await expectFailed(page, 'SocialOtherToken');
});

test('signing out ends the session at the pool too, and the provider asks again', async ({ page, pool }) => {
  await signInAs(page);
  const left: Request[] = record(page);
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect(page).toHaveURL(paths.signOut);
  await expect(message(page, 'SignedOutNotAtPool')).toHaveCount(0);
  expect(sessionKeys(await storage(page))).toEqual([]);
  expect((await pool.requests('RevokeToken')).map((call) => call.status)).toEqual([200]);
  expect((await pool.requests('Logout')).map((call) => call.status)).toEqual([302]);
  const [logout] = left.filter((request) => new URL(request.url()).pathname === '/logout');
  expect([...new URL(logout.url()).searchParams.keys()].sort()).toEqual(['client_id', 'logout_uri']);
  await toProvider(page);
});

test('signing out without a network is done here, and says what is left', async ({ page, pool }) => {
  await signInAs(page);
  // Each time: browsers try again by themselves on a connection that was open before.
  await pool.fault({ operation: 'RevokeToken', kind: 'drop', count: null });
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect(message(page, 'SignedOutNotAtPool')).toBeVisible();
  expect(sessionKeys(await storage(page))).toEqual([]);
  expect(await calls(pool, 'Logout')).toBe(0);
});

test('signing out of a session with a password does not go there', async ({ page, pool }) => {
  await signedIn(page, pool);
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect.poll(async () => (await pool.requests('RevokeToken')).map((call) => call.status)).toEqual([200]);
  expect(await calls(pool, 'Logout')).toBe(0);
});

test('the session is renewed like any other, and stays over a reload', async ({ page, pool }) => {
  await signInAs(page);
  await pool.fault({ operation: 'GetUser', kind: 'error', name: 'NotAuthorizedException', message: 'Access Token has expired', status: 400 });
  await page.reload();
  await expect.poll(async () => (await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status)).toEqual([200]);
  await expect(greeting(page, MIRA)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).at(-1)?.status).toBe(200);
});

test('whoever signs in elsewhere while somebody is signed in here is the one who is signed in', async ({ page, context, pool }) => {
  await toProvider(page);
  const other = await context.newPage();
  await signedIn(other, pool);
  await choose(page, MIRA);
  await expect(greeting(page, MIRA)).toBeVisible();
  await expect(greeting(other, MIRA)).toBeVisible();
  const tokens = Object.keys(await storage(page)).filter((key) => key.endsWith('Token') && key.startsWith(PREFIX));
  expect(tokens, "nobody else's tokens are left").toHaveLength(3);
});

test('whoever leaves the page for answers before it is done is let go', async ({ page }) => {
  const release = await hold(page, /\/assets\/account-/);
  await page.goto(`${paths.callback}?code=x&state=y`);
  await page.getByRole('banner').getByRole('link', { name: says('SignInLink') }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  release();
  await continueWith(page).click();
  await expect(atProvider(page)).toBeVisible();
});

test('a browser that keeps nothing for the tab is told before anybody is sent away', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('denied', 'SecurityError'); } }));
  await page.goto(paths.login);
  await continueWith(page).click();
  await expectProblemShown(page, 'SocialNoStorage');
  await expect(continueWith(page)).toBeEnabled();
});

for (const [who, name, left] of [['the same person', MIRA, 1], ['somebody else', 'Jonas Lind', 0]] as const) {
  test(`when ${who} comes back from proving who they are, the session of before is over at the pool too`, async ({ page, pool }) => {
    await signInAs(page);
    await openLater(page, pool, sections.data, 'DataTitle');
    const { username, email } = await pool.user('pretendsocial_1001');
    await field(page, says('DeleteConfirm', email)).fill(email);
    await button(page, says('Delete')).click();
    await page.getByRole('dialog').getByRole('button', { name: says('ContinueWith', PROVIDER) }).click();
    await choose(page, name);
    await expect(heading(page, 'DataTitle')).toBeVisible();
    await expect.poll(async () => (await pool.requests('RevokeToken')).map((call) => call.status)).toEqual([200]);
    expect((await pool.user(username)).sessions).toBe(left);
  });
}

test('the provider is known from the ID token while the pool does not answer', async ({ page, pool }) => {
  await signInAs(page);
  await pool.fault({ operation: 'GetUser', kind: 'status', status: 503, body: 'down', count: null });
  await page.goto(paths.accountPassword);
  await expect(page.getByRole('heading', { name: says('PasswordProviderTitle', PROVIDER) })).toBeVisible();
  await page.goto(sections.data);
  await expect(page.getByRole('term')).toHaveText(PROVIDER);
});

test('opening the page for answers without one says what to do', async ({ page, pool }) => {
  await page.goto(paths.callback);
  await expectFailed(page, 'SocialStray');
  await signedIn(page, pool);
  await page.goto(paths.callback);
  await expect(page).toHaveURL(paths.profile);
});

/** The configuration of this worker's site, changed. */
async function configure(page: Page, origin: string, change: (config: Config) => void) {
  const config = await (await fetch(`${origin}/config.json`)).json() as Config;
  change(config);
  await page.route('**/config.json', (route) => route.fulfill({ json: config }));
}

test('without providers in the configuration there are no buttons', async ({ page, site }) => {
  await configure(page, site.origin, (config) => { delete config.auth.oauth; });
  for (const path of [paths.login, paths.signUp]) {
    await page.goto(path);
    await appStarted(page);
    await expect(field(page, 'Password')).toBeVisible();
    await expect(continueWith(page)).toHaveCount(0);
  }
  await page.goto(paths.callback);
  await expectFailed(page, 'SocialStray');
});

test('where nobody could come back to there are no buttons, and developers are told why', async ({ page, site }) => {
  await configure(page, site.origin, (config) => { config.auth.oauth.redirect_sign_in_uri = ['https://app.example.test/auth/callback']; });
  await page.goto(paths.login);
  await appStarted(page);
  await expect(field(page, 'Password')).toBeVisible();
  await expect(continueWith(page)).toHaveCount(0);
  await page.goto(paths.callback);
  await expect(heading(page, 'ConfigTitle')).toBeVisible();
  await expect(page.getByRole('definition').first()).toHaveText('auth.oauth.redirect_sign_in_uri');
  await expect(page.getByRole('definition').nth(1)).toHaveText('https://app.example.test/auth/callback');
});
