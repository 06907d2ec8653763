// The libraries that sites come from, as they are, each on a page of the app's own origin: what one of them keeps in
// localStorage the app sees, and the other way round.
//
//   import { test, expect } from './support/libraries';
//   test('…', async ({ page, pool, open }) => { const amplify = await open('amplify'); … });
import { build } from 'esbuild';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from '../../../tools/lib.mjs';
import { test as base, type Site } from './fixtures';
import { CLIENT, EMAIL, PASSWORD } from './pages';

export { expect } from './fixtures';

/** Which library, by what its page is called. */
export type Name = 'identity-js' | 'amplify';
export const NAMES: Name[] = ['identity-js', 'amplify'];
export const LIBRARIES: Record<Name, string> = { 'identity-js': 'amazon-cognito-identity-js', amplify: 'aws-amplify' };

/** How a password is told to the pool. */
export type Flow = 'USER_SRP_AUTH' | 'USER_PASSWORD_AUTH';

/** A session as a library gives it. */
export interface LibrarySession {
  sub: string;
  access: string;
  /** What the library says of it. */
  valid: boolean;
}

const USER_POOL = 'us-east-1_Doorward1';
/** The domain of the pool as Amplify has to be told it: it writes https:// before. */
const DOMAIN = 'pool.example';
/** Where a library's page is. */
export const pathOf = (name: Name) => `/migration/${name}`;

/** A library on its page. */
export class Library {
  constructor(readonly page: Page, private readonly name: Name) {}

  /** Loads the page, and with it the library, again. */
  async open() {
    await this.page.goto(pathOf(this.name));
  }

  /** Leaves the page: what the app stores meanwhile is nothing new to the library when it comes back. */
  async leave() {
    await this.page.goto('about:blank');
  }

  /** Calls one of the functions in library-….js; errors come back by name. */
  async call<T>(method: string, ...input: unknown[]): Promise<T> {
    const { value, error } = await this.page.evaluate(async ([method, input]) => {
      try {
        return { value: await (window as any).library[method](...input) };
      } catch (error: any) {
        return { error: { name: error.name, message: error.message } };
      }
    }, [method, input] as const);
    if (error) throw Object.assign(new Error(error.message), { name: error.name });
    return value;
  }

  /** `DONE`, or what is asked for next. */
  signIn = (flow: Flow = 'USER_SRP_AUTH') => this.call<string>('signIn', EMAIL, PASSWORD, flow);
  /** From storage, refreshed if the library thinks that it has to be; `null` if nobody is signed in. */
  session = () => this.call<LibrarySession | null>('session');
  /** New tokens, whatever the library thinks of the old ones. */
  refresh = () => this.call<LibrarySession>('refresh');
  /** From the pool. */
  attributes = () => this.call<Record<string, string>>('attributes');
  signOut = () => this.call<void>('signOut');
}

async function bundle(name: Name): Promise<string> {
  const { outputFiles: [script] } = await build({
    entryPoints: [join(ROOT, `tests/e2e/support/library-${name}.js`)], bundle: true, write: false, format: 'iife', logLevel: 'error',
    // The `buffer` that identity-js is written with asks for it.
    define: { global: 'globalThis' },
  });
  return script.text;
}

const html = (name: Name, settings: object) => `<!doctype html><title>${LIBRARIES[name]}</title><link rel="icon" href="data:,">
<script type="application/json" id="settings">${JSON.stringify(settings)}</script><script src="${pathOf(name)}.js"></script>`;

/** Serves the libraries' pages beside the app. Not by a route of Playwright: the browser would not know where the page came from
 * and deny it the loopback interface, and what a redirect leads to is not routed. */
async function serveLibraries(site: Site, poolOrigin: string) {
  const scripts: Record<Name, string> = { 'identity-js': await bundle('identity-js'), amplify: await bundle('amplify') };
  const [app] = site.server.listeners('request') as RequestListener[];
  site.server.removeAllListeners('request');
  site.server.on('request', async (request, response) => {
    const { pathname } = new URL(request.url!, site.origin), name = NAMES.find((name) => pathname.startsWith(pathOf(name)));
    if (!name) return app(request, response);
    const isScript = pathname.endsWith('.js'), address = site.origin + pathOf(name);
    // The pool's domain only where it leads back to this page.
    const { callback_urls } = (await (await fetch(`${poolOrigin}/_devpool/settings`)).json()).oauth;
    const scopes = ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'];
    const oauth = callback_urls.includes(address) ? { domain: DOMAIN, scopes, redirectSignIn: [address], redirectSignOut: [address] } : undefined;
    response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    response.end(isScript ? scripts[name] : html(name, { userPoolId: USER_POOL, userPoolClientId: CLIENT, endpoint: poolOrigin, oauth }));
  });
}

interface TestFixtures {
  /** Opens a library's page in a tab of its own. */
  open: (name: Name) => Promise<Library>;
}

export const test = base.extend<TestFixtures, { libraries: void }>({
  libraries: [async ({ site, poolOrigin }, use) => {
    await serveLibraries(site, poolOrigin);
    await use();
  }, { scope: 'worker' }],

  open: async ({ context, poolOrigin, libraries: _ }, use) => {
    // The browser is sent on to the dev pool from there, calls are answered from here.
    await context.route(`https://${DOMAIN}/**`, async (route) => {
      const { pathname, search } = new URL(route.request().url()), url = `${poolOrigin}${pathname}${search}`;
      if (route.request().isNavigationRequest()) await route.fulfill({ status: 302, headers: { location: url } });
      else await route.fulfill({ response: await route.fetch({ url }) });
    });
    await use(async (name) => {
      const library = new Library(await context.newPage(), name);
      await library.open();
      return library;
    });
  },
});
