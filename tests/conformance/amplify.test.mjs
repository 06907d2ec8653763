// aws-amplify 6 against the dev pool, in Node. What it does only in a browser is in amplify-browser.test.mjs.
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Amplify } from 'aws-amplify';
import { ConsoleLogger } from 'aws-amplify/utils';
import * as auth from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { CLIENT, EMAIL, IDENTITY_POOL, OTHER_PASSWORD, PASSWORD, PHONE, USER_POOL, usePool } from './support/pool.mjs';
import { totp } from './support/totp.mjs';

const pool = usePool({ client: 'amplify' });

// It warns of every endpoint that is not AWS's.
ConsoleLogger.LOG_LEVEL = 'ERROR';

/** Amplify's storage, in memory. */
class MemoryStorage extends Map {
  async getItem(key) { return this.get(key) ?? null; }
  async setItem(key, value) { this.set(key, value); }
  async removeItem(key) { this.delete(key); }
}

/** From here on everything happens in another browser: what the one before stored is not seen. */
async function browser(storage = new MemoryStorage()) {
  cognitoUserPoolsTokenProvider.setKeyValueStorage(storage);
  await Amplify.clearCredentials();
  return storage;
}

const configure = (more = {}) => Amplify.configure({ Auth: { Cognito: { userPoolId: USER_POOL, userPoolClientId: CLIENT, userPoolEndpoint: pool.origin, ...more } } });

beforeEach(async () => {
  configure();
  await browser();
});

const step = async (output) => (await output).nextStep.signInStep;
const DONE = 'DONE';
/** Without a password where that is null. */
const signIn = (password = PASSWORD, options = undefined) => auth.signIn({ username: EMAIL, password: password ?? undefined, options });
/** Signs in in a new browser. */
const signInAnew = async (...values) => { await browser(); return signIn(...values); };
const answer = (challengeResponse, options = undefined) => auth.confirmSignIn({ challengeResponse, options });
const wrongPassword = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const other = (code) => (code === '000000' ? '000001' : '000000');

test('a life from sign-up to delete', async () => {
  const signedUp = await auth.signUp({ username: EMAIL, password: PASSWORD, options: { userAttributes: { email: EMAIL, 'custom:agentName': 'Bond' } } });
  assert.equal(signedUp.isSignUpComplete, false);
  assert.deepEqual(signedUp.nextStep, { signUpStep: 'CONFIRM_SIGN_UP', codeDeliveryDetails: { destination: 'a***@e***', deliveryMedium: 'EMAIL', attributeName: 'email' } });
  assert.equal(await step(signIn()), 'CONFIRM_SIGN_UP');
  await auth.resendSignUpCode({ username: EMAIL });
  const code = await pool.code();
  await assert.rejects(auth.confirmSignUp({ username: EMAIL, confirmationCode: other(code) }), { name: 'CodeMismatchException' });
  assert.equal((await auth.confirmSignUp({ username: EMAIL, confirmationCode: code })).isSignUpComplete, true);

  assert.equal(await step(signIn()), DONE);
  const { userId, username } = await auth.getCurrentUser();
  assert.equal(userId, signedUp.userId);
  assert.equal(username, signedUp.userId);
  const { tokens } = await auth.fetchAuthSession();
  assert.equal(tokens.idToken.payload.email, EMAIL);
  assert.equal(tokens.accessToken.payload.client_id, CLIENT);

  const updated = await auth.updateUserAttributes({ userAttributes: { 'custom:agentName': 'Smith', nickname: 'Ada' } });
  assert.deepEqual(updated.nickname, { isUpdated: true, nextStep: { updateAttributeStep: DONE } });
  await auth.deleteUserAttributes({ userAttributeKeys: ['nickname'] });
  assert.deepEqual({ ...await auth.fetchUserAttributes() }, { sub: userId, email: EMAIL, email_verified: 'true', 'custom:agentName': 'Smith' });

  await assert.rejects(auth.updatePassword({ oldPassword: OTHER_PASSWORD, newPassword: PASSWORD }), wrongPassword);
  await auth.updatePassword({ oldPassword: PASSWORD, newPassword: OTHER_PASSWORD });
  await assert.rejects(signInAnew(), wrongPassword);
  assert.equal(await step(signInAnew(OTHER_PASSWORD)), DONE);

  await auth.deleteUser();
  await assert.rejects(auth.getCurrentUser(), { name: 'UserUnAuthenticatedException' });
  await assert.rejects(signInAnew(OTHER_PASSWORD), wrongPassword);
  await assert.rejects(pool.user(), /UserNotFoundException/);
});

