// amazon-cognito-identity-js against the dev pool. It sends some members as null and keeps its own view of sessions.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { AuthenticationDetails, CognitoRefreshToken, CognitoUser, CognitoUserAttribute, CognitoUserPool } from 'amazon-cognito-identity-js';
import { CLIENT, EMAIL, OTHER_PASSWORD, PASSWORD, PHONE, USER_POOL, usePool } from './support/pool.mjs';
import { totp } from './support/totp.mjs';

const pool = usePool({ client: 'identity-js' });

/** localStorage, as far as the client uses it. */
class MemoryStorage extends Map {
  getItem(key) { return this.get(key) ?? null; }
  setItem(key, value) { this.set(key, String(value)); }
  removeItem(key) { this.delete(key); }
}

/** A browser of its own: what one stores, the other does not see. */
function browser() {
  const userPool = new CognitoUserPool({ UserPoolId: USER_POOL, ClientId: CLIENT, endpoint: `${pool.origin}/`, Storage: new MemoryStorage() });
  // Refreshing and revoking are tried again for six seconds, after refusals too. Here the first answer counts.
  userPool.client.requestWithRetry = userPool.client.request;
  return userPool;
}
const person = (userPool, Username = EMAIL) => new CognitoUser({ Username, Pool: userPool, Storage: userPool.storage });

/** A method that ends in `callback(error, result)`. */
const node = (work) => new Promise((resolve, reject) => { work((error, result) => (error ? reject(error) : resolve(result))); });

/** A method that takes a map of callbacks: which of them was called, and with what. */
const asked = (work) => new Promise((resolve, reject) => {
  const names = ['onSuccess', 'newPasswordRequired', 'mfaRequired', 'totpRequired', 'customChallenge', 'mfaSetup', 'selectMFAType', 'associateSecretCode', 'inputVerificationCode'];
  work({ onFailure: reject, ...Object.fromEntries(names.map((name) => [name, (...values) => resolve({ name, values })])) });
});
/** The same where only success is right. */
const succeeds = async (work) => {
  const { name, values } = await asked(work);
  assert.equal(name, 'onSuccess');
  return values[0];
};
const details = (Password = PASSWORD, Username = EMAIL) => new AuthenticationDetails({ Username, Password });

async function signedIn(userPool = browser(), password = PASSWORD) {
  const user = person(userPool);
  const session = await succeeds((callbacks) => user.authenticateUser(details(password), callbacks));
  return { user, session, userPool };
}
const wrongPassword = { code: 'NotAuthorizedException', message: 'Incorrect username or password.' };

