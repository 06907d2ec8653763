// What every end-to-end test stands on: a dev pool and the built site of its own for each worker, a page that lets no
// error pass unseen, and `pool` to do what a person does by other means (read mail, wait) or an administrator. A test that
// asks for `api` has the protected API as well.
//
//   import { test, expect } from './support/fixtures';
//   test('…', async ({ page, pool, expectProblem }) => { … });
import { test as base, expect, type BrowserContext } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { DIST, ROOT, startServer, stop } from '../../../tools/lib.mjs';
import { serve } from '../../../tools/serve.mjs';
import { wrongInRequest } from './model';
import { Pool } from './pool';

export { expect };
export { Pool } from './pool';

/** The configuration the site is shipped with. */
export type Config = Record<string, any>;
export const shippedConfig = (): Config => JSON.parse(readFileSync(join(DIST, 'config.json'), 'utf8'));

export interface Site {
  origin: string;
  /** For tests that need something else at the same origin. */
  server: Server;
  /** Path and file of every request since the worker started, in order; `key` is missing when there was no such file. */
  requests: { path: string; key?: string }[];
}

interface WorkerFixtures {
  /** A Cognito of the worker's own: `http://127.0.0.1:PORT`. */
  poolOrigin: string;
  /** dist/, served with a configuration that points at `poolOrigin`. */
  site: Site;
  /** A backend of the worker's own that takes the pool's tokens from pages of `site`: `http://127.0.0.1:PORT`. */
  apiOrigin: string;
}

interface TestFixtures {
  /** The dev pool, emptied before each test. */
  pool: Pool;
  /** The protected API. Only a test that asks for it has one, and its address in the configuration of the site. */
  api: { origin: string };
  /**
   * Says that this test provokes a problem. Without it, an uncaught error, an error on the console or a violation of
   * the Content-Security-Policy fails the test. (A Cognito call that is answered with an error is no problem.)
   */
  expectProblem: (pattern: RegExp) => void;
}

/** The addresses of a site that a pool's domain may lead to. */
export const redirects = (origin: string) => ({
  redirect_sign_in_uri: [`${origin}/auth/callback`], redirect_sign_out_uri: [`${origin}/auth/signout`],
});

/** Serves dist/ with `/config.json` replaced; people who come back from the pool's domain come to this site. */
export async function serveSite(config: Config): Promise<Site & { close(): Promise<void> }> {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error("dist/ is missing: run 'make build' first");
  const requests: Site['requests'] = [];
  let text = '';
  const { origin, server, close } = await serve({
    rewrite: (path: string, shipped: string) => (path === '/config.json' ? text : shipped),
    onRequest: (request: { path: string; key?: string }) => requests.push(request),
  });
  const { oauth } = config.auth;
  text = JSON.stringify({ ...config, auth: { ...config.auth, ...(oauth && { oauth: { ...oauth, ...redirects(origin) } }) } });
  return { origin, server, requests, close };
}

/** The shipped configuration for this dev pool. */
export function poolConfig(poolOrigin: string): Config {
  const config = shippedConfig();
  config.doorward = { ...config.doorward, endpoint: poolOrigin, oauth_endpoint: poolOrigin };
  // Whatever listens at the usual port is nothing of this test: see the fixture `api`.
  delete config.doorward.protected_api;
  return config;
}

/** Serves a site for as long as it is used. */
export async function withSite(config: Config, use: (site: Site) => Promise<void>) {
  const site = await serveSite(config);
  await use(site);
  await site.close();
}

/** Runs a backend that takes the pool's tokens from pages of this origin, for as long as it is used. */
export async function withApi(poolOrigin: string, pageOrigin: string, use: (origin: string) => Promise<void>) {
  const program = join(ROOT, 'target/debug/protected_api');
  if (!existsSync(program)) throw new Error("the protected API is not built: run 'make test', or 'cargo build -p protected_api'");
  const { auth } = shippedConfig();
  const { child, started } = startServer(program, ['--port', '0', '--issuer', `${poolOrigin}/${auth.user_pool_id}`,
    '--client-id', auth.user_pool_client_id, '--allow-origin', pageOrigin], { ready: /^protected_api listening on (http:\/\/[\d.]+:\d+)$/ });
  const [, origin] = await started;
  await use(origin);
  await stop(child);
}

