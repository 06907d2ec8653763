// The users, what can be done to them, and new ones.
import { call, read } from "./api.js";
import { announce, aside, button, byId, confirmed, copyButton, element, focusHeading, list, setHidden, setText } from "./dom.js";
import { moment } from "./time.js";

const STATUS = {
  CONFIRMED: ["Confirmed", "good"],
  UNCONFIRMED: ["Sign-up code not entered yet", "waiting"],
  FORCE_CHANGE_PASSWORD: ["Must choose a password", "waiting"],
  RESET_REQUIRED: ["Must reset the password", "waiting"],
  EXTERNAL_PROVIDER: ["Signs in with another provider", "good"],
};
const FACTORS = { SMS: "SMS code", SOFTWARE_TOKEN: "authenticator app", EMAIL: "email code" };

const nameOf = (user) => user.email || user.phone_number || user.username;
const pathOf = (user) => `users/${encodeURIComponent(user.sub)}`;
const some = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

let refresh = async () => {};
/** Carries out what a button does, and says what went wrong. */
let attempt = async () => {};

function addresses(user) {
  const of = (address, verified) => (address ? [{ address, verified: user.attributes[verified] === "true" }] : []);
  return [...of(user.email, "email_verified"), ...of(user.phone_number, "phone_number_verified")];
}

function facts(user) {
  const found = [];
  if (user.username !== user.sub) found.push(`user name ${user.username}`);
  for (const [name, value] of Object.entries(user.pending_attributes)) found.push(`${name} becomes ${value} once its code is entered`);
  const { mfa } = user;
  const factors = mfa.enabled.map((factor) => `${FACTORS[factor] ?? factor}${mfa.preferred === factor && mfa.enabled.length > 1 ? " (preferred)" : ""}`);
  if (factors.length) found.push(`second factor: ${factors.join(", ")}`);
  if (mfa.unverified_software_token) found.push("authenticator app being set up");
  if (user.passkeys) found.push(some(user.passkeys, "passkey") + (mfa.passkeys ? " (counting as two factors)" : ""));
  if (user.devices) found.push(some(user.devices, "device"));
  for (const identity of user.identities) found.push(`${identity.provider_name}: ${identity.user_id}`);
  if (!user.has_password) found.push("no password");
  found.push(user.sessions === 0 ? "not signed in" : some(user.sessions, "session"));
  return found;
}

/** An address, as a list shows it. */
function address() {
  const text = element("span", { class: "who" }), state = element("span", { class: "state" });
  return { node: element("li", { class: "line" }, text, state), update: (item) => {
    setText(text, item.address);
    setText(state, item.verified ? "verified" : "not verified");
    state.classList.toggle("waiting", !item.verified);
  } };
}

function fact(text) {
  return { node: element("li", { text }) };
}

/** What an authenticator app of theirs shows. */
function authenticator(name, current) {
  const code = copyButton("", `authenticator code of ${name}`);
  const secret = copyButton("", `secret of the authenticator app of ${name}`);
  const secretLine = element("p", { hidden: true }, element("span", { class: "what", text: "Secret for another app: " }), secret.node);
  const note = element("span", { class: "what" });
  const shown = element("p", { hidden: true }, code.node, " ", note);
  const update = async () => {
    if (shown.hidden) return;
    try {
      const answer = await read(`${pathOf(current())}/totp`);
      code.set(answer.code);
      setText(note, answer.verified ? "changes every 30 seconds" : "finishes setting up the app");
      setHidden(code.node, false);
    } catch (problem) {
      setHidden(code.node, true);
      setText(note, problem.message);
    }
  };
  const toggle = button("Show authenticator code", `of ${name}`, async () => {
    shown.hidden = !shown.hidden;
    toggle.setAttribute("aria-expanded", String(!shown.hidden));
    await update();
  }, { "aria-expanded": "false" });
  const give = button("Give an authenticator app", `to ${name}`, () => attempt(async () => {
    const answer = await call("PUT", `${pathOf(current())}/totp`);
    secret.set(answer.secret);
    secretLine.hidden = shown.hidden = false;
    toggle.setAttribute("aria-expanded", "true");
    announce(`${name} has an authenticator app now.`);
    await refresh();
    if (give.hidden) toggle.focus();
  }));
  return {
    buttons: [toggle, give],
    nodes: [shown, secretLine],
    update,
    set: ({ mfa }) => {
      const any = mfa.software_token || mfa.unverified_software_token;
      setHidden(toggle, !any);
      setHidden(give, mfa.software_token);
      if (!any) setHidden(shown, true);
    },
  };
}

function signIn(event) {
  const state = element("span", { class: "state" });
  const device = element("span", { class: "what", text: event.device || "unknown device" });
  return { node: element("li", { class: "line" }, element("span", {}, moment(event.at), " ", device), state), update: ({ revoked, feedback }) => {
    setText(state, [revoked ? "ended" : "signed in", feedback === "Invalid" ? "said not to be theirs" : feedback === "Valid" ? "said to be theirs" : ""].filter(Boolean).join(", "));
    state.classList.toggle("waiting", revoked);
  } };
}

