// What a screen reader has to read on the main ways through the app: the accessibility tree, compared with
// tests/e2e/transcripts. After a change that is meant: --update-snapshots, and read them.
import { openLater, sections } from './support/account';
import { withThreePasskeys } from './support/centre';
import { prefer, wrongCode } from './support/factors';
import { expect, test } from './support/fixtures';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, agentName, appStarted, button, field, fillSignUp, greeting, heading, message, paths, says, signIn, signedIn,
} from './support/pages';
import type { Locator, Page } from '@playwright/test';

const compared = (part: Locator, name: string) => expect(part).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
const transcript = (page: Page, name: string) => compared(page.locator('body'), name);
/** While a dialog is open the rest of the page cannot be reached. */
const dialog = (page: Page, key: string) => page.getByRole('dialog', { name: says(key), exact: true });

test('from a new account to the account centre, as it is read aloud', async ({ page, pool }) => {
  await page.goto(paths.signUp);
  await appStarted(page);
  await transcript(page, 'sign-up');
  await button(page, says('CreateAccount')).click();
  await expect(field(page, 'Email')).toBeFocused();
  await transcript(page, 'sign-up-nothing-entered');
  await fillSignUp(page, { agent: '007' });
  await button(page, says('CreateAccount')).click();
  await expect(heading(page, 'VerifyTitle')).toBeFocused();
  await transcript(page, 'verify');
  await field(page, says('Code')).fill(await pool.latestCode(EMAIL));
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await transcript(page, 'sign-in');
  await field(page, 'Password').fill(OTHER_PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page.getByRole('alert')).toBeFocused();
  await transcript(page, 'sign-in-refused');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeFocused();
  await expect(agentName(page)).toHaveValue('007');
  await page.getByRole('navigation', { name: says('Navigation'), exact: true }).getByRole('link', { name: says('Account'), exact: true }).click();
  await expect(heading(page, 'Account')).toBeFocused();
  await transcript(page, 'account');
  await page.getByRole('navigation', { name: says('AccountSections') }).getByRole('link', { name: says('PasswordTitle'), exact: true }).click();
  await expect(heading(page, 'PasswordTitle')).toBeFocused();
  await transcript(page, 'account-password');
});

test('a code as the second step, as it is read aloud', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await prefer(pool, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
  await signIn(page);
  await expect(field(page, says('Code'))).toBeFocused();
  await expect(page.getByRole('timer')).not.toHaveText(says('TimeLeft', '3:00'));
  await transcript(page, 'step-code');
  const code = await pool.latestCode(EMAIL, { purpose: 'mfa' });
  await field(page, says('Code')).fill(wrongCode(code));
  await expect(field(page, says('Code'))).toHaveAttribute('aria-invalid', 'true');
  await transcript(page, 'step-code-wrong');
  await field(page, says('Code')).fill(code);
  await expect(greeting(page)).toBeFocused();
});

test('a forgotten password, as it is read aloud', async ({ page, pool }) => {
  await page.clock.install();
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.forgot);
  await appStarted(page);
  await transcript(page, 'forgot-password');
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('SendCode')).click();
  await expect(heading(page, 'ResetTitle')).toBeFocused();
  await page.clock.runFor(31_000);
  await expect(button(page, says('ResendCode'))).toBeVisible();
  await transcript(page, 'reset-password');
  await field(page, says('NewPassword')).fill('short');
  await button(page, says('ResetPassword')).click();
  await expect(field(page, says('Code'))).toBeFocused();
  await transcript(page, 'reset-password-wrong');
  await field(page, says('Code')).fill(await pool.latestCode(EMAIL));
  await field(page, says('NewPassword')).fill(OTHER_PASSWORD);
  await button(page, says('ResetPassword')).click();
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
  await transcript(page, 'sign-in-after-reset');
});

test('a fresh sign-in for the end of the account, as it is read aloud', async ({ page, pool }) => {
  await signedIn(page, pool);
  await openLater(page, pool, sections.data, 'DataTitle');
  await transcript(page, 'account-data');
  await field(page, says('DeleteConfirm', EMAIL)).fill(EMAIL);
  await field(page, says('DeleteConfirm', EMAIL)).press('Enter');
  const question = dialog(page, 'StepUpTitle'), password = question.getByLabel(says('Password'), { exact: true });
  await expect(password).toBeFocused();
  await compared(question, 'step-up');
  await password.fill(OTHER_PASSWORD);
  await password.press('Enter');
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await compared(question, 'step-up-wrong');
  await password.fill(PASSWORD);
  await password.press('Enter');
  await expect(button(page, says('Cancel'))).toBeFocused();
  await compared(dialog(page, 'DeleteAskTitle'), 'account-data-delete');
});

test('a list in the account centre, as it is read aloud', async ({ page, pool }) => {
  await withThreePasskeys({ page, pool });
  await signedIn(page, pool);
  await page.goto(paths.passkeys);
  const remove = page.getByRole('main').getByRole('button', { name: new RegExp(`^${says('FactorRemove')}: `) });
  await expect(remove).toHaveCount(3);
  await transcript(page, 'account-passkeys');
  await remove.nth(1).click();
  await expect(button(page, says('FactorKeep'))).toBeFocused();
  await compared(dialog(page, 'PasskeyRemoveTitle'), 'account-passkeys-remove');
});
