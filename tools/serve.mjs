// A static server for dist/ on the loopback interface, for `make run` and the tests. It behaves as a good static host
// does: the `_headers` and `_redirects` files applied, text compressed, unknown paths without an extension answered with the app.
//
//   node tools/serve.mjs [--port 8080] [--dist dist] [--config FILE]     FILE is served as /config.json
import { createServer } from 'node:http';
import { readFile, realpath, stat } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import { DIST, die, sha } from './lib.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.jpg': 'image/jpeg', '.webp': 'image/webp', '.avif': 'image/avif', '.ico': 'image/x-icon',
  '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8', '.webmanifest': 'application/manifest+json',
};
const COMPRESSED = new Set(['.html', '.js', '.mjs', '.css', '.wasm', '.json', '.svg', '.txt', '.webmanifest', '.ico']);
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** Files for the host, not for visitors. */
const HIDDEN = new Set(['/_headers', '/_redirects']);

/** Reads a `_headers` file: `[{ pattern: RegExp, headers: [[name, value]] }]`. */
export function parseHeaders(text) {
  const rules = [];
  for (const line of text.split(/\r?\n/)) {
    if (!line.trim() || line.trimStart().startsWith('#')) continue;
    if (/^\S/.test(line)) {
      const pattern = line.trim().split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
      rules.push({ pattern: new RegExp(`^${pattern}$`), headers: [] });
    } else {
      const colon = line.indexOf(':');
      rules.at(-1)?.headers.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
    }
  }
  return rules;
}
export const headersFor = (rules, path) => Object.fromEntries(rules.filter((r) => r.pattern.test(path)).flatMap((r) => r.headers));

/** Reads a `_redirects` file: `[{ pattern: RegExp, to, status }]`. Rules that answer with a file come after files themselves. */
export function parseRedirects(text) {
  return text.split(/\r?\n/).map((line) => line.trim().split(/\s+/)).filter(([from, to]) => to && !from.startsWith('#')).map(([from, to, status = '301']) => ({
    pattern: new RegExp(`^${from.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`), to, status: Number(status),
  }));
}

/**
 * A request listener for the site in `dist`.
 * `rewrite(path, text)` may change a JSON file on its way out (the tests and a moved dev pool need that).
 */
export function site({ dist = DIST, rewrite, quality = 5, onRequest } = {}) {
  const root = resolve(dist);
  const headersFile = join(root, '_headers'), redirectsFile = join(root, '_redirects');
  const cache = new Map();
  let rules, rulesFrom;

  /** The file for a URL path, or undefined. Never one outside of dist, not through links either. */
  async function find(path) {
    const file = join(root, ...path.split('/'));
    if (file !== root && !file.startsWith(root + sep)) return undefined;
    const info = await stat(file).catch(() => undefined);
    if (!info?.isFile()) return undefined;
    const real = await realpath(file);
    if (!real.startsWith((await realpath(root)) + sep)) return undefined;
    return { file, version: `${info.mtimeMs}-${info.size}` };
  }

  async function load(path, found, encoding) {
    const key = `${encoding} ${path}`, kept = cache.get(key);
    if (kept?.version === found.version) return kept;
    let body = await readFile(found.file);
    if (rewrite && path.endsWith('.json')) body = Buffer.from(rewrite(path, body.toString('utf8')));
    const etag = `"${sha('sha256', body, 'hex').slice(0, 20)}-${encoding}"`;
    if (encoding === 'br') {
      body = await promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
    } else if (encoding === 'gzip') {
      body = await promisify(gzip)(body);
    }
    const made = { version: found.version, body, etag };
    cache.set(key, made);
    return made;
  }

  return async function listener(request, response) {
    const plain = (status, text, more = {}) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...more });
      response.end(request.method === 'HEAD' ? undefined : `${text}\n`);
    };
    try {
      const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
      if (!LOOPBACK.has(host)) return plain(403, 'This server answers to 127.0.0.1 and localhost only.');
      if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' });

      let path;
      try {
        path = decodeURIComponent(request.url.split(/[?#]/, 1)[0]);
      } catch {
        return plain(400, 'The path is not valid.');
      }
      if (!path.startsWith('/') || /[\0\\]/.test(path) || path.split('/').includes('..')) return plain(400, 'The path is not valid.');

      const redirects = existsSync(redirectsFile) ? parseRedirects(readFileSync(redirectsFile, 'utf8')) : [];
      const rule = redirects.find(({ pattern }) => pattern.test(path));
      if (rule?.status === 301 || rule?.status === 302) {
        onRequest?.({ path });
        return plain(rule.status, 'It is elsewhere.', { location: rule.to });
      }

      let key = path, status = 200, found = HIDDEN.has(path) ? undefined : await find(path);
      if (!found && rule?.status === 404) {
        key = rule.to;
        status = 404;
        found = await find(key);
      }
      if (!found) {
        key = `${path.replace(/\/+$/, '')}/index.html`;
        found = await find(key);
      }
      if (!found && !extname(path)) {
        key = '/index.html';
        found = await find(key);
      }
      onRequest?.({ path, key: found ? key : undefined });
      if (!found) return plain(404, 'Not found.');

      const type = extname(key), accepts = request.headers['accept-encoding'] ?? '';
      const encoding = !COMPRESSED.has(type) ? 'identity' : /\bbr\b/.test(accepts) ? 'br' : /\bgzip\b/.test(accepts) ? 'gzip' : 'identity';
      const { body, etag } = await load(key, found, encoding);
      const version = existsSync(headersFile) ? (await stat(headersFile)).mtimeMs : 0;
      if (rulesFrom !== version) {
        rules = version ? parseHeaders(readFileSync(headersFile, 'utf8')) : [];
        rulesFrom = version;
      }
      const headers = {
        'content-type': TYPES[type] ?? 'application/octet-stream', 'cache-control': 'no-cache', etag, vary: 'accept-encoding',
        ...headersFor(rules, path),
      };
      if (status === 200 && request.headers['if-none-match'] === etag) {
        response.writeHead(304, headers);
        return response.end();
      }
      if (encoding !== 'identity') headers['content-encoding'] = encoding;
      headers['content-length'] = body.length;
      response.writeHead(status, headers);
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch (error) {
      if (!response.headersSent) plain(500, 'The file could not be read.');
      else response.destroy(error);
    }
  };
}

/** Starts the server; resolves with it and its origin. A taken port is told in one sentence. */
export function serve({ port = 0, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const server = createServer(site(options));
    server.on('error', (error) => reject(error.code === 'EADDRINUSE'
      ? new Error(`port ${port} is taken: end the program that uses it, or choose another with APP_PORT=${port + 1}.`)
      : error.code === 'EACCES' ? new Error(`port ${port} may not be used by you: choose another with APP_PORT=8080.`) : error));
    server.listen(port, '127.0.0.1', () => {
      const origin = `http://127.0.0.1:${server.address().port}`;
      resolve({
        server, origin,
        close: () => new Promise((done) => {
          server.close(done);
          server.closeAllConnections();
        }),
      });
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const option = (name, usual) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : usual);
  const config = option('--config');
  const replacement = config && readFileSync(config, 'utf8');
  const { origin } = await serve({
    port: Number(option('--port', '8080')), dist: option('--dist', DIST),
    rewrite: replacement && ((path, text) => (path === '/config.json' ? replacement : text)),
  }).catch((error) => die(error.message));
  console.log(`serving on ${origin}`);
}
