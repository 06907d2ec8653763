import { expect, test } from './support/fixtures';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, agentName, button, calls, expectFieldProblem, expectProblemShown, field, fillSignUp, heading,
  openWithAccount, paths, says, storage,
} from './support/pages';

test('an empty form says what is missing and leads to the first field', async ({ page, pool }) => {
  await page.goto(paths.signUp);
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailMissing');
  await expectFieldProblem(field(page, 'Password'), 'PasswordWeak', { focused: false });
  expect(await calls(pool, 'SignUp')).toBe(0);
});

test('each wrong field is said in its turn, and typing clears what was said', async ({ page, pool }) => {
  await page.goto(paths.signUp);
  await fillSignUp(page, { email: 'ada at example', password: 'weak', confirm: 'weaker' });
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Email'), 'EmailWrong');
  await expectFieldProblem(field(page, 'Confirm password'), 'ConfirmPasswordWrong', { focused: false });
  await field(page, 'Email').fill(EMAIL);
  await expect(field(page, 'Email')).not.toHaveAttribute('aria-invalid', 'true');
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Password'), 'PasswordWeak');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Confirm password'), 'ConfirmPasswordWrong');
  expect(await calls(pool, 'SignUp')).toBe(0);
  await field(page, 'Confirm password').fill(PASSWORD);
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  expect(await calls(pool, 'SignUp')).toBe(1);
});

test('the rules of the pool are ticked off while the password is typed', async ({ page }) => {
  await page.goto(paths.signUp);
  const rules = page.getByRole('listitem');
  const names = [says('RuleLength', '8'), says('RuleLowercase'), says('RuleUppercase'), says('RuleNumber'), says('RuleSymbol')];
  const shows = (met: number[]) => expect(rules).toHaveText(names.map((name, i) => `${says(met.includes(i) ? 'RuleMet' : 'RuleOpen')} ${name}`));
  await shows([]);
  await field(page, 'Password').pressSequentially('a');
  await shows([1]);
  await field(page, 'Password').pressSequentially('B');
  await shows([1, 2]);
  await field(page, 'Password').pressSequentially('3');
  await shows([1, 2, 3]);
  await field(page, 'Password').pressSequentially('!');
  await shows([1, 2, 3, 4]);
  await field(page, 'Password').pressSequentially('more');
  await shows([0, 1, 2, 3, 4]);
  await field(page, 'Password').fill('');
  await shows([]);
});

test('where the pool is stricter than the page knows, its verdict is said at the password', async ({ page, pool }) => {
  await pool.changeSettings({ password_policy: { minimum_length: 20 } });
  await page.goto(paths.signUp);
  await fillSignUp(page, { agent: '007' });
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Password'), 'ErrInvalidPassword');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(field(page, 'Password')).toHaveValue(PASSWORD);
  await expect(agentName(page)).toHaveValue('007');
  const longer = 'Correct-Horse-Battery-Staple-7';
  await field(page, 'Password').fill(longer);
  await field(page, 'Confirm password').fill(longer);
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
});

test('an address that has an account leads to sign-in', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: OTHER_PASSWORD });
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expectProblemShown(page, 'ErrUsernameExists');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(field(page, 'Password')).toHaveValue(PASSWORD);
  await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('the agent name can be left out', async ({ page, pool }) => {
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  const user = await pool.user(EMAIL);
  expect(user.status).toBe('UNCONFIRMED');
  expect(user.attributes).not.toHaveProperty('custom:agentName');
});

test('a pool that takes no new accounts says so', async ({ page, pool }) => {
  await pool.changeSettings({ sign_up_enabled: false });
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expectProblemShown(page, 'ErrSignUpClosed');
});

test('without a network nothing that was typed is lost, and it works when the network is back', async ({ page, context, pool }) => {
  await openWithAccount(page, paths.signUp);
  await fillSignUp(page, { agent: '007' });
  await context.setOffline(true);
  await button(page, 'Create account').click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(field(page, 'Password')).toHaveValue(PASSWORD);
  await expect(field(page, 'Confirm password')).toHaveValue(PASSWORD);
  await expect(agentName(page)).toHaveValue('007');
  await context.setOffline(false);
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  expect((await pool.user(EMAIL)).attributes['custom:agentName']).toBe('007');
});

test('a failed sign-up is not remembered as an email address', async ({ page, pool }) => {
  await pool.fault({ operation: 'SignUp', kind: 'error', name: 'TooManyRequestsException' });
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expectProblemShown(page, 'ErrTooManyRequests');
  expect((await storage(page)).User_Email).toBeUndefined();
});
