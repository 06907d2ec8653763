// Fills the page from the JSON addresses beside it and asks again every second while it is in view. Text from
// outside is only ever set as textContent.
"use strict";

const POLL_MS = 1000;
const PURPOSES = {
  sign_up: "Confirm the account",
  resend_code: "Confirm the account (sent again)",
  forgot_password: "Reset the password",
  update_attribute: "Verify the new address",
  temporary_password: "Temporary password",
};

const byId = (id) => document.getElementById(id);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function line(...parts) {
  const made = element("div", "line");
  made.append(...parts);
  return made;
}

// A list is drawn anew only when it changed, so that focus and selection stay where they are.
const drawn = new Map();
function draw(id, emptyId, items, toItem) {
  const content = JSON.stringify(items);
  if (drawn.get(id) === content) return;
  drawn.set(id, content);
  byId(id).replaceChildren(...items.map(toItem));
  if (emptyId) byId(emptyId).hidden = items.length > 0;
}

async function copy(text, note) {
  try {
    await navigator.clipboard.writeText(text);
    note.textContent = "copied";
  } catch {
    note.textContent = "select and copy";
  }
}

function message({ to, purpose, code, at }) {
  const item = element("li");
  const when = element("time", "when", new Date(at).toLocaleString());
  when.dateTime = at;
  const button = element("button", "code");
  button.type = "button";
  button.setAttribute("aria-label", `Copy ${code}`);
  const note = element("span", "copy", "copy");
  note.setAttribute("aria-live", "polite");
  button.append(element("span", "", code), note);
  button.addEventListener("click", () => copy(code, note));
  item.append(
    line(element("span", "who", to), when),
    element("div", "what", PURPOSES[purpose] ?? purpose),
    button,
  );
  return item;
}

function user({ email, status, enabled, sub, sessions }) {
  const item = element("li");
  const state = enabled ? status : `${status}, DISABLED`;
  const good = enabled && status === "CONFIRMED";
  item.append(
    line(element("span", "who", email), element("span", good ? "state" : "state waiting", state)),
    element("div", "what", `${sub} · ${sessions} signed in`),
  );
  return item;
}

function fault({ operation, kind, count, probability, name, status, ms }) {
  const item = element("li");
  const detail = [kind, name, status, ms === undefined ? undefined : `${ms} ms`].filter(Boolean).join(" ");
  const times = count === null ? "every call" : count === 1 ? "the next call" : `the next ${count} calls`;
  const chance = probability < 1 ? `, ${Math.round(probability * 100)} %` : "";
  item.append(
    line(element("span", "who", operation), element("span", "when", times + chance)),
    element("div", "what", detail),
  );
  return item;
}

function pairs(id, entries) {
  draw(id, undefined, entries, ([term, text]) => {
    const pair = document.createDocumentFragment();
    pair.append(element("dt", "", term), element("dd", "", text));
    return pair;
  });
}

async function read(name) {
  const response = await fetch(`/_devpool/${name}`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.json();
}

async function refresh() {
  const status = byId("status");
  try {
    const [health, messages, users, faults, clock] = await Promise.all(
      ["health", "messages", "users", "faults", "clock"].map(read),
    );
    draw("messages", "no-messages", messages, message);
    draw("users", "no-users", users, user);
    draw("faults", "no-faults", faults, fault);
    pairs("sentinels", health.sentinels.map(({ username, effect }) => [username, effect]));
    pairs("ids", [
      ["Region", health.region],
      ["User pool", health.user_pool_id],
      ["App client", health.client_id],
      ["Identity pool", health.identity_pool_id],
      ["Issuer", health.issuer],
      ["State", health.state_file ?? "in memory"],
    ]);
    const ahead = clock.advanced_seconds > 0 ? ` · clock ${clock.advanced_seconds} s ahead` : "";
    const text = `Running, version ${health.version}${ahead}`;
    if (status.textContent !== text) status.textContent = text;
    status.classList.remove("lost");
  } catch {
    status.textContent = "The dev pool does not answer. Is it still running?";
    status.classList.add("lost");
  }
}

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MS);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
poll();
