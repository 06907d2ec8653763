// What the whole is for: from no account to signed out again.
import { expect, test } from './support/fixtures';
import {
  CLIENT, EMAIL, PASSWORD, PREFIX, agentName, button, expectSignedOutStorage, field, fillSignUp, greeting, heading, message, paths,
  profile, record, says, storage,
} from './support/pages';

test('a person signs up, verifies, signs in, changes their details, reloads and signs out', async ({ page, pool }) => {
  await page.goto(paths.home);
  await page.getByRole('main').getByRole('link', { name: 'Create account' }).click();
  await expect(heading(page, 'SignUpTitle')).toBeVisible();
  await fillSignUp(page, { agent: '007' });
  await button(page, 'Create account').click();

  await expect(page).toHaveURL(paths.verify);
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
  await expect(message(page, 'CodeSent')).toContainText(says('SentEmail', 'a***@e***'));
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  expect((await storage(page)).User_Email).toBe(EMAIL);
  await field(page, 'Verification code').fill(await pool.latestCode(EMAIL, { purpose: 'sign_up' }));

  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();

  await expect(page).toHaveURL(paths.profile);
  await expect(greeting(page)).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ email: EMAIL, email_verified: 'true', agentName: '007' });
  expect(Object.keys(await profile(page)).join(' ')).not.toContain('custom:');
  await expect(page.getByRole('region', { name: says('SessionTitle') })).toContainText(/until \d?\d:\d\d/);

  await expect(agentName(page)).toHaveValue('007');
  await agentName(page).fill('Q');
  await button(page, 'Save').click();
  await expect(message(page, 'Saved')).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ agentName: 'Q' });
  expect((await pool.user(EMAIL)).attributes['custom:agentName']).toBe('Q');

  await page.reload();
  await expect(greeting(page)).toBeVisible();
  await expect(page).toHaveURL(paths.profile);
  await expect(agentName(page)).toHaveValue('Q');

  await button(page, 'Sign out').click();
  await expect(page).toHaveURL(paths.signOut);
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expectSignedOutStorage(page);
  await expect.poll(async () => (await pool.requests('RevokeToken')).at(-1)?.status).toBe(200);
  await page.goto(paths.profile);
  await expect(page).toHaveURL(paths.login);
});

test('the session is stored in the layout of amazon-cognito-identity-js, as raw strings', async ({ page, pool }) => {
  const { username } = await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.login);
  await field(page, 'Email').fill(EMAIL);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  const stored = await storage(page);
  expect(Object.keys(stored).sort()).toEqual([
    `${PREFIX}.LastAuthUser`, `${PREFIX}.${username}.accessToken`, `${PREFIX}.${username}.clockDrift`,
    `${PREFIX}.${username}.idToken`, `${PREFIX}.${username}.refreshToken`, 'User_Email', 'user_token',
  ].sort());
  expect(stored.User_Email).toBe(EMAIL);
  expect(stored[`${PREFIX}.LastAuthUser`]).toBe(username);
  expect(stored[`${PREFIX}.${username}.clockDrift`]).toBe('0');
  expect(stored.user_token).toBe(stored[`${PREFIX}.${username}.accessToken`]);
  const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  expect(claims(stored.user_token)).toMatchObject({ token_use: 'access', username, client_id: CLIENT });
  expect(claims(stored[`${PREFIX}.${username}.idToken`])).toMatchObject({ token_use: 'id', email: EMAIL });
});

test('the password never leaves the page at sign-in: SRP proves it', async ({ page, pool }) => {
  const password = 'Pässwörd: 7 ✓ horse';
  await pool.createUser({ email: EMAIL, password: 'Long-Enough-1' });
  await pool.changeUser(EMAIL, { password });
  const requests = record(page);
  await page.goto(paths.login);
  await field(page, 'Email').fill(EMAIL);
  await field(page, 'Password').fill(password);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  const seen = await pool.requests();
  expect(seen.filter((call) => call.operation !== 'GetUser').map(({ operation, auth_flow, challenge, status }) => [operation, auth_flow ?? challenge, status]))
    .toEqual([['InitiateAuth', 'USER_SRP_AUTH', 200], ['RespondToAuthChallenge', 'PASSWORD_VERIFIER', 200]]);
  expect(requests.filter((request) => request.method() === 'POST').length).toBeGreaterThanOrEqual(2);
  for (const request of requests) {
    const sent = `${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`;
    for (const form of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1), Buffer.from(password).toString('base64')]) {
      expect(sent, request.url()).not.toContain(form);
    }
  }
  expect(JSON.stringify(await storage(page))).not.toContain(password);
});
