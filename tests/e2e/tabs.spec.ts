// One session in several real tabs: one refresh for all of them, whatever they are doing, and one end.
import { expect, test, type Pool } from './support/fixtures';
import {
  EMAIL, PASSWORD, PREFIX, agentName, appStarted, button, calls, configure, expectSignedOutStorage, goodUntil, greeting, heading, message, paths,
  profile, signIn, signedIn, storage, timePasses,
} from './support/pages';
import type { BrowserContext, Page } from '@playwright/test';

const HOUR = 3601;
/** Where a second use of a refresh token ends the session, at once. */
const STRICT = { refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 0 } };
/** Where a refresh token that was used can be used again for a while, because answers get lost. */
const LENIENT = { refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 60 } };

const refreshes = async (pool: Pool) => (await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status);
const answered = async (pool: Pool, operation: string) => (await pool.requests(operation)).filter((call) => call.status === 200).length;
const each = <T>(tabs: Page[], act: (tab: Page) => Promise<T>) => Promise.all(tabs.map(act));

/** Somebody signed in, in so many tabs in all, with nothing under way. */
async function openTabs(page: Page, context: BrowserContext, pool: Pool, count: number): Promise<Page[]> {
  await signedIn(page, pool);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => context.newPage()));
  await each(others, (tab) => tab.goto(paths.profile));
  await each(others, (tab) => expect(greeting(tab)).toBeVisible());
  await expect.poll(() => answered(pool, 'GetUser')).toBe(count);
  return [page, ...others];
}

/** Watches how long each tab says that its access is good; the function it gives waits until all of them say something else. */
async function renewal(tabs: Page[]): Promise<() => Promise<unknown>> {
  const before = await each(tabs, (tab) => goodUntil(tab).innerText());
  return () => Promise.all(tabs.map((tab, at) => expect(goodUntil(tab)).not.toHaveText(before[at])));
}

/** The access tokens that calls of an operation were made with from now on. */
function tokensUsed(context: BrowserContext, operation: string): Set<string> {
  const used = new Set<string>();
  context.on('request', (request) => {
    if (request.headers()['x-amz-target']?.endsWith(`.${operation}`)) used.add(request.postDataJSON().AccessToken);
  });
  return used;
}

/** Shows that a tab can still do what needs a session. */
async function saves(tab: Page, agent: string) {
  await agentName(tab).fill(agent);
  await button(tab, 'Save').click();
  await expect(message(tab, 'Saved')).toBeVisible();
}

/** The network is back, as browsers say it. */
const online = (tab: Page) => tab.evaluate(() => { dispatchEvent(new Event('online')); });

test('five tabs that are all reloaded after an hour ask for new tokens once', async ({ page, context, pool }) => {
  test.slow();
  await pool.changeSettings(STRICT);
  const tabs = await openTabs(page, context, pool, 5);
  await timePasses(page, pool, HOUR);
  const used = tokensUsed(context, 'GetUser');
  await each(tabs, (tab) => tab.reload());
  await each(tabs, (tab) => expect(greeting(tab)).toBeVisible());
  await expect.poll(() => answered(pool, 'GetUser')).toBeGreaterThanOrEqual(10);
  expect(await refreshes(pool)).toEqual([200]);
  const { user_token } = await storage(page);
  expect([...used]).toEqual([user_token]);
});

test('five open tabs that have to renew at the same moment do it once, and the others take it over', async ({ page, context, pool }) => {
  test.slow();
  await page.clock.install();
  await pool.changeSettings(STRICT);
  const tabs = await openTabs(page, context, pool, 5);
  const before = await storage(page), renewed = await renewal(tabs);
  await pool.advanceClock(3550);
  await page.clock.fastForward(3550_000);
  await renewed();
  expect((await storage(page)).user_token).not.toBe(before.user_token);
  const used = tokensUsed(context, 'UpdateUserAttributes');
  for (const [at, tab] of tabs.entries()) await saves(tab, `00${at}`);
  expect(await refreshes(pool)).toEqual([200]);
  expect([...used]).toEqual([(await storage(page)).user_token]);
});

