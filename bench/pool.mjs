// `make bench`: how long a test waits for the dev pool. bench/README.md says how to read it.
//
//   node bench/pool.mjs                     target/debug/devpool, which is what `make run` and the tests start
//   DEVPOOL=file node bench/pool.mjs        another build
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { HOST_BUILD, ROOT, die, hostEnv, run, startServer, stop } from '../tools/lib.mjs';
import { figure, table } from './report.mjs';
import { makeAttempt } from './srp.mjs';

const RUNS = Number(process.env.RUNS ?? 7), SIGN_INS = 40, AT_ONCE = 8;
if (!Number.isInteger(RUNS) || RUNS < 1 || RUNS > 100) die(`RUNS=${process.env.RUNS} is not a number from 1 to 100.`);
const CLIENT = 'doorwarddevclient1234567890', POOL = 'Doorward1', EMAIL = 'ada@example.com', PASSWORD = 'Correct-horse-1!';
const binary = process.env.DEVPOOL ?? join(ROOT, 'target/debug/devpool');
if (!process.env.DEVPOOL) run('cargo', HOST_BUILD, { env: hostEnv() });
if (!existsSync(binary)) die(`DEVPOOL=${binary}: there is no such file.`);

async function start() {
  const from = performance.now();
  const { child, started } = startServer(binary, ['--memory', '--quiet', '--port', '0'], { ready: /listening on (http:\S+)/ });
  const [, url] = await started;
  return { child, url, from, ready: performance.now() - from };
}
async function post(url, headers, body) {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) die(`the dev pool refused: ${JSON.stringify(answer)}`);
  return answer;
}
const call = (url, operation, request) => post(url, { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` }, { ClientId: CLIENT, ...request });
const addUser = (url) => post(`${url}/_devpool/users`, {}, { email: EMAIL, password: PASSWORD });
const withPassword = (url) => call(url, 'InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: EMAIL, PASSWORD } });

/** Signs in by SRP; gives the milliseconds that both answers took. What the client computes in between is not counted. */
async function withSrp(url) {
  const attempt = makeAttempt(POOL), timestamp = 'Mon Nov 9 06:07:08 UTC 2026';
  let from = performance.now();
  const { ChallengeParameters: asked, Session } = await call(url, 'InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME: EMAIL, SRP_A: attempt.A } });
  let waited = performance.now() - from;
  const ChallengeResponses = { USERNAME: asked.USER_ID_FOR_SRP, PASSWORD_CLAIM_SECRET_BLOCK: asked.SECRET_BLOCK, PASSWORD_CLAIM_SIGNATURE: attempt.sign(asked, PASSWORD, timestamp), TIMESTAMP: timestamp };
  from = performance.now();
  const { AuthenticationResult } = await call(url, 'RespondToAuthChallenge', { ChallengeName: 'PASSWORD_VERIFIER', Session, ChallengeResponses });
  waited += performance.now() - from;
  if (!AuthenticationResult?.AccessToken) die('SRP ended without tokens.');
  return waited;
}
/** Resident memory in MB, where the system tells. */
const resident = ({ pid }) => {
  const file = `/proc/${pid}/status`;
  return existsSync(file) ? Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? NaN) / 1024 : NaN;
};

const seen = { ready: [], tokens: [], srp: [], password: [], together: [], idle: [], used: [] };
for (let i = 0; i < RUNS; i++) {
  const { child, url, from, ready } = await start();
  try {
    seen.ready.push(ready);
    seen.idle.push(resident(child));
    await addUser(url);
    await withPassword(url);
    seen.tokens.push(performance.now() - from);
    let waited = 0;
    for (let n = 0; n < SIGN_INS; n++) waited += await withSrp(url);
    seen.srp.push(SIGN_INS * 1000 / waited);
    let start = performance.now();
    for (let n = 0; n < SIGN_INS; n++) await withPassword(url);
    seen.password.push(SIGN_INS * 1000 / (performance.now() - start));
    start = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => { for (let n = 0; n < SIGN_INS; n++) await withPassword(url); }));
    seen.together.push(AT_ONCE * SIGN_INS * 1000 / (performance.now() - start));
    seen.used.push(resident(child));
    process.stderr.write('.');
  } finally {
    await stop(child);
  }
}
process.stderr.write('\n');
const name = relative(ROOT, binary), kind = /debug/.test(name) ? 'debug build, its arithmetic optimised: what the tests start' : 'as it was given';
console.log(`\nThe dev pool (${name}: ${kind}): median (least–most) of ${RUNS} starts in memory, ${cpus().length} cores, ${cpus()[0].model}.`);
table('Sign-ins per second, as the server answers them; what an SRP client computes is not counted.', ['', 'SRP, one by one', 'password, one by one', `password, ${AT_ONCE} at once`], [['dev pool', figure(seen.srp), figure(seen.password), figure(seen.together)]]);
table('From its start, in milliseconds, and its memory, in MB.', ['', 'listening', 'first tokens', 'memory idle', 'memory after'], [['dev pool', figure(seen.ready), figure(seen.tokens), figure(seen.idle), figure(seen.used)]]);
mkdirSync(join(ROOT, 'target'), { recursive: true });
writeFileSync(join(ROOT, 'target/bench-pool.json'), `${JSON.stringify(seen, null, 1)}\n`);
console.log('\nEvery single figure is in target/bench-pool.json.');
