// `make run` and `make dev`: the dev pool, the protected API and the app side by side, ended together.
//
//   node tools/run.mjs         the built site in dist/
//   node tools/run.mjs dev     Trunk's server: debug build, rebuilt and reloaded at every change
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { ROOT, die, portFrom, protectedApi, runAsync, startServer, stop, toolPath, forDevPool } from './lib.mjs';
import { serve } from './serve.mjs';

const dev = process.argv[2] === 'dev';
const appPort = portFrom('APP_PORT', 8080), poolPort = portFrom('POOL_PORT', 9229), apiPort = portFrom('API_PORT', 9230);
const ports = { pool: poolPort, app: appPort, api: apiPort };
/** The configuration as it is served, and how the protected API is started for it, if it is. */
const config = configured();
const apiArguments = protectedApi(config, ports);
const taken = Object.entries({ APP_PORT: appPort, POOL_PORT: poolPort, ...(apiArguments && { API_PORT: apiPort }) });
for (const [name, port] of taken) {
  const [other] = taken.find(([other, same]) => other !== name && same === port) ?? [];
  if (other) die(`${name} and ${other} are both ${port}: they must differ.`);
}
const children = [];
let ending = false;

function configured() {
  try {
    return JSON.parse(forDevPool(readFileSync(join(ROOT, 'public/config.json'), 'utf8'), ports));
  } catch (error) {
    return die(`public/config.json cannot be read: ${error.message}`);
  }
}

async function end(code) {
  if (ending) return;
  ending = true;
  await Promise.all(children.map((child) => stop(child)));
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

const free = (port, name) => new Promise((resolve) => {
  const probe = createServer();
  probe.on('error', (error) => die(error.code === 'EADDRINUSE'
    ? `port ${port} is taken: end the program that uses it, or choose another with ${name}=${port + 1}.`
    : `port ${port} cannot be used (${error.code}): choose another with ${name}.`));
  probe.listen(port, '127.0.0.1', () => probe.close(resolve));
});
await free(appPort, 'APP_PORT');
await free(poolPort, 'POOL_PORT');
if (apiArguments) await free(apiPort, 'API_PORT');

/** Starts a child that belongs to this run: when it ends by itself, so does everything else. */
async function start(name, program, args, options) {
  const { child, started } = startServer(program, args, options);
  children.push(child);
  let ready = false;
  child.on('close', (code, signal) => {
    if (ready && !ending) {
      console.error(`doorward: ${name} ended (${signal ?? `exit code ${code}`}).`);
      end(1);
    }
  });
  const match = await started.catch(async (error) => {
    if (!ending) console.error(error.message.includes('\n') ? `${error.message}\ndoorward: ${name} could not start.` : `doorward: ${name} could not start: ${error.message}`);
    await end(1);
    return new Promise(() => {});
  });
  ready = true;
  return match;
}

const [, pool] = await start('the dev pool', join(ROOT, 'target/debug/devpool'), ['--port', String(poolPort)], {
  ready: /^devpool listening on (http:\/\/\S+)/,
  onLine: (line, ready) => { if (!ready) console.log(`devpool | ${line}`); },
});

/** Tells the dev pool where this app waits for people who come back; it leads nowhere that it does not know. */
async function tellAddresses() {
  const { auth, doorward } = config;
  const ours = ['127.0.0.1', 'localhost'].some((host) => `http://${host}:${poolPort}` === doorward?.oauth_endpoint?.replace(/\/$/, ''));
  if (!ours) return;
  const settings = `${pool}/_devpool/settings`, { oauth } = await (await fetch(settings)).json();
  const both = (known, more = []) => [...new Set([...known, ...more])];
  const answer = await fetch(settings, {
    method: 'PUT', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ oauth: {
      callback_urls: both(oauth.callback_urls, auth.oauth?.redirect_sign_in_uri),
      logout_urls: both(oauth.logout_urls, auth.oauth?.redirect_sign_out_uri),
    } }),
  });
  if (!answer.ok) throw new Error(`the dev pool does not take the addresses of public/config.json: ${await answer.text()}`);
}
await tellAddresses().catch(async (error) => {
  console.error(`doorward: ${error.message}`);
  await end(1);
});

if (apiArguments) {
  await start('the protected API', join(ROOT, 'target/debug/protected_api'), apiArguments, {
    ready: /^protected_api listening on http:/,
    onLine: (line, ready) => { if (!ready) console.log(`protected_api | ${line}`); },
  });
}

const address = `http://127.0.0.1:${appPort}`;
const banner = () => console.log(`
  Doorward        ${address}/
  Messages        ${pool}/_devpool/     (the pretend inbox: verification codes appear here)${apiArguments ? `
  Protected API   http://127.0.0.1:${apiPort}/              (a backend that knows who is signed in)` : ''}

  Ctrl-C ends them all.
`);

if (dev) {
  const trunk = runAsync('trunk', ['--log', 'warn', 'serve', '--dist', 'target/dev', '--address', '127.0.0.1', '--port', String(appPort)], {
    env: { ...process.env, PATH: toolPath, DOORWARD_BUILD: 'dev', DOORWARD_POOL_PORT: String(poolPort), DOORWARD_APP_PORT: String(appPort), DOORWARD_API_PORT: String(apiPort) },
    onChild: (child) => children.push(child),
  });
  banner();
  await trunk.then(() => end(0), (error) => {
    if (!ending) console.error(`doorward: ${error.message}`);
    end(1);
  });
} else {
  await serve({ port: appPort, rewrite: (path, text) => (path === '/config.json' ? forDevPool(text, ports) : text) }).catch(async (error) => {
    console.error(`doorward: ${error.message}`);
    await end(1);
  });
  banner();
}
