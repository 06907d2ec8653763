// The account centre: another password, the first one, and none.
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { callPool, signInElsewhere, signedInByCode } from './support/account';
import { expectAccessible } from './support/axe';
import type { Pool } from './support/pool';
import {
  CLIENT, EMAIL, OTHER_PASSWORD, PASSWORD, SERVER_ENGLISH, button, calls, expectFieldProblem, expectProblemShown, field, fillSignIn, greeting, heading,
  isCall, message, paths, says, signedIn,
} from './support/pages';

const current = (page: Page) => field(page, says('CurrentPassword'));
const chosen = (page: Page) => field(page, says('NewPassword'));
const change = (page: Page) => button(page, says('PasswordChange')).click();
const elsewhere = (page: Page) => page.getByRole('region', { name: says('PasswordElsewhere') });
const wellKnown = '/.well-known/change-password';

async function open(page: Page, pool: Pool) {
  await signedIn(page, pool);
  await page.goto(paths.accountPassword);
  await expect(current(page)).toBeVisible();
}
async function fill(page: Page, before = PASSWORD, after = OTHER_PASSWORD) {
  await current(page).fill(before);
  await chosen(page).fill(after);
}
/** Whether the pool lets somebody in. */
const opens = (pool: Pool, password: string) =>
  callPool(pool, 'InitiateAuth', { ClientId: CLIENT, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: EMAIL, PASSWORD: password } })
    .then((answer) => 'AuthenticationResult' in answer, () => false);

test('with the keyboard alone: changed, and everybody else signed out', async ({ page, pool }) => {
  await open(page, pool);
  // Signed in at two other places.
  expect([await opens(pool, PASSWORD), await opens(pool, PASSWORD)]).toEqual([true, true]);
  const name = page.locator('form#password input[autocomplete=username]');
  await expect(name).toHaveValue(EMAIL);
  await expect(current(page)).toHaveAttribute('autocomplete', 'current-password');
  await expect(chosen(page)).toHaveAttribute('autocomplete', 'new-password');
  await expectAccessible(page);
  await current(page).focus();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(chosen(page)).toBeFocused();
  await page.keyboard.type(OTHER_PASSWORD);
  await page.keyboard.press('Enter');
  await expect(message(page, 'PasswordChanged')).toBeVisible();
  await expect(page.getByRole('heading', { name: says('PasswordElsewhere') })).toBeFocused();
  await expect(elsewhere(page)).toContainText('2 other places');
  await expectAccessible(page);
  await button(page, says('PasswordEndOthers')).press('Enter');
  await expect(message(page, 'PasswordOthersEnded')).toBeVisible();
  await expect(page.getByRole('heading', { name: says('PasswordElsewhere') })).toBeFocused();
  expect((await pool.user(EMAIL)).sessions).toBe(1);
  expect([await opens(pool, PASSWORD), await opens(pool, OTHER_PASSWORD)]).toEqual([false, true]);
});

test('what is wrong is said at its field, before and after the pool has seen it', async ({ page, pool }) => {
  await pool.changeSettings({ password_policy: { history_size: 3 } });
  await open(page, pool);
  await change(page);
  await expectFieldProblem(current(page), 'CurrentPasswordMissing');
  await fill(page, PASSWORD, 'short');
  await change(page);
  await expectFieldProblem(chosen(page), 'PasswordWeak');
  await fill(page, PASSWORD, PASSWORD);
  await change(page);
  await expectFieldProblem(chosen(page), 'PasswordSame');
  expect(await calls(pool, 'ChangePassword')).toBe(0);
  await fill(page, 'Wrong-Horse-1');
  await change(page);
  await expectFieldProblem(current(page), 'ErrOldPassword');
  await expectAccessible(page);
  await fill(page);
  await pool.fault({ operation: 'ChangePassword', kind: 'error', name: 'PasswordHistoryPolicyViolationException', message: SERVER_ENGLISH });
  await change(page);
  await expectFieldProblem(chosen(page), 'ErrPasswordHistory');
  await pool.fault({ operation: 'ChangePassword', kind: 'error', name: 'InvalidPasswordException', message: SERVER_ENGLISH });
  await change(page);
  await expectFieldProblem(chosen(page), 'ErrInvalidPassword');
  await expect(current(page)).toHaveValue(PASSWORD);
});

test('too many tries, and no network: nothing is lost, and it works afterwards', async ({ page, context, pool }) => {
  await open(page, pool);
  await fill(page);
  await pool.fault({ operation: 'ChangePassword', kind: 'error', name: 'LimitExceededException', message: SERVER_ENGLISH });
  await change(page);
  await expectProblemShown(page, 'ErrLimitExceeded');
  await context.setOffline(true);
  await change(page);
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await pool.fault({ operation: 'ListUserSessions', kind: 'error', name: 'TooManyRequestsException', message: SERVER_ENGLISH });
  await change(page);
  await expect(message(page, 'PasswordChanged')).toBeVisible();
  await expectProblemShown(page, 'ErrTooManyRequests');
  await button(page, says('TryAgain')).click();
  await expect(elsewhere(page)).toContainText(says('PasswordNoOthers'));
});

