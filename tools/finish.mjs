// The last step of a Trunk build (its post_build hook): from cargo's wasm and Trunk's staging folder to a deployable site.
//
//   cargo's wasm → wasm-split → wasm-bindgen → binaryen, each chunk → one JavaScript file (esbuild)
//   → names that carry a hash of the content, integrity values → prerendered pages with a Content-Security-Policy
//   → _headers, _redirects, 404.html → a list of sizes (target/sizes.json)
//
// A debug build (`make dev`) leaves out binaryen, minifying and prerendering. The wasm is split there too: the app
// imports its lazy parts, and a module that was never split cannot be instantiated.
import { spawnSync } from 'node:child_process';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { HOST_BUILD, ROOT, contentHash, die, hostEnv, integrity, run, toolPath, walk, forDevPool } from './lib.mjs';
import { contentSecurityPolicy, headersFile } from './headers.mjs';
import { readLanguages } from './languages.mjs';
import { optimise } from './optimise.mjs';
import { shortenImports } from './rename.mjs';

const NAME = 'doorward';
const staging = process.env.TRUNK_STAGING_DIR ?? die("tools/finish.mjs is Trunk's hook: run 'make build'.");
const release = process.env.TRUNK_PROFILE === 'release';
const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const env = { ...process.env, PATH: toolPath };
const ports = { pool: Number(process.env.DOORWARD_POOL_PORT ?? 9229), app: Number(process.env.DOORWARD_APP_PORT ?? 8080), api: Number(process.env.DOORWARD_API_PORT ?? 9230) };
const started = performance.now();
const note = (text) => console.log(`  ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${text}`);

// ------------------------------------------------------------------------------------------------------------- wasm
const out = join(target, 'finish', release ? 'release' : 'debug');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const cargoWasm = join(target, 'wasm32-unknown-unknown', release ? 'release' : 'debug', `${NAME}.wasm`);
if (!existsSync(cargoWasm)) throw new Error(`cargo left no ${cargoWasm}`);

run('wasm-split-cli', [cargoWasm, out, '--out-name', NAME], { env });
const chunks = readdirSync(out).filter((file) => file.endsWith('.wasm') && file !== `${NAME}.wasm`).map((file) => basename(file, '.wasm'));
note(`split into the main module and ${chunks.length} lazy ones`);

run('wasm-bindgen', ['--target', 'web', '--no-typescript', '--keep-lld-exports',
  // The names stay until tools/optimise.mjs has ordered the functions by them.
  ...(release ? ['--remove-producers-section'] : ['--debug', '--keep-debug']),
  '--out-dir', out, '--out-name', NAME, join(out, `${NAME}.wasm`)], { env });

if (release) {
  await optimise([`${NAME}_bg`, ...chunks].map((name) => join(out, `${name}.wasm`)));
  note('optimised');
}

// ------------------------------------------------------------------------------------- files with a hash in the name
const glueFile = join(out, `${NAME}.js`);
let glue = readFileSync(glueFile, 'utf8');
const modules = new Map([`${NAME}_bg`, ...chunks].map((name) => [name, readFileSync(join(out, `${name}.wasm`))]));
if (release) glue = shortenImports(modules, glue);

