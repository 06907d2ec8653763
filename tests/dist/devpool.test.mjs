// The dev pool and the example of a backend stay at home: nothing of them is in dist/, in whatever form it could have come in.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ROOT, hostEnv, sha, walk } from '../../tools/lib.mjs';
import { loopbackApi, loopbackEndpoint } from '../../tools/headers.mjs';

const files = walk(DIST).map((path) => ({ path, bytes: readFileSync(join(DIST, path)) }));
const sources = (dir, ending) => walk(join(ROOT, dir)).filter((path) => ending.test(path)).map((path) => readFileSync(join(ROOT, dir, path), 'utf8'));
const config = JSON.parse(readFileSync(join(DIST, 'config.json'), 'utf8'));

test('the app, the dev pool and the example of a backend do not depend on each other', () => {
  const tree = (...args) => {
    const done = spawnSync('cargo', ['tree', '--locked', '--prefix', 'none', '--edges', 'normal,build', ...args], { cwd: ROOT, env: hostEnv(), encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.split('\n').map((line) => line.split(' ')[0]);
  };
  for (const [feature, target] of [['csr', 'wasm32-unknown-unknown'], ['ssr', 'all']]) {
    const crates = tree('--package', 'doorward', '--features', feature, '--target', target);
    assert.ok(crates.includes('leptos'), 'cargo tree lists the crates');
    for (const other of ['devpool', 'protected_api']) assert.ok(!crates.includes(other), `the app built for ${feature} brings ${other}`);
  }
  for (const [crate, ...others] of [['devpool', 'doorward', 'protected_api'], ['protected_api', 'doorward', 'devpool']]) {
    const crates = tree('--package', crate, '--target', 'all');
    assert.ok(crates.includes('axum'), 'cargo tree lists the crates');
    for (const other of others) assert.ok(!crates.includes(other), `${crate} brings ${other}`);
  }
});

test('no file of the dev pool is in it, and no program', () => {
  const own = new Set(walk(join(ROOT, 'devpool')).filter((path) => !path.startsWith('fuzz/')).map((path) => sha('sha256', readFileSync(join(ROOT, 'devpool', path)), 'hex')));
  assert.ok(own.size > 50);
  const programs = { ELF: '7f454c46', 'Mach-O': 'cffaedfe', 'Mach-O for several': 'cafebabe', Windows: '4d5a', script: '2321' };
  for (const { path, bytes } of files) {
    assert.ok(!own.has(sha('sha256', bytes, 'hex')), `${path} is a file of the dev pool`);
    for (const [kind, magic] of Object.entries(programs)) assert.ok(!bytes.toString('hex', 0, 4).startsWith(magic), `${path} is a program (${kind})`);
  }
});

test('no text that only the dev pool has is in it', () => {
  const app = [readFileSync(join(ROOT, 'index.html'), 'utf8'), ...sources('src', /\.rs$/), ...sources('style', /./), ...sources('web', /./), ...sources('public', /\.(json|svg|txt)$/), ...sources('tools', /\.mjs$/)].join('\n');
  // What it says: every literal that is long enough to be its own, up to the first thing that is filled in.
  const literals = sources('devpool/src', /\.rs$/).flatMap((text) => [...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, literal]) => literal.split(/[{\\]/)[0]));
  const own = new Set(literals.filter((text) => text.length >= 24 && / /.test(text) && !app.includes(text)));
  assert.ok(own.size > 100, `${own.size} texts`);
  const names = ['_devpool', 'fault.test', 'POOL_PORT', 'devpool listening', 'X-Devpool', 'doorward-devpool', 'state.json', 'API_PORT', 'protected_api listening'];
  for (const { path, bytes } of files) {
    const text = bytes.toString('latin1');
    for (const word of [...own, ...names]) assert.ok(!text.includes(word), `${path} contains ${JSON.stringify(word)}`);
  }
});

test('its ids and its address are in the configuration only', () => {
  const ids = [...readFileSync(join(ROOT, 'devpool/src/pool/mod.rs'), 'utf8').matchAll(/pub const (USER_POOL_ID|CLIENT_ID|IDENTITY_POOL_ID): &str = "([^"]+)"/g)].map(([, , id]) => id);
  assert.equal(ids.length, 3);
  for (const { path, bytes } of files) {
    // Whoever deploys replaces this file.
    if (path === 'config.json') continue;
    const text = bytes.toString('latin1');
    for (const id of [...ids, ':9229', ':9230']) assert.ok(!text.includes(id), `${path} contains ${id}`);
  }
});

test('only a configuration that names this machine lets pages call it', () => {
  for (const { path, bytes } of files.filter(({ path }) => path === '_headers' || path.endsWith('.html'))) {
    const loopback = /connect-src[^;"]*(127\.0\.0\.1|localhost)/.test(bytes.toString('utf8'));
    assert.equal(loopback, Boolean(loopbackEndpoint(config) || loopbackApi(config)), path);
  }
  assert.equal(loopbackEndpoint({ doorward: { endpoint: 'https://cognito.example.com' } }), undefined);
  assert.equal(loopbackEndpoint({}), undefined);
  assert.equal(loopbackEndpoint({ doorward: { endpoint: 'http://127.0.0.1:9229' } }), 'http://127.0.0.1:9229');
  assert.equal(loopbackApi({ doorward: { protected_api: 'https://api.example.com' } }), undefined);
  assert.equal(loopbackApi({ doorward: { protected_api: 'http://localhost:9230/' } }), 'http://localhost:9230/');
});
