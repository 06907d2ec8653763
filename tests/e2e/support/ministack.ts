// The same site against ministack, a Cognito that others wrote: it verifies SRP by itself, so a mistake that the app and
// the dev pool shared would show. All tests of a worker share a pool, each with a user of its own.
import { test as base, expect } from '@playwright/test';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, TOOLS, startServer, stop } from '../../../tools/lib.mjs';
import { serveSite, shippedConfig, watchForProblems, type Site } from './fixtures';
import { PASSWORD } from './pages';

export { expect };

/** What tools/ministack/create_pool.py made. */
interface Made {
  region: string;
  user_pool: string;
  client: string;
  identity_pool: string;
}

export class Ministack {
  constructor(readonly origin: string, readonly made: Made) {}

  /** Calls an operation as anybody may. */
  call = async (operation: string, request: object, headers: Record<string, string> = {}): Promise<any> => {
    const answer = await fetch(`${this.origin}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`, ...headers },
      body: JSON.stringify(request),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${operation}: ${text}`);
    return JSON.parse(text);
  };

  /** Calls an operation on the pool as its owner. Who signed is looked at, the signature is not. */
  admin = (operation: string, request: object): Promise<any> => this.call(operation, { UserPoolId: this.made.user_pool, ...request }, {
    authorization: `AWS4-HMAC-SHA256 Credential=test/20250101/${this.made.region}/cognito-idp/aws4_request, SignedHeaders=host, Signature=0`,
  });

  async createUser(email: string) {
    await this.admin('AdminCreateUser', { Username: email, MessageAction: 'SUPPRESS' });
    await this.admin('AdminSetUserPassword', { Username: email, Password: PASSWORD, Permanent: true });
  }

  /** Another app client of the pool: its id. */
  createClient = async (settings: object): Promise<string> =>
    (await this.admin('CreateUserPoolClient', { ClientName: 'another', PreventUserExistenceErrors: 'ENABLED', ...settings })).UserPoolClient.ClientId;

  /** What was sent to somebody, the latest last. A message is there before the call that caused it is answered. */
  async messages(to: string): Promise<string[]> {
    const { messages } = await (await fetch(`${this.origin}/_ministack/ses/messages`)).json();
    return (Object.values(messages).flat() as any[]).filter((message) => message.To.includes(to)).map((message) => message.BodyText);
  }
  /** The code in the latest message to somebody. */
  latestCode = async (to: string): Promise<string> => (await this.messages(to)).at(-1)!.match(/\d{6}/)![0];
}

const freePort = () => new Promise<number>((resolve, reject) => {
  const probe = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as AddressInfo;
    probe.close(() => resolve(port));
  });
});
const accepts = (port: number) => new Promise<boolean>((resolve) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); }).on('error', () => resolve(false));
});

export const test = base.extend<{ email: string }, { server: string; cognito: Ministack; site: Site }>({
  server: [async ({}, use) => {
    const program = join(TOOLS, 'ministack/bin/ministack');
    if (!existsSync(program)) throw new Error("ministack is not installed: run 'make setup'");
    const port = await freePort(), state = mkdtempSync(join(tmpdir(), 'doorward-ministack-'));
    const { child, started } = startServer(program, [], {
      ready: /\0/, timeout: 120_000, cwd: state,
      env: {
        ...process.env, AUTH: 'true', BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), STATE_DIR: state, TMPDIR: state,
        MINISTACK_HOST: '127.0.0.1', SERVICES: 'cognito-idp,cognito-identity,ses,sts,iam,lambda',
      },
    });
    let ended: Error | undefined;
    started.catch((error: Error) => { ended = error; });
    try {
      await expect.poll(async () => {
        if (ended) throw ended;
        return accepts(port);
      }, { timeout: 60_000, message: 'ministack listens' }).toBe(true);
      await use(`http://127.0.0.1:${port}`);
    } finally {
      await stop(child);
      rmSync(state, { recursive: true, force: true });
    }
  }, { scope: 'worker', timeout: 90_000 }],

  cognito: [async ({ server }, use) => {
    const python = join(TOOLS, 'ministack/bin/python');
    const { stdout } = await promisify(execFile)(python, [join(ROOT, 'tools/ministack/create_pool.py'), server]);
    await use(new Ministack(server, JSON.parse(stdout)));
  }, { scope: 'worker', timeout: 90_000 }],

  site: [async ({ cognito }, use) => {
    const { made, origin } = cognito, config = shippedConfig();
    Object.assign(config.auth, { aws_region: made.region, user_pool_id: made.user_pool, user_pool_client_id: made.client, identity_pool_id: made.identity_pool });
    config.doorward = { ...config.doorward, endpoint: origin, oauth_endpoint: origin };
    delete config.doorward.protected_api;
    const site = await serveSite(config);
    await use(site);
    await site.close();
  }, { scope: 'worker' }],

  /** Whoever this run of this test is about. */
  email: async ({}, use, info) => use(`ada-${info.testId}-${info.retry}@example.com`),

  baseURL: async ({ site }, use) => use(site.origin),

  context: async ({ context, cognito }, use) => {
    const seen = await watchForProblems(context, cognito.origin);
    await use(context);
    expect(seen, 'nothing went wrong in the page behind the scenes').toEqual([]);
  },
});