test('when not everybody else could be signed out that is said, and it can be tried again', async ({ page, context, pool }) => {
  await open(page, pool);
  for (const _ of [1, 2]) await signInElsewhere(pool);
  await fill(page);
  await change(page);
  const end = button(page, says('PasswordEndOthers'));
  await pool.fault({ operation: 'RevokeUserSession', kind: 'error', name: 'InternalErrorException', message: SERVER_ENGLISH });
  await end.click();
  await expectProblemShown(page, 'ErrInternal');
  await expect(message(page, 'PasswordOthersEnded')).toHaveCount(0);
  await expectAccessible(page);
  await context.setOffline(true);
  await end.click();
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await end.click();
  await expect(message(page, 'PasswordOthersEnded')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect((await pool.user(EMAIL)).sessions).toBe(1);
});

test('a pool that keeps no list of sessions: everywhere, which is here as well', async ({ page, pool }) => {
  await pool.changeSettings({ features: { session_tracking: false } });
  await open(page, pool);
  await fill(page);
  await change(page);
  await expect(elsewhere(page)).toContainText(says('PasswordEverywhere'));
  await button(page, says('SignOutEverywhere')).click();
  await expect(message(page, 'SignedOutEverywhere')).toBeVisible();
});

test('who has no password sets one, and needs no current one', async ({ page, pool }) => {
  await signedInByCode(page, pool);
  await page.goto(paths.accountPassword);
  await expect(page.getByText(says('PasswordNone'))).toBeVisible();
  await expect(current(page)).toHaveCount(0);
  await expectAccessible(page);
  await chosen(page).fill(OTHER_PASSWORD);
  await button(page, says('PasswordSet')).click();
  await expect(message(page, 'PasswordChanged')).toBeVisible();
  expect(await opens(pool, OTHER_PASSWORD)).toBe(true);
});

test('where the pool does not say, the person does; and is told if it is not so', async ({ page, pool }) => {
  await pool.fault({ operation: 'GetUserAuthFactors', kind: 'error', name: 'OperationNotEnabledException', count: null });
  await open(page, pool);
  await button(page, says('PasswordIHaveNone')).click();
  await expect(current(page)).toHaveCount(0);
  await chosen(page).fill(OTHER_PASSWORD);
  await button(page, says('PasswordSet')).click();
  await expectFieldProblem(current(page), 'PasswordNeeded');
  await expect(chosen(page)).toHaveValue(OTHER_PASSWORD);
  await current(page).fill(PASSWORD);
  await change(page);
  await expect(message(page, 'PasswordChanged')).toBeVisible();
});

test('people of another provider have none here, and are told where to go', async ({ page, pool, poolOrigin }) => {
  await pool.changeSettings({ username_attributes: [] });
  await signedInByCode(page, pool, { username: 'pretendsocial_42', attributes: { email: EMAIL } });
  await page.route(`${poolOrigin}/`, async (route) => {
    if (!isCall(route.request(), 'GetUser')) return route.continue();
    const answer = await route.fetch(), user = await answer.json();
    user.UserAttributes.push({ Name: 'identities', Value: JSON.stringify([{ userId: '42', providerName: 'PretendSocial' }]) });
    return route.fulfill({ response: answer, json: user });
  });
  await page.goto(paths.profile);
  await expect(greeting(page)).toBeVisible();
  await page.getByRole('link', { name: says('AccountOpen') }).click();
  await page.getByRole('navigation').getByRole('link', { name: says('PasswordTitle'), exact: true }).click();
  await expect(page.getByRole('heading', { name: says('PasswordProviderTitle', 'PretendSocial') })).toBeVisible();
  await expect(chosen(page)).toHaveCount(0);
  await expectAccessible(page);
});

test('a forgotten current password: a code in its place', async ({ page, pool }) => {
  await open(page, pool);
  await pool.fault({ operation: 'ForgotPassword', kind: 'error', name: 'LimitExceededException', message: SERVER_ENGLISH });
  await button(page, says('PasswordForgotten')).click();
  await expectProblemShown(page, 'ErrLimitExceeded');
  await button(page, says('PasswordForgotten')).click();
  await expect(page.getByRole('heading', { name: says('ForgotTitle') })).toBeFocused();
  await expect(message(page, 'CodeSent')).toContainText('a***@e***');
  await expectAccessible(page);
  await field(page, says('Code')).fill(await pool.latestCode(EMAIL, { purpose: 'forgot_password' }));
  await chosen(page).fill(OTHER_PASSWORD);
  await button(page, says('ResetPassword')).click();
  await expect(message(page, 'PasswordChanged')).toBeVisible();
  expect(await opens(pool, OTHER_PASSWORD)).toBe(true);
});

test('password managers lead people to where it is changed, by way of the sign-in if need be', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(wellKnown);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(page.getByRole('link', { name: says('ForgotPasswordLink') })).toBeVisible();
  await fillSignIn(page);
  await button(page, says('SignIn')).click();
  await expect(page).toHaveURL(paths.accountPassword);
  await expect(current(page)).toBeVisible();
  await page.goto(wellKnown);
  await expect(current(page)).toBeVisible();
});
