import { expect, test, type Pool } from './support/fixtures';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, SERVER_ENGLISH, button, calls, expectFieldProblem, expectProblemShown, field, greeting, heading, message,
  openWithAccount, paths, says, storage, stored,
} from './support/pages';
import type { Page } from '@playwright/test';

const user = { email: EMAIL, password: PASSWORD };
const wrong = (code: string) => (code === '000000' ? '111111' : '000000');
const codeSent = (pool: Pool, after = 0) => pool.latestCode(EMAIL, { purpose: 'forgot_password', after });
async function ask(page: Page, email = EMAIL) {
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(email);
  await button(page, 'Send code').click();
  await expect(page.getByText(says('ResetLead', email))).toBeVisible();
}
/** With the password there, a whole code is handed in by itself. */
async function reset(page: Page, code: string, password = OTHER_PASSWORD) {
  await field(page, 'New password').fill(password);
  await field(page, 'Verification code').fill(code);
}

test('a forgotten password is replaced by a code', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.goto(paths.login);
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  await expect(page.getByText(says('ResetLead', EMAIL))).toBeVisible();
  await reset(page, await codeSent(pool));
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expectProblemShown(page, 'ErrWrongPassword');
  await field(page, 'Password').fill(OTHER_PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('a remembered address is filled in', async ({ page }) => {
  await stored(page, { User_Email: EMAIL });
  await page.goto(paths.forgot);
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('what is missing is said at its field', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.goto(paths.forgot);
  await button(page, 'Send code').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailMissing');
  await field(page, 'Email').fill('ada');
  await button(page, 'Send code').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailWrong');
  expect(await calls(pool, 'ForgotPassword')).toBe(0);
  await ask(page);
  await button(page, 'Reset password').click();
  await expectFieldProblem(field(page, 'Verification code'), 'CodeMissing');
  await expectFieldProblem(field(page, 'New password'), 'PasswordWeak', { focused: false });
  await field(page, 'Verification code').fill('123456');
  await button(page, 'Reset password').click();
  await expectFieldProblem(field(page, 'New password'), 'PasswordWeak');
  expect(await calls(pool, 'ConfirmForgotPassword')).toBe(0);
});

test('a wrong code is said at the field, what was typed stays, and the right code works', async ({ page, pool }) => {
  await pool.createUser(user);
  await ask(page);
  const code = await codeSent(pool);
  await reset(page, wrong(code));
  await expectFieldProblem(field(page, 'Verification code'), 'ErrCodeMismatch');
  await expect(field(page, 'New password')).toHaveValue(OTHER_PASSWORD);
  await field(page, 'Verification code').fill(code);
  await expect(page).toHaveURL(paths.login);
});

test('an expired code is said, and a new one works', async ({ page, pool }) => {
  await pool.createUser(user);
  await ask(page);
  const code = await codeSent(pool), { id } = (await pool.messages(EMAIL)).at(-1)!;
  await pool.advanceClock(3601);
  await reset(page, code);
  await expectFieldProblem(field(page, 'Verification code'), 'ErrExpiredCode');
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
  await reset(page, await codeSent(pool, id));
  await expect(page).toHaveURL(paths.login);
});

test('where the pool is stricter than the page knows, its verdict is said at the password', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.changeSettings({ password_policy: { minimum_length: 20 } });
  await ask(page);
  const code = await codeSent(pool);
  await reset(page, code);
  await expectFieldProblem(field(page, 'New password'), 'ErrInvalidPassword');
  await expect(field(page, 'Verification code')).toHaveValue(code);
  await field(page, 'New password').fill('Correct-Horse-Battery-Staple-7');
  await button(page, 'Reset password').click();
  await expect(page).toHaveURL(paths.login);
});

test('somebody unknown gets the same answers', async ({ page, pool }) => {
  await ask(page, 'nobody@example.com');
  expect(await pool.messages()).toEqual([]);
  await reset(page, '123456');
  await expectFieldProblem(field(page, 'Verification code'), 'ErrCodeMismatch');
});

test('too many codes are refused with a text of their own', async ({ page, pool }) => {
  await pool.changeSettings({ codes: { sends: 1 } });
  await pool.createUser(user);
  await ask(page);
  await button(page, 'Resend code').click();
  await expectProblemShown(page, 'ErrLimitExceeded');
  await expect(field(page, 'Verification code')).toBeVisible();
});

test('an address that is not verified cannot be sent a code', async ({ page, pool }) => {
  await pool.createUser({ ...user, email_verified: false });
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  await expectProblemShown(page, 'ErrNothingVerified');
});

test('an account with a temporary password cannot be reset here', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL });
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  await expectProblemShown(page, 'ErrResetNotAllowed');
});

test('another address can be given after all', async ({ page, pool }) => {
  await pool.createUser(user);
  await ask(page, 'typo@example.com');
  await button(page, says('OtherAccount')).click();
  await expect(field(page, 'Email')).toHaveValue('typo@example.com');
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  await expect(page.getByText(says('ResetLead', EMAIL))).toBeVisible();
  expect((await storage(page)).User_Email).toBe(EMAIL);
});