test('a life from sign-up to delete', async () => {
  const userPool = browser();
  const attributes = [new CognitoUserAttribute({ Name: 'email', Value: EMAIL }), new CognitoUserAttribute({ Name: 'custom:agentName', Value: 'Bond' })];
  const signedUp = await node((callback) => userPool.signUp(EMAIL, PASSWORD, attributes, null, callback));
  assert.equal(signedUp.userConfirmed, false);
  assert.equal(signedUp.codeDeliveryDetails.DeliveryMedium, 'EMAIL');
  assert.equal(signedUp.codeDeliveryDetails.AttributeName, 'email');

  const user = person(userPool);
  await assert.rejects(succeeds((callbacks) => user.authenticateUser(details(), callbacks)), { code: 'UserNotConfirmedException' });
  await node((callback) => person(userPool).resendConfirmationCode(callback));
  const code = await pool.code();
  await assert.rejects(node((callback) => person(userPool).confirmRegistration(code === '000000' ? '000001' : '000000', true, callback)), { code: 'CodeMismatchException' });
  assert.equal(await node((callback) => person(userPool).confirmRegistration(code, true, callback)), 'SUCCESS');

  const session = await succeeds((callbacks) => user.authenticateUser(details(), callbacks));
  assert.ok(session.isValid());
  assert.equal(session.getIdToken().payload.email, EMAIL);
  assert.equal(session.getAccessToken().payload.client_id, CLIENT);
  assert.equal(session.getAccessToken().payload.username, signedUp.userSub);
  assert.equal(user.getUsername(), signedUp.userSub);

  assert.equal(await node((callback) => user.updateAttributes([{ Name: 'custom:agentName', Value: 'Smith' }, { Name: 'nickname', Value: 'Ada' }], callback)), 'SUCCESS');
  assert.equal(await node((callback) => user.deleteAttributes(['nickname'], callback)), 'SUCCESS');
  const read = await node((callback) => user.getUserAttributes(callback));
  const values = Object.fromEntries(read.map((attribute) => [attribute.getName(), attribute.getValue()]));
  assert.deepEqual({ ...values }, { sub: signedUp.userSub, email: EMAIL, email_verified: 'true', 'custom:agentName': 'Smith' });
  const data = await node((callback) => user.getUserData(callback, { bypassCache: true }));
  assert.equal(data.Username, signedUp.userSub);

  await assert.rejects(node((callback) => user.changePassword(OTHER_PASSWORD, PASSWORD, callback)), wrongPassword);
  assert.equal(await node((callback) => user.changePassword(PASSWORD, OTHER_PASSWORD, callback)), 'SUCCESS');
  await assert.rejects(signedIn(userPool, PASSWORD), wrongPassword);
  const again = await signedIn(userPool, OTHER_PASSWORD);

  assert.equal(await node((callback) => again.user.deleteUser(callback)), 'SUCCESS');
  assert.equal(userPool.getCurrentUser(), null);
  await assert.rejects(signedIn(userPool, OTHER_PASSWORD), wrongPassword);
  await assert.rejects(pool.user(), /UserNotFoundException/);
});

test('signing up twice, with a weak password, with a wrong code', async () => {
  const userPool = browser(), attributes = [new CognitoUserAttribute({ Name: 'email', Value: EMAIL })];
  await assert.rejects(node((callback) => userPool.signUp(EMAIL, 'short', attributes, null, callback)), { code: 'InvalidPasswordException' });
  await node((callback) => userPool.signUp(EMAIL, PASSWORD, attributes, null, callback));
  await assert.rejects(node((callback) => userPool.signUp(EMAIL, PASSWORD, attributes, null, callback)), { code: 'UsernameExistsException' });
});

test('SRP: the right password signs in, a wrong one does not', async () => {
  await pool.createUser();
  await assert.rejects(signedIn(browser(), OTHER_PASSWORD), wrongPassword);
  const { user, session } = await signedIn();
  assert.equal(user.getAuthenticationFlowType(), 'USER_SRP_AUTH');
  assert.ok(session.isValid());
  assert.deepEqual(await pool.calls(), ['USER_SRP_AUTH', 'PASSWORD_VERIFIER', 'USER_SRP_AUTH', 'PASSWORD_VERIFIER']);
});

test('SRP holds for many passwords, salts and secrets', async () => {
  // Numbers with leading zeros, where such clients differ, come up once in a few hundred.
  for (const password of ['Pässwörd-密码-7', 'With space-7x', 'x'.repeat(90) + 'A1!', PASSWORD, PASSWORD, PASSWORD]) {
    await pool.call('POST', '/reset');
    await pool.createUser({ password });
    assert.ok((await signedIn(browser(), password)).session.isValid(), password);
    await assert.rejects(signedIn(browser(), `${password}x`), wrongPassword);
  }
});

test('somebody who does not exist looks like a wrong password', async () => {
  await assert.rejects(signedIn(), wrongPassword);
});

test('the password itself: the right one signs in, a wrong one does not', async () => {
  await pool.createUser();
  const signIn = (password) => {
    const user = person(browser());
    user.setAuthenticationFlowType('USER_PASSWORD_AUTH');
    return succeeds((callbacks) => user.authenticateUser(details(password), callbacks));
  };
  assert.ok((await signIn(PASSWORD)).isValid());
  await assert.rejects(signIn(OTHER_PASSWORD), wrongPassword);
});

