import { expect, test } from './support/fixtures';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, SERVER_ENGLISH, agentName, button, calls, expectFieldProblem, expectProblemShown, field,
  fillSignIn, greeting, heading, hold, message, openWithAccount, paths, profile, says, sessionKeys, signIn, storage,
} from './support/pages';

const user = { email: EMAIL, password: PASSWORD };

test('what is missing is said at its field, the first one focused', async ({ page, pool }) => {
  await page.goto(paths.login);
  await button(page, 'Sign in').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailMissing');
  await expectFieldProblem(field(page, 'Password'), 'PasswordMissing', { focused: false });
  await field(page, 'Email').fill('ada');
  await button(page, 'Sign in').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailWrong');
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Sign in').click();
  await expectFieldProblem(field(page, 'Password'), 'PasswordMissing');
  expect(await calls(pool, 'InitiateAuth')).toBe(0);
});

test('a wrong password is announced, what was typed stays, and the right one works', async ({ page, pool }) => {
  await pool.createUser(user);
  await signIn(page, { password: OTHER_PASSWORD });
  await expectProblemShown(page, 'ErrWrongPassword');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(field(page, 'Password')).toHaveValue(OTHER_PASSWORD);
  expect(sessionKeys(await storage(page))).toEqual([]);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('the same problem twice is announced twice', async ({ page, pool }) => {
  await pool.createUser(user);
  await signIn(page, { password: OTHER_PASSWORD });
  await expectProblemShown(page, 'ErrWrongPassword');
  await field(page, 'Password').fill('Still-Wrong-9');
  await button(page, 'Sign in').click();
  await expect.poll(() => calls(pool, 'RespondToAuthChallenge')).toBe(2);
  await expectProblemShown(page, 'ErrWrongPassword');
});

test('somebody unknown gets the same answer as a wrong password', async ({ page }) => {
  await signIn(page, { email: 'nobody@example.com' });
  await expectProblemShown(page, 'ErrWrongPassword');
});

test('a pool that tells who exists is understood', async ({ page, pool }) => {
  await pool.changeSettings({ prevent_user_existence_errors: false });
  await signIn(page, { email: 'nobody@example.com' });
  await expectProblemShown(page, 'ErrUserNotFound');
  await page.getByRole('alert').getByRole('link', { name: 'Create account' }).click();
  await expect(heading(page, 'SignUpTitle')).toBeVisible();
});

test('a disabled account is told so', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.changeUser(EMAIL, { enabled: false });
  await signIn(page);
  await expectProblemShown(page, 'ErrUserDisabled');
});

test('after too many wrong passwords one is told to wait, or to reset', async ({ page, pool }) => {
  await pool.fault({ operation: 'RespondToAuthChallenge', kind: 'error', name: 'NotAuthorizedException', message: 'Password attempts exceeded' });
  await pool.createUser(user);
  await signIn(page);
  await expectProblemShown(page, 'ErrPasswordAttempts');
  await page.getByRole('alert').getByRole('link', { name: says('ForgotTitle') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('letter case of the address does not matter to a pool that ignores it', async ({ page, pool }) => {
  await pool.createUser(user);
  await signIn(page, { email: 'Ada@Example.COM' });
  await expect(greeting(page)).toBeVisible();
});

test('letter case of the address is kept for a pool that does not', async ({ page, pool }) => {
  await pool.changeSettings({ case_sensitive: true });
  await pool.createUser({ email: 'Ada@example.com', password: PASSWORD });
  await signIn(page);
  await expectProblemShown(page, 'ErrWrongPassword');
  await field(page, 'Email').fill('Ada@example.com');
  await button(page, 'Sign in').click();
  await expect(greeting(page, 'Ada@example.com')).toBeVisible();
});

test('an address is remembered when the sign-in worked, not when it may be mistyped', async ({ page, pool }) => {
  await pool.createUser(user);
  await signIn(page, { password: OTHER_PASSWORD });
  await expectProblemShown(page, 'ErrWrongPassword');
  expect((await storage(page)).User_Email).toBeUndefined();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  expect((await storage(page)).User_Email).toBe(EMAIL);
});

test('the password can be shown and hidden', async ({ page }) => {
  await page.goto(paths.login);
  const password = field(page, 'Password');
  await password.fill(PASSWORD);
  await expect(password).toHaveAttribute('type', 'password');
  // Repeated because the button of the prerendered page does nothing yet.
  await expect(async () => {
    await button(page, 'Show password').click();
    await expect(password).toHaveAttribute('type', 'text', { timeout: 500 });
  }).toPass();
  await button(page, 'Hide password').click();
  await expect(password).toHaveAttribute('type', 'password');
  await expect(password).toHaveValue(PASSWORD);
});

test('while it works the button says so, keeps focus, and cannot be pressed twice', async ({ page, pool, poolOrigin }) => {
  await pool.createUser(user);
  await openWithAccount(page, paths.login);
  const release = await hold(page, `${poolOrigin}/`);
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  const busy = button(page, says('SigningIn'));
  await expect(busy).toBeVisible();
  await expect(busy).toHaveAttribute('aria-busy', 'true');
  await expect(busy).toBeDisabled();
  await expect(busy).toBeFocused();
  await busy.click({ force: true });
  await busy.press('Enter');
  await field(page, 'Password').press('Enter');
  release();
  await expect(greeting(page)).toBeVisible();
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
  expect(await calls(pool, 'RespondToAuthChallenge')).toBe(1);
});

test('without a network nothing that was typed is lost, and it works when the network is back', async ({ page, context, pool }) => {
  await pool.createUser(user);
  await openWithAccount(page, paths.login, ['account', 'page-problem']);
  await fillSignIn(page);
  await context.setOffline(true);
  await button(page, 'Sign in').click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(field(page, 'Password')).toHaveValue(PASSWORD);
  await context.setOffline(false);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('a temporary password has to be replaced: weak ones are refused by the page and by the pool, a good one signs in', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
  await pool.changeSettings({ password_policy: { minimum_length: 12 } });
  await signIn(page, { password: 'Temporary-1' });
  await expect(heading(page, 'NewPasswordTitle')).toBeVisible();
  const password = field(page, 'New password'), submit = button(page, says('SetPassword'));
  await submit.click();
  await expectFieldProblem(password, 'PasswordWeak');
  await password.fill('weak');
  await submit.click();
  await expectFieldProblem(password, 'PasswordWeak');
  expect(await calls(pool, 'RespondToAuthChallenge')).toBe(1);
  await password.fill('Short-1a');
  await submit.click();
  await expectFieldProblem(password, 'ErrInvalidPassword');
  await expect(password).toHaveValue('Short-1a');
  await password.fill('Long-Enough-For-All-1');
  await submit.click();
  await expect(page).toHaveURL(paths.profile);
  await expect(greeting(page)).toBeVisible();
  expect((await pool.user(EMAIL)).status).toBe('CONFIRMED');
});

test('the second refusal of a new password is said like the first', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
  await pool.changeSettings({ password_policy: { minimum_length: 12 } });
  await signIn(page, { password: 'Temporary-1' });
  const password = field(page, 'New password'), submit = button(page, says('SetPassword'));
  await password.fill('Short-1a');
  await submit.click();
  await expectFieldProblem(password, 'ErrInvalidPassword');
  await password.fill('Short-2b');
  await submit.click();
  await expect.poll(() => calls(pool, 'RespondToAuthChallenge')).toBe(3);
  await expectFieldProblem(password, 'ErrInvalidPassword');
});

test('the temporary password comes by message, and the new one works from then on', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, attributes: { 'custom:agentName': '007' } });
  await signIn(page, { password: await pool.latestCode(EMAIL, { purpose: 'temporary_password' }) });
  await field(page, 'New password').fill(PASSWORD);
  await button(page, says('SetPassword')).click();
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ agentName: '007' });
  await expect(agentName(page)).toHaveValue('007');
  await button(page, 'Sign out').click();
  await page.getByRole('main').getByRole('link', { name: says('SignInAgain') }).click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('choosing a new password takes no longer than the session lives: then one starts over', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
  await signIn(page, { password: 'Temporary-1' });
  await field(page, 'New password').fill(PASSWORD);
  await pool.advanceClock(181);
  await button(page, says('SetPassword')).click();
  await expectProblemShown(page, 'ErrStepExpired');
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await fillSignIn(page, { password: 'Temporary-1' });
  await button(page, 'Sign in').click();
  await expect(heading(page, 'NewPasswordTitle')).toBeVisible();
});

test('starting over leads from the new password back to the form', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
  await signIn(page, { password: 'Temporary-1' });
  await button(page, says('StartOver')).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('a temporary password that has expired is told so', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
  await pool.advanceClock(8 * 86_400);
  await signIn(page, { password: 'Temporary-1' });
  await expectProblemShown(page, 'ErrTemporaryExpired');
});

test('an account that must reset its password is led there', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.changeUser(EMAIL, { status: 'RESET_REQUIRED' });
  await signIn(page);
  await expect(page).toHaveURL(paths.forgot);
  await expect(message(page, 'NoticeResetRequired')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await button(page, 'Send code').click();
  await expect(field(page, 'Verification code')).toBeVisible();
  await field(page, 'Verification code').fill(await pool.latestCode(EMAIL, { purpose: 'forgot_password' }));
  await field(page, 'New password').fill(OTHER_PASSWORD);
  await button(page, 'Reset password').click();
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
  await field(page, 'Password').fill(OTHER_PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('a step that this version does not know is named, not a crash', async ({ page, pool, poolOrigin }) => {
  await pool.createUser(user);
  await page.route(`${poolOrigin}/`, async (route) => {
    const target = route.request().headers()['x-amz-target'] ?? '';
    if (!target.endsWith('RespondToAuthChallenge')) return route.fallback();
    await route.fulfill({
      status: 200, contentType: 'application/x-amz-json-1.1', headers: { 'access-control-allow-origin': '*' },
      body: JSON.stringify({ ChallengeName: 'SOMETHING_OF_2030', Session: 'a-session-of-twenty-letters', ChallengeParameters: {} }),
    });
  });
  await signIn(page);
  await expect(heading(page, 'UnsupportedTitle')).toBeVisible();
  await expect(page.getByText('SOMETHING_OF_2030')).toBeVisible();
  await button(page, says('StartOver')).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

for (const [what, change] of [
  ['B mod N = 0', (parameters: any) => { parameters.SRP_B = '0'; }],
  ['B = N', (parameters: any) => { parameters.SRP_B = N; }],
  ['a missing salt', (parameters: any) => { delete parameters.SALT; }],
  ['B that is no number', (parameters: any) => { parameters.SRP_B = 'not hex'; }],
] as const) {
  test(`a server that answers with ${what} does not get a proof`, async ({ page, pool, poolOrigin }) => {
    await pool.createUser(user);
    await page.route(`${poolOrigin}/`, async (route) => {
      const target = route.request().headers()['x-amz-target'] ?? '';
      if (!target.endsWith('InitiateAuth')) return route.fallback();
      const response = await route.fetch(), answer = await response.json();
      change(answer.ChallengeParameters);
      await route.fulfill({ response, json: answer });
    });
    await signIn(page);
    const alert = page.getByRole('alert').filter({ hasText: new RegExp(`${says('FaultSrpRefused').slice(0, 40)}|${says('FaultGarbled').slice(0, 40)}`) });
    await expect(alert).toBeVisible();
    await expect(alert).toBeFocused();
    expect(await calls(pool, 'RespondToAuthChallenge')).toBe(0);
    await expect(page.getByText(SERVER_ENGLISH)).toHaveCount(0);
  });
}

test('the main thread stays free while signing in (told, not judged: machines differ)', async ({ page, pool }, info) => {
  await pool.createUser(user);
  await page.addInitScript(() => {
    (window as any).longTasks = [];
    new PerformanceObserver((list) => (window as any).longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
  });
  await openWithAccount(page, paths.login);
  await fillSignIn(page);
  const before = await page.evaluate(() => (window as any).longTasks.length);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  const tasks: number[] = await page.evaluate(() => (window as any).longTasks);
  info.annotations.push({ type: 'long tasks', description: `during load: ${before}, from submit to greeting: ${tasks.length - before} (${tasks.slice(before).map((ms) => `${ms} ms`).join(', ') || 'none over 50 ms'})` });
});

/** RFC 3526, group 15. */
const N = 'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF';