test('without a network what was typed stays, and it works when the network is back', async ({ page, context, pool }) => {
  await pool.createUser(user);
  await openWithAccount(page, paths.forgot);
  await field(page, 'Email').fill(EMAIL);
  await context.setOffline(true);
  await button(page, 'Send code').click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await context.setOffline(false);
  await button(page, 'Send code').click();
  await expect(page.getByText(says('ResetLead', EMAIL))).toBeVisible();
  const code = await codeSent(pool);
  await context.setOffline(true);
  await reset(page, code);
  await expectProblemShown(page, 'FaultOffline');
  await expect(field(page, 'Verification code')).toHaveValue(code);
  await expect(field(page, 'New password')).toHaveValue(OTHER_PASSWORD);
  await context.setOffline(false);
  await button(page, 'Reset password').click();
  await expect(page).toHaveURL(paths.login);
});

test('where the code goes is said, and so is where a new one goes', async ({ page, pool }) => {
  await pool.createUser(user);
  await ask(page);
  await expect(page.getByRole('main').getByText(says('SentEmail', 'a***@e***'))).toBeVisible();
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toContainText(says('SentEmail', 'a***@e***'));
  await expect(page.getByRole('button', { name: /^Resend code \(\d+\)$/ })).toHaveAttribute('aria-disabled', 'true');
});

test('a code that comes before the password waits for it', async ({ page, pool }) => {
  await page.clock.install();
  await pool.createUser(user);
  await ask(page);
  await field(page, 'Verification code').fill(await codeSent(pool));
  await page.clock.runFor(5_000);
  await expect(field(page, 'Verification code')).toBeFocused();
  await expect(field(page, 'New password')).not.toHaveAttribute('aria-invalid', 'true');
  expect(await calls(pool, 'ConfirmForgotPassword')).toBe(0);
  await field(page, 'New password').fill(OTHER_PASSWORD);
  await button(page, 'Reset password').click();
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
});

test('after a reload the code that was sent still works', async ({ page, pool }) => {
  await pool.createUser(user);
  await ask(page);
  const code = await codeSent(pool);
  await page.reload();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await button(page, says('HaveCode')).click();
  await expect(page.getByText(says('ResetLeadHaveCode', EMAIL))).toBeVisible();
  await reset(page, code);
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
  expect(await calls(pool, 'ForgotPassword')).toBe(1);
});

test('Back and Forward in the middle lead to where the code can be entered', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.goto(paths.login);
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  const code = await codeSent(pool);
  await expect(field(page, 'Verification code')).toBeVisible();
  await page.goBack();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await page.goForward();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  await button(page, says('HaveCode')).click();
  await reset(page, code);
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
});

test('an administrator asks for a new password, and the code that was sent with that works', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.changeUser(EMAIL, { status: 'RESET_REQUIRED' });
  const code = await pool.latestCode(EMAIL);
  await page.goto(paths.login);
  await field(page, 'Email').fill(EMAIL);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(message(page, 'NoticeResetRequired')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await button(page, says('HaveCode')).click();
  await reset(page, code);
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
});

test('password managers are told whose password is set', async ({ page, pool }) => {
  await pool.createUser(user);
  await ask(page);
  const name = page.locator('form#reset input[autocomplete=username]');
  await expect(name).toHaveValue(EMAIL);
  await expect(name).toBeAttached();
  expect(await name.evaluate((input) => getComputedStyle(input).display)).not.toBe('none');
  await expect(name).toHaveJSProperty('readOnly', true);
  // Whoever walks through the form with Tab does not meet it.
  await expect(name).toHaveAttribute('tabindex', '-1');
});

test('password managers are led to where a password is changed', async ({ page }) => {
  await page.goto('/.well-known/change-password');
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
});

for (const [name, key, place] of [
  ['PasswordHistoryPolicyViolationException', 'ErrPasswordHistory', 'New password'],
  ['InvalidPasswordException', 'ErrInvalidPassword', 'New password'],
  ['ExpiredCodeException', 'ErrExpiredCode', 'Verification code'],
  ['CodeMismatchException', 'ErrCodeMismatch', 'Verification code'],
  ['TooManyFailedAttemptsException', 'ErrTooManyFailed', undefined],
  ['LimitExceededException', 'ErrLimitExceeded', undefined],
  ['UserNotConfirmedException', 'ErrNotConfirmed', undefined],
  ['UserLambdaValidationException', 'ErrLambdaRefused', undefined],
] as const) {
  test(`setting the password: ${name}`, async ({ page, pool }) => {
    await pool.createUser(user);
    await ask(page);
    const code = await codeSent(pool);
    await pool.fault({ operation: 'ConfirmForgotPassword', kind: 'error', name, message: SERVER_ENGLISH });
    await reset(page, code);
    if (place) await expectFieldProblem(field(page, place), key);
    else await expectProblemShown(page, key);
    await expect(field(page, 'Verification code')).toHaveValue(code);
    await expect(field(page, 'New password')).toHaveValue(OTHER_PASSWORD);
    await button(page, 'Reset password').click();
    await expect(message(page, 'NoticePasswordReset')).toBeVisible();
    expect(await calls(pool, 'ConfirmForgotPassword')).toBe(2);
  });
}
