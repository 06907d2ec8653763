// What a screen reader has to read on the main way through the app: the accessibility tree, compared with
// tests/e2e/transcripts. After a change that is meant: --update-snapshots, and read them.
import { expect, test } from './support/fixtures';
import { EMAIL, OTHER_PASSWORD, PASSWORD, agentName, appStarted, button, field, fillSignUp, greeting, heading, paths, says } from './support/pages';
import type { Page } from '@playwright/test';

const transcript = (page: Page, name: string) => expect(page.locator('body')).toMatchAriaSnapshot({ name: `${name}.aria.yml` });

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
