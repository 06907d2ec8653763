// The account centre: sessions.
import { FIREFOX, IPHONE, sections, signInElsewhere } from './support/account';
import { expectAccessible } from './support/axe';
import { expect, test, type Pool } from './support/fixtures';
import { EMAIL, SERVER_ENGLISH, button, calls, expectProblemShown, heading, hold, message, paths, says, signedIn } from './support/pages';
import type { Page } from '@playwright/test';

const rows = (page: Page) => page.getByRole('region', { name: says('SessionsList') }).getByRole('listitem');
const dialog = (page: Page, key: string) => page.getByRole('dialog', { name: says(key) });
const yes = (page: Page, title: string, key: string) => dialog(page, title).getByRole('button', { name: says(key), exact: true });
const left = async (pool: Pool) => (await pool.user(EMAIL)).sessions;

/** Ada here, and where else she is signed in. */
async function withSessions(page: Page, pool: Pool, others = [FIREFOX, IPHONE]) {
  await signedIn(page, pool);
  for (const userAgent of others) await signInElsewhere(pool, userAgent);
  await page.goto(sections.sessions);
  await expect(rows(page)).toHaveCount(others.length + 1);
}

test('this session is first; another one is ended, by keyboard', async ({ page, pool }) => {
  await pool.changeSettings({ features: { session_location: { city: 'Oslo', country: 'Norway' } } });
  await withSessions(page, pool);
  await expect(rows(page).first()).toContainText(says('SessionThis'));
  await expect(rows(page).first().getByRole('button')).toHaveCount(0);
  const firefox = rows(page).filter({ hasText: 'Firefox on Windows' });
  await expect(firefox).toContainText('Oslo, Norway');
  await expect(firefox).toContainText(says('SessionActive', ''));
  await expect(firefox).toContainText(says('SessionBegun', ''));
  await expectAccessible(page);
  const end = firefox.getByRole('button', { name: says('SessionEnd'), exact: true });
  await expect(end).toHaveAccessibleDescription(/Firefox on Windows/);
  await end.focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page, 'SessionEndTitle')).toContainText(says('SessionEndLead', 'Firefox on Windows'));
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(end).toBeFocused();
  expect(await left(pool)).toBe(3);
  await page.keyboard.press('Enter');
  await expect(button(page, says('Cancel'))).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(message(page, 'SessionEnded')).toBeVisible();
  await expect(firefox).toHaveCount(0);
  await expect(page.getByRole('heading', { name: says('SessionsList') })).toBeFocused();
  expect(await left(pool)).toBe(2);
});

test('all others are ended, one after the other, and this one goes on', async ({ page, pool, poolOrigin }) => {
  await withSessions(page, pool);
  await button(page, says('SessionsEndOthers')).click();
  const release = await hold(page, `${poolOrigin}/`);
  await yes(page, 'SessionsEndOthersTitle', 'SessionsEndOthers').click();
  const busy = dialog(page, 'SessionsEndOthersTitle').getByRole('button', { name: says('SigningOut') });
  await expect(busy).toBeDisabled();
  await busy.click({ force: true });
  release();
  await expect(message(page, 'SessionsEnded')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText(says('SessionsOnlyThis'))).toBeVisible();
  await expect(button(page, says('SessionsEndOthers'))).toHaveCount(0);
  expect(await left(pool)).toBe(1);
  expect(await calls(pool, 'RevokeUserSession')).toBe(2);
  expect(await calls(pool, 'GlobalSignOut')).toBe(0);
});

test('when only some could be ended that is said; when none could, nothing has changed', async ({ page, pool, context }) => {
  await withSessions(page, pool);
  await button(page, says('SessionsEndOthers')).click();
  await context.setOffline(true);
  await yes(page, 'SessionsEndOthersTitle', 'SessionsEndOthers').click();
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await pool.fault({ operation: 'RevokeUserSession', kind: 'error', name: 'InternalErrorException' });
  await yes(page, 'SessionsEndOthersTitle', 'SessionsEndOthers').click();
  await expectProblemShown(page, 'ErrInternal');
  await expect(message(page, 'SessionsSomeLeft')).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  expect(await left(pool)).toBe(2);
});

test('one that cannot be ended stays, and it is said why', async ({ page, pool, context }) => {
  await withSessions(page, pool);
  const firefox = rows(page).filter({ hasText: 'Firefox on Windows' }), end = yes(page, 'SessionEndTitle', 'SessionEnd');
  await firefox.getByRole('button').click();
  for (const [name, key] of [['OperationNotEnabledException', 'ErrOperationOff'], ['TooManyRequestsException', 'ErrTooManyRequests']]) {
    await pool.fault({ operation: 'RevokeUserSession', kind: 'error', name, message: SERVER_ENGLISH });
    await end.click();
    await expectProblemShown(page, key);
  }
  await expectAccessible(page);
  await context.setOffline(true);
  await end.click();
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  expect(await left(pool)).toBe(3);
  await button(page, says('Cancel')).click();
  await expect(firefox).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await firefox.getByRole('button').click();
  await end.click();
  await expect(message(page, 'SessionEnded')).toBeVisible();
  expect(await left(pool)).toBe(2);
});

test('one that is over already has ended', async ({ page, pool }) => {
  await withSessions(page, pool, [FIREFOX]);
  await pool.fault({ operation: 'RevokeUserSession', kind: 'error', name: 'ResourceNotFoundException' });
  await rows(page).nth(1).getByRole('button').click();
  await yes(page, 'SessionEndTitle', 'SessionEnd').click();
  await expect(message(page, 'SessionEnded')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
});

for (const [what, break_] of [
  ['session tracking is off', (pool: Pool) => pool.changeSettings({ features: { session_tracking: false } })],
  ...[['the plan has none', 'FeatureUnavailableInTierException'], ['the server knows none', 'UnknownOperationException']].map(([what, name]) =>
    [what, (pool: Pool) => pool.fault({ operation: 'ListUserSessions', kind: 'error', name, count: null })] as const),
] as const) {
  test(`where ${what} that is explained, and one can still sign out everywhere`, async ({ page, pool }) => {
    await break_(pool);
    await signedIn(page, pool);
    await signInElsewhere(pool);
    await page.goto(sections.sessions);
    await expect(page.getByText(says('SessionsOff'), { exact: true })).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expectAccessible(page);
    await button(page, says('SignOutEverywhere')).click();
    await yes(page, 'SessionsAllTitle', 'SignOutEverywhere').click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
    await expect(message(page, 'SignedOutEverywhere')).toBeVisible();
    expect(await left(pool)).toBe(0);
  });
}

test('trouble is said, and it can be tried again', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.fault({ operation: 'ListUserSessions', kind: 'status', status: 503, body: 'down' });
  await page.goto(sections.sessions);
  await expectProblemShown(page, 'FaultServerDown');
  await button(page, says('TryAgain')).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('heading', { name: says('SessionsList') })).toBeFocused();
});

test('whoever was signed out elsewhere is led to the sign-in', async ({ page, pool }) => {
  await withSessions(page, pool, [FIREFOX]);
  await pool.changeUser(EMAIL, { sign_out: true });
  await rows(page).nth(1).getByRole('button').click();
  await yes(page, 'SessionEndTitle', 'SessionEnd').click();
  await expect(page).toHaveURL(new RegExp(paths.login));
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
});