const made = new Set();
/** Writes dist/assets/<stem>-<hash><ext>; tells its path and integrity. */
function asset(stem, extension, data) {
  const bytes = Buffer.from(data), path = `assets/${stem}-${contentHash(bytes)}${extension}`;
  mkdirSync(join(staging, 'assets'), { recursive: true });
  writeFileSync(join(staging, path), bytes);
  made.add(path);
  return { path, file: basename(path), integrity: integrity(bytes) };
}
/** "split_login_submit_0123456789abcdef" → "login-submit"; the hash of the content makes it unique. */
const stem = (chunk) => chunk.replace(/^_*split_+/, '').replace(/_[0-9a-f]{16,}$/, '').replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase() || 'chunk';
const main = asset('main', '.wasm', modules.get(`${NAME}_bg`));
// What several lazy modules share becomes many tiny chunks, which are needed together: they travel in three files, one with
// those that the sign-in page may need at once (the buttons of other ways), one with those of the account centre alone, one
// with the rest.
const splitLoader = readFileSync(join(out, '__wasm_split.js'), 'utf8');
const usedBy = new Map([...splitLoader.matchAll(/\/\* ([\w, ]+) \*\/\s*const __(chunk_\d+) /g)].map(([, users, chunk]) => [chunk, users.split(', ')]));
const CENTRE = ['account', 'details', 'contact', 'password', 'factors', 'passkeys', 'devices', 'sessions', 'data', 'step_up'].map((name) => `page_${name}`);
const packOf = (chunk) => {
  const users = usedBy.get(chunk) ?? [];
  return users.includes('page_ways') ? 'early' : users.length && users.every((user) => CENTRE.includes(user)) ? 'centre' : 'shared';
};
const tiny = release ? chunks.filter((chunk) => chunk.startsWith('chunk_') && modules.get(chunk).length < 4096) : [];
const parts = new Map();
for (const name of ['early', 'centre', 'shared']) {
  const packed = tiny.filter((chunk) => packOf(chunk) === name);
  if (!packed.length) continue;
  const file = asset(name, '.bin', Buffer.concat(packed.map((chunk) => modules.get(chunk))));
  let from = 0;
  for (const chunk of packed) parts.set(chunk, { file, from, to: (from += modules.get(chunk).length) });
}
const lazy = new Map(chunks.filter((chunk) => !parts.has(chunk)).map((chunk) => [chunk, asset(stem(chunk), '.wasm', modules.get(chunk))]));

// The split tool's loader asks for its chunks by plain names; ours asks by number, finds the hashed file in a table, and
// checks it.
const loaderFile = join(out, '__wasm_split.js');
const entries = [];
let loader = splitLoader;
loader = loader
  .replace(/fetch\(new URL\("\.\/([^"]+)\.wasm", import\.meta\.url\)\)/g, (_, chunk) => {
    const part = parts.get(chunk), file = part?.file ?? lazy.get(chunk);
    if (!file) die(`the split tool names a chunk that it did not write: ${chunk}`);
    entries.push([`./${file.file}`, file.integrity, ...(part ? [part.from, part.to] : [])]);
    return `__fetchChunk(${entries.length - 1})`;
  })
  .replaceAll('WebAssembly.instantiateStreaming(src, imports)', '__instantiateWasm(src, imports)');