test('SRP: the right password signs in, a wrong one does not', async () => {
  await pool.createUser();
  await assert.rejects(signIn(OTHER_PASSWORD), wrongPassword);
  assert.equal(await step(signIn()), DONE);
  assert.deepEqual(await pool.calls(), ['USER_SRP_AUTH', 'PASSWORD_VERIFIER', 'USER_SRP_AUTH', 'PASSWORD_VERIFIER']);
});

test('the password itself: the right one signs in, a wrong one does not', async () => {
  await pool.createUser();
  const options = { authFlowType: 'USER_PASSWORD_AUTH' };
  await assert.rejects(signIn(OTHER_PASSWORD, options), wrongPassword);
  assert.equal(await step(signIn(PASSWORD, options)), DONE);
});

test('a temporary password is replaced', async () => {
  await pool.createUser({ password: undefined, temporary_password: PASSWORD });
  assert.equal(await step(signIn()), 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
  await assert.rejects(answer('weak'), { name: 'InvalidPasswordException' });
  assert.equal(await step(answer(OTHER_PASSWORD, { userAttributes: { nickname: 'Ada' } })), DONE);
  assert.equal((await auth.fetchUserAttributes()).nickname, 'Ada');
  await assert.rejects(signInAnew(), wrongPassword);
});

test('a forgotten password is replaced by its code', async () => {
  await pool.createUser();
  const { nextStep } = await auth.resetPassword({ username: EMAIL });
  assert.equal(nextStep.resetPasswordStep, 'CONFIRM_RESET_PASSWORD_WITH_CODE');
  assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, 'EMAIL');
  const code = await pool.code(EMAIL, 'forgot_password'), change = { username: EMAIL, newPassword: OTHER_PASSWORD };
  await assert.rejects(auth.confirmResetPassword({ ...change, confirmationCode: other(code) }), { name: 'CodeMismatchException' });
  await auth.confirmResetPassword({ ...change, confirmationCode: code });
  await assert.rejects(signIn(), wrongPassword);
  assert.equal(await step(signIn(OTHER_PASSWORD)), DONE);
});

test('a password that must be reset is told apart', async () => {
  await pool.createUser();
  await pool.changeUser({ status: 'RESET_REQUIRED' });
  assert.equal(await step(signIn()), 'RESET_PASSWORD');
  await auth.confirmResetPassword({ username: EMAIL, newPassword: OTHER_PASSWORD, confirmationCode: await pool.code() });
  assert.equal(await step(signIn(OTHER_PASSWORD)), DONE);
});

test('a session is refreshed, with rotation of the refresh token and without', async () => {
  await pool.createUser();
  for (const enabled of [false, true]) {
    await pool.changeSettings({ refresh_token_rotation: { enabled } });
    const storage = await browser();
    assert.equal(await step(signIn()), DONE);
    const refreshToken = () => [...storage].find(([key]) => key.endsWith('.refreshToken'))[1];
    const before = (await auth.fetchAuthSession()).tokens.accessToken, first = refreshToken();
    const after = (await auth.fetchAuthSession({ forceRefresh: true })).tokens.accessToken;
    assert.notEqual(after.toString(), before.toString());
    assert.equal(after.payload.origin_jti, before.payload.origin_jti);
    assert.equal(refreshToken() !== first, enabled, 'the refresh token is replaced');
    await auth.fetchAuthSession({ forceRefresh: true });
    assert.equal((await pool.calls()).at(-1), 'GetTokensFromRefreshToken');
  }
});

