// Machines whose clock is wrong: tokens are good for as long as the pool says, not as long as the machine thinks.
import { expect, test, type Pool } from './support/fixtures';
import {
  CLIENT, EMAIL, PASSWORD, button, calls, expectSignedOutStorage, greeting, heading, message, paths, signIn, storage,
} from './support/pages';
import type { Page } from '@playwright/test';

const DAY = 86_400, AHEAD = `Doorward.${CLIENT}.clockAhead`;

const refreshes = async (pool: Pool) => (await pool.requests('GetTokensFromRefreshToken')).map((call) => call.status);

/** Somebody who signed in on a machine whose clock is off by so many seconds. */
async function signedInOff(page: Page, pool: Pool, seconds: number) {
  await page.clock.install({ time: Date.now() + seconds * 1000 });
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).map((call) => call.status)).toEqual([200]);
}

/** By how much the app believes the clock to be ahead, in seconds; zero if it takes it for right. */
async function ahead(page: Page): Promise<number> {
  const [, seconds] = (await storage(page))[AHEAD]?.match(/^1:(-?\d+)$/) ?? [];
  return Number(seconds ?? 0);
}

/** Loads the page anew, and waits until it has called the pool with its token. */
async function reload(page: Page, pool: Pool) {
  const before = await calls(pool, 'GetUser');
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => calls(pool, 'GetUser')).toBe(before + 1);
  await expect.poll(async () => (await pool.requests('GetUser')).at(-1)?.status).toBe(200);
}

for (const [what, off] of [['ahead', DAY], ['behind', -DAY]] as const) {
  test(`a clock that is a day ${what} costs nothing: one stays signed in without new tokens`, async ({ page, pool }) => {
    await signedInOff(page, pool, off);
    expect(Math.abs((await ahead(page)) - off)).toBeLessThan(60);
    const before = await storage(page);
    for (let times = 0; times < 3; times++) await reload(page, pool);
    expect(await refreshes(pool)).toEqual([]);
    expect(await storage(page)).toEqual(before);
  });

  test(`a clock that was a day ${what} and is set right costs one refresh at most`, async ({ page, pool }) => {
    await signedInOff(page, pool, off);
    await page.clock.setSystemTime(Date.now());
    await reload(page, pool);
    await reload(page, pool);
    expect(['', '200']).toContain((await refreshes(pool)).join());
  });

  test(`with a clock that is a day ${what} tokens are renewed when the pool's time is up`, async ({ page, pool }) => {
    await signedInOff(page, pool, off);
    await pool.advanceClock(3601);
    await page.clock.setSystemTime(Date.now() + (off + 3601) * 1000);
    await reload(page, pool);
    expect(await refreshes(pool)).toEqual([200]);
    expect((await pool.requests('GetUser')).map((call) => call.status)).toEqual([200, 200]);
    expect(Math.abs((await ahead(page)) - off)).toBeLessThan(60);
    await reload(page, pool);
    expect(await refreshes(pool)).toEqual([200]);
  });

  test(`with a clock that is a day ${what} an open page renews its tokens in time`, async ({ page, pool }) => {
    await signedInOff(page, pool, off);
    const { user_token } = await storage(page);
    await pool.advanceClock(3550);
    await page.clock.fastForward(3550_000);
    await expect.poll(async () => (await storage(page)).user_token).not.toBe(user_token);
    expect(await refreshes(pool)).toEqual([200]);
    await expect(greeting(page)).toBeVisible();
  });

  test(`with a clock that is a day ${what} a session ends when the pool says so`, async ({ page, pool }) => {
    await pool.changeSettings({ tokens: { refresh_seconds: 7200 } });
    await signedInOff(page, pool, off);
    await pool.advanceClock(7201);
    await page.clock.setSystemTime(Date.now() + (off + 7201) * 1000);
    await page.reload();
    await expect(heading(page, 'LoginTitle')).toBeVisible();
    await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
    await expectSignedOutStorage(page);
    expect(await ahead(page)).toBe(0);
  });
}

test('a clock that is set a day ahead or back while the page is open signs nobody out', async ({ page, pool }) => {
  await signedInOff(page, pool, 0);
  for (const off of [DAY, -DAY, 0]) {
    await page.clock.setSystemTime(Date.now() + off * 1000);
    await page.evaluate(() => { document.dispatchEvent(new Event('visibilitychange', { bubbles: true })); });
    await button(page, 'Save').click();
    await expect(message(page, 'NothingChanged')).toBeVisible();
    await reload(page, pool);
  }
  // A clock that jumps forward looks like sleep, and one that jumps back behind the token's making shows itself.
  expect((await refreshes(pool)).length).toBeLessThanOrEqual(2);
});

test('a token that the pool takes for over is renewed, though it looks good here', async ({ page, pool }) => {
  await signedInOff(page, pool, 0);
  await pool.advanceClock(3601);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).map((call) => call.status)).toEqual([200, 400, 200]);
  expect(await refreshes(pool)).toEqual([200]);
  // Its own clock is an hour behind the pool's, as it knows now.
  await expect.poll(() => ahead(page)).toBeLessThan(-3500);
  await page.goto(paths.profile);
  await expect(greeting(page)).toBeVisible();
  expect(await refreshes(pool)).toEqual([200]);
});