function signIns(name, current) {
  const entries = element("ul", { class: "plain" }), note = element("p", { class: "what", text: "…" });
  const node = element("details", {}, element("summary", {}, "Sign-ins", aside(` of ${name}`)), entries, note);
  const update = async () => {
    if (!node.open) return;
    try {
      const events = await read(`${pathOf(current())}/sign-ins`);
      list(entries, events, (event) => event.event_id, signIn);
      setText(note, "None yet.");
      setHidden(note, events.length > 0);
    } catch (problem) {
      setText(note, problem.message);
      setHidden(note, false);
    }
  };
  node.addEventListener("toggle", update);
  return { node, update };
}

function attributeRow([name]) {
  const value = element("dd");
  return { node: element("div", {}, element("dt", { text: name }), value), update: ([, text]) => setText(value, text) };
}

function card(first) {
  let user = first;
  const current = () => user, name = nameOf(first);
  const status = element("span", { class: "badge" }), off = element("span", { class: "badge waiting", text: "Disabled" });
  const addressList = element("ul", { class: "plain" }), factList = element("ul", { class: "facts" });
  const attributes = element("dl");
  const app = authenticator(name, current), events = signIns(name, current);
  const patch = (change, sentence) => attempt(async () => {
    await call("PATCH", pathOf(user), change);
    announce(sentence);
    await refresh();
  });
  const able = button("Disable", name, () =>
    (user.enabled ? patch({ enabled: false }, `${name} is disabled.`) : patch({ enabled: true }, `${name} is enabled.`)));
  const confirm = button("Set confirmed", name, () => patch({ status: "CONFIRMED" }, `${name} is confirmed.`));
  const reset = button("Force a password reset", `of ${name}`, () => patch({ status: "RESET_REQUIRED" }, `${name} must reset the password. A code is sent.`));
  const signOut = button("Sign out everywhere", name, () => patch({ sign_out: true }, `${name} is signed out everywhere.`));
  const remove = button("Delete…", name, async () => {
    if (!await confirmed(`Delete ${name}?`, "The user goes, with everything that is theirs: sessions, passkeys, devices. The messages stay.", "Delete")) return;
    await attempt(async () => {
      await call("DELETE", pathOf(user));
      announce(`${name} is deleted.`);
      await refresh();
      focusHeading("users-title");
    });
  }, { class: "danger" });
  const manage = element("details", { class: "manage" },
    element("summary", {}, "Manage", aside(` ${name}`)),
    element("div", { class: "actions" }, able, confirm, reset, signOut, ...app.buttons, remove),
    ...app.nodes,
    events.node,
    element("details", {}, element("summary", {}, "Attributes", aside(` of ${name}`)), attributes));
  const update = (item) => {
    user = item;
    const [words, kind] = STATUS[user.status] ?? [user.status, "waiting"];
    setText(status, words);
    status.className = `badge ${kind}`;
    setHidden(off, user.enabled);
    const known = addresses(user);
    list(addressList, known.length ? known : [{ address: user.username, verified: false }], (entry) => entry.address, address);
    list(factList, facts(user), (text) => text, fact);
    list(attributes, Object.entries({ sub: user.sub, ...user.attributes }), ([key]) => key, attributeRow);
    setText(able.firstChild, user.enabled ? "Disable" : "Enable");
    setHidden(confirm, user.status === "CONFIRMED");
    setHidden(reset, user.status === "RESET_REQUIRED");
    app.set(user);
  };
  const node = element("li", {}, element("div", { class: "badges" }, status, off), addressList, factList, manage);
  return { node, update, poll: () => (manage.open ? Promise.all([app.update(), events.update()]) : undefined) };
}

export async function show(users) {
  const cards = list(byId("user-list"), users, ({ sub }) => sub, card);
  setHidden(byId("no-users"), users.length > 0);
  byId("user-count").replaceChildren(...(users.length ? [element("span", { text: String(users.length) }), aside(users.length === 1 ? " user" : " users")] : []));
  await Promise.all([...cards.values()].map((entry) => entry.poll()));
}

/** `name=value` lines as an object. */
function attributesOf(text) {
  const found = {};
  for (const line of text.split("\n").map((line) => line.trim()).filter(Boolean)) {
    const at = line.indexOf("=");
    if (at < 1) throw new Error(`“${line}” is not an attribute: write name=value.`);
    found[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return found;
}

function newUser(form) {
  const { username, beginning, password, confirmed, email_verified, phone_number_verified, attributes } = form.elements;
  const request = {
    username: username.value.trim(),
    email_verified: email_verified.checked,
    phone_number_verified: phone_number_verified.checked,
    attributes: attributesOf(attributes.value),
  };
  if (beginning.value === "password") Object.assign(request, { password: password.value, confirmed: confirmed.checked });
  if (beginning.value === "temporary_password" && password.value) request.temporary_password = password.value;
  if (beginning.value === "passwordless") request.passwordless = true;
  return request;
}

export function start(refreshAll, attemptTo) {
  refresh = refreshAll;
  attempt = attemptTo;
  const form = byId("create-user"), problem = byId("create-problem");
  const follow = () => {
    const { beginning, password, confirmed } = form.elements;
    password.disabled = beginning.value === "passwordless";
    confirmed.disabled = beginning.value !== "password";
  };
  form.addEventListener("change", follow);
  form.addEventListener("reset", () => setTimeout(follow));
  follow();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      const made = await call("POST", "users", newUser(form));
      form.reset();
      byId("create").open = false;
      byId("create").querySelector("summary").focus();
      announce(`${nameOf(made)} is created.`);
      await refresh();
    } catch (error) {
      problem.textContent = error.message;
    }
  });
}