test('signing out revokes the refresh token, here or everywhere', async () => {
  await pool.createUser();
  for (const global of [false, true]) {
    const there = new MemoryStorage();
    await browser(there);
    assert.equal(await step(signIn()), DONE);
    const kept = new MemoryStorage([...there]);
    if (global) await signInAnew();
    await auth.signOut({ global });
    await assert.rejects(auth.getCurrentUser(), { name: 'UserUnAuthenticatedException' });
    assert.equal((await pool.calls()).at(-1), global ? 'GlobalSignOut' : 'RevokeToken');
    await browser(kept);
    await assert.rejects(auth.fetchUserAttributes(), { name: 'NotAuthorizedException', message: 'Access Token has been revoked' });
    assert.equal((await auth.fetchAuthSession({ forceRefresh: true })).tokens, undefined, 'a refusal ends the session');
  }
});

test('an address is verified by its code, and a changed one counts once it is', async () => {
  await pool.createUser({ email_verified: false });
  await signIn();
  const { destination } = await auth.sendUserAttributeVerificationCode({ userAttributeKey: 'email' });
  assert.equal(destination, 'a***@e***');
  const code = await pool.code();
  await assert.rejects(auth.confirmUserAttribute({ userAttributeKey: 'email', confirmationCode: other(code) }), { name: 'CodeMismatchException' });
  await auth.confirmUserAttribute({ userAttributeKey: 'email', confirmationCode: code });
  assert.equal((await auth.fetchUserAttributes()).email_verified, 'true');

  await pool.changeSettings({ attributes_require_verification_before_update: ['email'] });
  const email = 'lovelace@example.com';
  const { isUpdated, nextStep } = await auth.updateUserAttribute({ userAttribute: { attributeKey: 'email', value: email } });
  assert.equal(isUpdated, false);
  assert.equal(nextStep.updateAttributeStep, 'CONFIRM_ATTRIBUTE_WITH_CODE');
  assert.equal((await auth.fetchUserAttributes()).email, EMAIL);
  await auth.confirmUserAttribute({ userAttributeKey: 'email', confirmationCode: await pool.code(email) });
  assert.equal((await auth.fetchUserAttributes()).email, email);
});

test('the identity pool gives credentials to guests and to those who are signed in', async () => {
  configure({ identityPoolId: IDENTITY_POOL, identityPoolEndpoint: pool.origin, allowGuestAccess: true });
  await browser();
  const guest = await auth.fetchAuthSession();
  assert.match(guest.identityId, /^us-east-1:/);
  assert.ok(guest.credentials.sessionToken);
  assert.ok(guest.credentials.expiration > new Date());
  await pool.createUser();
  await signInAnew();
  const { identityId, credentials } = await auth.fetchAuthSession();
  assert.ok(credentials.accessKeyId.startsWith('ASIA'));
  await signInAnew();
  assert.equal((await auth.fetchAuthSession()).identityId, identityId, 'the same person, the same identity');
});

/** Registers an authenticator app and returns its secret. */
async function registerApp() {
  const { sharedSecret } = await auth.setUpTOTP();
  await assert.rejects(auth.verifyTOTPSetup({ code: totp(sharedSecret, 20_000) }), { name: 'EnableSoftwareTokenMFAException' });
  await auth.verifyTOTPSetup({ code: totp(sharedSecret) });
  return sharedSecret;
}
const withPhone = { attributes: { phone_number: PHONE }, phone_number_verified: true };

