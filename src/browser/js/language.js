// The person's language: what web/boot.js knows of it, and the browser's Intl.

const { documentElement: root } = document;

/** The texts of the language that the page came up in; none for English. */
export const spoken = async () => (await window.doorward?.texts) ?? [];
/** Changes the language; resolves to its texts, and rejects if they do not arrive. */
export const speak = (tag) => window.doorward.speak(tag);
/** CLDR's plural category of a number. */
export const category = (count) => new Intl.PluralRules(root.lang || undefined).select(count);

// The person's own country, as far as it has that language: dates differ within one.
const locale = () => navigator.languages.find((tag) => tag.split('-')[0] === root.lang.split('-')[0]) ?? (root.lang || undefined);
/** A time of day, from seconds since 1970. */
export const time = (seconds) => new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(seconds * 1000);
/** A date and a time of day. */
export const dateAndTime = (seconds) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(seconds * 1000);
