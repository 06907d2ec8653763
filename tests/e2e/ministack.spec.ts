// Every way to sign in that a Cognito by others has. It verifies SRP by itself. It has no choice of factors (USER_AUTH),
// passkeys, devices, second factors by email or text message, or MFA_SETUP; those have the dev pool alone.
import { expect, test, type Ministack } from './support/ministack';
import {
  OTHER_PASSWORD, PASSWORD, agentName, button, configure, expectFieldProblem, expectProblemShown, expectSignedOutStorage, field,
  fillSignUp, greeting, heading, message, paths, profile, rfc6238, says, signIn, storage,
} from './support/pages';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { pretendProvider } from '../../tools/lib.mjs';
import { redirects } from './support/fixtures';

const WRONG_CODE = '000000';
const code = (page: Page) => field(page, says('Code'));

async function signOut(page: Page) {
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
}

// --------------------------------------------------------------------------------------------------- the main path
test('sign-up, verification, sign-in, profile, reload and sign-out', async ({ page, cognito, email }) => {
  await page.goto(paths.signUp);
  await fillSignUp(page, { email, agent: '007' });
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  await expect(field(page, 'Email')).toHaveValue(email);
  await code(page).fill(await cognito.latestCode(email));
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(email);
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
  await signOut(page);
  await expectSignedOutStorage(page, email);
});

test('a wrong password is refused by its proof', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await signIn(page, { email, password: OTHER_PASSWORD });
  await expectProblemShown(page, 'ErrWrongPassword');
  await expect(field(page, 'Password')).toHaveValue(OTHER_PASSWORD);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page, email)).toBeVisible();
});

test('somebody unknown is answered like a wrong password, and like somebody known who needs a code', async ({ page, email }) => {
  await signIn(page, { email });
  await expectProblemShown(page, 'ErrWrongPassword');
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(email);
  await button(page, 'Send code').click();
  await expect(page.getByText(says('ResetLead', email))).toBeVisible();
  await field(page, 'New password').fill(OTHER_PASSWORD);
  await code(page).fill(WRONG_CODE);
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
});

test('an account that is disabled is said to be', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await cognito.admin('AdminDisableUser', { Username: email });
  await signIn(page, { email });
  await expectProblemShown(page, 'ErrUserDisabled');
});

// --------------------------------------------------------------------------------------------------- confirmation
const signUp = ({ call, made }: Ministack, email: string) =>
  call('SignUp', { ClientId: made.client, Username: email, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: email }] });

test('signing in before the code was entered leads to it, and it can be sent again', async ({ page, cognito, email }) => {
  await signUp(cognito, email);
  await signIn(page, { email });
  await expect(page).toHaveURL(paths.verify);
  await expect(message(page, 'NoticeUnconfirmed')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(email);
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
  expect(await cognito.messages(email)).toHaveLength(2);
  await code(page).fill(WRONG_CODE);
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
  await code(page).fill(await cognito.latestCode(email));
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page, email)).toBeVisible();
});

test('an account that exists can be neither created nor confirmed again', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await page.goto(paths.signUp);
  await fillSignUp(page, { email });
  await button(page, 'Create account').click();
  await expectProblemShown(page, 'ErrUsernameExists');
  await page.goto(paths.verify);
  await field(page, 'Email').fill(email);
  await code(page).fill('123456');
  await expectProblemShown(page, 'ErrAlreadyConfirmed');
});

// ------------------------------------------------------------------------------------------------------ passwords
test('a forgotten password is replaced by the code that was sent, and by no other', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(email);
  await button(page, 'Send code').click();
  await field(page, 'New password').fill(OTHER_PASSWORD);
  await code(page).fill(WRONG_CODE);
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
  await code(page).fill(await cognito.latestCode(email));
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(email);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expectProblemShown(page, 'ErrWrongPassword');
  await field(page, 'Password').fill(OTHER_PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page, email)).toBeVisible();
});

test('a code works once', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await cognito.call('ForgotPassword', { ClientId: cognito.made.client, Username: email });
  const ConfirmationCode = await cognito.latestCode(email);
  await cognito.call('ConfirmForgotPassword', { ClientId: cognito.made.client, Username: email, ConfirmationCode, Password: OTHER_PASSWORD });
  await page.goto(paths.forgot);
  await field(page, 'Email').fill(email);
  await button(page, says('HaveCode')).click();
  await field(page, 'New password').fill(PASSWORD);
  await code(page).fill(ConfirmationCode);
  await expectFieldProblem(code(page), 'ErrExpiredCode');
});

test('an account that must reset its password is led there, with the code that it was sent', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await cognito.admin('AdminResetUserPassword', { Username: email });
  await signIn(page, { email });
  await expect(page).toHaveURL(paths.forgot);
  await expect(message(page, 'NoticeResetRequired')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(email);
  await button(page, says('HaveCode')).click();
  await field(page, 'New password').fill(OTHER_PASSWORD);
  await code(page).fill(await cognito.latestCode(email));
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
  await field(page, 'Password').fill(OTHER_PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page, email)).toBeVisible();
});

