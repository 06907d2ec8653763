// The main path against a Cognito that others wrote. It verifies SRP by itself.
import { CONFIRMATION_CODE, expect, test } from './support/ministack';
import {
  PASSWORD, agentName, button, expectProblemShown, field, fillSignUp, greeting, heading, message, paths, profile, sessionKeys, storage,
} from './support/pages';
import type { Page } from '@playwright/test';

async function account(page: Page, email: string, agent: string) {
  await page.goto(paths.signUp);
  await fillSignUp(page, { email, agent });
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  await expect(field(page, 'Email')).toHaveValue(email);
  await field(page, 'Verification code').fill(CONFIRMATION_CODE);
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(email);
}

test('sign-up, verification, sign-in, profile, reload and sign-out', async ({ page }, info) => {
  const email = `ada-${info.repeatEachIndex}-${info.retry}@example.com`;
  await account(page, email, '007');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(paths.profile);
  await expect(greeting(page, email)).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ email, agentName: '007' });
  await agentName(page).fill('Q');
  await button(page, 'Save').click();
  await expect(message(page, 'Saved')).toBeVisible();
  await page.reload();
  await expect(greeting(page, email)).toBeVisible();
  await expect(agentName(page)).toHaveValue('Q');
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  expect(sessionKeys(await storage(page))).toEqual([]);
  expect((await storage(page)).User_Email).toBe(email);
});

test('a wrong password is refused by its proof', async ({ page }, info) => {
  const email = `bob-${info.repeatEachIndex}-${info.retry}@example.com`;
  await account(page, email, '007');
  await field(page, 'Password').fill('Battery-Staple-8');
  await button(page, 'Sign in').click();
  await expectProblemShown(page, 'ErrWrongPassword');
  await expect(field(page, 'Password')).toHaveValue('Battery-Staple-8');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page, email)).toBeVisible();
});
