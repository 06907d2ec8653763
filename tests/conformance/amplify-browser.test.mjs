// What aws-amplify 6 does only in a browser: passkeys, devices (it names them by `navigator`), a session that outlives the
// page, signing in after signing up (which would keep Node waiting), the sign-in page of the pool.
// Chromium's virtual authenticator makes and uses real keys.
import { after, afterEach, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { ROOT, chromiumFlags, chromiumPath } from '../../tools/lib.mjs';
import { CLIENT, EMAIL, PASSWORD, USER_POOL, usePool } from './support/pool.mjs';

const pool = usePool({ client: 'amplify', part: 'browser' });
let browser, server, page, devtools, authenticatorId;

before(async () => {
  const { outputFiles: [script] } = await build({
    stdin: { resolveDir: ROOT, contents: "export { Amplify } from 'aws-amplify'; export * as auth from 'aws-amplify/auth';" },
    bundle: true, write: false, format: 'iife', globalName: 'amplify', logLevel: 'error',
  });
  server = createServer((request, response) => {
    const isScript = request.url === '/amplify.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script.text : '<!doctype html><title>Amplify</title><link rel="icon" href="data:,"><script src="/amplify.js"></script>');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
});
after(async () => {
  await browser?.close();
  server?.close();
});

const home = () => `http://localhost:${server.address().port}/`;

/** Starts Amplify on the page that is open. */
const configure = (more = {}) => page.evaluate((Cognito) => { window.amplify.Amplify.configure({ Auth: { Cognito } }); },
  { userPoolId: USER_POOL, userPoolClientId: CLIENT, userPoolEndpoint: pool.origin, ...more });

/** Loads the page; what the browser keeps, stays. */
async function load() {
  await page.goto(home());
  await configure();
}

beforeEach(async () => {
  const context = await browser.newContext();
  page = await context.newPage();
  devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  }));
  await load();
});

afterEach(() => page.context().close());

/** Calls a function of aws-amplify/auth in the page; its errors come back by name. */
async function call(name, input = undefined) {
  const { value, error } = await page.evaluate(async ([name, input]) => {
    try {
      const value = await window.amplify.auth[name](input);
      return { value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)) };
    } catch (error) {
      return { error: { name: error.name, message: error.message } };
    }
  }, [name, input]);
  if (error) throw Object.assign(new Error(error.message), { name: error.name });
  return value;
}
const signIn = (options, password = undefined) => call('signIn', { username: EMAIL, password, options: { authFlowType: 'USER_AUTH', ...options } });
const withPassword = () => signIn({ preferredChallenge: 'PASSWORD' }, PASSWORD);
const withPasskey = () => signIn({ preferredChallenge: 'WEB_AUTHN' });
const step = (output) => output.nextStep.signInStep;

const allow = (first_factors) => pool.changeSettings({ auth_flows: ['ALLOW_USER_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'], first_factors, web_authn: { relying_party_id: 'localhost' } });

test('a passkey is made, listed, used and deleted', async () => {
  await allow(['PASSWORD', 'WEB_AUTHN']);
  await pool.createUser();
  assert.equal(step(await withPassword()), 'DONE');
  assert.deepEqual((await call('listWebAuthnCredentials')).credentials, []);
  await call('associateWebAuthnCredential');
  const { credentials: made } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(made.length, 1);
  assert.equal(made[0].rpId, 'localhost');
  const { credentials: [listed, ...others] } = await call('listWebAuthnCredentials');
  assert.deepEqual(others, []);
  assert.deepEqual(Buffer.from(listed.credentialId, 'base64url'), Buffer.from(made[0].credentialId, 'base64'));
  assert.equal(listed.relyingPartyId, 'localhost');
  // The authenticator has one for this person already, and the pool says so.
  await assert.rejects(call('associateWebAuthnCredential'), { name: 'PasskeyAlreadyExists' });

  await call('signOut');
  assert.equal(step(await withPasskey()), 'DONE');
  assert.equal((await call('fetchUserAttributes')).email, EMAIL);
  await call('signOut');
  const choice = await signIn();
  assert.equal(step(choice), 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
  assert.ok(choice.nextStep.availableChallenges.includes('WEB_AUTHN'));
  assert.equal(step(await call('confirmSignIn', { challengeResponse: 'WEB_AUTHN' })), 'DONE');

  await call('deleteWebAuthnCredential', { credentialId: listed.credentialId });
  assert.deepEqual((await call('listWebAuthnCredentials')).credentials, []);
  await call('signOut');
  assert.equal(step(await withPasskey()), 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
});

test('a passkey with another key, or of nobody, does not sign in', async () => {
  await allow(['PASSWORD', 'WEB_AUTHN']);
  await pool.createUser();
  await withPassword();
  await call('associateWebAuthnCredential');
  await call('signOut');
  const { credentials: [made] } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
  const key = await page.evaluate(async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))));
  });
  await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: { ...made, privateKey: key } });
  await assert.rejects(withPasskey(), { name: 'NotAuthorizedException' });
  await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
  await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: made });
  assert.equal(step(await withPasskey()), 'DONE');
});

test('a session outlives the page', async () => {
  await allow(['PASSWORD']);
  await pool.createUser();
  await withPassword();
  const { userId } = await call('getCurrentUser');
  await load();
  assert.equal((await call('getCurrentUser')).userId, userId);
  await call('fetchAuthSession', { forceRefresh: true });
  assert.equal((await call('fetchUserAttributes')).sub, userId);
});