test('a temporary password comes by message and has to be replaced', async ({ page, cognito, email }) => {
  const UserAttributes = [{ Name: 'email', Value: email }, { Name: 'custom:agentName', Value: '007' }];
  await cognito.admin('AdminCreateUser', { Username: email, UserAttributes });
  const [sent] = await cognito.messages(email);
  await signIn(page, { email, password: sent.match(/temporary password is (.*)\.$/)![1] });
  await expect(heading(page, 'NewPasswordTitle')).toBeVisible();
  await field(page, 'New password').fill(PASSWORD);
  await button(page, says('SetPassword')).click();
  await expect(greeting(page, email)).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ email, agentName: '007' });
  await signOut(page);
  await signIn(page, { email });
  await expect(greeting(page, email)).toBeVisible();
});

// --------------------------------------------------------------------------------------------------- other flows
const clientFor = (cognito: Ministack, flow: string) => cognito.createClient({ ExplicitAuthFlows: [flow, 'ALLOW_REFRESH_TOKEN_AUTH'] });
const passwordFlow = async (cognito: Ministack) => ({
  auth: { user_pool_client_id: await clientFor(cognito, 'ALLOW_USER_PASSWORD_AUTH') }, doorward: { flow: 'password' },
});

test('USER_PASSWORD_AUTH by configuration', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await configure(page, await passwordFlow(cognito));
  await signIn(page, { email, password: OTHER_PASSWORD });
  await expectProblemShown(page, 'ErrWrongPassword');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page, email)).toBeVisible();
});

test('USER_PASSWORD_AUTH where the app client does not allow it', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await configure(page, { doorward: { flow: 'password' } });
  await signIn(page, { email });
  await expectProblemShown(page, 'ErrFlowOff');
});

test('USER_SRP_AUTH where the app client does not allow it', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  const { auth } = await passwordFlow(cognito);
  await configure(page, { auth });
  await signIn(page, { email });
  await expect(page.getByRole('alert')).toBeVisible();
  expect(await page.getByRole('alert').textContent()).toContain(says('ErrFlowOff'));
});

async function toQuestion(page: Page, cognito: Ministack, email: string, flow: string) {
  await cognito.createUser(email);
  await configure(page, { auth: { user_pool_client_id: await clientFor(cognito, 'ALLOW_CUSTOM_AUTH') }, doorward: { flow } });
  await page.goto(paths.login);
  await field(page, 'Email').fill(email);
  if (flow === 'custom_srp') await field(page, 'Password').fill(PASSWORD);
  await button(page, says(flow === 'custom' ? 'Continue' : 'SignIn')).click();
  await expect(page.getByRole('blockquote')).toHaveText('What is 19 and 23?');
}
async function answer(page: Page, text: string) {
  await field(page, says('Answer')).fill(text);
  await button(page, says('Continue')).click();
}

for (const flow of ['custom', 'custom_srp']) {
  test(`a question of the pool's own (${flow})`, async ({ page, cognito, email }) => {
    await toQuestion(page, cognito, email, flow);
    await answer(page, '42');
    await expect(greeting(page, email)).toBeVisible();
  });
}

