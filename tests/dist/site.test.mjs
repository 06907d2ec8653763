// What must be true of every file in dist/, whoever serves it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { DIST, ROOT, contentHash, integrity, forDevPool, protectedApi, walk } from '../../tools/lib.mjs';
import { HEADER_ONLY, contentSecurityPolicy } from '../../tools/headers.mjs';
import { headersFor, parseHeaders, serve } from '../../tools/serve.mjs';

const files = walk(DIST);
const read = (path) => readFileSync(join(DIST, path));
const pages = files.filter((path) => path.endsWith('.html')).map((path) => ({ path, html: read(path).toString('utf8') }));
const rules = parseHeaders(read('_headers').toString('utf8'));
const tags = (html) => [...html.matchAll(/<([a-z][a-z0-9-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*\/?>/gi)]
  .map(([whole, name, rest]) => ({
    whole, name: name.toLowerCase(),
    attributes: Object.fromEntries([...rest.matchAll(/([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)].map((m) => [m[1].toLowerCase(), m[2] ?? m[3] ?? m[4] ?? ''])),
  }));

const LANGUAGE = /^assets\/([a-z]{2}(?:-\w+)?)-([0-9a-f]{16})\.json$/;

test('there are pages, prerendered for each auth route', () => {
  for (const path of ['index.html', '404.html', 'auth/login/index.html', 'auth/signup/index.html']) {
    assert.ok(files.includes(path), `${path} is missing`);
  }
  assert.match(pages.find((p) => p.path === 'auth/login/index.html').html, /<form\b[\s\S]*type="password"/, 'the login form is in the HTML that arrives first');
});

test('no page has an inline script, style, event handler or javascript: address', () => {
  for (const { path, html } of pages) {
    for (const { whole, name, attributes } of tags(html)) {
      assert.ok(name !== 'style', `${path}: ${whole}`);
      assert.ok(name !== 'base', `${path}: ${whole}`);
      if (name === 'script') assert.ok(attributes.src, `${path}: inline script ${whole}`);
      for (const [key, value] of Object.entries(attributes)) {
        assert.ok(!key.startsWith('on'), `${path}: ${whole}`);
        assert.ok(key !== 'style', `${path}: ${whole}`);
        assert.ok(!/^\s*javascript:/i.test(value), `${path}: ${whole}`);
      }
    }
    for (const [whole, , body] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)) assert.equal(body.trim(), '', `${path}: ${whole}`);
  }
});

test('every page carries the policy of the header, before anything it must hold back', () => {
  const header = headersFor(rules, '/')['content-security-policy'];
  assert.ok(header, '_headers has a Content-Security-Policy');
  for (const { path, html } of pages) {
    const meta = tags(html).filter((tag) => tag.name === 'meta' && /content-security-policy/i.test(tag.attributes['http-equiv'] ?? ''));
    assert.equal(meta.length, 1, path);
    assert.equal(`${meta[0].attributes.content}; ${HEADER_ONLY}`, header, path);
    const first = html.search(/<(script|link|style)\b/i);
    assert.ok(html.indexOf(meta[0].whole) < first, `${path}: the policy comes after ${html.slice(first, first + 60)}`);
  }
});

test('the policy allows what the app needs and nothing loose', () => {
  const policy = Object.fromEntries(headersFor(rules, '/')['content-security-policy'].split('; ').map((d) => [d.split(' ')[0], d.split(' ').slice(1)]));
  assert.deepEqual(policy['default-src'], ["'none'"]);
  assert.deepEqual(policy['script-src'], ["'self'", "'wasm-unsafe-eval'"]);
  assert.deepEqual(policy['style-src'], ["'self'"]);
  for (const name of ['form-action', 'base-uri', 'object-src', 'frame-src', 'frame-ancestors']) assert.deepEqual(policy[name], ["'none'"], name);
  assert.doesNotMatch(JSON.stringify(policy), /'unsafe-inline'|'unsafe-eval'|"\*"|"https:\/\/\*"/);
});

test('the policy allows the endpoints that a configuration names, and no others', () => {
  const connect = (config) => contentSecurityPolicy(config).split('; ').find((directive) => directive.startsWith('connect-src')).split(' ').slice(1);
  const usual = connect({});
  const added = (config) => connect(config).filter((source) => !usual.includes(source));
  assert.deepEqual(added({ auth: { oauth: { domain: 'example.auth.eu-central-1.amazoncognito.com' } } }), []);
  assert.deepEqual(added({ auth: { oauth: { domain: 'login.example.com' } } }), ['https://login.example.com']);
  assert.deepEqual(added({ doorward: { oauth_endpoint: 'https://login.example.com/pool' } }), ['https://login.example.com']);
  assert.deepEqual(added({ doorward: { endpoint: 'https://api.example.com', oauth_endpoint: 'https://api.example.com/' } }), ['https://api.example.com']);
  assert.deepEqual(added({ doorward: { oauth_endpoint: 'http://127.0.0.1:9229' } }), ['http://127.0.0.1:*', 'http://localhost:*']);
  assert.deepEqual(added({ doorward: { protected_api: 'https://api.example.com/v1/me' } }), ['https://api.example.com']);
  assert.deepEqual(added({ doorward: { protected_api: 'http://127.0.0.1:9230/' } }), ['http://127.0.0.1:*', 'http://localhost:*']);
  assert.deepEqual(added({ auth: { oauth: { domain: 7 } }, doorward: { oauth_endpoint: 'not an address', protected_api: ['http://127.0.0.1'] } }), []);
});

test('pictures come from this site, and from where the configuration needs them', () => {
  const allowed = (doorward, auth) => contentSecurityPolicy({ doorward, auth }).split('; ').find((directive) => directive.startsWith('img-src')).split(' ').slice(1);
  const usual = ["'self'", 'data:'];
  assert.deepEqual(allowed({ attributes: [{ name: 'custom:agentName' }] }), usual);
  assert.deepEqual(allowed({ attributes: [{ name: 'picture' }] }), [...usual, 'https:']);
  // What Amplify's outputs require is an attribute of the page as well (src/config/settings.rs).
  const required = (names) => allowed({}, { standard_required_attributes: names });
  assert.deepEqual(required(['email', 'picture']), [...usual, 'https:']);
  for (const none of [['email'], [['picture']], 'picture', null]) assert.deepEqual(required(none), usual);
  assert.deepEqual(allowed({ brand: { logo: '/logo.svg' } }), usual);
  assert.deepEqual(allowed({ brand: { logo: 'https://cdn.example.com/logo.svg' } }), [...usual, 'https://cdn.example.com']);
  for (const wrong of [{ attributes: 'picture' }, { attributes: [null] }, { brand: 7 }, { brand: { logo: 'https://' } }, { brand: { logo: 'javascript:1' } }]) {
    assert.deepEqual(allowed(wrong), usual);
  }
});

test('for the dev pool the shipped configuration follows its port and has its pretend provider', () => {
  const shipped = readFileSync(join(ROOT, 'public/config.json'), 'utf8'), ports = { pool: 8080, app: 9229, api: 8081 };
  assert.equal(JSON.parse(shipped).auth.oauth, undefined, 'what is deployed has no pretend provider');
  const { auth, doorward } = JSON.parse(forDevPool(shipped, ports));
  assert.deepEqual([doorward.endpoint, doorward.oauth_endpoint], ['http://127.0.0.1:8080', 'http://127.0.0.1:8080']);
  assert.deepEqual(auth.oauth.redirect_sign_in_uri, ['http://127.0.0.1:9229/auth/callback', 'http://localhost:9229/auth/callback']);
  assert.equal(doorward.protected_api, 'http://127.0.0.1:8081/');
  for (const own of ['{"auth":{"user_pool_id":"eu-west-1_Abc"}}', '{"auth":{},"doorward":{"endpoint":"https://auth.example.com","protected_api":"https://api.example.com:9230"}}',
    '{"auth":{},"doorward":{"endpoint":["http://127.0.0.1:9229"],"protected_api":["http://127.0.0.1:9230"]}}', 'not JSON', '5', 'null']) {
    assert.equal(forDevPool(own, ports), own);
  }
  // A pool at AWS with a backend on this machine: only the backend's port follows.
  const mixed = { auth: { user_pool_id: 'eu-west-1_Abc' }, doorward: { protected_api: 'http://localhost:9230/' } };
  assert.deepEqual(JSON.parse(forDevPool(JSON.stringify(mixed), ports)), { ...mixed, doorward: { protected_api: 'http://localhost:8081/' } });
});

test('the protected API is started for the pool of the configuration, or not at all', () => {
  const ports = { pool: 8080, app: 8082, api: 8081 }, shipped = readFileSync(join(ROOT, 'public/config.json'), 'utf8');
  const { auth: { user_pool_id: pool, user_pool_client_id: client } } = JSON.parse(shipped);
  const after = (config) => protectedApi(JSON.parse(forDevPool(JSON.stringify(config), ports)), ports);
  const issuer = (config) => after(config)?.[3];
  assert.deepEqual(after(JSON.parse(shipped)), ['--port', '8081', '--issuer', `http://127.0.0.1:8080/${pool}`, '--client-id', client,
    '--allow-origin', 'http://127.0.0.1:8082', '--allow-origin', 'http://localhost:8082']);
  const doorward = { protected_api: 'http://localhost:9230/' }, own = { user_pool_id: 'eu-west-1_Abc', user_pool_client_id: '1example23456789' };
  assert.equal(issuer({ auth: own, doorward: { ...doorward, endpoint: 'http://localhost:9229' } }), 'http://127.0.0.1:8080/eu-west-1_Abc');
  assert.equal(issuer({ auth: own, doorward }), 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc');
  assert.equal(issuer({ auth: { ...own, user_pool_id: 'cn-north-1_Abc' }, doorward }), 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc');
  for (const none of [{ auth: own }, { auth: own, doorward: { protected_api: 'http://127.0.0.1:3000/' } }, { auth: own, doorward: { protected_api: 'https://api.example.com:9230' } },
    { auth: own, doorward: { protected_api: 7 } }, { doorward }, { auth: {}, doorward }, { auth: { ...own, user_pool_client_id: undefined }, doorward },
    { auth: { ...own, user_pool_id: 'nonsense' }, doorward }, { auth: { ...own, user_pool_client_id: 'a b' }, doorward }, null, 5]) {
    assert.equal(after(none), undefined, JSON.stringify(none));
  }
});

test('scripts and style sheets have the right integrity, and every local address exists', () => {
  for (const { path, html } of pages) {
    for (const { whole, name, attributes } of tags(html)) {
      const url = attributes.src ?? (name === 'link' ? attributes.href : undefined);
      if (!url || !['script', 'link', 'img'].includes(name) || /^(data:|https?:)/.test(url)) continue;
      assert.ok(url.startsWith('/'), `${path}: not from the root: ${whole}`);
      const file = url.slice(1).split(/[?#]/)[0];
      assert.ok(files.includes(file), `${path}: ${url} is not in dist/`);
      if (name === 'script' || attributes.rel === 'stylesheet' || attributes.rel === 'modulepreload') {
        assert.equal(attributes.integrity, integrity(read(file)), `${path}: ${whole}`);
      }
    }
  }
});

test('names in assets/ carry the hash of their content', () => {
  const assets = files.filter((path) => path.startsWith('assets/'));
  assert.ok(assets.some((path) => path.endsWith('.wasm')));
  for (const path of assets.filter((path) => !LANGUAGE.test(path))) {
    assert.equal(/-([0-9a-f]{16})\.[a-z0-9]+$/.exec(path)?.[1], contentHash(read(path)), path);
  }
  // One for all languages, so that the script that asks for them has one to know.
  const languages = assets.map((path) => LANGUAGE.exec(path)).filter(Boolean).sort(([, a], [, b]) => (a < b ? -1 : 1));
  assert.ok(languages.length >= 20, 'the languages');
  const version = contentHash(Buffer.from(languages.map(([path, tag]) => [tag, read(path).toString('utf8')]).join()));
  for (const [path, , hash] of languages) assert.equal(hash, version, path);
  const outside = files.filter((path) => !path.startsWith('assets/') && /\.(js|wasm|css)$/.test(path));
  assert.deepEqual(outside, [], 'code without a hash in its name');
});

test('every wasm file is named with its integrity: the first by the script, the others in a table that the script names', () => {
  const text = (pattern) => files.filter((path) => pattern.test(path)).map((path) => read(path).toString('utf8')).join('\n');
  const script = text(/^assets\/.*\.js$/), table = text(/^assets\/chunks-.*\.json$/);
  const [chunks, ...others] = files.filter((path) => /^assets\/chunks-.*\.json$/.test(path));
  assert.ok(chunks && !others.length, 'one table');
  const wasm = files.filter((path) => /^assets\/.*\.(wasm|bin)$/.test(path));
  assert.ok(wasm.length > 1, 'the app is split');
  const [main] = wasm.filter((path) => path.startsWith('assets/main-'));
  for (const path of [main, chunks, ...wasm.filter((path) => path !== main)]) {
    const place = path === main || path === chunks ? script : table;
    assert.ok(place.includes(basename(path)), path);
    assert.ok(place.includes(integrity(read(path))), path);
  }
  for (const [name] of `${script}${table}`.matchAll(/[\w-]+\.(?:wasm|bin)\b/g)) assert.ok(wasm.some((path) => basename(path) === name), `${name} is named but not there`);
});

test('every language has all texts and the first view of every page', () => {
  const english = JSON.parse(readFileSync(join(ROOT, 'src/i18n/languages/en.json'), 'utf8'));
  const { language, ...groups } = english, count = Object.values(groups).reduce((sum, group) => sum + Object.keys(group).length, 0);
  const routes = pages.map(({ path }) => `/${path.replace(/\/?index\.html$/, '')}`).filter((path) => !/^\/(404|\.well-known)/.test(path));
  for (const path of files.filter((path) => LANGUAGE.test(path))) {
    const { texts, pages: views, notices } = JSON.parse(read(path).toString('utf8'));
    assert.equal(texts.length, count, path);
    assert.deepEqual(Object.keys(views).sort(), routes.sort(), path);
    for (const { html } of Object.values(views)) assert.ok(!/<script|<style|\son\w+=|style=/.test(html), path);
    for (const id of ['boot-slow', 'boot-failed', 'boot-broken']) assert.ok(notices.includes(`id="${id}"`), `${path} lacks ${id}`);
    assert.ok(!/\{\{/.test(notices), path);
  }
});

test('hashed files are cached for ever, pages and the configuration never unasked', () => {
  for (const path of files) {
    const cache = headersFor(rules, `/${path}`)['cache-control'];
    if (path.startsWith('assets/')) assert.match(cache, /max-age=31536000.*immutable/, path);
    if (path.endsWith('.html') || path === 'config.json') assert.equal(cache, 'no-cache', path);
  }
  for (const page of ['/', '/auth/login']) assert.equal(headersFor(rules, page)['cache-control'], 'no-cache', page);
  for (const [name, value] of [['x-content-type-options', 'nosniff'], ['referrer-policy', 'no-referrer'], ['permissions-policy', /camera=\(\)/], ['cross-origin-opener-policy', 'same-origin']]) {
    const header = headersFor(rules, '/auth/login')[name];
    if (value instanceof RegExp) assert.match(header, value);
    else assert.equal(header, value);
  }
  // Hosts join the values when two rules give one header.
  for (const path of files) {
    const matching = rules.filter((rule) => rule.pattern.test(`/${path}`)).flatMap((rule) => rule.headers.map(([name]) => name));
    assert.equal(new Set(matching).size, matching.length, `two rules give ${path} the same header`);
  }
});

test('nothing of this machine, of the dev pool or for debugging is in it', () => {
  const forbidden = [ROOT, homedir(), '/rustc/', '.cargo/registry', 'sourceMappingURL', '_devpool'].filter((text) => text.length > 2);
  for (const path of files) {
    const text = read(path).toString('latin1');
    for (const word of forbidden) assert.ok(!text.includes(word), `${path} contains ${word}`);
    assert.ok(!/\/(home|Users)\/[a-z]/.test(text), `${path} contains somebody's home`);
    assert.ok(!/devpool/i.test(path) && !/\.map$/.test(path), path);
    if (/\.(wasm|js|css|html)$/.test(path)) assert.ok(!/devpool/i.test(text), `${path} names the dev pool`);
  }
  assert.ok(!files.some((path) => /(^|\/)\.(?!well-known\/)/.test(path)), 'hidden files');
});

test('password managers find where a password is changed, on hosts with redirects and without', async () => {
  const { html } = pages.find(({ path }) => path === '.well-known/change-password/index.html');
  const [, to] = html.match(/http-equiv="refresh" content="0; url=([^"]+)"/);
  assert.equal(to, '/account/password');
  const site = await serve({ dist: DIST });
  try {
    const answer = await fetch(`${site.origin}/.well-known/change-password`, { redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, to]);
    // Asked by password managers to find out whether the answer above means anything.
    const other = await fetch(`${site.origin}/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200`);
    assert.equal(other.status, 404);
  } finally {
    await site.close();
  }
});

test('the server of `make run` keeps to dist/ and to this machine', async () => {
  const site = await serve({ dist: DIST });
  try {
    const get = (path, init) => fetch(site.origin + path, init);
    assert.equal((await get('/auth/login')).status, 200);
    assert.equal((await get('/some/deep/link')).status, 200);
    assert.equal((await get('/missing.js')).status, 404);
    assert.equal((await get('/..%2fCargo.toml')).status, 400);
    assert.equal((await get('/%5c..%5cCargo.toml')).status, 400);
    assert.equal((await get('/', { method: 'POST' })).status, 405);
    assert.equal((await get('/auth/login')).headers.get('content-security-policy'), headersFor(rules, '/')['content-security-policy']);
    const wasm = files.find((path) => path.endsWith('.wasm'));
    assert.equal((await get(`/${wasm}`)).headers.get('content-type'), 'application/wasm');
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => request(`${site.origin}/`, { headers: { host: 'example.com' } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject).end());
    assert.equal(status, 403);
  } finally {
    await site.close();
  }
});

test('the sizes are listed', () => {
  assert.ok(existsSync(join(ROOT, 'target/sizes.json')));
});
