// The example of a backend (examples/protected_api) with tokens as the dev pool makes them. It is a check by other people's
// library, so it shows as well that the dev pool's tokens and key set are what they should be.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, startServer, stop } from '../../tools/lib.mjs';
import { CLIENT, EMAIL, PASSWORD, USER_POOL, usePool } from './support/pool.mjs';

const APP = 'http://localhost:8080';
const pool = usePool();
let started, said = '';

/** Starts it for the first test that asks. */
async function start() {
  const program = join(ROOT, 'target/debug/protected_api');
  if (!existsSync(program)) throw new Error("the protected API is not built: run 'make test', or 'cargo build -p protected_api'");
  const server = startServer(program, ['--port', '0', '--issuer', `${pool.origin}/${USER_POOL}`, '--client-id', CLIENT, '--allow-origin', APP],
    { ready: /^protected_api listening on (http:\/\/[\d.]+:\d+)$/, onLine: (line) => { said += `${line}\n`; } });
  return { child: server.child, origin: (await server.started)[1] };
}
const api = () => (started ??= start());
after(async () => stop((await started)?.child));

async function call(operation, request) {
  const answer = await fetch(pool.origin, {
    method: 'POST', body: JSON.stringify(request),
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}` },
  });
  assert.equal(answer.status, 200, operation);
  return answer.json();
}
async function tokens() {
  await pool.changeSettings({ auth_flows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] });
  await pool.createUser();
  const request = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: CLIENT, AuthParameters: { USERNAME: EMAIL, PASSWORD } };
  return (await call('InitiateAuth', request)).AuthenticationResult;
}
async function who(token) {
  const answer = await fetch(`${(await api()).origin}/`, { headers: { Origin: APP, ...(token && { Authorization: `Bearer ${token}` }) } });
  assert.equal(answer.headers.get('access-control-allow-origin'), APP);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return { status: answer.status, body: await answer.json(), challenge: answer.headers.get('www-authenticate') };
}
const payload = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

test('an access token of the pool tells who is calling', async () => {
  const { AccessToken } = await tokens();
  const { sub, username, exp } = payload(AccessToken);
  const { status, body, challenge } = await who(AccessToken);
  assert.deepEqual([status, challenge], [200, null]);
  assert.deepEqual(body, { sub, username, scopes: ['aws.cognito.signin.user.admin'], client_id: CLIENT, expires_at: exp });
});

test('other tokens of the same session do not', async () => {
  const { IdToken, RefreshToken } = await tokens();
  for (const [token, reason] of [[IdToken, 'wrong_token_use'], [RefreshToken, 'not_a_token']]) {
    const { status, body, challenge } = await who(token);
    assert.deepEqual([status, body.error, body.reason], [401, 'invalid_token', reason]);
    assert.match(challenge, /^Bearer error="invalid_token"/);
  }
  assert.deepEqual([(await who()).status, (await who()).challenge], [401, 'Bearer']);
});

test('a token that is changed on its way is refused', async () => {
  const { AccessToken } = await tokens();
  const [header, claims, signature] = AccessToken.split('.');
  const other = Buffer.from(JSON.stringify({ ...payload(AccessToken), username: 'eve' })).toString('base64url');
  assert.equal((await who(`${header}.${other}.${signature}`)).body.reason, 'wrong_signature');
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  assert.equal((await who(`${none}.${claims}.`)).body.reason, 'wrong_algorithm');
});

test('a session that was ended is not noticed before its token expires, as the README says', async () => {
  const { AccessToken } = await tokens();
  await call('GlobalSignOut', { AccessToken });
  assert.equal((await who(AccessToken)).status, 200);
});

test('it has nothing to say about any of this', () => {
  assert.match(said, /^protected_api listening on \S+\n$/);
});