for (const [name, password, autoSignIn] of [
  ['with a password', PASSWORD, true],
  ['without one', undefined, { authFlowType: 'USER_AUTH' }],
]) {
  test(`who has signed up ${name} is signed in without being asked again`, async () => {
    await allow(['PASSWORD', 'EMAIL_OTP']);
    await call('signUp', { username: EMAIL, password, options: { userAttributes: { email: EMAIL }, autoSignIn } });
    const { nextStep } = await call('confirmSignUp', { username: EMAIL, confirmationCode: await pool.code() });
    assert.equal(nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
    assert.equal(step(await call('autoSignIn')), 'DONE');
    assert.equal((await call('fetchUserAttributes')).email, EMAIL);
  });
}

/** Lets the pool remember devices, and asks everybody else for a code. */
const remember = async (mode) => {
  await pool.changeSettings({ devices: { mode }, mfa: { configuration: 'OPTIONAL', methods: ['EMAIL'] } });
  await pool.createUser();
};
const withSrp = () => call('signIn', { username: EMAIL, password: PASSWORD });

test('a device is remembered, listed, used and forgotten', async () => {
  await remember('opt_in');
  assert.equal(step(await withSrp()), 'DONE');
  await call('rememberDevice');
  const [device, ...others] = await call('fetchDevices');
  assert.deepEqual(others, []);
  assert.match(device.name, /Chromium|HeadlessChrome/);
  assert.ok(new Date(device.lastAuthenticatedDate).getTime() > 0);

  await call('updateMFAPreference', { email: 'PREFERRED' });
  await call('signOut');
  assert.equal(step(await withSrp()), 'DONE', 'the device stands in for the code');
  assert.deepEqual((await pool.calls()).slice(-4), ['USER_SRP_AUTH', 'PASSWORD_VERIFIER', 'DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER']);
  await call('fetchAuthSession', { forceRefresh: true });
  await call('forgetDevice');
  assert.deepEqual(await call('fetchDevices'), []);
  await call('signOut');
  assert.equal(step(await withSrp()), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
});

test('a device that was forgotten elsewhere does not keep its owner out', async () => {
  await remember('always');
  await withSrp();
  const [device] = await call('fetchDevices');
  await call('forgetDevice', { device: { id: device.id } });
  await call('signOut');
  assert.equal(step(await withSrp()), 'DONE');
  assert.notEqual((await call('fetchDevices'))[0].id, device.id, 'a new device took its place');
});

/** Amplify writes https:// before the domain of a pool: the browser is sent on from there, calls are answered from here. */
const DOMAIN = 'pool.example';
async function withDomain() {
  await page.route(`https://${DOMAIN}/**`, async (route) => {
    const { pathname, search } = new URL(route.request().url()), url = `${pool.origin}${pathname}${search}`;
    if (route.request().isNavigationRequest()) await route.fulfill({ status: 302, headers: { location: url } });
    else await route.fulfill({ response: await route.fetch({ url }) });
  });
  await pool.changeSettings({ oauth: { callback_urls: [home()], logout_urls: [home()] } });
  return { loginWith: { oauth: { domain: DOMAIN, scopes: ['openid', 'email', 'aws.cognito.signin.user.admin'], redirectSignIn: [home()], redirectSignOut: [home()], responseType: 'code' } } };
}
/** Leaves the page by one of Amplify's functions, which does not return. */
const leave = (name, input) => page.evaluate(([name, input]) => { window.amplify.auth[name](input); }, [name, input]);
const back = (query) => page.waitForURL((url) => url.href.startsWith(`${home()}${query}`));

test('the sign-in page of the pool: the right password comes back signed in, a wrong one stays there', async () => {
  const config = await withDomain();
  await pool.createUser();
  await configure(config);
  await leave('signInWithRedirect');
  const enter = async (password) => {
    await page.getByLabel('Email address').fill(EMAIL);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await enter('Battery-Staple-8');
  await page.getByText('Incorrect').waitFor();
  await enter(PASSWORD);
  await back('?code=');
  await configure(config);
  const { tokens } = await call('fetchAuthSession');
  assert.equal(tokens.idToken.payload.email, EMAIL);
  assert.equal((await call('fetchUserAttributes')).email, EMAIL);

  const refresh = await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.endsWith('.refreshToken'))[1]);
  const loaded = page.waitForEvent('load');
  await leave('signOut');
  await loaded;
  assert.equal(page.url(), home());
  await configure(config);
  await assert.rejects(call('getCurrentUser'), { name: 'UserUnAuthenticatedException' });
  const answer = await fetch(pool.origin, {
    method: 'POST', body: JSON.stringify({ ClientId: CLIENT, RefreshToken: refresh }),
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSCognitoIdentityProviderService.GetTokensFromRefreshToken' },
  });
  assert.equal((await answer.json()).message, 'Refresh Token has been revoked');
});

test('a provider of another kind: whoever it names comes back signed in', async () => {
  const config = await withDomain();
  await configure(config);
  await leave('signInWithRedirect', { provider: { custom: 'PretendSocial' } });
  await page.waitForURL(new RegExp(`^${pool.origin}/`));
  await page.getByRole('button').first().click();
  await back('?code=');
  await configure(config);
  const { tokens } = await call('fetchAuthSession');
  assert.equal(tokens.idToken.payload.identities[0].providerName, 'PretendSocial');
});
