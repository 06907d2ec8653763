// The same site against ministack, a Cognito that others wrote: it verifies SRP by itself, so a mistake that the app and
// the dev pool shared would show. Its codes are constants.
import { test as base, expect } from '@playwright/test';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, TOOLS, startServer, stop } from '../../../tools/lib.mjs';
import { serveSite, shippedConfig, watchForProblems, type Site } from './fixtures';

export { expect };

/** What ministack takes for right. */
export const CONFIRMATION_CODE = '123456';
export const RESET_CODE = '654321';

const freePort = () => new Promise<number>((resolve, reject) => {
  const probe = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as AddressInfo;
    probe.close(() => resolve(port));
  });
});
const accepts = (port: number) => new Promise<boolean>((resolve) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); }).on('error', () => resolve(false));
});

export const test = base.extend<{}, { cognito: string; site: Site }>({
  cognito: [async ({}, use) => {
    const program = join(TOOLS, 'ministack/bin/ministack');
    if (!existsSync(program)) throw new Error("ministack is not installed: run 'make setup'");
    const port = await freePort(), state = mkdtempSync(join(tmpdir(), 'doorward-ministack-'));
    const { child, started } = startServer(program, [], {
      ready: /\0/, timeout: 120_000, cwd: state,
      env: { ...process.env, AUTH: 'true', BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), STATE_DIR: state, SERVICES: 'cognito-idp,cognito-identity,ses,sts,iam' },
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

  site: [async ({ cognito }, use) => {
    const python = join(TOOLS, 'ministack/bin/python');
    const { stdout } = await promisify(execFile)(python, [join(ROOT, 'tools/ministack/create_pool.py'), cognito]);
    const made = JSON.parse(stdout), config = shippedConfig();
    Object.assign(config.auth, { aws_region: made.region, user_pool_id: made.user_pool, user_pool_client_id: made.client, identity_pool_id: made.identity_pool });
    config.doorward = { ...config.doorward, endpoint: cognito };
    const site = await serveSite(config);
    await use(site);
    await site.close();
  }, { scope: 'worker', timeout: 90_000 }],

  baseURL: async ({ site }, use) => use(site.origin),

  context: async ({ context, cognito }, use) => {
    const seen = await watchForProblems(context, cognito);
    await use(context);
    expect(seen, 'nothing went wrong in the page behind the scenes').toEqual([]);
  },
});