test('a tab that stood still while another one renewed takes over the new tokens when it goes on', async ({ page, context, pool }) => {
  await pool.changeSettings(STRICT);
  const [awake, asleep] = await openTabs(page, context, pool, 2);
  await timePasses(page, pool, HOUR);
  const renewed = await renewal([asleep]);
  // A page that is in view cannot be frozen, and without a screen every page is: a debugger stops its script and holds back its events as well.
  const debug = await context.newCDPSession(asleep), stopped = new Promise((resolve) => debug.once('Debugger.paused', resolve));
  await debug.send('Debugger.enable');
  await debug.send('Debugger.pause');
  const stirring = debug.send('Runtime.evaluate', { expression: '0' });
  await stopped;
  await awake.reload();
  await expect(greeting(awake)).toBeVisible();
  await expect.poll(() => answered(pool, 'GetUser')).toBe(3);
  await debug.send('Debugger.resume');
  await stirring;
  await renewed();
  await saves(asleep, '007');
  expect(await refreshes(pool)).toEqual([200]);
});

test('a tab in the background that was told nothing finds new tokens when it is looked at', async ({ page, context, pool }) => {
  await pool.changeSettings(STRICT);
  await signedIn(page, pool);
  const behind = await context.newPage();
  // Its timers do not run, and no news of other tabs comes through.
  await behind.addInitScript(() => {
    const soon = setTimeout;
    window.setTimeout = ((then: () => void, after = 0) => (after < 1000 ? soon(then, after) : 0)) as typeof setTimeout;
    addEventListener('storage', (event) => event.stopImmediatePropagation(), true);
    delete (window as any).BroadcastChannel;
  });
  await behind.goto(paths.profile);
  await expect(greeting(behind)).toBeVisible();
  await expect.poll(() => answered(pool, 'GetUser')).toBe(2);
  const before = await goodUntil(behind).innerText(), renewed = await renewal([behind]);
  await timePasses(page, pool, HOUR);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => answered(pool, 'GetUser')).toBe(3);
  expect(await goodUntil(behind).innerText()).toBe(before);
  await behind.evaluate(() => { document.dispatchEvent(new Event('visibilitychange', { bubbles: true })); });
  await renewed();
  expect(await refreshes(pool)).toEqual([200]);
});

test('new tokens show in a tab that came upon them by itself', async ({ page, context, pool }) => {
  await configure(context, { doorward: { sign_out_after: { idle_minutes: 1440 } } });
  await pool.changeSettings(STRICT);
  await signedIn(page, pool);
  const other = await context.newPage();
  // News of other tabs come late.
  await other.addInitScript(() => {
    addEventListener('storage', (event) => event.stopImmediatePropagation(), true);
    delete (window as any).BroadcastChannel;
  });
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  await expect.poll(() => answered(pool, 'GetUser')).toBe(2);
  const renewed = await renewal([other]);
  await timePasses(page, pool, HOUR);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => refreshes(pool)).toEqual([200]);
  // It looks at the storage, whoever is active, and then hears that there is something new.
  await other.keyboard.press('Shift');
  await other.evaluate(() => { document.dispatchEvent(new Event('visibilitychange', { bubbles: true })); });
  await renewed();
  expect(await refreshes(pool)).toEqual([200]);
});