test('a temporary password is replaced', async () => {
  await pool.createUser({ password: undefined, temporary_password: PASSWORD });
  const user = person(browser());
  const { name, values: [attributes, required] } = await asked((callbacks) => user.authenticateUser(details(), callbacks));
  assert.equal(name, 'newPasswordRequired');
  assert.equal(attributes.email, EMAIL);
  assert.deepEqual(required, []);
  await assert.rejects(succeeds((callbacks) => user.completeNewPasswordChallenge('weak', {}, callbacks)), { code: 'InvalidPasswordException' });
  const session = await succeeds((callbacks) => user.completeNewPasswordChallenge(OTHER_PASSWORD, { nickname: 'Ada' }, callbacks));
  assert.equal(session.getIdToken().payload.nickname, 'Ada');
  assert.equal((await pool.user()).status, 'CONFIRMED');
  await assert.rejects(signedIn(browser(), PASSWORD), wrongPassword);
});

test('a forgotten password is replaced by its code', async () => {
  await pool.createUser();
  const user = person(browser());
  const { name, values: [sent] } = await asked((callbacks) => user.forgotPassword(callbacks));
  assert.equal(name, 'inputVerificationCode');
  assert.equal(sent.CodeDeliveryDetails.DeliveryMedium, 'EMAIL');
  const code = await pool.code(EMAIL, 'forgot_password');
  await assert.rejects(succeeds((callbacks) => user.confirmPassword(code === '000000' ? '000001' : '000000', OTHER_PASSWORD, callbacks)), { code: 'CodeMismatchException' });
  assert.equal(await succeeds((callbacks) => user.confirmPassword(code, OTHER_PASSWORD, callbacks)), 'SUCCESS');
  await assert.rejects(signedIn(browser(), PASSWORD), wrongPassword);
  await signedIn(browser(), OTHER_PASSWORD);
});

