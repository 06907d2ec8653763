// `make run` and `make dev`: the dev pool and the app side by side, ended together.
//
//   node tools/run.mjs         the built site in dist/
//   node tools/run.mjs dev     Trunk's server: debug build, rebuilt and reloaded at every change
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { ROOT, die, portFrom, runAsync, startServer, stop, toolPath, forDevPool } from './lib.mjs';
import { serve } from './serve.mjs';

const dev = process.argv[2] === 'dev';
const appPort = portFrom('APP_PORT', 8080), poolPort = portFrom('POOL_PORT', 9229);
const ports = { pool: poolPort, app: appPort };
if (appPort === poolPort) die(`APP_PORT and POOL_PORT are both ${appPort}: they must differ.`);
const children = [];
let ending = false;

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
  const { auth, doorward } = JSON.parse(forDevPool(readFileSync(join(ROOT, 'public/config.json'), 'utf8'), ports));
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

const address = `http://127.0.0.1:${appPort}`;
const banner = () => console.log(`
  Doorward   ${address}/
  Messages   ${pool}/_devpool/     (the pretend inbox: verification codes appear here)

  Ctrl-C ends both.
`);

if (dev) {
  const trunk = runAsync('trunk', ['--log', 'warn', 'serve', '--dist', 'target/dev', '--address', '127.0.0.1', '--port', String(appPort)], {
    env: { ...process.env, PATH: toolPath, DOORWARD_BUILD: 'dev', DOORWARD_POOL_PORT: String(poolPort), DOORWARD_APP_PORT: String(appPort) },
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
