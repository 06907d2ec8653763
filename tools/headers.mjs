// The headers of the deployed site: the Content-Security-Policy (in every page as well) and the rest, for static hosts.

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** An address, if it is this machine's. */
function onThisMachine(address) {
  try {
    return typeof address === 'string' && LOOPBACK.test(new URL(address).hostname) ? address : undefined;
  } catch {
    return undefined; // none, or the app itself reports that it is wrong
  }
}

/** The address in config.json that is this machine's: the dev pool. */
export const loopbackEndpoint = (config) => onThisMachine(config?.doorward?.endpoint);

/** The protected API that config.json names, if it is on this machine. */
export const loopbackApi = (config) => onThisMachine(config?.doorward?.protected_api);

/** What config.json makes the page talk to, beyond AWS's own hosts. */
function configuredOrigins(config) {
  const origins = new Set();
  const add = (text) => {
    try {
      const url = new URL(text);
      if (LOOPBACK.test(url.hostname)) {
        // The dev pool or the protected API, on whichever port it was started.
        origins.add('http://127.0.0.1:*').add('http://localhost:*');
      } else {
        origins.add(url.origin);
      }
    } catch { /* the app itself reports a configuration that is wrong */ }
  };
  const { endpoint, oauth_endpoint: oauthEndpoint, protected_api: api } = config?.doorward ?? {};
  for (const address of [endpoint, oauthEndpoint, api]) if (typeof address === 'string') add(address);
  const domain = config?.auth?.oauth?.domain;
  if (typeof domain === 'string' && domain && !domain.endsWith('.amazoncognito.com')) add(domain.includes('://') ? domain : `https://${domain}`);
  return [...origins];
}

/**
 * Where pictures may come from besides this site: anywhere, if people have one of their own (the attribute `picture`), and
 * where the logo is. Not otherwise: a picture's address is a way to tell another host something. What Amplify requires is an
 * attribute like those of our own section (`attributes` in src/config/settings.rs; `has_picture` in src/pages/profile.rs asks there).
 */
function pictureOrigins(config) {
  const listed = list(config?.doorward?.attributes).map((attribute) => attribute?.name);
  if ([...listed, ...list(config?.auth?.standard_required_attributes)].includes('picture')) return ['https:'];
  const logo = config?.doorward?.brand?.logo;
  return typeof logo === 'string' && logo.startsWith('https://') && URL.canParse(logo) ? [new URL(logo).origin] : [];
}

const list = (value) => (Array.isArray(value) ? value : []);

/** The policy as pages carry it. `connect` is for the development server only. */
export function contentSecurityPolicy(config, { connect = [] } = {}) {
  const cognito = ['https://*.amazonaws.com', 'https://*.amazonaws.com.cn', 'https://*.amazoncognito.com'];
  return [
    ['default-src', "'none'"],
    ['script-src', "'self'", "'wasm-unsafe-eval'"],
    ['style-src', "'self'"],
    ['img-src', "'self'", 'data:', ...pictureOrigins(config)],
    ['font-src', "'self'"],
    ['manifest-src', "'self'"],
    ['connect-src', "'self'", ...cognito, ...configuredOrigins(config), ...connect],
    ['worker-src', "'self'"],
    ['frame-src', "'none'"],
    ['object-src', "'none'"],
    ['form-action', "'none'"],
    ['base-uri', "'none'"],
  ].map((directive) => directive.join(' ')).join('; ');
}

/** What only a header can say. */
export const HEADER_ONLY = "frame-ancestors 'none'";

/** The `_headers` file (Netlify, Cloudflare Pages and tools/serve.mjs read it). */
export function headersFile(policy, pages) {
  const noCache = ['/config.json', ...pages.flatMap((page) => (page === '/' ? ['/', '/index.html', '/404.html'] : [page, `${page}/`, `${page}/index.html`]))];
  return `# Headers of the site, for static hosts that read this file. For others: docs/tooling.md lists them.
/*
  Content-Security-Policy: ${policy}; ${HEADER_ONLY}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Permissions-Policy: accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Resource-Policy: same-origin
# When every subdomain is on HTTPS for good, add:
#  Strict-Transport-Security: max-age=63072000; includeSubDomains

# Names that carry a hash of their content never change.
/assets/*
  Cache-Control: public, max-age=31536000, immutable

# Pages and the configuration are asked for anew each time.
${noCache.map((path) => `${path}\n  Cache-Control: no-cache`).join('\n')}
`;
}
