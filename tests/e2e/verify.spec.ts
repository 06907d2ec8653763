import { expect, test, type Pool } from './support/fixtures';
import {
  EMAIL, PASSWORD, button, calls, expectFieldProblem, expectProblemShown, field, fillSignIn, fillSignUp, heading, message, openWithAccount, paths, says, signIn,
} from './support/pages';
import type { Page } from '@playwright/test';

const unconfirmed = (pool: Pool) => pool.createUser({ email: EMAIL, password: PASSWORD, confirmed: false });
const wrong = (code: string) => (code === '000000' ? '111111' : '000000');
/** A whole code is handed in by itself; anything else by the button. */
async function enter(page: Page, code: string) {
  await field(page, 'Verification code').fill(code);
  if (!/^\s*\d{6}\s*$/.test(code)) await button(page, 'Verify account').click();
}

test('what is missing or cannot be a code is said at its field', async ({ page, pool }) => {
  await page.goto(paths.verify);
  await button(page, 'Verify account').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailMissing');
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Verify account').click();
  await expectFieldProblem(field(page, 'Verification code'), 'CodeMissing');
  await enter(page, 'not a code!');
  await expectFieldProblem(field(page, 'Verification code'), 'CodeMalformed');
  expect(await calls(pool, 'ConfirmSignUp')).toBe(0);
});

test('the page is about the account that was signed in to, not about one that signed up before', async ({ page, pool }) => {
  await unconfirmed(pool);
  await page.goto(paths.signUp);
  await fillSignUp(page, { email: 'bob@example.com' });
  await button(page, 'Create account').click();
  await expect(field(page, 'Email')).toHaveValue('bob@example.com');
  await page.getByRole('main').getByRole('link', { name: says('BackToSignIn') }).click();
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(message(page, 'NoticeUnconfirmed')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('resending needs an address', async ({ page, pool }) => {
  await page.goto(paths.verify);
  await button(page, 'Resend code').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailMissing');
  expect(await calls(pool, 'ResendConfirmationCode')).toBe(0);
});

test('a wrong code is said at the field, and the right one works afterwards', async ({ page, pool }) => {
  await unconfirmed(pool);
  const code = await pool.latestCode(EMAIL);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await enter(page, wrong(code));
  await expectFieldProblem(field(page, 'Verification code'), 'ErrCodeMismatch');
  await expect(field(page, 'Verification code')).toHaveValue(wrong(code));
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await enter(page, code);
  await expect(page).toHaveURL(paths.login);
  expect((await pool.user(EMAIL)).status).toBe('CONFIRMED');
});

test('a code with white space around it, as mail programs copy it, is taken', async ({ page, pool }) => {
  await unconfirmed(pool);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(` ${EMAIL} `);
  await enter(page, ` ${await pool.latestCode(EMAIL)} `);
  await expect(page).toHaveURL(paths.login);
});

test('an expired code is said, and a new one works', async ({ page, pool }) => {
  await unconfirmed(pool);
  const code = await pool.latestCode(EMAIL);
  await pool.advanceClock(24 * 3600 + 1);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await enter(page, code);
  await expectFieldProblem(field(page, 'Verification code'), 'ErrExpiredCode');
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
  await enter(page, await pool.latestCode(EMAIL, { purpose: 'resend_code' }));
  await expect(page).toHaveURL(paths.login);
});

test('after too many wrong codes one has to wait', async ({ page, pool }) => {
  await pool.changeSettings({ codes: { wrong_attempts: 2 } });
  await unconfirmed(pool);
  const code = await pool.latestCode(EMAIL);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  for (const other of ['000000', '111111', '222222'].filter((other) => other !== code).slice(0, 2)) {
    await enter(page, other);
    await expectFieldProblem(field(page, 'Verification code'), 'ErrCodeMismatch');
  }
  await enter(page, code);
  await expectProblemShown(page, 'ErrLimitExceeded');
  await expect(field(page, 'Verification code')).toHaveValue(code);
  await pool.advanceClock(901);
  await button(page, 'Verify account').click();
  await expect(page).toHaveURL(paths.login);
});

test('resending sends a new code, and then rests for 30 seconds', async ({ page, pool }) => {
  await page.clock.install();
  await unconfirmed(pool);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
  const resting = page.getByRole('button', { name: /^Resend code \(\d+\)$/ });
  await expect(resting).toHaveAttribute('aria-disabled', 'true');
  await resting.click({ force: true });
  await page.clock.runFor(15_000);
  await expect(resting).toHaveAttribute('aria-disabled', 'true');
  await resting.click({ force: true });
  await page.clock.runFor(16_000);
  await expect(button(page, 'Resend code')).toBeEnabled();
  expect(await calls(pool, 'ResendConfirmationCode')).toBe(1);
  await button(page, 'Resend code').click();
  await expect(resting).toBeVisible();
  expect(await calls(pool, 'ResendConfirmationCode')).toBe(2);
});

test('leaving the page while the resend button rests does no harm', async ({ page, pool }) => {
  await page.clock.install();
  await unconfirmed(pool);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
  await page.getByRole('link', { name: says('BackToSignIn') }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await page.clock.runFor(40_000);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('too many new codes are refused with a text of their own', async ({ page, pool }) => {
  await pool.changeSettings({ codes: { sends: 1 } });
  await unconfirmed(pool);
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Resend code').click();
  await expectProblemShown(page, 'ErrLimitExceeded');
});

test('whoever is confirmed already is led to sign-in', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await enter(page, '123456');
  await expectProblemShown(page, 'ErrAlreadyConfirmed');
  await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('signing in before the code was entered leads here, with the code to be had again', async ({ page, pool }) => {
  await unconfirmed(pool);
  await signIn(page);
  await expect(page).toHaveURL(paths.verify);
  await expect(message(page, 'NoticeUnconfirmed')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
  await enter(page, await pool.latestCode(EMAIL, { purpose: 'resend_code' }));
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
});

test('without a network the code stays, and it works when the network is back', async ({ page, context, pool }) => {
  await unconfirmed(pool);
  const code = await pool.latestCode(EMAIL);
  await openWithAccount(page, paths.verify);
  await field(page, 'Email').fill(EMAIL);
  await context.setOffline(true);
  await enter(page, code);
  await expectProblemShown(page, 'FaultOffline');
  await expect(field(page, 'Verification code')).toHaveValue(code);
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await context.setOffline(false);
  await button(page, 'Verify account').click();
  await expect(page).toHaveURL(paths.login);
});

test('an answer that comes after the person has left harms nobody', async ({ page, pool }) => {
  await unconfirmed(pool);
  const { code } = (await pool.messages(EMAIL))[0];
  await pool.fault({ operation: 'ConfirmSignUp', kind: 'delay', ms: 700 });
  await openWithAccount(page, paths.verify);
  await field(page, 'Email').fill(EMAIL);
  const answered = page.waitForResponse((response) => response.request().headers()['x-amz-target']?.endsWith('.ConfirmSignUp') ?? false);
  await enter(page, wrong(code));
  await expect(button(page, says('Verifying'))).toBeVisible();
  await page.getByRole('link', { name: says('BackToSignIn') }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await (await answered).finished();
  await field(page, 'Email').fill('somebody@else.test');
  await expect(field(page, 'Email')).toHaveValue('somebody@else.test');
  await expect(page.getByRole('alert')).toHaveCount(0);
});
