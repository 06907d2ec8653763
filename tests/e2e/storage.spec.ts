// Where a session is kept: as the site wants it, as the browser allows it, and whatever else is in storage.
import { expect, test, type Pool } from './support/fixtures';
import {
  CLIENT, EMAIL, PASSWORD, PREFIX, agentName, button, calls, configure, goodUntil, greeting, heading, message, paths, says, sessionKeys, signIn,
  signedIn, storage, stored, tabStorage, timePasses,
} from './support/pages';
import type { BrowserContext, Page } from '@playwright/test';

const STRICT = { refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 0 } };
const OWN = `Doorward.${CLIENT}`;

const refreshes = async (pool: Pool) => (await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status);

/** Somebody signed in by the form, on a site that keeps sessions there. */
async function signedInWith(kind: 'session' | 'memory', page: Page, context: BrowserContext, pool: Pool) {
  await configure(context, { doorward: { storage: kind } });
  const made = await pool.createUser({ email: EMAIL, password: PASSWORD });
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).map((call) => call.status)).toEqual([200]);
  return made;
}

async function saves(tab: Page, agent: string) {
  await agentName(tab).fill(agent);
  await button(tab, 'Save').click();
  await expect(message(tab, 'Saved')).toBeVisible();
}

/** Another tab with a copy of everything that this one keeps for itself, as "Duplicate tab" makes it. */
async function duplicate(page: Page): Promise<Page> {
  const opened = page.waitForEvent('popup');
  await page.evaluate((path) => { open(path); }, paths.profile);
  const copy = await opened;
  await expect(greeting(copy)).toBeVisible();
  return copy;
}

// ---------------------------------------------------------------------------------------------- doorward.storage
test('a session kept for the tab outlives a reload, and is found nowhere else', async ({ page, context, pool }) => {
  const { username } = await signedInWith('session', page, context, pool);
  const kept = await tabStorage(page);
  expect(sessionKeys(kept)).toContain(`${PREFIX}.${username}.refreshToken`);
  expect(await storage(page)).toEqual({});
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => calls(pool, 'GetUser')).toBe(2);
  expect(sessionKeys(await tabStorage(page))).toEqual(sessionKeys(kept));
  expect(await calls(pool, 'GetTokensFromRefreshToken')).toBe(0);
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(heading(other, 'LoginTitle')).toBeVisible();
  expect(sessionKeys(await tabStorage(other))).toEqual([]);
  // A tab that has no session does not take this one's away.
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  expect(await storage(page)).toEqual({});
});

test('a duplicated tab is brought the new tokens, and learns of the end', async ({ page, context, pool }) => {
  await pool.changeSettings(STRICT);
  await signedInWith('session', page, context, pool);
  const copy = await duplicate(page), shown = await goodUntil(copy).innerText();
  await expect.poll(async () => (await pool.requests('GetUser')).at(-1)?.status).toBe(200);
  await timePasses(page, pool, 3601);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect(goodUntil(copy)).not.toHaveText(shown);
  expect((await tabStorage(copy)).user_token).toBe((await tabStorage(page)).user_token);
  await copy.reload();
  await expect(greeting(copy)).toBeVisible();
  await saves(copy, '007');
  expect(await refreshes(pool)).toEqual([200]);
  // And the other way round.
  await timePasses(page, pool, 3601, Date.now() + 3601_000);
  await copy.reload();
  await expect(greeting(copy)).toBeVisible();
  await expect.poll(async () => (await tabStorage(page)).user_token).toBe((await tabStorage(copy)).user_token);
  await saves(page, '008');
  expect(await refreshes(pool)).toEqual([200, 200]);
  await button(page, 'Sign out').click();
  await expect(heading(copy, 'LoginTitle')).toBeVisible();
  expect(sessionKeys(await tabStorage(copy))).toEqual([]);
  expect(sessionKeys(await tabStorage(page))).toEqual([]);
  expect(await storage(page)).toEqual({});
});