test('MFA by an authenticator app: the right code signs in, a wrong one does not', async () => {
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SOFTWARE_TOKEN'] } });
  await pool.createUser();
  await signIn();
  const secret = await registerApp();
  await auth.updateMFAPreference({ totp: 'PREFERRED' });
  assert.deepEqual(await auth.fetchMFAPreference(), { preferred: 'TOTP', enabled: ['TOTP'] });
  assert.equal(await step(signInAnew()), 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  await assert.rejects(answer(totp(secret, 20_000)), { name: 'CodeMismatchException' });
  assert.equal(await step(answer(totp(secret, 1))), DONE);
});

for (const [medium, to, purpose, user, methods, preference, expected] of [
  ['SMS', PHONE, 'SMS_MFA', withPhone, ['SMS'], { sms: 'PREFERRED' }, 'CONFIRM_SIGN_IN_WITH_SMS_CODE'],
  ['EMAIL', EMAIL, 'EMAIL_OTP', {}, ['EMAIL'], { email: 'PREFERRED' }, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE'],
]) {
  test(`MFA by ${medium}: the right code signs in, a wrong one does not`, async () => {
    await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods } });
    await pool.createUser(user);
    await signIn();
    await auth.updateMFAPreference(preference);
    assert.deepEqual(await auth.fetchMFAPreference(), { preferred: medium, enabled: [medium] });
    await browser();
    const { nextStep } = await signIn();
    assert.equal(nextStep.signInStep, expected);
    assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, medium);
    const code = await pool.code(to);
    await assert.rejects(answer(other(code)), { name: 'CodeMismatchException' });
    assert.equal(await step(answer(code)), DONE);
    assert.equal((await pool.calls()).at(-1), purpose);
  });
}

test('of several factors one is chosen', async () => {
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SMS', 'SOFTWARE_TOKEN', 'EMAIL'] } });
  await pool.createUser(withPhone);
  await signIn();
  const secret = await registerApp();
  await auth.updateMFAPreference({ sms: 'ENABLED', totp: 'ENABLED', email: 'ENABLED' });
  for (const [type, expected, code] of [
    ['TOTP', 'CONFIRM_SIGN_IN_WITH_TOTP_CODE', () => totp(secret, 1)],
    ['SMS', 'CONFIRM_SIGN_IN_WITH_SMS_CODE', () => pool.code(PHONE)],
    ['EMAIL', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', () => pool.code(EMAIL)],
  ]) {
    await browser();
    const { nextStep } = await signIn();
    assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_MFA_SELECTION');
    assert.deepEqual([...nextStep.allowedMFATypes].sort(), ['EMAIL', 'SMS', 'TOTP']);
    assert.equal(await step(answer(type)), expected);
    assert.equal(await step(answer(await code())), DONE);
  }
});

test('where a second factor is required, an authenticator app is set up on the way in', async () => {
  await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['SOFTWARE_TOKEN'] } });
  await pool.createUser();
  const { nextStep } = await signIn();
  assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP');
  assert.equal(await step(answer(totp(nextStep.totpSetupDetails.sharedSecret))), DONE);
  assert.equal(await step(signInAnew()), 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
});

const CHOICE = { authFlowType: 'USER_AUTH' };
/** Lets the client use choice-based sign-in with these first factors. */
const allowChoice = (first_factors) => pool.changeSettings({ auth_flows: ['ALLOW_USER_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'], first_factors });

