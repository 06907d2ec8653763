// docs/gallery.md: every screen of the app, from the pictures that tests/e2e/screens.spec.ts compares.
//
//   node tools/gallery.mjs
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './lib.mjs';

const PICTURES = 'tests/e2e/screens';

/** The text of the page. */
export function gallery() {
  const names = [...new Set(readdirSync(join(ROOT, PICTURES)).map((file) => file.replace(/-(phone|desktop)-(light|dark)\.png$/, '')))].sort();
  const picture = (name, device, scheme, width) =>
    `<img src="../${PICTURES}/${name}-${device}-${scheme}.png" width="${width}" alt="${name}, ${device}, ${scheme}">`;
  const rows = names.map((name) => `## ${name}\n\n${['phone', 'desktop'].map((device) =>
    ['light', 'dark'].map((scheme) => picture(name, device, scheme, device === 'phone' ? 195 : 480)).join(' ')).join('\n\n')}\n`);
  return `# Gallery\n\nEvery screen at 390 and 1280 px, light and dark. Made by \`node tools/gallery.mjs\` from the pictures that\n\`tests/e2e/screens.spec.ts\` compares: what is seen here is what is tested.\n\n${rows.join('\n')}`;
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(ROOT, 'docs/gallery.md'), gallery());
