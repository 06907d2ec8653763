// The page: which part is shown, and asking the dev pool again every second while somebody looks.
import { Lost, read } from "./outbox/api.js";
import { announce, byId, copyButton, element, list, setHidden, setText } from "./outbox/dom.js";
import * as messages from "./outbox/messages.js";
import * as requests from "./outbox/requests.js";
import * as settings from "./outbox/settings.js";
import { duration, setClock, tick } from "./outbox/time.js";
import * as trouble from "./outbox/trouble.js";
import * as users from "./outbox/users.js";

const POLL_MS = 1000;
const LOST = "The dev pool does not answer. Start it again, for example with “make run”: this page then goes on by itself.";

/** What each part of the page asks for beside what is always in view, and what it does with it. */
const VIEWS = {
  messages: { reads: [], show: () => {} },
  users: { reads: ["users"], show: users.show },
  settings: { reads: settings.READS, show: settings.show },
  trouble: { reads: [], show: () => {} },
  requests: { reads: requests.READS, show: requests.show },
  pool: { reads: [], show: () => {} },
};

// There is room for the messages beside everything else.
const wide = matchMedia("(min-width: 64rem)");

function currentView() {
  const wanted = location.hash.slice(1);
  const view = Object.hasOwn(VIEWS, wanted) ? wanted : "messages";
  return wide.matches && view === "messages" ? "users" : view;
}

function place() {
  const view = currentView();
  for (const name of Object.keys(VIEWS)) {
    setHidden(byId(name), name !== view && !(name === "messages" && wide.matches));
    const link = byId(`to-${name}`);
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!byId("messages").hidden) setHidden(byId("unseen"), true);
}

/** The dev pool the page has last heard from. */
let last;

function notice(text, kind) {
  if (text && byId("notice-text").textContent !== text) announce(text);
  setText(byId("notice-text"), text);
  byId("notice").className = kind;
  setHidden(byId("notice"), text === "");
}

function heard(health) {
  if (last && health.instance !== last.instance) {
    const kept = health.state_file ? `It has read its state from ${health.state_file}.` : "It keeps nothing: users, messages and settings are new.";
    const version = health.version === last.version ? "" : " It is another version: reload this page.";
    notice(`The dev pool was started again. ${kept}${version}`, "back");
  } else if (byId("notice").className === "lost") {
    notice("", "");
    announce("The dev pool answers again.");
  }
  last = health;
}

function showIds(health) {
  const ids = [
    ["Region", health.region],
    ["User pool", health.user_pool_id],
    ["App client", health.client_id],
    ["Identity pool", health.identity_pool_id],
    ["Issuer", health.issuer],
  ];
  list(byId("ids"), ids, ([name]) => name, ([name, first]) => {
    const copier = copyButton(first, name);
    return { node: element("div", {}, element("dt", { text: name }), element("dd", {}, copier.node)), update: ([, id]) => copier.set(id) };
  });
  setText(byId("state-file"), health.state_file ?? "in memory only: it ends with the process");
}

async function ask() {
  const view = VIEWS[currentView()];
  const [health, clock, faults, outbox, ...rest] = await Promise.all(["health", "clock", "faults", "messages", ...view.reads].map(read));
  heard(health);
  setClock(clock.now);
  const states = [`Running, version ${health.version}`];
  if (clock.advanced_seconds > 0) states.push(`clock ${duration(clock.advanced_seconds)} ahead`);
  if (faults.length > 0) states.push(faults.length === 1 ? "1 fault in force" : `${faults.length} faults in force`);
  setText(byId("status"), states.join(" · "));
  byId("status").classList.toggle("special", states.length > 1);
  showIds(health);
  trouble.showClock(clock);
  trouble.show(faults);
  messages.show(outbox);
  await Promise.all([trouble.showHealth(health), view.show(...rest)]);
}

/** A part comes into view once it is filled, so that nothing moves under the eyes. */
function unveil() {
  for (const name of Object.keys(VIEWS)) if (!byId(name).hidden) byId(name).classList.remove("waiting");
}

let asking;
/** Brings the page up to date. Whoever asks while an answer is on its way gets the one after it, which knows more. */
async function refresh() {
  const before = asking;
  const mine = (async () => {
    await before;
    if (asking !== mine) return asking;
    try {
      await ask();
    } catch (problem) {
      // Also an answer that is not the dev pool's: something else has its port.
      notice(problem instanceof Lost ? LOST : `${LOST} (${problem.message})`, "lost");
      setText(byId("status"), "Not running");
      byId("status").classList.add("special");
    }
    unveil();
    tick();
  })();
  asking = mine;
  await mine;
}

/** Carries out what a button does; what goes wrong is said at the edge of the page. */
async function attempt(action) {
  try {
    await action();
    if (byId("notice").className === "refused") notice("", "");
  } catch (problem) {
    notice(problem instanceof Lost ? LOST : problem.message, problem instanceof Lost ? "lost" : "refused");
  }
}

let timer;
async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  await refresh();
  clearTimeout(timer);
  timer = setTimeout(poll, POLL_MS);
}

for (const part of [messages, users, settings, trouble, requests]) part.start(refresh, attempt);
byId("notice-close").addEventListener("click", () => notice("", ""));
document.addEventListener("visibilitychange", poll);
addEventListener("hashchange", () => {
  place();
  scrollTo(0, 0);
  poll();
});
wide.addEventListener("change", () => {
  place();
  poll();
});
place();
poll();
