// Shared by the Node scripts in tools/, tests/ and bench/: paths, versions, child processes. No dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, accessSync, constants } from 'node:fs';
import { createHash } from 'node:crypto';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loopbackApi, loopbackEndpoint } from './headers.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const DIST = join(ROOT, 'dist');
export const TOOLS = join(ROOT, '.tools');

/** The examples that are apps in the browser: workspaces of their own. */
export const EXAMPLES = ['minimal', 'own_pages'];

/** The program's one way to stop: a sentence on stderr and exit code 1. */
export function die(message) {
  console.error(`doorward: ${message}`);
  process.exit(1);
}

/** `KEY=value` lines, as in tools/versions.env and .tools/rust.env. */
export function readEnv(path) {
  if (!existsSync(path)) return {};
  return Object.fromEntries(
    readFileSync(path, 'utf8').split('\n')
      .map((line) => /^([A-Z0-9_]+)=(.*)$/.exec(line))
      .filter(Boolean)
      .map(([, key, value]) => [key, value]),
  );
}

export function which(...names) {
  for (const name of names) {
    for (const dir of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(dir, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch { /* not here */ }
    }
  }
  return undefined;
}

/** PATH with the project's own tools first. */
export const toolPath = [join(TOOLS, 'bin'), join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);

export function chromiumPath() {
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  const found = process.env.CHROMIUM || which('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
    || (existsSync(mac) ? mac : undefined);
  if (!found) throw new Error("Chromium is missing: 'make setup-test' installs it, or set CHROMIUM to one.");
  return found;
}

/** Flags for a headless Chromium that asks nothing of the network on its own account. */
export const chromiumFlags = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Builds the dev pool, the protected API and the prerenderer. Always these words: the host's crates are then compiled once for all uses. */
export const HOST_BUILD = ['build', '--quiet', '--workspace', '--features', 'ssr', '--bins'];

/** The environment for cargo on the host: without the settings that only the wasm build wants. */
export function hostEnv() {
  const wasmOnly = /^(RUSTC_BOOTSTRAP|CARGO_(UNSTABLE_.*|TARGET_.*|PROFILE_.*|ENCODED_RUSTFLAGS))$/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !wasmOnly.test(key)));
  const debian = join(TOOLS, 'debian');
  const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== debian).join(delimiter);
  return { ...env, CARGO_TARGET_DIR: join(ROOT, 'target'), PATH: [join(TOOLS, 'bin'), join(ROOT, 'node_modules/.bin'), path].join(delimiter) };
}

/** Runs a program to its end; throws when it fails. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { stdio: 'inherit', cwd: ROOT, maxBuffer: 1 << 28, ...options });
  if (done.error) throw new Error(`${program} could not be started: ${done.error.message}`);
  if (done.status !== 0) {
    const error = new Error(`${program} ${args[0] ?? ''} failed (${done.signal ?? `exit code ${done.status}`})`);
    error.status = done.status;
    throw error;
  }
  return done;
}

/** The same, without blocking. */
export function runAsync(program, args, { onChild, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', cwd: ROOT, ...options });
    onChild?.(child);
    child.on('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`${program} ${args[0] ?? ''} failed (${signal ?? `exit code ${code}`})`))));
  });
}

/** Every file below a directory, as sorted paths relative to it with forward slashes. */
export function walk(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .sort();
}

export const sha = (algorithm, data, encoding) => createHash(algorithm).update(data).digest(encoding);
/** The value of an integrity attribute. */
export const integrity = (data) => `sha384-${sha('sha384', data, 'base64')}`;
/** The part of a file's name that changes with its content. */
export const contentHash = (data) => sha('sha256', data, 'hex').slice(0, 16);

/**
 * Starts a program that prints a line when it is ready, and resolves with the match of `ready` in its output.
 * The rest of its output goes to `onLine`.
 */
export function startServer(program, args, { ready, onLine = () => {}, timeout = 20_000, ...options }) {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const started = new Promise((resolve, reject) => {
    let seen = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${program} did not get ready in ${timeout / 1000} s:\n${seen}`));
    }, timeout);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          if (seen.length < 8000) seen += `${line}\n`;
          const match = ready.exec(line);
          if (match) {
            clearTimeout(timer);
            resolve(match);
          }
          onLine(line, Boolean(match));
        }
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      reject(Object.assign(new Error(seen.trim() || `${program} ended (${signal ?? `exit code ${code}`})`), { exitCode: code }));
    });
  });
  return { child, started };
}

/** Ends a child: politely, then not. Resolves when it is gone. */
export function stop(child, patience = 3000) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** What the dev pool's pretend provider needs in `config.json`, for an app at these origins. */
export const pretendProvider = (origins) => ({
  domain: 'pretend.auth.us-east-1.amazoncognito.com', // `doorward.oauth_endpoint` stands in for it
  identity_providers: ['PretendSocial'],
  scopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
  redirect_sign_in_uri: origins.map((origin) => `${origin}/auth/callback`),
  redirect_sign_out_uri: origins.map((origin) => `${origin}/auth/signout`),
  response_type: 'code',
});

/**
 * A `config.json`, a text, as `make run` and `make dev` serve it: a dev pool in it is at the port it was given, and its
 * pretend provider has a button; the protected API is at its port. Anybody's own pool and backend stay as they are.
 */
export function forDevPool(text, { pool, app, api }) {
  let config;
  try {
    config = JSON.parse(text);
  } catch {
    return text; // the app itself says so
  }
  if (!config?.auth || !(loopbackEndpoint(config) || loopbackApi(config))) return text;
  if (loopbackApi(config)) config.doorward.protected_api = config.doorward.protected_api.replace(/:9230\b/, `:${api}`);
  if (loopbackEndpoint(config)) config.doorward.endpoint = config.doorward.endpoint.replace(/:9229\b/, `:${pool}`);
  if (loopbackEndpoint(config) && !config.auth.oauth) {
    config.auth.oauth = pretendProvider(['127.0.0.1', 'localhost'].map((host) => `http://${host}:${app}`));
    config.doorward.oauth_endpoint = config.doorward.endpoint;
  }
  return JSON.stringify(config, null, 2);
}

/**
 * How `examples/protected_api` is started for a configuration that has gone through `forDevPool`: its arguments, or
 * undefined where the configuration names no backend of ours, or no pool.
 */
export function protectedApi(config, { app, api }) {
  const address = loopbackApi(config), { user_pool_id: pool, user_pool_client_id: client } = config?.auth ?? {};
  // At another port of this machine it is somebody's own.
  if (!address || new URL(address).port !== String(api)) return undefined;
  // The page says what is wrong with them.
  if (!/^[\w-]+_[0-9a-zA-Z]+$/.test(pool ?? '') || !/^[\w+]+$/.test(client ?? '')) return undefined;
  const region = pool.split('_')[0], endpoint = loopbackEndpoint(config);
  // The dev pool calls itself 127.0.0.1, also where the configuration says localhost.
  const issuer = endpoint
    ? `http://127.0.0.1:${new URL(endpoint).port}/${pool}`
    : `https://cognito-idp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${pool}`;
  const origins = ['127.0.0.1', 'localhost'].flatMap((host) => ['--allow-origin', `http://${host}:${app}`]);
  return ['--port', String(api), '--issuer', issuer, '--client-id', client, ...origins];
}

/** A TCP port number from the environment, or the usual one. */
export function portFrom(name, usual) {
  const text = process.env[name];
  if (text === undefined || text === '') return usual;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) die(`${name}=${text} is not a port number (1 to 65535).`);
  return port;
}
