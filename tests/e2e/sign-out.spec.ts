// How far a sign-out goes, and that it counts here whatever the network does.
import { expect, test } from './support/fixtures';
import {
  EMAIL, PASSWORD, button, calls, expectSignedOutStorage, field, greeting, heading, message, paths, says, signIn, signedIn, storage,
} from './support/pages';
import type { Browser, Page } from '@playwright/test';
import type { Pool, Site } from './support/fixtures';

/** The same person on another device. */
async function elsewhere(browser: Browser, site: Site, pool: Pool): Promise<Page> {
  const before = await calls(pool, 'GetUser');
  const other = await (await browser.newContext({ baseURL: site.origin })).newPage();
  await signIn(other);
  await expect(greeting(other)).toBeVisible();
  // Nothing is under way any more.
  await expect.poll(() => statuses(pool, 'GetUser')).toEqual(Array(before + 1).fill(200));
  return other;
}
const statuses = async (pool: Pool, operation: string) => (await pool.requests(operation)).map((call) => call.status);

test('signing out ends this session and no other', async ({ page, pool, browser, site }) => {
  await signedIn(page, pool);
  const other = await elsewhere(browser, site, pool);
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect(page.getByText(says('SignedOutLead'), { exact: true })).toBeVisible();
  await expect.poll(() => statuses(pool, 'RevokeToken')).toEqual([200]);
  expect(await calls(pool, 'GlobalSignOut')).toBe(0);
  await expectSignedOutStorage(page);
  await pool.clearRequests();
  await other.reload();
  await expect(greeting(other)).toBeVisible();
  await expect.poll(() => statuses(pool, 'GetUser')).toEqual([200]);
  expect((await pool.user(EMAIL)).sessions).toBe(1);
  await other.context().close();
});

test('signing out on all devices ends the other sessions at their next call', async ({ page, pool, browser, site }) => {
  await signedIn(page, pool);
  const other = await elsewhere(browser, site, pool);
  await button(page, says('SignOutEverywhere')).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect(page.getByRole('main').getByText(says('SignedOutEverywhere'), { exact: true })).toBeVisible();
  await expect.poll(() => statuses(pool, 'GlobalSignOut')).toEqual([200]);
  await expectSignedOutStorage(page);
  await button(other, 'Save').click();
  await expect(message(other, 'NothingChanged')).toBeVisible();
  await other.reload();
  await expect(heading(other, 'LoginTitle')).toBeVisible();
  await expect(message(other, 'NoticeSessionEnded')).toBeVisible();
  await expectSignedOutStorage(other);
  expect((await pool.user(EMAIL)).sessions).toBe(0);
  await other.context().close();
});

test('signing out on all devices works with an access token that is over', async ({ page, pool }) => {
  await signedIn(page, pool);
  // The server's time alone passes: the page takes its token for good.
  await pool.advanceClock(3601);
  await button(page, says('SignOutEverywhere')).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect.poll(() => statuses(pool, 'GlobalSignOut')).toEqual([400, 200]);
  await expectSignedOutStorage(page);
  expect((await pool.user(EMAIL)).sessions).toBe(0);
});

test('what was chosen once does not count for the next sign-out', async ({ page, pool }) => {
  await signedIn(page, pool);
  await button(page, says('SignOutEverywhere')).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await page.getByRole('link', { name: says('SignInAgain'), exact: true }).click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  await button(page, 'Sign out').click();
  await expect(page.getByText(says('SignedOutLead'), { exact: true })).toBeVisible();
  await expect.poll(() => statuses(pool, 'RevokeToken')).toEqual([200]);
  expect(await calls(pool, 'GlobalSignOut')).toBe(1);
});

for (const [name, operation, label] of [
  ['signing out', 'RevokeToken', 'Sign out'], ['signing out on all devices', 'GlobalSignOut', says('SignOutEverywhere')],
] as const) {
  test(`${name} without a network counts here at once, and at the service when the network is back`, async ({ page, context, pool }) => {
    await signedIn(page, pool);
    await page.waitForLoadState('networkidle');
    await context.setOffline(true);
    await button(page, label).click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
    await expect(message(page, 'SignedOutLater')).toBeVisible();
    await expectSignedOutStorage(page);
    expect(await calls(pool, operation)).toBe(0);
    await context.setOffline(false);
    await expect.poll(() => statuses(pool, operation)).toEqual([200]);
    expect((await pool.user(EMAIL)).sessions).toBe(0);
  });
}

test('a service that is down is told when it is up again', async ({ page, pool }) => {
  await page.clock.install();
  await signedIn(page, pool);
  await pool.fault({ operation: 'RevokeToken', kind: 'status', status: 503, body: 'down', count: null });
  await button(page, 'Sign out').click();
  await expect(message(page, 'SignedOutLater')).toBeVisible();
  await expectSignedOutStorage(page);
  await pool.clearFaults();
  await expect.poll(async () => {
    await page.clock.runFor(5_000);
    return (await statuses(pool, 'RevokeToken')).at(-1);
  }).toBe(200);
});

test('the address that is kept can be forgotten', async ({ page, pool }) => {
  await signedIn(page, pool);
  await button(page, 'Sign out').click();
  await expect(page.getByText(says('NameKept', EMAIL))).toBeVisible();
  await expectSignedOutStorage(page);
  await button(page, says('ForgetName')).click();
  await expect(message(page, 'NameForgotten')).toBeVisible();
  await expect(button(page, says('ForgetName'))).toHaveCount(0);
  expect(await storage(page)).toEqual({});
  await page.getByRole('link', { name: says('SignInAgain'), exact: true }).click();
  await expect(field(page, 'Email')).toHaveValue('');
  await page.goto(paths.login);
  await expect(field(page, 'Email')).toHaveValue('');
});

test('whoever has no address kept is not offered to forget it', async ({ page }) => {
  await page.goto(paths.signOut);
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expect(button(page, says('ForgetName'))).toHaveCount(0);
});