/** Collects what a user would never be told: uncaught errors, errors on the console, policy violations. */
export async function watchForProblems(context: BrowserContext, cognito: string): Promise<string[]> {
  const problems: string[] = [];
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`[csp] ${event.violatedDirective} blocked ${event.blockedURI || 'inline'} (${event.sourceFile ?? ''}:${event.lineNumber})`);
    });
  });
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().message}`));
  context.on('console', (message) => {
    const text = message.text(), at = message.location().url ?? '';
    const policy = /content.security.policy|\[csp\]/i.test(text);
    if (message.type() !== 'error' && !policy) return;
    // Chromium writes a line for every answer that is not 2xx and for every request that could not be made.
    if (!policy && /^Failed to load resource/.test(text) && at.startsWith(cognito)) return;
    // It asks for the icon again when the address changes, also without a network.
    if (/^Failed to load resource: net::ERR_/.test(text) && at.endsWith('/favicon.svg')) return;
    problems.push(`console: ${text}${at ? ` (${at})` : ''}`);
  });
  return problems;
}

export const test = base.extend<TestFixtures & { problems: { pattern: RegExp[] } }, WorkerFixtures>({
  poolOrigin: [async ({}, use) => {
    const program = join(ROOT, 'target/debug/devpool');
    if (!existsSync(program)) throw new Error("the dev pool is not built: run 'make test', or 'cargo build -p devpool'");
    const { child, started } = startServer(program, ['--memory', '--quiet', '--port', '0'], { ready: /^devpool listening on (http:\/\/[\d.]+:\d+)/ });
    const [, origin] = await started;
    await use(origin);
    await stop(child);
  }, { scope: 'worker' }],

  site: [async ({ poolOrigin }, use) => withSite(poolConfig(poolOrigin), use), { scope: 'worker' }],

  apiOrigin: [async ({ poolOrigin, site }, use) => withApi(poolOrigin, site.origin, use), { scope: 'worker' }],

  // The site was there first, because the API has to know its origin.
  api: async ({ apiOrigin, context, site }, use) => {
    await context.route(`${site.origin}/config.json`, async (route) => {
      const response = await route.fetch();
      const config: Config = await response.json();
      await route.fulfill({ response, json: { ...config, doorward: { ...config.doorward, protected_api: `${apiOrigin}/` } } });
    });
    await use({ origin: apiOrigin });
  },

  baseURL: async ({ site }, use) => use(site.origin),

  pool: [async ({ poolOrigin, request }, use) => {
    const pool = new Pool(poolOrigin, request);
    await pool.reset();
    await use(pool);
  }, { auto: true }],

  problems: async ({}, use) => use({ pattern: [] }),
  expectProblem: async ({ problems }, use) => use((pattern) => problems.pattern.push(pattern)),

  // Every page of the context is watched, also a second tab.
  context: async ({ context, poolOrigin, problems }, use) => {
    const seen = await watchForProblems(context, poolOrigin);
    // Whatever the app asks of Cognito is what AWS's model says it may.
    const asked: string[] = [];
    context.on('request', (request) => {
      // Amplify and amazon-cognito-identity-js name themselves; what they ask is not the app's.
      if (!request.headers()['x-amz-user-agent']) asked.push(...wrongInRequest(request));
    });
    await use(context);
    expect(asked, "every request conforms to AWS's model").toEqual([]);
    const unexpected = seen.filter((text) => !problems.pattern.some((pattern) => pattern.test(text)));
    expect(unexpected, 'nothing went wrong in the page behind the scenes').toEqual([]);
    const missing = problems.pattern.filter((pattern) => !seen.some((text) => pattern.test(text)));
    expect(missing.map(String), 'every declared problem did happen').toEqual([]);
  },
});
