// The second script: what only lazy chunks need. tools/entry.mjs asks for it with the first of them.
import * as loads from 'doorward:loads';
import * as numbers from '../src/browser/js/big_mod.js';
import * as locks from '../src/browser/js/lock.js';
import * as passkeys from '../src/browser/js/passkey.js';
import * as saving from '../src/browser/js/save.js';

window.doorward.later = { ...loads, ...numbers, ...locks, ...passkeys, ...saving };
