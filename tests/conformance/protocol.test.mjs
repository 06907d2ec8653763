// What no honest client sends, and what only some do: replays, degenerate SRP values, forged tokens, members that are null.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, createSign, createHash, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { CLIENT, EMAIL, IDENTITY_POOL, OTHER_PASSWORD, PASSWORD, USER_POOL, usePool } from './support/pool.mjs';

const require = createRequire(import.meta.url);
const AuthenticationHelper = require('amazon-cognito-identity-js/lib/AuthenticationHelper').default;
const BigInteger = require('amazon-cognito-identity-js/lib/BigInteger').default;
const DateHelper = require('amazon-cognito-identity-js/lib/DateHelper').default;

const pool = usePool();
const POOL_NAME = USER_POOL.split('_')[1];

/** A call as it goes over the wire; resolves with the status and the body. */
async function raw(operation, request, service = 'AWSCognitoIdentityProviderService') {
  const answer = await fetch(pool.origin, {
    method: 'POST', body: JSON.stringify(request),
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `${service}.${operation}` },
  });
  return { status: answer.status, body: await answer.json().catch(() => undefined) };
}
async function call(operation, request) {
  const { status, body } = await raw(operation, request);
  assert.equal(status, 200, `${operation}: ${JSON.stringify(body)}`);
  return body;
}
async function refused(operation, request, name, message = undefined, service = undefined) {
  const { status, body } = await raw(operation, request, service);
  assert.equal(status, 400, `${operation}: ${JSON.stringify(body)}`);
  assert.equal(body.__type, name, JSON.stringify(body));
  if (message) assert.match(body.message, message);
  assert.equal(body.AuthenticationResult, undefined);
}