test('a session is refreshed, and found again by the next page', async () => {
  await pool.createUser();
  const { user, session, userPool } = await signedIn();
  const refreshed = await node((callback) => user.refreshSession(session.getRefreshToken(), callback));
  assert.ok(refreshed.isValid());
  assert.notEqual(refreshed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  assert.equal(refreshed.getAccessToken().payload.origin_jti, session.getAccessToken().payload.origin_jti);
  assert.equal(refreshed.getRefreshToken().getToken(), session.getRefreshToken().getToken());
  const found = await node((callback) => userPool.getCurrentUser().getSession(callback));
  assert.equal(found.getAccessToken().getJwtToken(), refreshed.getAccessToken().getJwtToken());
  const forged = new CognitoRefreshToken({ RefreshToken: `${session.getRefreshToken().getToken().slice(0, -4)}AAAA` });
  await assert.rejects(node((callback) => user.refreshSession(forged, callback)), { code: 'NotAuthorizedException' });
});

test('signing out revokes the refresh token', async () => {
  await pool.createUser();
  const { user, session, userPool } = await signedIn();
  await node((callback) => user.signOut(callback));
  assert.equal(userPool.getCurrentUser(), null);
  assert.ok((await pool.calls()).includes('RevokeToken'));
  await assert.rejects(node((callback) => person(browser()).refreshSession(session.getRefreshToken(), callback)), { code: 'NotAuthorizedException', message: 'Refresh Token has been revoked' });
});

test('a global sign-out ends every session', async () => {
  await pool.createUser();
  const here = await signedIn(), there = await signedIn();
  assert.equal(await succeeds((callbacks) => here.user.globalSignOut(callbacks)), 'SUCCESS');
  await assert.rejects(node((callback) => there.user.getUserAttributes(callback)), { code: 'NotAuthorizedException', message: 'Access Token has been revoked' });
  await assert.rejects(node((callback) => there.user.refreshSession(there.session.getRefreshToken(), callback)), { code: 'NotAuthorizedException' });
  await signedIn();
});

test('an address is verified by its code', async () => {
  await pool.createUser({ email_verified: false });
  const { user } = await signedIn();
  const { name } = await asked((callbacks) => user.getAttributeVerificationCode('email', callbacks));
  assert.equal(name, 'inputVerificationCode');
  const code = await pool.code();
  await assert.rejects(succeeds((callbacks) => user.verifyAttribute('email', code === '000000' ? '000001' : '000000', callbacks)), { code: 'CodeMismatchException' });
  assert.equal(await succeeds((callbacks) => user.verifyAttribute('email', code, callbacks)), 'SUCCESS');
  assert.equal((await pool.user()).attributes.email_verified, 'true');
});

/** Registers an authenticator app and returns its secret. */
async function registerApp(user) {
  const { name, values: [secret] } = await asked((callbacks) => user.associateSoftwareToken(callbacks));
  assert.equal(name, 'associateSecretCode');
  await assert.rejects(asked((callbacks) => user.verifySoftwareToken(totp(secret, 20_000), 'Phone', callbacks)), { code: 'EnableSoftwareTokenMFAException' });
  await succeeds((callbacks) => user.verifySoftwareToken(totp(secret), 'Phone', callbacks));
  return secret;
}
const PREFERRED = { Enabled: true, PreferredMfa: true }, ENABLED = { Enabled: true, PreferredMfa: false };

test('MFA by an authenticator app: the right code signs in, a wrong one does not', async () => {
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SOFTWARE_TOKEN'] } });
  await pool.createUser();
  const secret = await signedIn().then(async ({ user }) => {
    const made = await registerApp(user);
    assert.equal(await node((callback) => user.setUserMfaPreference(null, PREFERRED, callback)), 'SUCCESS');
    const data = await node((callback) => user.getUserData(callback, { bypassCache: true }));
    assert.equal(data.PreferredMfaSetting, 'SOFTWARE_TOKEN_MFA');
    assert.deepEqual(data.UserMFASettingList, ['SOFTWARE_TOKEN_MFA']);
    return made;
  });
  const user = person(browser());
  const { name, values: [challenge] } = await asked((callbacks) => user.authenticateUser(details(), callbacks));
  assert.equal(name, 'totpRequired');
  assert.equal(challenge, 'SOFTWARE_TOKEN_MFA');
  await assert.rejects(succeeds((callbacks) => user.sendMFACode(totp(secret, 20_000), callbacks, 'SOFTWARE_TOKEN_MFA')), { code: 'CodeMismatchException' });
  // A code counts once; the one of the next half minute is good as well.
  assert.ok((await succeeds((callbacks) => user.sendMFACode(totp(secret, 1), callbacks, 'SOFTWARE_TOKEN_MFA'))).isValid());
});

test('MFA by SMS: the right code signs in, a wrong one does not', async () => {
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SMS'] } });
  await pool.createUser({ attributes: { phone_number: PHONE }, phone_number_verified: true });
  const { user: setter } = await signedIn();
  assert.equal(await node((callback) => setter.setUserMfaPreference(PREFERRED, null, callback)), 'SUCCESS');
  const user = person(browser());
  const { name, values: [challenge, parameters] } = await asked((callbacks) => user.authenticateUser(details(), callbacks));
  assert.equal(name, 'mfaRequired');
  assert.equal(challenge, 'SMS_MFA');
  assert.equal(parameters.CODE_DELIVERY_DELIVERY_MEDIUM, 'SMS');
  assert.match(parameters.CODE_DELIVERY_DESTINATION, /^\+\*+0123$/);
  const code = await pool.code(PHONE);
  await assert.rejects(succeeds((callbacks) => user.sendMFACode(code === '000000' ? '000001' : '000000', callbacks)), { code: 'CodeMismatchException' });
  assert.ok((await succeeds((callbacks) => user.sendMFACode(code, callbacks))).isValid());
});

test('SMS as the old setting knows it', async () => {
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SMS'] } });
  await pool.createUser({ attributes: { phone_number: PHONE }, phone_number_verified: true });
  const { user } = await signedIn();
  assert.equal(await node((callback) => user.enableMFA(callback)), 'SUCCESS');
  assert.deepEqual(await node((callback) => user.getMFAOptions(callback)), [{ DeliveryMedium: 'SMS', AttributeName: 'phone_number' }]);
  assert.equal((await asked((callbacks) => person(browser()).authenticateUser(details(), callbacks))).name, 'mfaRequired');
  assert.equal(await node((callback) => user.disableMFA(callback)), 'SUCCESS');
  await signedIn();
});

test('of two factors one is chosen', async () => {
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SMS', 'SOFTWARE_TOKEN'] } });
  await pool.createUser({ attributes: { phone_number: PHONE }, phone_number_verified: true });
  const { user: setter } = await signedIn();
  const secret = await registerApp(setter);
  await node((callback) => setter.setUserMfaPreference(ENABLED, ENABLED, callback));
  for (const [answer, then, code] of [
    ['SOFTWARE_TOKEN_MFA', 'totpRequired', () => totp(secret, 1)],
    ['SMS_MFA', 'mfaRequired', () => pool.code(PHONE)],
  ]) {
    const user = person(browser());
    const choice = await asked((callbacks) => user.authenticateUser(details(), callbacks));
    assert.equal(choice.name, 'selectMFAType');
    assert.deepEqual(JSON.parse(choice.values[1].MFAS_CAN_CHOOSE).sort(), ['SMS_MFA', 'SOFTWARE_TOKEN_MFA']);
    const { name } = await asked((callbacks) => user.sendMFASelectionAnswer(answer, callbacks));
    assert.equal(name, then);
    const right = await code();
    assert.ok((await succeeds((callbacks) => user.sendMFACode(right, callbacks, answer))).isValid());
  }
});

test('where a second factor is required, it is set up on the way in', async () => {
  await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['SOFTWARE_TOKEN'] } });
  await pool.createUser();
  const user = person(browser());
  const { name, values: [challenge, parameters] } = await asked((callbacks) => user.authenticateUser(details(), callbacks));
  assert.equal(name, 'mfaSetup');
  assert.equal(challenge, 'MFA_SETUP');
  assert.deepEqual(JSON.parse(parameters.MFAS_CAN_SETUP), ['SOFTWARE_TOKEN_MFA']);
  const { values: [secret] } = await asked((callbacks) => user.associateSoftwareToken(callbacks));
  const session = await succeeds((callbacks) => user.verifySoftwareToken(totp(secret), 'Phone', callbacks));
  assert.ok(session.isValid());
  assert.equal((await asked((callbacks) => person(browser()).authenticateUser(details(), callbacks))).name, 'totpRequired');
});

