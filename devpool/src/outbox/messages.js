// The outbox: what Cognito would have sent.
import { call } from "./api.js";
import { announce, aside, byId, copyButton, element, list, setHidden, setText } from "./dom.js";
import { moment } from "./time.js";

const PURPOSES = {
  sign_up: "Confirm the new account",
  resend_code: "Confirm the new account (sent again)",
  forgot_password: "Reset the password",
  update_attribute: "Verify the new address",
  verify_attribute: "Verify the address",
  sign_in: "Sign in",
  mfa: "Second factor",
  custom_challenge: "Custom challenge",
  temporary_password: "Temporary password",
};
const MEDIUMS = { EMAIL: "Email", SMS: "SMS" };

const purposeOf = (message) => PURPOSES[message.purpose] ?? message.purpose;
const keyOf = ({ id, at }) => `${id} ${at}`;
const kindOf = (message) => (message.purpose === "temporary_password" ? "password" : "code");

let all = [];
/** Those of the answer before; undefined until the first one, whose messages are not new. Numbers begin anew after a reset. */
let known;
/** Those of the latest delivery. */
let fresh = new Set();

function item(message) {
  const mark = element("span", { class: "badge new", text: "New" });
  const code = copyButton(message.code, `${kindOf(message)} for ${message.to}`, { large: true });
  const node = element("li", {},
    element("div", { class: "line" },
      element("span", { class: "who", text: message.to }),
      element("span", { class: "badges" }, mark, element("span", { class: "badge", text: MEDIUMS[message.medium] ?? message.medium }))),
    element("div", { class: "line what" }, element("span", { text: purposeOf(message) }), moment(message.at)),
    code.node);
  return { node, update: ({ isNew }) => {
    setHidden(mark, !isNew);
    node.classList.toggle("fresh", isNew);
  } };
}

function draw() {
  const wanted = byId("message-filter").value.trim().toLowerCase();
  const shown = wanted ? all.filter((message) => message.to.toLowerCase().includes(wanted)) : all;
  list(byId("message-list"), shown.map((message) => ({ ...message, isNew: fresh.has(keyOf(message)) })), keyOf, item);
  setText(byId("no-messages"), all.length === 0
    ? "Nothing yet. Sign up in the app, and the code appears here."
    : `None of ${all.length} goes to an address with “${wanted}” in it.`);
  setHidden(byId("no-messages"), shown.length > 0);
  setHidden(byId("empty-outbox"), all.length === 0);
  const count = byId("message-count");
  count.replaceChildren(...(all.length ? [element("span", { text: String(all.length) }), aside(all.length === 1 ? " message" : " messages")] : []));
}

export function show(messages) {
  const arrived = known ? messages.filter((message) => !known.has(keyOf(message))) : [];
  known = new Set(messages.map(keyOf));
  if (arrived.length > 0) fresh = new Set(arrived.map(keyOf));
  for (const message of arrived.slice(0, 3).reverse()) announce(`New message to ${message.to}: ${purposeOf(message)}, ${kindOf(message)} ${message.code}`);
  all = messages;
  draw();
  if (arrived.length > 0) setHidden(byId("unseen"), !byId("messages").hidden);
}

export function start(refresh, attempt) {
  byId("message-filter").addEventListener("input", draw);
  byId("empty-outbox").addEventListener("click", () => attempt(async () => {
    await call("DELETE", "messages");
    announce("The outbox is empty.");
    byId("message-filter").focus();
    await refresh();
  }));
}