test('a wrong answer is asked for again, and another one ends the sign-in', async ({ page, cognito, email }) => {
  await toQuestion(page, cognito, email, 'custom');
  await answer(page, 'no idea');
  // A question that is asked again is a new one.
  await expect(field(page, says('Answer'))).toHaveValue('');
  await expect(page.getByText(says('StepCustomAgain'))).toBeVisible();
  await answer(page, 'none at all');
  await expectProblemShown(page, 'ErrRefused');
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

// ------------------------------------------------------------------------------------------ an authenticator app
/** Sets an authenticator app up, by other means than the app: its secret. */
async function giveTotp(cognito: Ministack, email: string): Promise<string> {
  const ClientId = await clientFor(cognito, 'ALLOW_USER_PASSWORD_AUTH'), AuthParameters = { USERNAME: email, PASSWORD };
  const { AuthenticationResult: { AccessToken } } = await cognito.call('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters });
  const { SecretCode } = await cognito.call('AssociateSoftwareToken', { AccessToken });
  await cognito.call('VerifySoftwareToken', { AccessToken, UserCode: await rfc6238(SecretCode) });
  return SecretCode;
}

for (const flow of ['srp', 'password']) {
  test(`an authenticator app is asked for its code (${flow})`, async ({ page, cognito, email }) => {
    await cognito.createUser(email);
    const secret = await giveTotp(cognito, email);
    if (flow === 'password') await configure(page, await passwordFlow(cognito));
    await signIn(page, { email });
    await expect(heading(page, 'StepCodeTitle')).toBeVisible();
    await expect(page.getByText(says('StepCodeNamedApp', 'TOTP device'))).toBeVisible();
    await code(page).fill(WRONG_CODE);
    await expectFieldProblem(code(page), 'ErrTotpMismatch');
    await code(page).fill(await rfc6238(secret));
    await expect(greeting(page, email)).toBeVisible();
  });
}

// ------------------------------------------------------------------------------------------------------ sessions
test('tokens that are over are renewed at the next visit', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await signIn(page, { email });
  await expect.poll(() => profile(page)).toMatchObject({ email });
  const before = await storage(page);
  // For the page alone: the server believes tokens a while longer.
  await page.clock.setSystemTime(Date.now() + 3601_000);
  await page.reload();
  await expect.poll(async () => (await storage(page)).user_token).not.toBe(before.user_token);
  await expect(greeting(page, email)).toBeVisible();
  await expect.poll(() => profile(page)).toMatchObject({ email });
  // The page's clock is an hour ahead of the server's now, and that is noted.
  const { [`Doorward.${cognito.made.client}.clockAhead`]: ahead, ...after } = await storage(page);
  expect(ahead).toMatch(/^1:36\d\d$/);
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
});

for (const [what, operation] of [
  ['ended elsewhere', 'AdminUserGlobalSignOut'], ['of somebody disabled', 'AdminDisableUser'], ['of somebody deleted', 'AdminDeleteUser'],
]) {
  test(`a session ${what} ends here too`, async ({ page, cognito, email }) => {
    await cognito.createUser(email);
    await signIn(page, { email });
    await expect.poll(() => profile(page)).toMatchObject({ email });
    await cognito.admin(operation, { Username: email });
    await page.reload();
    await expect(page).toHaveURL(paths.login);
    await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
    await expectSignedOutStorage(page, email);
  });
}

test('after signing out its tokens are worth nothing', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await signIn(page, { email });
  await expect.poll(() => profile(page)).toMatchObject({ email });
  const kept = await storage(page), RefreshToken = kept[Object.keys(kept).find((key) => key.endsWith('.refreshToken'))!];
  const revoked = page.waitForResponse((response) => response.request().headers()['x-amz-target']?.endsWith('.RevokeToken') ?? false);
  await signOut(page);
  expect((await revoked).status()).toBe(200);
  await expect(cognito.call('GetUser', { AccessToken: kept.user_token })).rejects.toThrow('NotAuthorizedException');
  const renewed = cognito.call('GetTokensFromRefreshToken', { ClientId: cognito.made.client, RefreshToken });
  await expect(renewed).rejects.toThrow('NotAuthorizedException');
});

// ------------------------------------------------------------------------------------------------ another provider
/** A provider that knows one person, and asks nothing. */
async function provider(use: (origin: string) => Promise<void>, email: string) {
  const claims = Buffer.from(JSON.stringify({ sub: email, email, given_name: 'Mira' })).toString('base64url');
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://provider');
    if (pathname === '/token') return response.end(JSON.stringify({ id_token: `e30.${claims}.c2ln`, access_token: 'none' }));
    const answer = new URLSearchParams({ code: 'once', state: searchParams.get('state')! });
    response.writeHead(302, { location: `${searchParams.get('redirect_uri')}?${answer}` }).end();
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

test('somebody from another provider signs in and out through the pool\'s domain', async ({ page, cognito, site, email }, info) => {
  await provider(async (origin) => {
    const oauth = { ...pretendProvider([]), ...redirects(site.origin) }, ProviderName = `Pretend${info.repeatEachIndex}${info.retry}`;
    await cognito.admin('CreateIdentityProvider', {
      ProviderName, ProviderType: 'OIDC', AttributeMapping: { email: 'email', given_name: 'given_name' },
      ProviderDetails: {
        client_id: 'doorward', authorize_scopes: 'openid', oidc_issuer: origin, authorize_url: `${origin}/authorize`, token_url: `${origin}/token`,
      },
    });
    const user_pool_client_id = await cognito.createClient({
      AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'], AllowedOAuthScopes: oauth.scopes,
      SupportedIdentityProviders: [ProviderName], CallbackURLs: oauth.redirect_sign_in_uri, LogoutURLs: oauth.redirect_sign_out_uri,
    });
    await configure(page, { auth: { user_pool_client_id, oauth: { ...oauth, identity_providers: [ProviderName] } } });
    await page.goto(paths.login);
    await button(page, says('ContinueWith', ProviderName)).click();
    await expect(page).toHaveURL(paths.profile);
    await expect(greeting(page, 'Mira')).toBeVisible();
    await expect.poll(() => profile(page)).toMatchObject({ email });
    await signOut(page);
    await expect(page).toHaveURL(paths.signOut);
  }, email);
});