/** The first half of SRP: the challenge, and a function that makes the answer to it for a password. */
async function srp(username = EMAIL) {
  const helper = new AuthenticationHelper(POOL_NAME);
  const begun = await call('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT, AuthParameters: { USERNAME: username, SRP_A: helper.largeAValue.toString(16) } });
  const { SALT, SECRET_BLOCK, SRP_B, USERNAME, USER_ID_FOR_SRP } = begun.ChallengeParameters;
  const key = (password) => new Promise((resolve, reject) => {
    helper.getPasswordAuthenticationKey(USER_ID_FOR_SRP, password, new BigInteger(SRP_B, 16), new BigInteger(SALT, 16), (error, made) => (error ? reject(error) : resolve(made)));
  });
  const answer = async (password = PASSWORD, { session = begun.Session, block = SECRET_BLOCK, timestamp = new DateHelper().getNowString() } = {}) => ({
    ChallengeName: 'PASSWORD_VERIFIER', ClientId: CLIENT, ...(session === undefined ? {} : { Session: session }),
    ChallengeResponses: {
      USERNAME, TIMESTAMP: timestamp, PASSWORD_CLAIM_SECRET_BLOCK: block,
      PASSWORD_CLAIM_SIGNATURE: createHmac('sha256', await key(password))
        .update(POOL_NAME).update(USER_ID_FOR_SRP).update(Buffer.from(block, 'base64')).update(timestamp).digest('base64'),
    },
  });
  return { begun, answer, helper };
}
async function tokens() {
  await pool.createUser();
  const { answer } = await srp();
  return (await call('RespondToAuthChallenge', await answer())).AuthenticationResult;
}

test('a PASSWORD_VERIFIER answer counts once', async () => {
  await pool.createUser();
  const { answer } = await srp();
  const right = await answer();
  assert.ok((await call('RespondToAuthChallenge', right)).AuthenticationResult.AccessToken);
  await refused('RespondToAuthChallenge', right, 'NotAuthorizedException');
  // Nor does it count without its session, by the block alone.
  await refused('RespondToAuthChallenge', { ...right, Session: undefined }, 'NotAuthorizedException');
});

test('of many equal PASSWORD_VERIFIER answers at once, one signs in', async () => {
  await pool.createUser();
  const { answer } = await srp();
  const right = await answer();
  const answers = await Promise.all(Array.from({ length: 8 }, () => raw('RespondToAuthChallenge', right)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

test('a wrong PASSWORD_VERIFIER answer uses the challenge up', async () => {
  await pool.createUser();
  const { answer } = await srp();
  await refused('RespondToAuthChallenge', await answer(OTHER_PASSWORD), 'NotAuthorizedException', /^Incorrect username or password\.$/);
  await refused('RespondToAuthChallenge', await answer(), 'NotAuthorizedException');
});

test('PASSWORD_VERIFIER needs no session: the block is enough, and only the right one', async () => {
  await pool.createUser();
  const { answer } = await srp(), { begun: other } = await srp();
  const right = await answer(PASSWORD, { session: null });
  assert.ok((await call('RespondToAuthChallenge', right)).AuthenticationResult);
  const third = await srp();
  await refused('RespondToAuthChallenge', await third.answer(PASSWORD, { session: null, block: other.ChallengeParameters.SECRET_BLOCK }), 'NotAuthorizedException');
  await refused('RespondToAuthChallenge', await third.answer(PASSWORD, { session: null, block: Buffer.alloc(768, 7).toString('base64') }), 'NotAuthorizedException');
  await refused('RespondToAuthChallenge', await (await srp()).answer(OTHER_PASSWORD, { session: null }), 'NotAuthorizedException');
});

test('an answer does not fit the session of somebody else', async () => {
  await pool.createUser();
  await pool.createUser({ email: 'eve@example.com', password: OTHER_PASSWORD });
  const ada = await srp(), eve = await srp('eve@example.com');
  await refused('RespondToAuthChallenge', await eve.answer(OTHER_PASSWORD, { session: ada.begun.Session }), 'NotAuthorizedException');
});

test('an answer is late when the session is over', async () => {
  await pool.createUser();
  const { answer } = await srp();
  await pool.advanceClock(181);
  await refused('RespondToAuthChallenge', await answer(), 'NotAuthorizedException', /session is expired/);
});

test('a timestamp must look as Java writes it', async () => {
  await pool.createUser();
  for (const timestamp of ['2026-11-09T06:07:08Z', 'Mon Nov 09 06:07:08 2026', 'Mo Nov 9 06:07:08 UTC 2026', '']) {
    const { answer } = await srp();
    await refused('RespondToAuthChallenge', await answer(PASSWORD, { timestamp }), 'InvalidParameterException');
  }
});

test('an SRP_A that is 0 modulo N is refused, wherever it can be given', async () => {
  await pool.changeSettings({ auth_flows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_AUTH', 'ALLOW_CUSTOM_AUTH'] });
  await pool.createUser();
  const { helper } = await srp();
  const N = BigInt(`0x${helper.N.toString(16)}`);
  for (const value of [0n, N, 2n * N, 3n * N, N * N]) {
    for (const text of [value.toString(16), value.toString(16).toUpperCase(), `00${value.toString(16)}`]) {
      const parameters = { USERNAME: EMAIL, SRP_A: text };
      await refused('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT, AuthParameters: parameters }, 'InvalidParameterException');
      await refused('InitiateAuth', { AuthFlow: 'USER_AUTH', ClientId: CLIENT, AuthParameters: { ...parameters, PREFERRED_CHALLENGE: 'PASSWORD_SRP' } }, 'InvalidParameterException');
      await refused('InitiateAuth', { AuthFlow: 'CUSTOM_AUTH', ClientId: CLIENT, AuthParameters: { ...parameters, CHALLENGE_NAME: 'SRP_A' } }, 'InvalidParameterException');
      const { Session } = await call('InitiateAuth', { AuthFlow: 'USER_AUTH', ClientId: CLIENT, AuthParameters: { USERNAME: EMAIL } });
      await refused('RespondToAuthChallenge', { ChallengeName: 'SELECT_CHALLENGE', ClientId: CLIENT, Session, ChallengeResponses: { ...parameters, ANSWER: 'PASSWORD_SRP' } }, 'InvalidParameterException');
    }
  }
  for (const text of ['', 'xyz', '-1', '0x1', ' 1']) {
    await refused('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT, AuthParameters: { USERNAME: EMAIL, SRP_A: text } }, 'InvalidParameterException');
  }
});

/** The parts of a token, and tokens of the same parts with others in their place. */
function takenApart(token) {
  const [header, payload, signature] = token.split('.');
  const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return { header: decode(header), payload: decode(payload), signature, make: (head, body, sign) => { const text = `${encode(head)}.${encode(body)}`; return `${text}.${sign(text)}`; } };
}

/** What somebody without the key could make of a token: each name with a forged token. */
async function forgeries(token) {
  const { header, payload, signature, make } = takenApart(token);
  const { keys: [jwk] } = await (await fetch(`${pool.origin}/${USER_POOL}/.well-known/jwks.json`)).json();
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const { privateKey, publicKey: own } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rs256 = (text) => createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url');
  const hs256 = (key) => (text) => createHmac('sha256', key).update(text).digest('base64url');
  const kept = () => signature;
  return {
    'alg none': make({ ...header, alg: 'none' }, payload, () => ''),
    'alg none with a signature': make({ ...header, alg: 'none' }, payload, kept),
    'alg None': make({ ...header, alg: 'None' }, payload, () => ''),
    'no alg': make({ kid: header.kid }, payload, kept),
    'HS256 with the public key, SPKI PEM': make({ ...header, alg: 'HS256' }, payload, hs256(publicKey.export({ type: 'spki', format: 'pem' }))),
    'HS256 with the public key, SPKI DER': make({ ...header, alg: 'HS256' }, payload, hs256(publicKey.export({ type: 'spki', format: 'der' }))),
    'HS256 with the public key, PKCS#1 PEM': make({ ...header, alg: 'HS256' }, payload, hs256(publicKey.export({ type: 'pkcs1', format: 'pem' }))),
    'HS256 with the modulus': make({ ...header, alg: 'HS256' }, payload, hs256(Buffer.from(jwk.n, 'base64url'))),
    'HS256 with an empty key': make({ ...header, alg: 'HS256' }, payload, hs256('')),
    'another key': make(header, payload, rs256),
    'another key, in the header': make({ ...header, jwk: own.export({ format: 'jwk' }) }, payload, rs256),
    'another key, with its own id': make({ ...header, kid: createHash('sha256').update('own').digest('base64url') }, payload, rs256),
    'another user': make(header, { ...payload, sub: '00000000-0000-4000-8000-000000000000', username: 'admin' }, kept),
    'a longer life': make(header, { ...payload, exp: payload.exp + 86_400 }, kept),
    'a changed signature': `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`,
    'no signature': token.slice(0, token.lastIndexOf('.') + 1),
    'half a token': token.slice(0, token.lastIndexOf('.')),
  };
}

test('forged access tokens are refused', async () => {
  const { AccessToken } = await tokens();
  await call('GetUser', { AccessToken });
  for (const [name, forged] of Object.entries(await forgeries(AccessToken))) {
    assert.notEqual(forged, AccessToken, name);
    for (const [operation, more] of [['GetUser', {}], ['GlobalSignOut', {}], ['DeleteUser', {}], ['UpdateUserAttributes', { UserAttributes: [] }]]) {
      await refused(operation, { AccessToken: forged, ...more }, 'NotAuthorizedException', /Access Token/).catch((error) => { throw new Error(`${name}: ${error.message}`); });
    }
  }
  await call('GetUser', { AccessToken });
});

test('forged ID tokens open no identity', async () => {
  const { IdToken, AccessToken } = await tokens();
  const provider = `cognito-idp.us-east-1.amazonaws.com/${USER_POOL}`;
  const ask = (token) => ['GetId', { IdentityPoolId: IDENTITY_POOL, Logins: { [provider]: token } }];
  const service = 'AWSCognitoIdentityService';
  assert.equal((await raw(...ask(IdToken), service)).status, 200);
  for (const [name, forged] of Object.entries({ ...await forgeries(IdToken), 'an access token': AccessToken })) {
    await refused(...ask(forged), 'NotAuthorizedException', /Invalid login token/, service).catch((error) => { throw new Error(`${name}: ${error.message}`); });
  }
});

test('an ID token is no access token, and a refresh token is neither', async () => {
  const { IdToken, RefreshToken } = await tokens();
  await refused('GetUser', { AccessToken: IdToken }, 'NotAuthorizedException', /^Invalid Access Token$/);
  await refused('GetUser', { AccessToken: RefreshToken }, 'NotAuthorizedException', /^Invalid Access Token$/);
  await refused('GetTokensFromRefreshToken', { ClientId: CLIENT, RefreshToken: IdToken }, 'NotAuthorizedException', /^Invalid Refresh Token$/);
});

test('expired tokens are refused', async () => {
  const { AccessToken, IdToken, RefreshToken } = await tokens();
  await pool.advanceClock(3601);
  await refused('GetUser', { AccessToken }, 'NotAuthorizedException', /^Access Token has expired$/);
  await refused('GetId', { IdentityPoolId: IDENTITY_POOL, Logins: { [`cognito-idp.us-east-1.amazonaws.com/${USER_POOL}`]: IdToken } }, 'NotAuthorizedException', /expired/, 'AWSCognitoIdentityService');
  const refresh = { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId: CLIENT, AuthParameters: { REFRESH_TOKEN: RefreshToken } };
  assert.ok((await call('InitiateAuth', refresh)).AuthenticationResult.AccessToken);
  await pool.advanceClock(30 * 86_400);
  await refused('InitiateAuth', refresh, 'NotAuthorizedException', /^Refresh Token has expired$/);
});

test('members that are null count as absent', async () => {
  const nothing = { ClientMetadata: null, AnalyticsMetadata: null, UserContextData: null };
  const signedUp = await call('SignUp', { ClientId: CLIENT, SecretHash: null, Username: EMAIL, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: EMAIL }], ValidationData: null, ...nothing });
  assert.equal(signedUp.UserConfirmed, false);
  await call('ConfirmSignUp', { ClientId: CLIENT, SecretHash: null, Username: EMAIL, ConfirmationCode: await pool.code(), ForceAliasCreation: null, Session: null, ...nothing });
  const helper = await srp();
  const begun = await call('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT, AuthParameters: { USERNAME: EMAIL, SRP_A: helper.helper.largeAValue.toString(16), DEVICE_KEY: null, SECRET_HASH: null }, Session: null, ...nothing });
  assert.equal(begun.ChallengeName, 'PASSWORD_VERIFIER');
  const answer = await helper.answer();
  const signedIn = await call('RespondToAuthChallenge', { ...answer, ...nothing, ChallengeResponses: { ...answer.ChallengeResponses, DEVICE_KEY: null } });
  const { AccessToken, RefreshToken } = signedIn.AuthenticationResult;
  assert.ok((await call('InitiateAuth', { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId: CLIENT, AuthParameters: { REFRESH_TOKEN: RefreshToken, DEVICE_KEY: null }, ...nothing })).AuthenticationResult);
  assert.ok((await call('GetTokensFromRefreshToken', { ClientId: CLIENT, RefreshToken, ClientSecret: null, DeviceKey: null, ClientMetadata: null })).AuthenticationResult);
  await call('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'nickname', Value: 'Ada' }], ClientMetadata: null });
  await call('SetUserMFAPreference', { AccessToken, SMSMfaSettings: null, SoftwareTokenMfaSettings: null, EmailMfaSettings: null, WebAuthnMfaSettings: null });
  // A required member that is null is missing.
  await refused('GetUser', { AccessToken: null }, 'InvalidParameterException', /Member must not be null/);
});

test('what is not there is told apart from what is wrong', async () => {
  await refused('GetUser', {}, 'InvalidParameterException', /'accessToken' failed to satisfy constraint: Member must not be null/);
  await refused('InitiateAuth', { AuthFlow: 'NO_SUCH_FLOW', ClientId: CLIENT }, 'InvalidParameterException', /enum value set/);
  await refused('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', ClientId: 'unknown', AuthParameters: { USERNAME: EMAIL, SRP_A: '2' } }, 'ResourceNotFoundException');
  await refused('NoSuchOperation', {}, 'UnknownOperationException');
  await refused('AdminCreateUser', { UserPoolId: USER_POOL, Username: EMAIL }, 'UnknownOperationException');
  await refused('GetUser', { AccessToken: 7 }, 'SerializationException');
});