test('choice: what can be chosen is listed, and each choice signs in', async () => {
  await allowChoice(['PASSWORD', 'EMAIL_OTP', 'SMS_OTP']);
  await pool.createUser(withPhone);
  for (const [factor, expected, right, wrong, error] of [
    ['PASSWORD', 'CONFIRM_SIGN_IN_WITH_PASSWORD', async () => PASSWORD, async () => OTHER_PASSWORD, 'NotAuthorizedException'],
    ['PASSWORD_SRP', 'CONFIRM_SIGN_IN_WITH_PASSWORD', async () => PASSWORD, async () => OTHER_PASSWORD, 'NotAuthorizedException'],
    ['EMAIL_OTP', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', () => pool.code(EMAIL), async () => other(await pool.code(EMAIL)), 'CodeMismatchException'],
    ['SMS_OTP', 'CONFIRM_SIGN_IN_WITH_SMS_CODE', () => pool.code(PHONE), async () => other(await pool.code(PHONE)), 'CodeMismatchException'],
  ]) {
    for (const [value, refused] of [[wrong, error], [right, undefined]]) {
      await browser();
      const { nextStep } = await signIn(null, CHOICE);
      assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION', factor);
      assert.deepEqual([...nextStep.availableChallenges].sort(), ['EMAIL_OTP', 'PASSWORD', 'PASSWORD_SRP', 'SMS_OTP']);
      assert.equal(await step(answer(factor)), expected, factor);
      const response = answer(await value());
      if (refused) await assert.rejects(response, { name: refused }, factor);
      else assert.equal(await step(response), DONE, factor);
    }
    await auth.signOut();
  }
});

test('choice: a preferred factor is asked for at once', async () => {
  await allowChoice(['PASSWORD', 'EMAIL_OTP', 'SMS_OTP']);
  await pool.createUser(withPhone);
  for (const preferredChallenge of ['PASSWORD', 'PASSWORD_SRP']) {
    await assert.rejects(signInAnew(OTHER_PASSWORD, { ...CHOICE, preferredChallenge }), wrongPassword, preferredChallenge);
    assert.equal(await step(signInAnew(PASSWORD, { ...CHOICE, preferredChallenge })), DONE, preferredChallenge);
  }
  for (const [preferredChallenge, to, expected] of [
    ['EMAIL_OTP', EMAIL, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE'],
    ['SMS_OTP', PHONE, 'CONFIRM_SIGN_IN_WITH_SMS_CODE'],
  ]) {
    assert.equal(await step(signInAnew(null, { ...CHOICE, preferredChallenge })), expected);
    assert.equal(await step(answer(await pool.code(to))), DONE);
  }
});

test('choice: a preferred factor that one does not have leads to the list', async () => {
  await allowChoice(['PASSWORD', 'EMAIL_OTP', 'SMS_OTP']);
  await pool.createUser();
  const { nextStep } = await signIn(null, { ...CHOICE, preferredChallenge: 'SMS_OTP' });
  assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
  assert.deepEqual([...nextStep.availableChallenges].sort(), ['EMAIL_OTP', 'PASSWORD', 'PASSWORD_SRP']);
});

test('questions of the pool\'s own: right answers sign in, with the password first or without, wrong ones do not', async () => {
  await pool.createUser();
  const QUESTION = 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE';
  for (const authFlowType of ['CUSTOM_WITHOUT_SRP', 'CUSTOM_WITH_SRP']) {
    const password = authFlowType === 'CUSTOM_WITH_SRP' ? PASSWORD : null;
    await browser();
    let { nextStep } = await signIn(password, { authFlowType });
    while (nextStep.signInStep === QUESTION) ({ nextStep } = await answer(await pool.customAnswer(nextStep.additionalInfo)));
    assert.equal(nextStep.signInStep, DONE);
    assert.equal((await auth.fetchUserAttributes()).email, EMAIL);
    await auth.signOut();
    assert.equal(await step(signIn(password, { authFlowType })), QUESTION);
    for (let i = 0; i < 2; i += 1) assert.equal(await step(answer('wrong')), QUESTION);
    await assert.rejects(answer('wrong'), wrongPassword);
  }
  await assert.rejects(signIn(OTHER_PASSWORD, { authFlowType: 'CUSTOM_WITH_SRP' }), wrongPassword);
});

test('where a second factor is required, an address is set up on the way in', async () => {
  await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['EMAIL'] }, username_attributes: [], schema: (await pool.call('GET', '/settings')).schema.map((entry) => ({ ...entry, required: false })) });
  await auth.signUp({ username: 'ada', password: PASSWORD });
  await pool.changeUser({ status: 'CONFIRMED' }, 'ada');
  const signInByName = () => auth.signIn({ username: 'ada', password: PASSWORD });
  assert.equal(await step(signInByName()), 'CONTINUE_SIGN_IN_WITH_EMAIL_SETUP');
  assert.equal(await step(answer(EMAIL)), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal(await step(answer(await pool.code(EMAIL))), DONE);
  assert.equal((await auth.fetchUserAttributes()).email, EMAIL);
  await auth.signOut();
  assert.equal(await step(signInByName()), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
});
