// Whatever the service answers: a text of the app's own, nothing lost that was typed, and the next try works.
import { expect, test } from './support/fixtures';
import {
  EMAIL, PASSWORD, SERVER_ENGLISH, agentName, button, calls, expectFieldProblem, expectProblemShown, field, fillSignIn, fillSignUp, greeting, heading, message, paths,
  says, signIn, signedIn,
} from './support/pages';
import type { Fault } from './support/pool';

type Kind = Omit<Fault, 'operation' | 'count'> & Record<string, unknown>;
const error = (name: string, message = SERVER_ENGLISH, status?: number): Kind => ({ kind: 'error', name, message, ...(status && { status }) }) as Kind;
const html = `<html><body><h1>${SERVER_ENGLISH}</h1></body></html>`;
const user = { email: EMAIL, password: PASSWORD };

/** Every kind of trouble that the dev pool can make, and what a person reads. */
const TROUBLE: [string, Kind, string][] = [
  ['the connection is cut', { kind: 'drop' } as Kind, 'FaultOffline'],
  ['JSON that stops in the middle', { kind: 'garbage' } as Kind, 'FaultGarbled'],
  ['an empty answer', { kind: 'empty' } as Kind, 'FaultGarbled'],
  ['500 without an error name', { kind: 'status', status: 500, body: SERVER_ENGLISH, content_type: 'text/plain' } as Kind, 'FaultServerDown'],
  ['503 with a page', { kind: 'status', status: 503, body: html } as Kind, 'FaultServerDown'],
  ['429 with a page', { kind: 'status', status: 429, body: html } as Kind, 'FaultThrottled'],
  ["a firewall's 403 page", { kind: 'status', status: 403, body: html } as Kind, 'FaultBlocked'],
  ["a firewall's 405 page", { kind: 'status', status: 405, body: html } as Kind, 'FaultBlocked'],
  ['200 with a page', { kind: 'status', status: 200, body: html } as Kind, 'FaultGarbled'],
  ['200 with JSON of another kind', { kind: 'status', status: 200, body: '[1,2]', content_type: 'application/json' } as Kind, 'FaultGarbled'],
  ['200 with an empty object', { kind: 'status', status: 200, body: '{}', content_type: 'application/json' } as Kind, 'FaultGarbled'],
  ['InternalErrorException', error('InternalErrorException'), 'ErrInternal'],
  ['TooManyRequestsException', error('TooManyRequestsException'), 'ErrTooManyRequests'],
  ['TooManyRequestsException with 429', error('TooManyRequestsException', SERVER_ENGLISH, 429), 'ErrTooManyRequests'],
  ['LimitExceededException', error('LimitExceededException'), 'ErrLimitExceeded'],
  ['ForbiddenException', error('ForbiddenException', SERVER_ENGLISH, 403), 'ErrForbidden'],
  ['UserLambdaValidationException', error('UserLambdaValidationException'), 'ErrLambdaRefused'],
  ['UnexpectedLambdaException', error('UnexpectedLambdaException'), 'ErrUnexpectedLambda'],
  ['InvalidLambdaResponseException', error('InvalidLambdaResponseException'), 'ErrLambdaResponse'],
  ['ResourceNotFoundException', error('ResourceNotFoundException'), 'ErrResourceNotFound'],
  ['InvalidParameterException', error('InvalidParameterException'), 'ErrInvalidParameter'],
  ['InvalidUserPoolConfigurationException', error('InvalidUserPoolConfigurationException'), 'ErrPoolSetup'],
];

for (const [what, kind, key] of TROUBLE) {
  test(`sign-in: ${what}`, async ({ page, pool }) => {
    await pool.createUser(user);
    await pool.fault({ operation: 'InitiateAuth', count: null, ...kind } as Fault);
    await signIn(page);
    await expectProblemShown(page, key);
    await expect(field(page, 'Email')).toHaveValue(EMAIL);
    await expect(field(page, 'Password')).toHaveValue(PASSWORD);
    await expect(button(page, 'Sign in')).toBeEnabled();
    await pool.clearFaults();
    await button(page, 'Sign in').click();
    await expect(greeting(page)).toBeVisible();
  });
}

test('sign-in: an error that this version does not know', async ({ page, pool }) => {
  await pool.fault({ operation: 'InitiateAuth', kind: 'error', name: 'NeverHeardOfException', message: SERVER_ENGLISH });
  await signIn(page);
  await expectProblemShown(page, 'ErrUnknown');
  await expect(page.getByText(SERVER_ENGLISH)).toHaveCount(0);
});