test('a session kept in memory ends with the page, and is written nowhere', async ({ page, context, pool }) => {
  await signedInWith('memory', page, context, pool);
  await saves(page, '007');
  await expect(message(page, 'NotKept')).toHaveCount(0);
  expect(await storage(page)).toEqual({});
  expect(await tabStorage(page)).toEqual({});
  await page.reload();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('a session kept in memory is renewed in memory', async ({ page, context, pool }) => {
  await page.clock.install();
  await pool.changeSettings(STRICT);
  await signedInWith('memory', page, context, pool);
  const shown = await goodUntil(page).innerText();
  await pool.advanceClock(3550);
  await page.clock.fastForward(3550_000);
  await expect(goodUntil(page)).not.toHaveText(shown);
  await saves(page, '007');
  expect(await refreshes(pool)).toEqual([200]);
  expect({ ...await storage(page), ...await tabStorage(page) }).toEqual({});
});

// -------------------------------------------------------------------------------------- storage that does not take it
for (const [what, denied] of [['local storage', ['localStorage']], ['all storage', ['localStorage', 'sessionStorage']]] as const) {
  test(`a browser that denies ${what} lets people sign in, and they are told`, async ({ page, pool }) => {
    await page.addInitScript((denied) => {
      for (const name of denied) {
        Object.defineProperty(window, name, { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } });
      }
    }, denied);
    await pool.createUser({ email: EMAIL, password: PASSWORD });
    await signIn(page);
    await expect(greeting(page)).toBeVisible();
    await expect(message(page, 'NotKept')).toBeVisible();
    await saves(page, '007');
    await button(page, 'Sign out').click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
    await expect.poll(async () => (await pool.requests('RevokeToken')).map((call) => call.status)).toEqual([200]);
    await signIn(page);
    await expect(greeting(page)).toBeVisible();
    await page.reload();
    await expect(heading(page, 'LoginTitle')).toBeVisible();
  });
}

/** Fills the storage of this origin to the last letter. */
const fill = (page: Page) => page.evaluate(() => {
  let text = 'x'.repeat(1 << 20);
  for (let at = 0; text !== ''; at++) {
    try {
      localStorage.setItem(`filling${at}`, text);
    } catch {
      text = text.slice(0, text.length >> 1);
    }
  }
});

test('a storage that is full lets people sign in, and they are told', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.home);
  await fill(page);
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await expect(message(page, 'NotKept')).toBeVisible();
  await saves(page, '007');
  expect(sessionKeys(await storage(page)).filter((key) => /[tT]oken$/.test(key))).toEqual([]);
  await page.reload();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

/** From now on there is no room for tokens on this page, and for no other reason. */
const noRoom = (page: Page) => page.evaluate(() => {
  const set = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, value) {
    if (value.length > 200) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    set.call(this, key, value);
  };
});

test('when there is no room for renewed tokens, the old ones are not left for another tab to use', async ({ page, context, pool }) => {
  await page.clock.install();
  await pool.changeSettings(STRICT);
  const { username } = await signedIn(page, pool), key = `${PREFIX}.${username}.refreshToken`;
  const old = (await storage(page))[key], shown = await goodUntil(page).innerText();
  await noRoom(page);
  await pool.advanceClock(3550);
  await page.clock.fastForward(3550_000);
  await expect(goodUntil(page)).not.toHaveText(shown);
  await expect(message(page, 'NotKept')).toBeVisible();
  expect(Object.values(await storage(page))).not.toContain(old);
  await saves(page, '007');
  // A new tab finds no session, and does no harm to this one.
  const other = await context.newPage();
  await other.goto(paths.home);
  await other.goto(paths.profile);
  await expect(greeting(other)).toHaveCount(0);
  await saves(page, '008');
  expect(await refreshes(pool)).toEqual([200]);
});

test('tokens that one tab has no room for reach the others', async ({ page, context, pool }) => {
  await page.clock.install();
  await pool.changeSettings(STRICT);
  await signedIn(page, pool);
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).map((call) => call.status)).toEqual([200, 200]);
  const shown = await goodUntil(page).innerText();
  await noRoom(page);
  await noRoom(other);
  await pool.advanceClock(3550);
  await page.clock.fastForward(3550_000);
  await expect(goodUntil(page)).not.toHaveText(shown);
  await expect(goodUntil(other)).not.toHaveText(shown);
  await saves(page, '007');
  await saves(other, '008');
  expect(await refreshes(pool)).toEqual([200]);
});

// ------------------------------------------------------------------------------------------------- what else is there
test('a session that is damaged while a page is open goes on there', async ({ page, context, pool }) => {
  const { username } = await signedIn(page, pool);
  const other = await context.newPage();
  await other.goto(paths.home);
  for (const key of ['accessToken', 'idToken', 'refreshToken'].map((name) => `${PREFIX}.${username}.${name}`)) {
    const whole = (await storage(page))[key];
    await other.evaluate((key) => localStorage.removeItem(key), key);
    await saves(page, `without ${key.slice(-12)}`);
    await expect(greeting(page)).toBeVisible();
    await other.evaluate(([key, whole]) => localStorage.setItem(key, whole), [key, whole]);
  }
  await other.evaluate((key) => localStorage.setItem(key, 'x.y.z'), `${PREFIX}.${username}.accessToken`);
  await saves(page, 'with another');
  expect(await calls(pool, 'GetTokensFromRefreshToken')).toBe(0);
});

test('what a later version of the app has kept is left alone', async ({ page, pool }) => {
  const later = { [`${OWN}.clockAhead`]: '2:{"seconds":5}', [`${OWN}.lastActive`]: '2:{}', [`${OWN}.somethingNew`]: '1:5' };
  const kept = async () => Object.fromEntries(Object.entries(await storage(page)).filter(([key]) => key.startsWith(OWN)));
  await configure(page, { doorward: { sign_out_after: { idle_minutes: 60 } } });
  await page.clock.install({ time: Date.now() + 86_400_000 });
  await stored(page, later);
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  expect(await kept()).toEqual(later);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await button(page, 'Sign out').click();
  await expect(page.getByText(says('SignedOutLead'), { exact: true })).toBeVisible();
  expect(await kept()).toEqual(later);
});
