// Signing people out after doing nothing for a while, or after a longest time, as the site wants it.
import { expect, test, type Pool } from './support/fixtures';
import {
  CLIENT, EMAIL, PASSWORD, PREFIX, agentName, button, calls, configure, expectSignedOutStorage, field, greeting, heading, message, paths, says, signedIn,
  storage,
} from './support/pages';
import type { BrowserContext, Locator, Page } from '@playwright/test';

const LAST_ACTIVE = `Doorward.${CLIENT}.lastActive`;
const warning = (page: Page) => page.getByRole('alertdialog');
const revoked = async (pool: Pool) => (await pool.requests('RevokeToken')).map((call) => call.status);

/** Somebody signed in on a site with these limits; time passes when the test says so. */
async function limited(page: Page, context: BrowserContext, pool: Pool, limits: { idle_minutes?: number; total_minutes?: number }) {
  await configure(context, { doorward: { sign_out_after: limits } });
  await page.clock.install();
  return signedIn(page, pool);
}

async function expectEnded(page: Page, notice: string) {
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, notice)).toBeVisible();
  await expect(warning(page)).toHaveCount(0);
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expectSignedOutStorage(page);
}

/** Notes whether a page ever shows the greeting, from its first moment on. */
const watchForGreeting = (page: Page) => page.addInitScript((start) => {
  const look = () => {
    if ([...document.querySelectorAll('h1')].some((heading) => heading.textContent?.startsWith(start))) document.documentElement.dataset.greeted = 'yes';
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}, says('Greeting', ''));

test('whoever does nothing is warned, and signed out if nothing comes of it', async ({ page, context, pool }) => {
  await limited(page, context, pool, { idle_minutes: 2 });
  await expect(warning(page)).toHaveCount(0);
  await page.clock.fastForward(61_000);
  await expect(warning(page)).toHaveAccessibleName(says('LimitIdleTitle'));
  await expect(warning(page)).toContainText(says('LimitIdle'));
  await expect(greeting(page)).toBeVisible();
  expect(await revoked(pool)).toEqual([]);
  await page.clock.fastForward(60_000);
  await expectEnded(page, 'NoticeSignedOutIdle');
  await expect.poll(() => revoked(pool)).toEqual([200]);
  expect((await pool.user(EMAIL)).sessions).toBe(0);
  // Signing in anew starts the time anew.
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  await expect(warning(page)).toHaveCount(0);
});

for (const [what, act] of [
  ['a key', (page: Page) => page.keyboard.press('Shift')],
  ['a click', (page: Page) => page.mouse.click(1, 1)],
  ['the wheel', (page: Page) => page.mouse.wheel(0, 10)],
  ['the button', (page: Page) => button(page, says('StaySignedIn')).click()],
  ['the button by keyboard', async (page: Page) => { await button(page, says('StaySignedIn')).focus(); await page.keyboard.press('Enter'); }],
] as const) {
  test(`${what} answers the warning, and the time begins anew`, async ({ page, context, pool }) => {
    await limited(page, context, pool, { idle_minutes: 2 });
    await page.clock.fastForward(61_000);
    await expect(warning(page)).toBeVisible();
    await act(page);
    await expect(warning(page)).toHaveCount(0);
    await page.clock.fastForward(61_000);
    await expect(warning(page)).toBeVisible();
    await expect(greeting(page)).toBeVisible();
    await page.clock.fastForward(60_000);
    await expectEnded(page, 'NoticeSignedOutIdle');
  });
}

for (const [what, press] of [
  ['the mouse', (leave: Locator) => leave.click()], ['the keyboard', (leave: Locator) => leave.press('Enter')],
] as const) {
  test(`the warning leads to the sign-out as well, by ${what}`, async ({ page, context, pool }) => {
    await limited(page, context, pool, { idle_minutes: 2 });
    await page.clock.fastForward(61_000);
    await press(warning(page).getByRole('button', { name: 'Sign out', exact: true }));
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
    await expect(warning(page)).toHaveCount(0);
    await expectSignedOutStorage(page);
  });
}

test('what somebody types is no interruption, and where they type stays', async ({ page, context, pool }) => {
  await limited(page, context, pool, { idle_minutes: 2 });
  await agentName(page).fill('00');
  await page.clock.fastForward(61_000);
  await expect(warning(page)).toBeVisible();
  await expect(agentName(page)).toBeFocused();
  await page.keyboard.type('7');
  await expect(warning(page)).toHaveCount(0);
  await expect(agentName(page)).toHaveValue('007');
  await expect(agentName(page)).toBeFocused();
});

test('what is done in one tab counts for the others', async ({ page, context, pool }) => {
  await limited(page, context, pool, { idle_minutes: 2 });
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  for (let times = 0; times < 4; times++) {
    await page.clock.fastForward(50_000);
    await page.keyboard.press('Shift');
    // Both clocks jump at once: not before the note has come to the other tab.
    const noted = await page.evaluate((key) => localStorage.getItem(key), LAST_ACTIVE);
    await expect.poll(() => other.evaluate((key) => localStorage.getItem(key), LAST_ACTIVE)).toBe(noted);
  }
  // It is warned when nothing has been done anywhere, and an answer in one is one for both.
  await page.clock.fastForward(61_000);
  await expect(warning(other)).toBeVisible();
  await expect(warning(page)).toBeVisible();
  await button(page, says('StaySignedIn')).click();
  await expect(warning(page)).toHaveCount(0);
  await expect(warning(other)).toHaveCount(0);
  await expect(greeting(other)).toBeVisible();
  await page.clock.fastForward(121_000);
  await expectEnded(page, 'NoticeSignedOutIdle');
  await expectEnded(other, 'NoticeSignedOutIdle');
});

for (const what of ['reloads the page', 'opens a new one'] as const) {
  test(`whoever ${what} too late is signed out before anything is shown`, async ({ page, context, pool }) => {
    await limited(page, context, pool, { idle_minutes: 2 });
    let late = page;
    if (what === 'opens a new one') {
      late = await context.newPage();
      await page.close();
    }
    await late.clock.setSystemTime(Date.now() + 200_000);
    await watchForGreeting(late);
    if (late === page) await page.reload();
    else await late.goto(paths.profile);
    await expectEnded(late, 'NoticeSignedOutIdle');
    expect(await late.evaluate(() => document.documentElement.dataset.greeted)).toBeUndefined();
    expect(await calls(pool, 'GetUser')).toBe(1);
    await expect.poll(() => revoked(pool)).toEqual([200]);
  });
}

test('a page that greets is seen to greet', async ({ page, context, pool }) => {
  await watchForGreeting(page);
  await limited(page, context, pool, { idle_minutes: 2 });
  expect(await page.evaluate(() => document.documentElement.dataset.greeted)).toBe('yes');
});

test('a machine that slept too long has no session when it wakes, whatever is pressed first', async ({ page, context, pool }) => {
  await limited(page, context, pool, { idle_minutes: 2 });
  await page.clock.setSystemTime(Date.now() + 200_000);
  await page.keyboard.press('Shift');
  await expectEnded(page, 'NoticeSignedOutIdle');
  await expect.poll(() => revoked(pool)).toEqual([200]);
});

test('the longest time is warned of; being active does not prolong it', async ({ page, context, pool }) => {
  await limited(page, context, pool, { total_minutes: 10 });
  await page.clock.fastForward(290_000);
  await expect(warning(page)).toHaveCount(0);
  await page.clock.fastForward(11_000);
  await expect(warning(page)).toHaveAccessibleName(says('LimitTotalTitle'));
  await expect(warning(page)).toContainText(says('LimitTotal'));
  await page.keyboard.press('Shift');
  await page.mouse.click(1, 1);
  await expect(warning(page)).toBeVisible();
  await button(page, says('Understood')).click();
  await expect(warning(page)).toHaveCount(0);
  await page.clock.fastForward(200_000);
  await expect(greeting(page)).toBeVisible();
  await expect(warning(page)).toHaveCount(0);
  await page.clock.fastForward(100_000);
  await expectEnded(page, 'NoticeSignedOutTooLong');
  await expect.poll(() => revoked(pool)).toEqual([200]);
});

test('the longest time is not prolonged by new tokens or a reload', async ({ page, context, pool }) => {
  await pool.changeSettings({ tokens: { access_seconds: 300, id_seconds: 300 } });
  const { username } = await limited(page, context, pool, { total_minutes: 10 });
  const key = `${PREFIX}.${username}.accessToken`, first = (await storage(page))[key];
  await pool.advanceClock(280);
  await page.clock.fastForward(280_000);
  await expect.poll(async () => (await storage(page))[key]).not.toBe(first);
  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(async () => (await pool.requests('GetUser')).map((call) => call.status)).toEqual([200, 200]);
  await page.clock.fastForward(25_000);
  await expect(warning(page)).toBeVisible();
  await page.clock.fastForward(300_000);
  await expectEnded(page, 'NoticeSignedOutTooLong');
});

test('a warning that was read does not come back with new tokens', async ({ page, context, pool }) => {
  await pool.changeSettings({ tokens: { access_seconds: 300, id_seconds: 300 } });
  const { username } = await limited(page, context, pool, { total_minutes: 10 });
  const key = `${PREFIX}.${username}.accessToken`, token = async () => (await storage(page))[key];
  const first = await token();
  await pool.advanceClock(280);
  await page.clock.fastForward(280_000);
  await expect.poll(token).not.toBe(first);
  const second = await token();
  await pool.advanceClock(25);
  await page.clock.fastForward(25_000);
  await expect(warning(page)).toBeVisible();
  await button(page, says('Understood')).click();
  await expect(warning(page)).toHaveCount(0);
  // The answer takes a while, so that the clocks seem to be some seconds further apart than before.
  await pool.fault({ operation: 'GetTokensFromRefreshToken', kind: 'delay', ms: 3000 });
  await pool.advanceClock(250);
  await page.clock.fastForward(250_000);
  await expect.poll(token).not.toBe(second);
  await page.clock.runFor(3000);
  await expect(warning(page)).toHaveCount(0);
  await expect(greeting(page)).toBeVisible();
});

test('a site without limits signs nobody out', async ({ page, pool }) => {
  await page.clock.install();
  await signedIn(page, pool);
  await page.clock.fastForward(3_000_000);
  await expect(greeting(page)).toBeVisible();
  await expect(warning(page)).toHaveCount(0);
  expect(Object.keys(await storage(page)).filter((key) => key.endsWith('.lastActive'))).toEqual([]);
});
