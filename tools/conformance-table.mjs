// The table in devpool/README.md: which client called which operation, in which flow, and answered which challenge, with
// success. Made of what the conformance tests noted, and of tools/conformance/simplified.json, which is written by hand.
//
//   node tools/conformance-table.mjs            writes the table (after `make test SUITES=conformance`)
//   node tools/conformance-table.mjs --check    fails when it is not the one that is there
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, die } from './lib.mjs';

const README = join(ROOT, 'devpool/README.md'), RECORDS = join(ROOT, 'target/conformance');
const BEGIN = '<!-- conformance table: begin -->', END = '<!-- conformance table: end -->';
const CLIENTS = { 'identity-js': 'identity-js', amplify: 'Amplify', pycognito: 'pycognito', botocore: 'botocore' };

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const model = json(join(ROOT, 'devpool/model/cognito.json')), shapes = model['cognito-idp'].shapes;
const notes = json(join(ROOT, 'tools/conformance/simplified.json'));
/** Flows and challenges of servers with AWS credentials. No public client has them. */
const forServers = (name) => name.startsWith('ADMIN_');
const sections = [
  ['Operation', 'operations', [...Object.keys(model['cognito-idp'].operations), ...Object.keys(model['cognito-identity'].operations), 'GetCallerIdentity']],
  ['Flow of InitiateAuth', 'flows', shapes.AuthFlowType.enum],
  ['Challenge', 'challenges', shapes.ChallengeNameType.enum],
];

/** What each client did, all its files of tests together. */
const records = Object.fromEntries(Object.keys(CLIENTS).map((client) => {
  const files = existsSync(RECORDS) ? readdirSync(RECORDS).filter((file) => file.startsWith(`${client}.`)) : [];
  if (!files.length) die(`there is no record of ${client}: run 'make test SUITES=conformance' first.`);
  const parts = files.map((file) => json(join(RECORDS, file)));
  return [client, Object.fromEntries(sections.map(([, kind]) => [kind, new Set(parts.flatMap((part) => part[kind]))]))];
}));

const missing = [], known = new Set();
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = sections.map(([title, kind, names]) => [
  row([title, ...Object.values(CLIENTS), 'knowingly simplified']),
  row(['---', ...Object.keys(CLIENTS).map(() => '---'), '---']),
  ...names.map((name) => {
    known.add(name);
    if (!forServers(name) && !records.botocore[kind].has(name)) missing.push(name);
    return row([name, ...Object.values(records).map((record) => (record[kind].has(name) ? 'ok' : '')), notes[name] ?? '']);
  }),
].join('\n')).join('\n\n');

const strangers = Object.keys(notes).filter((name) => !known.has(name));
if (strangers.length) die(`tools/conformance/simplified.json names ${strangers.join(', ')}, which AWS does not.`);
if (missing.length) die(`no botocore test has success with ${missing.join(', ')}: each must have one.`);

const readme = readFileSync(README, 'utf8');
const [before, rest] = readme.split(BEGIN), after = rest?.split(END)[1];
if (after === undefined) die(`devpool/README.md has no place for the table: the lines ${BEGIN} and ${END}.`);
const fresh = `${before}${BEGIN}\n${table}\n${END}${after}`;
if (fresh === readme) process.exit(0);
if (process.argv.includes('--check')) die("the table in devpool/README.md is not what the conformance tests found: 'node tools/conformance-table.mjs' writes the new one.");
writeFileSync(README, fresh);
console.log('devpool/README.md has the new table.');