test('sign-in: trouble with the second call keeps what was typed, too', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.fault({ operation: 'RespondToAuthChallenge', count: null, kind: 'drop' });
  await signIn(page);
  await expectProblemShown(page, 'FaultOffline');
  await expect(field(page, 'Password')).toHaveValue(PASSWORD);
  await pool.clearFaults();
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

for (const [what, open, operation] of [
  ['sign-in', paths.login, 'InitiateAuth'], ['sign-up', paths.signUp, 'SignUp'], ['asking for a code', paths.forgot, 'ForgotPassword'],
] as const) {
  test(`${what}: no answer at all ends after a while, and the next try works`, async ({ page, pool }) => {
    const name = { InitiateAuth: 'Sign in', SignUp: 'Create account', ForgotPassword: 'Send code' }[operation];
    await page.clock.install();
    if (operation !== 'SignUp') await pool.createUser(user);
    await pool.fault({ operation, kind: 'hang' });
    await page.goto(open);
    if (operation === 'SignUp') await fillSignUp(page);
    else if (operation === 'InitiateAuth') await fillSignIn(page);
    else await field(page, 'Email').fill(EMAIL);
    const gone = page.waitForEvent('requestfailed', (request) => request.headers()['x-amz-target']?.endsWith(operation) ?? false);
    await button(page, name).click();
    await expect.poll(() => calls(pool, operation)).toBe(1);
    await expect(button(page, name)).toHaveCount(0);
    await page.clock.fastForward(16_000);
    await expectProblemShown(page, 'FaultTimedOut');
    expect((await gone).failure()?.errorText).toBe('net::ERR_ABORTED');
    await expect(field(page, 'Email')).toHaveValue(EMAIL);
    await button(page, name).click();
    await expect(operation === 'SignUp' ? heading(page, 'VerifyTitle') : operation === 'InitiateAuth' ? greeting(page) : field(page, 'Verification code')).toBeVisible();
  });
}

test('sign-in: an answer that comes late is waited for, however often one presses', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.fault({ operation: 'InitiateAuth', kind: 'delay', ms: 1500 });
  await page.goto(paths.login);
  await fillSignIn(page);
  await button(page, 'Sign in').dblclick();
  await expect(greeting(page)).toBeVisible();
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
});

const SOME = TROUBLE.filter(([, , key]) => ['FaultOffline', 'FaultServerDown', 'FaultThrottled', 'ErrInternal', 'ErrLambdaRefused'].includes(key) ).filter(([what], i, all) => all.findIndex(([w]) => w === what) === i);

for (const [what, kind, key] of [...SOME, ['CodeDeliveryFailureException', error('CodeDeliveryFailureException'), 'ErrCodeDelivery'] as [string, Kind, string],
  ['an email set-up that is broken', error('InvalidEmailRoleAccessPolicyException'), 'ErrEmailSetup'] as [string, Kind, string]]) {
  test(`sign-up: ${what}`, async ({ page, pool }) => {
    await pool.fault({ operation: 'SignUp', count: null, ...kind } as Fault);
    await page.goto(paths.signUp);
    await fillSignUp(page, { agent: '007' });
    await button(page, 'Create account').click();
    await expectProblemShown(page, key);
    await expect(field(page, 'Email')).toHaveValue(EMAIL);
    await expect(field(page, 'Password')).toHaveValue(PASSWORD);
    await expect(field(page, 'Confirm password')).toHaveValue(PASSWORD);
    await expect(agentName(page)).toHaveValue('007');
    await pool.clearFaults();
    await button(page, 'Create account').click();
    await expect(page).toHaveURL(paths.verify);
  });
}

for (const [what, kind, key] of [...SOME, ['TooManyFailedAttemptsException', error('TooManyFailedAttemptsException'), 'ErrTooManyFailed'] as [string, Kind, string]]) {
  test(`verify: ${what}`, async ({ page, pool }) => {
    await pool.createUser({ ...user, confirmed: false });
    const code = await pool.latestCode(EMAIL);
    await pool.fault({ operation: 'ConfirmSignUp', count: null, ...kind } as Fault);
    await page.goto(paths.verify);
    await field(page, 'Email').fill(EMAIL);
    await field(page, 'Verification code').fill(code);
    await expectProblemShown(page, key);
    await expect(field(page, 'Verification code')).toHaveValue(code);
    await pool.clearFaults();
    await button(page, 'Verify account').click();
    await expect(message(page, 'NoticeVerified')).toBeVisible();
  });
}

for (const [what, kind, key] of SOME) {
  test(`saving the profile: ${what}`, async ({ page, pool }) => {
    await signedIn(page, pool);
    await pool.fault({ operation: 'UpdateUserAttributes', count: null, ...kind } as Fault);
    await agentName(page).fill('Q');
    await button(page, 'Save').click();
    await expectProblemShown(page, key);
    await expect(agentName(page)).toHaveValue('Q');
    await pool.clearFaults();
    await button(page, 'Save').click();
    await expect(message(page, 'Saved')).toBeVisible();
  });
}

test('resetting a password: trouble keeps code and password', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  const code = await pool.latestCode(EMAIL, { purpose: 'forgot_password' });
  await pool.fault({ operation: 'ConfirmForgotPassword', kind: 'error', name: 'PasswordHistoryPolicyViolationException', message: SERVER_ENGLISH });
  await field(page, 'New password').fill('Another-Horse-9');
  await field(page, 'Verification code').fill(code);
  await expectFieldProblem(field(page, 'New password'), 'ErrPasswordHistory');
  await expect(page.getByText(SERVER_ENGLISH)).toHaveCount(0);
  await expect(field(page, 'Verification code')).toHaveValue(code);
  await button(page, 'Reset password').click();
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
});