for (const [what, fault, outcome] of [
  ['the connection drops', { kind: 'drop' }, null],
  ['the service is down', { kind: 'status', status: 503, body: 'down' }, 503],
  ['the answer cannot be read', { kind: 'garbage' }, 200],
  ['there are too many requests', { kind: 'error', name: 'TooManyRequestsException' }, 400],
] as const) {
  test(`three tabs outlive a refresh that fails because ${what}, and go on afterwards`, async ({ page, context, pool }) => {
    test.slow();
    await page.clock.install();
    await pool.changeSettings(STRICT);
    const tabs = await openTabs(page, context, pool, 3);
    const before = await storage(page), renewed = await renewal(tabs);
    await pool.fault({ operation: 'GetTokensFromRefreshToken', count: null, ...fault });
    await pool.advanceClock(3550);
    await page.clock.fastForward(3550_000);
    // Each of the tabs has had its turn.
    await expect.poll(async () => (await refreshes(pool)).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
    for (const tab of tabs) await expect(greeting(tab)).toBeVisible();
    expect(await storage(page)).toEqual(before);
    await pool.clearFaults();
    await pool.clearRequests();
    await each(tabs, online);
    await renewed();
    for (const tab of tabs) await expect(greeting(tab)).toBeVisible();
    expect((await refreshes(pool)).filter((status) => status !== outcome)).toHaveLength(outcome === 200 ? 0 : 1);
    await saves(tabs[2], '007');
  });
}

test('an answer that takes long is waited for by all tabs', async ({ page, context, pool }) => {
  await page.clock.install();
  await pool.changeSettings(STRICT);
  const tabs = await openTabs(page, context, pool, 3), renewed = await renewal(tabs);
  await pool.fault({ operation: 'GetTokensFromRefreshToken', kind: 'delay', ms: 4000, count: null });
  await pool.advanceClock(3550);
  await page.clock.fastForward(3550_000);
  await renewed();
  expect(await refreshes(pool)).toEqual([200]);
});

test('a tab that is closed in the middle of its refresh leaves the way to the others', async ({ page, context, pool }) => {
  await pool.changeSettings(LENIENT);
  const [closing, waiting, open] = await openTabs(page, context, pool, 3);
  await timePasses(page, pool, HOUR);
  await pool.fault({ operation: 'GetTokensFromRefreshToken', kind: 'delay', ms: 10_000 });
  const { user_token } = await storage(page);
  await closing.reload();
  await expect.poll(() => calls(pool, 'GetTokensFromRefreshToken')).toBe(1);
  await waiting.reload();
  await appStarted(waiting);
  await closing.close();
  await expect(greeting(waiting)).toBeVisible();
  await saves(open, '007');
  expect((await storage(open)).user_token).not.toBe(user_token);
  // The one whose answer nobody waits for any more, and one for both that are left.
  expect((await refreshes(pool)).length).toBe(2);
});

test('signing out in one of five tabs shows in all of them', async ({ page, context, pool }) => {
  test.slow();
  const [leaving, ...others] = await openTabs(page, context, pool, 5);
  await button(leaving, 'Sign out').click();
  await expect(heading(leaving, 'SignedOutTitle')).toBeVisible();
  await each(others, (tab) => expect(heading(tab, 'LoginTitle')).toBeVisible());
  for (const tab of others) {
    await expect(tab).toHaveURL(paths.login);
    await expect(message(tab, 'NoticeSessionEnded')).toHaveCount(0);
  }
  await expectSignedOutStorage(page);
  expect((await pool.requests('RevokeToken')).map((call) => call.status)).toEqual([200]);
});

test('tokens that arrive after somebody signed out in another tab are revoked and kept nowhere', async ({ page, context, pool, poolOrigin }) => {
  await pool.changeSettings(LENIENT);
  const [refreshing, leaving] = await openTabs(page, context, pool, 2);
  await timePasses(page, pool, HOUR);
  let release = () => {};
  const gate = new Promise<void>((resolve) => { release = resolve; });
  let late = '';
  await refreshing.route(`${poolOrigin}/`, async (route) => {
    if (!route.request().headers()['x-amz-target'].endsWith('.GetTokensFromRefreshToken')) return route.continue();
    const answer = await route.fetch();
    late = (await answer.json()).AuthenticationResult.RefreshToken;
    await gate;
    await route.fulfill({ response: answer });
  });
  const revoked: string[] = [];
  context.on('request', (request) => {
    if (request.headers()['x-amz-target']?.endsWith('.RevokeToken')) revoked.push(request.postDataJSON().Token);
  });
  await refreshing.reload();
  await expect.poll(() => late).not.toBe('');
  await button(leaving, 'Sign out').click();
  await expect(heading(leaving, 'SignedOutTitle')).toBeVisible();
  release();
  await expect(heading(refreshing, 'LoginTitle')).toBeVisible();
  await expect.poll(() => revoked).toContain(late);
  await expect.poll(() => answered(pool, 'RevokeToken')).toBe(2);
  await expectSignedOutStorage(page);
  await refreshing.reload();
  await expect(heading(refreshing, 'LoginTitle')).toBeVisible();
  expect((await pool.user(EMAIL)).sessions).toBe(0);
});

test('signing out while the answer to a refresh is on its way leaves nobody signed in', async ({ page, context, pool }) => {
  await pool.changeSettings(LENIENT);
  const [refreshing, leaving] = await openTabs(page, context, pool, 2);
  await timePasses(page, pool, HOUR);
  await pool.fault({ operation: 'GetTokensFromRefreshToken', kind: 'delay', ms: 2000, count: null });
  await refreshing.reload();
  await expect.poll(() => calls(pool, 'GetTokensFromRefreshToken')).toBe(1);
  await button(leaving, 'Sign out').click();
  await expect(heading(leaving, 'SignedOutTitle')).toBeVisible();
  await expect(heading(refreshing, 'LoginTitle')).toBeVisible();
  await expect.poll(async () => (await refreshes(pool)).every((status) => status !== null)).toBe(true);
  await expectSignedOutStorage(page);
  expect((await pool.user(EMAIL)).sessions).toBe(0);
});

test('whoever signs in instead shows in every tab', async ({ page, context, pool }) => {
  await pool.createUser({ email: 'bob@example.com', password: PASSWORD });
  const tabs = await openTabs(page, context, pool, 3);
  await button(tabs[1], 'Sign out').click();
  await expect(heading(tabs[0], 'LoginTitle')).toBeVisible();
  await expect(heading(tabs[2], 'LoginTitle')).toBeVisible();
  await signIn(tabs[1], { email: 'bob@example.com' });
  await each(tabs, (tab) => expect(greeting(tab, 'bob@example.com')).toBeVisible());
  // Nothing of the first one is left.
  const { username } = await pool.user(EMAIL);
  expect(Object.keys(await storage(page)).filter((key) => key.startsWith(`${PREFIX}.${username}.`))).toEqual([]);
});

test('details that are changed in one tab show in the others', async ({ page, context, pool }) => {
  const [here, there] = await openTabs(page, context, pool, 2);
  await saves(here, '007');
  await expect.poll(() => profile(there)).toMatchObject({ agentName: '007' });
  await expect(agentName(there)).toHaveValue('007');
});

test('without Web Locks tabs still ask for new tokens once', async ({ page, context, pool }) => {
  await context.addInitScript(() => { Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }); });
  await pool.changeSettings(STRICT);
  const tabs = await openTabs(page, context, pool, 2);
  await timePasses(page, pool, HOUR);
  await each(tabs, (tab) => tab.reload());
  await each(tabs, (tab) => expect(greeting(tab)).toBeVisible());
  await expect.poll(() => answered(pool, 'GetUser')).toBeGreaterThanOrEqual(4);
  expect(await refreshes(pool)).toEqual([200]);
  // Nobody holds what stands in for the lock for longer than it takes.
  await expect.poll(async () => Object.keys(await storage(page)).filter((key) => key.startsWith('Doorward.lock.'))).toEqual([]);
});

test('without BroadcastChannel tabs still follow each other', async ({ page, context, pool }) => {
  await context.addInitScript(() => { delete (window as any).BroadcastChannel; });
  await pool.changeSettings(STRICT);
  const [here, there] = await openTabs(page, context, pool, 2), renewed = await renewal([there]);
  await timePasses(page, pool, HOUR);
  await here.reload();
  await renewed();
  expect(await refreshes(pool)).toEqual([200]);
  await button(here, 'Sign out').click();
  await expect(heading(there, 'LoginTitle')).toBeVisible();
  await expectSignedOutStorage(page);
});