if (!usedBy.size || entries.length !== chunks.length || /[^_]\bfetch\(|instantiateStreaming/.test(loader)) {
  die('the loader that the split tool writes has changed its form: tools/finish.mjs must follow (see docs/tooling.md).');
}
loader = loader.replace(/^import \{ initSync \} from .*$/m, 'const initSync = () => window.doorward.exports();');
writeFileSync(loaderFile, `import { fetchChunk as __fetchChunk, instantiateWasm as __instantiateWasm } from ${JSON.stringify(join(ROOT, 'tools/loader.mjs'))};\n${loader}`);
const table = asset('chunks', '.json', JSON.stringify(entries));
// The glue names that loader once for each chunk; it is in the second script, and tools/entry.mjs stands in for it.
glue = glue.replace(/^import \* as import\d+ from "\.\/__wasm_split\.js";?\n/gm, '').replace(/^(\s*)"\.\/__wasm_split\.js": import\d+,\n/gm, '');
const anchor = glue.indexOf('__proto__: null,');
if (anchor < 0 || glue.includes('__wasm_split.js')) die("wasm-bindgen's glue has changed its form: tools/finish.mjs must follow.");
glue = glue.replace(/return \{(\s*)__proto__: null,/, 'return {$1__proto__: null,$1"./__wasm_split.js": window.doorward.loads,');

// The glue would know where its wasm is by default: at a name that does not exist here.
glue = glue.replace(/module_or_path = new URL\([^)]*import\.meta\.url\);/, "throw new Error('no module');");
writeFileSync(glueFile, glue);

const common = { bundle: true, write: false, minify: release, legalComments: 'none', logLevel: 'warning', charset: 'utf8' };
const bundle = async (options) => (await esbuild.build({ ...common, ...options }).catch(() => process.exit(1))).outputFiles[0].contents;
/** What only lazy chunks call is in the second script; in the first one its functions are known by name only. */
const LATER = /\/src\/browser\/js\/(big_mod|lock|passkey|save)\.js$/;
const functionsOf = (file) => [...readFileSync(file, 'utf8').matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(([, name]) => name);
const supplied = (files) => ({
  name: 'doorward',
  setup(build) {
    build.onResolve({ filter: /^doorward:(glue|loads)$/ }, ({ path }) => ({ path: path === 'doorward:glue' ? glueFile : loaderFile }));
    build.onResolve({ filter: /^doorward:(main|table|later)$/ }, ({ path }) => ({ path: path.split(':')[1], namespace: NAME }));
    build.onLoad({ filter: /.*/, namespace: NAME }, ({ path: name }) => ({
      contents: `export const ${name} = ${JSON.stringify({ path: `./${files[name].file}`, integrity: files[name].integrity })};`,
    }));
  },
});
const called = {
  name: 'called',
  setup: (build) => build.onLoad({ filter: LATER }, ({ path }) => ({
    contents: functionsOf(path).map((name) => `export const ${name} = (...given) => window.doorward.later.${name}(...given);`).join('\n'),
  })),
};
const later = asset('later', '.js', await bundle({ entryPoints: [join(ROOT, 'tools/later.mjs')], format: 'iife', target: 'es2020', plugins: [supplied({ table })] }));
const script = asset('app', '.js', await bundle({
  entryPoints: [join(ROOT, 'tools/entry.mjs')], format: 'esm', target: 'es2020', plugins: [supplied({ main, later }), called],
}));

// ------------------------------------------------------------------------------------------------- the page template
/** White space between tags and comments weigh a little in every page. */
const tidy = (html) => (release ? html.replace(/<!--(?!prerender-->)[\s\S]*?-->/g, '').replace(/>\s*\n\s*</g, '><').replace(/\n\s+/g, '\n').trim() : html);
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
/** `{{KEY}}` in the template is a text of the app. */
const inLanguage = (html, { text }) => html.replace(/\{\{([A-Z_]+)\}\}/g, (_, key) => escape(text(key)));
const written = readFileSync(join(staging, 'index.html'), 'utf8');
const languages = readLanguages();
let template = inLanguage(written, languages.en);
const attribute = (tag, name) => new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)?.slice(1).find((x) => x !== undefined);
const local = (url) => url && !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(url);
const readStaged = (url) => readFileSync(join(staging, url.replace(/^\.?\//, '').split(/[?#]/)[0]));
/** Trunk's own hash goes: "app-0123456789abcdef.css" → "app". */
const stemOf = (url) => basename(url).replace(/\.[a-z]+$/, '').replace(/-[0-9a-f]{8,}$/, '');

// Trunk's development server reloads pages with an inline script, which it fills in when it is asked for the page.
// As a file of its own the policy lets it pass.
if (!release) {
  for (const [tag, code] of template.matchAll(/<script\b(?![^>]*\bsrc\b)[^>]*>([\s\S]*?)<\/script>/gi)) {
    const file = asset('reload', '.js', code.replace("'{{__TRUNK_ADDRESS__}}'", 'location.host').replace('{{__TRUNK_WS_BASE__}}', '/'));
    template = template.replace(tag, () => `<script defer src="/${file.path}"></script>`);
  }
}

// The first view of every page in every language, from the same components.
const PLACE = '<!--prerender-->';
let pages = { '/': { html: '' } }, translated = {}, changePassword, brand;
if (release) {
  ({ routes: pages, languages: translated, change_password: changePassword, brand } = prerender());
  note(`prerendered ${Object.keys(pages).length} pages in ${Object.keys(languages).length} languages`);
}
// A language other than English is one file: the texts, the pages as they look at first, and the notices around them. All
// their names carry one hash, which web/boot.js knows.
const notices = written.match(/<div id="boot-[a-z]+"[\s\S]*?<\/div>/g).join('');
const foreign = Object.entries(languages).filter(([tag]) => tag !== 'en').map(([tag, language]) => {
  const drawn = Object.entries(translated[tag] ?? {}).map(([route, page]) => [route, { title: page.title, html: tidy(page.html) }]);
  return [tag, JSON.stringify({ texts: language.texts, pages: Object.fromEntries(drawn), notices: tidy(inLanguage(notices, language)) })];
});
const version = contentHash(Buffer.from(foreign.join()));
for (const [tag, text] of foreign) {
  const path = `assets/${tag}-${version}.json`;
  mkdirSync(join(staging, 'assets'), { recursive: true });
  writeFileSync(join(staging, path), text);
  made.add(path);
}
const define = {
  LANGUAGES: JSON.stringify(Object.entries(languages).map(([tag, { direction }]) => tag + (direction === 'rtl' ? '*' : '')).join(' ')),
  LANGUAGE_VERSION: JSON.stringify(version),
};

// Scripts of ours that run before the app (web/boot.js): minified, hashed, checked.
for (const [tag] of template.matchAll(/<script\b[^>]*\bsrc\s*=[^>]*>\s*<\/script>/gi)) {
  const src = attribute(tag, 'src');
  if (!local(src)) continue;
  const isModule = attribute(tag, 'type') === 'module';
  const code = readStaged(src).toString('utf8');
  const small = (await esbuild.transform(code, { minify: release, legalComments: 'none', target: isModule ? 'es2020' : 'es2015', charset: 'utf8', define })).code;
  const file = asset(stemOf(src), '.js', small);
  const flags = ['async', 'defer'].filter((flag) => new RegExp(`\\s${flag}(\\s|=|>)`).test(tag)).map((flag) => ` ${flag}`).join('');
  template = template.replace(tag, () => `<script${isModule ? ' type="module"' : ''}${flags} src="/${file.path}" integrity="${file.integrity}" crossorigin></script>`);
}

// All style sheets become one, in their order, and what the configuration says of the site's looks comes last. Addresses of
// this site stay as they are written (esbuild's `external` would match the absolute path of every imported sheet too).
const asWritten = {
  name: 'as-written',
  setup: (build) => build.onResolve({ filter: /^(\/|data:)/ }, ({ path, kind }) => (kind === 'entry-point' ? undefined : { path, external: true })),
};
const sheets = [...template.matchAll(/<link\b[^>]*\brel\s*=\s*["']?stylesheet\b[^>]*>/gi)].map(([tag]) => tag).filter((tag) => local(attribute(tag, 'href')) && !attribute(tag, 'media'));
if (sheets.length) {
  const css = await bundle({ stdin: { contents: sheets.map((tag) => readStaged(attribute(tag, 'href')).toString('utf8')).concat(brand ?? []).join('\n'), loader: 'css', resolveDir: join(ROOT, 'style') }, plugins: [asWritten], target: ['chrome100', 'firefox100', 'safari15'] });
  const file = asset('style', '.css', css);
  sheets.forEach((tag, i) => {
    template = template.replace(tag, () => (i === 0 ? `<link rel="stylesheet" href="/${file.path}" integrity="${file.integrity}" crossorigin>` : ''));
  });
}

// The app itself. The wasm is asked for together with the script that starts it, not after it.
// (Browsers ignore integrity on such a preload; the fetch that takes it over checks it.)
const start = `<link rel="preload" href="/${main.path}" as="fetch" type="application/wasm" crossorigin>`
  + `<script type="module" src="/${script.path}" integrity="${script.integrity}" crossorigin></script>`;
template = template.replace(/<(?:link|script)\b[^>]*\sdata-trunk(?:-id)?\b[^>]*>(?:\s*<\/script>)?/gi, ''); // what Trunk left as it was
template = template.includes('<!--app-->') ? template.replace('<!--app-->', () => start) : template.replace(/<\/head>/i, (end) => start + end);

const configFile = join(staging, 'config.json');
let config;
if (existsSync(configFile)) {
  // What is deployed is as it was written; `make run` does the same when it serves it.
  if (!release) writeFileSync(configFile, forDevPool(readFileSync(configFile, 'utf8'), ports));
  try {
    config = JSON.parse(readFileSync(configFile, 'utf8'));
  } catch (error) {
    console.warn(`doorward: public/config.json is not JSON (${error.message}); the Content-Security-Policy allows AWS only.`);
  }
}
const policy = contentSecurityPolicy(config, release ? {} : { connect: ['ws:'] });
const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
if (!/<meta\s+charset[^>]*>/i.test(template)) die('index.html needs <meta charset="utf-8"> first in its head.');
template = template.replace(/<meta\s+charset[^>]*>/i, (charset) => charset + meta);

// ------------------------------------------------------------------------------------------------ the prerendered pages
if (!template.includes(PLACE)) die(`index.html has no ${PLACE} to put the prerendered pages.`);
const frame = tidy(template);
for (const [route, page] of Object.entries(pages)) {
  if (!/^\/([a-z0-9_-]+(\/[a-z0-9_-]+)*)?$/.test(route)) die(`the prerenderer answered with a route that is not a plain path: ${route}`);
  let html = frame.replace(PLACE, () => page.html);
  if (page.title) html = html.replace(/<title>[\s\S]*?<\/title>/i, () => `<title>${escape(page.title)}</title>`);
  for (const file of route === '/' ? ['index.html', '404.html'] : [`${route.slice(1)}/index.html`]) {
    mkdirSync(dirname(join(staging, file)), { recursive: true });
    writeFileSync(join(staging, file), html);
    made.add(file);
  }
}
function prerender() {
  const host = hostEnv();
  run('cargo', HOST_BUILD, { env: host });
  const list = join(out, 'languages.json');
  writeFileSync(list, JSON.stringify(languages));
  const done = spawnSync(join(host.CARGO_TARGET_DIR, 'debug/prerender'), ['public/config.json', list], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) die(`prerendering failed:\n${done.stderr || done.error?.message}`);
  try {
    return JSON.parse(done.stdout);
  } catch (error) {
    return die(`the prerenderer did not answer with JSON (${error.message}):\n${done.stdout.slice(0, 500)}`);
  }
}

// ---------------------------------------------------------------------------------------- for hosts, and cleaning up
const wellKnown = changePassword ? ['/.well-known/change-password'] : [];
writeFileSync(join(staging, '_headers'), headersFile(policy, [...Object.keys(pages), ...wellKnown]));
// Password managers send people to a well-known address (W3C, "A Well-Known URL for Changing Passwords"). They believe it
// only where other well-known addresses are not answered as if they existed. Hosts that know no redirects serve the page.
const redirects = ['# Paths that are no file belong to the app.', '/*  /index.html  200'];
for (const address of wellKnown) {
  const file = `${address.slice(1)}/index.html`;
  mkdirSync(dirname(join(staging, file)), { recursive: true });
  writeFileSync(join(staging, file), `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta http-equiv="refresh" content="0; url=${changePassword}"><link rel="icon" type="image/svg+xml" href="/favicon.svg"><title>Change your password</title></head><body><p><a href="${changePassword}">Change your password</a></p></body></html>\n`);
  made.add(file);
  redirects.unshift('# Where a password is changed.', `${address}  ${changePassword}  302`, '/.well-known/*  /404.html  404');
}
writeFileSync(join(staging, '_redirects'), `${redirects.join('\n')}\n`);
const named = new Set([...frame.matchAll(/\s(?:href|src)="\/?([^"#?]+)/g)].map(([, path]) => path));
const keep = new Set([...made, ...walk(join(ROOT, 'public')), ...named, '_headers', '_redirects', 'index.html']);
for (const file of walk(staging)) if (!keep.has(file)) rmSync(join(staging, file)); // Trunk's unsplit app and plain names
for (const dir of readdirSync(staging, { recursive: true, withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => join(e.parentPath ?? e.path, e.name)).sort().reverse()) {
  if (!readdirSync(dir).length) rmSync(dir, { recursive: true });
}

if (release) {
  const sizes = walk(staging).map((path) => {
    const raw = readFileSync(join(staging, path));
    return { path, raw: raw.length, gzip: gzipSync(raw, { level: 9 }).length, brotli: brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } }).length };
  });
  // What a browser asks for at once when it opens the page: the page, and what its head names.
  const page = 'auth/login/index.html';
  const first = existsSync(join(staging, page))
    ? [page, ...new Set([...readFileSync(join(staging, page), 'utf8').matchAll(/<(?:link|script)\b[^>]*\s(?:href|src)="\/([^"#?]+)"[^>]*>/g)].filter(([tag]) => !/rel="?(manifest|apple-touch-icon|canonical)/.test(tag)).map(([, path]) => path))]
    : [];
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  writeFileSync(join(ROOT, 'target/sizes.json'), `${JSON.stringify({ files: sizes, firstLoad: { route: '/auth/login', files: first } }, null, 1)}\n`);
}
note('dist/ is finished');