test('a device is confirmed, remembered, listed, used and forgotten', async () => {
  await pool.changeSettings({ devices: { mode: 'opt_in' }, mfa: { configuration: 'OPTIONAL', methods: ['SOFTWARE_TOKEN'] } });
  await pool.createUser();
  const userPool = browser(), user = person(userPool);
  const { name, values: [, opted] } = await asked((callbacks) => user.authenticateUser(details(), callbacks));
  assert.equal(name, 'onSuccess');
  assert.equal(opted, true, 'UserConfirmationNecessary');
  const { values: [{ Device: device }] } = await asked((callbacks) => user.getDevice(callbacks));
  assert.equal(device.DeviceKey, userPool.storage.getItem(`CognitoIdentityServiceProvider.${CLIENT}.${user.getUsername()}.deviceKey`));
  assert.equal(await succeeds((callbacks) => user.setDeviceStatusRemembered(callbacks)), 'SUCCESS');
  const listed = await succeeds((callbacks) => user.listDevices(10, null, callbacks));
  assert.deepEqual(listed.Devices.map((item) => item.DeviceKey), [device.DeviceKey]);

  // The device answers for itself: with MFA on, it stands in for the code.
  await registerApp(user);
  await node((callback) => user.setUserMfaPreference(null, PREFERRED, callback));
  assert.equal((await asked((callbacks) => person(browser()).authenticateUser(details(), callbacks))).name, 'totpRequired');
  // The client looks for a device under the user name it is given, and finds it under the real one.
  const known = person(userPool, user.getUsername());
  const session = await succeeds((callbacks) => known.authenticateUser(details(PASSWORD, user.getUsername()), callbacks));
  assert.equal(session.getAccessToken().payload.device_key, device.DeviceKey);
  assert.deepEqual((await pool.calls()).slice(-4), ['USER_SRP_AUTH', 'PASSWORD_VERIFIER', 'DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER']);

  assert.ok((await node((callback) => known.refreshSession(session.getRefreshToken(), callback))).isValid());
  assert.equal(await succeeds((callbacks) => known.setDeviceStatusNotRemembered(callbacks)), 'SUCCESS');
  assert.equal(await succeeds((callbacks) => known.forgetDevice(callbacks)), 'SUCCESS');
  assert.deepEqual((await succeeds((callbacks) => known.listDevices(10, null, callbacks))).Devices, []);
});

