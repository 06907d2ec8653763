// The languages of the app as it fetches them: src/i18n/languages/*.json → a list of texts each, in the order in which
// build/texts.rs numbers them. build/texts.rs also refuses a language that lacks a text; what only Node can tell, CLDR's plural forms, is
// checked here.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, die } from './lib.mjs';

const FOLDER = 'src/i18n/languages';
/** How many numbers the prerenderer is told the plural form of: password rules go up to 99. */
const COUNTED = 100;

/** A text as the app takes it. build/texts.rs writes plural forms in the same way. */
const packed = (text) => (typeof text === 'string' ? text
  : Object.keys(text).sort().map((form) => `${form}\u001f${text[form]}`).join('\u001e'));

/** `{tag: {name, direction, texts: [...], plurals: [form of 0, of 1, …]}, …}`, English first. */
export function readLanguages() {
  const read = (tag) => JSON.parse(readFileSync(join(ROOT, FOLDER, `${tag}.json`), 'utf8'));
  const texts = ({ language, ...groups }) => Object.assign({}, ...Object.values(groups));
  const keys = Object.keys(texts(read('en'))).sort();
  const tags = readdirSync(join(ROOT, FOLDER)).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5)).sort();
  return Object.fromEntries(tags.map((tag) => {
    const file = read(tag), all = texts(file), rules = new Intl.PluralRules(tag);
    const wanted = rules.resolvedOptions().pluralCategories.sort().join(', ');
    for (const key of keys) {
      if (all[key] === undefined) die(`${FOLDER}/${tag}.json lacks ${key}.`);
      const forms = typeof all[key] === 'object' && Object.keys(all[key]).sort().join(', ');
      if (forms && forms !== wanted) die(`${FOLDER}/${tag}.json: ${key} has the plural forms ${forms}; the language has ${wanted}.`);
    }
    return [tag, { ...file.language, texts: keys.map((key) => packed(all[key])), plurals: Array.from({ length: COUNTED }, (_, count) => rules.select(count)),
      /** For what is no part of the app: the notices around it. */
      text: (key) => all[key] ?? die(`${FOLDER}/${tag}.json has no ${key}.`) }];
  }));
}
