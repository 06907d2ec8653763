// A dev pool for one file of tests: started before the first, emptied before each, stopped after the last. What a client
// called is noted for the table in devpool/README.md.
import { after, afterEach, before, beforeEach } from 'node:test';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, startServer, stop } from '../../../tools/lib.mjs';

export const USER_POOL = 'us-east-1_Doorward1';
export const CLIENT = 'doorwarddevclient1234567890';
export const IDENTITY_POOL = 'us-east-1:d00d0a2d-0000-4000-8000-000000000001';

export const EMAIL = 'ada@example.com';
export const PHONE = '+14255550123';
export const PASSWORD = 'Correct-Horse-7';
export const OTHER_PASSWORD = 'Battery-Staple-8';

/** Where each file of tests leaves what its client called. */
export const RECORDS = join(ROOT, 'target/conformance');

/** The side doors under /_devpool; devpool/README.md describes them. */
class Pool {
  origin = '';
  /** Calls of the client that were answered with 2xx, by name: operations, challenges, flows. */
  answered = { operations: new Set(), challenges: new Set(), flows: new Set() };

  async call(method, path, body) {
    const answer = await fetch(`${this.origin}/_devpool${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_devpool${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  createUser = (user = {}) => this.call('POST', '/users', { email: EMAIL, password: PASSWORD, ...user });
  user = (name = EMAIL) => this.call('GET', `/users/${encodeURIComponent(name)}`);
  changeUser = (change, name = EMAIL) => this.call('PATCH', `/users/${encodeURIComponent(name)}`, change);
  changeSettings = (changes) => this.call('PUT', '/settings', changes);
  advanceClock = (seconds) => this.call('POST', '/clock', { advance: seconds });

  /** The code of the latest message to somebody, of one purpose if one is named. */
  async code(to = EMAIL, purpose = undefined) {
    const messages = await this.call('GET', `/messages?to=${encodeURIComponent(to)}`);
    const found = messages.find((message) => !purpose || message.purpose === purpose);
    if (!found) throw new Error(`no ${purpose ?? ''} message to ${to}, only ${JSON.stringify(messages)}`);
    return found.code;
  }

  /** The right answer to a question of the dev pool's example of custom authentication. */
  async customAnswer({ kind, question }, to = EMAIL) {
    if (kind === 'sum') return String(question.match(/\d+/g).reduce((sum, number) => sum + Number(number), 0));
    return kind === 'code' ? this.code(to) : USER_POOL.split('_')[1];
  }

  /** Names of the calls since the last reset, oldest first; a challenge's answer by the challenge. */
  async calls() {
    const calls = await this.call('GET', '/requests');
    return calls.sort((a, b) => a.id - b.id).map((call) => call.challenge ?? call.auth_flow ?? call.operation);
  }

  async note() {
    for (const { operation, challenge, auth_flow: flow, status } of await this.call('GET', '/requests')) {
      if (status < 200 || status > 299) continue;
      this.answered.operations.add(operation);
      if (challenge) this.answered.challenges.add(challenge);
      if (flow) this.answered.flows.add(flow);
    }
  }
}

/**
 * The dev pool of this file of tests. `client` and `part` name the file's record; a file that has none is not part of
 * the table.
 */
export function usePool({ client, part = 'node' } = {}) {
  const pool = new Pool();
  let child;
  before(async () => {
    const program = join(ROOT, 'target/debug/devpool');
    if (!existsSync(program)) throw new Error("the dev pool is not built: run 'make test', or 'cargo build -p devpool'");
    const server = startServer(program, ['--memory', '--quiet', '--port', '0'], { ready: /^devpool listening on (http:\/\/[\d.]+:\d+)/ });
    child = server.child;
    pool.origin = (await server.started)[1];
  });
  beforeEach(() => pool.call('POST', '/reset'));
  afterEach(() => pool.note());
  after(async () => {
    await stop(child);
    if (!client) return;
    mkdirSync(RECORDS, { recursive: true });
    const record = Object.fromEntries(Object.entries(pool.answered).map(([name, set]) => [name, [...set].sort()]));
    writeFileSync(join(RECORDS, `${client}.${part}.json`), JSON.stringify(record));
  });
  return pool;
}