test('a device with another secret is no device', async () => {
  await pool.changeSettings({ devices: { mode: 'always' } });
  await pool.createUser();
  const { userPool, user } = await signedIn();
  userPool.storage.setItem(`CognitoIdentityServiceProvider.${CLIENT}.${user.getUsername()}.randomPasswordKey`, 'bm90IHRoZSBzZWNyZXQ=');
  const known = person(userPool, user.getUsername());
  await assert.rejects(succeeds((callbacks) => known.authenticateUser(details(PASSWORD, user.getUsername()), callbacks)), { code: 'NotAuthorizedException' });
  assert.equal((await pool.calls()).at(-1), 'DEVICE_PASSWORD_VERIFIER');
});

test('a device that was forgotten elsewhere does not keep its owner out', async () => {
  await pool.changeSettings({ devices: { mode: 'always' } });
  await pool.createUser();
  const { userPool, user } = await signedIn();
  const stored = () => userPool.storage.getItem(`CognitoIdentityServiceProvider.${CLIENT}.${user.getUsername()}.deviceKey`);
  const before = stored();
  await succeeds((callbacks) => user.forgetSpecificDevice(before, callbacks));
  const known = person(userPool, user.getUsername());
  const session = await succeeds((callbacks) => known.authenticateUser(details(PASSWORD, user.getUsername()), callbacks));
  assert.ok(session.isValid());
  assert.notEqual(stored(), before, 'a new device took its place');
});

test('questions of the pool\'s own: right answers sign in, with the password first or without, wrong ones do not', async () => {
  await pool.createUser();
  for (const withPassword of [false, true]) {
    const begin = (user, password = PASSWORD) => asked((callbacks) => {
      user.setAuthenticationFlowType('CUSTOM_AUTH');
      if (withPassword) user.authenticateUser(details(password), callbacks);
      else user.initiateAuth(details(password), callbacks);
    });
    const user = person(browser());
    let step = await begin(user);
    while (step.name === 'customChallenge') {
      const answer = await pool.customAnswer(step.values[0]);
      step = await asked((callbacks) => user.sendCustomChallengeAnswer(answer, callbacks));
    }
    assert.equal(step.name, 'onSuccess');
    assert.ok(step.values[0].isValid());
    const stranger = person(browser());
    await begin(stranger);
    const wrong = () => asked((callbacks) => stranger.sendCustomChallengeAnswer('wrong', callbacks));
    assert.equal((await wrong()).name, 'customChallenge');
    await wrong();
    await assert.rejects(wrong(), wrongPassword);
    if (withPassword) await assert.rejects(begin(person(browser()), OTHER_PASSWORD), wrongPassword);
  }
});
