// The clock, the faults, and the user names that make trouble.
import { call, read } from "./api.js";
import { announce, button, byId, copyButton, element, focusHeading, list, setHidden, setText } from "./dom.js";
import { duration, poolNow } from "./time.js";

export const READS = ["faults"];

const KINDS = {
  error: "AWS error",
  status: "HTTP status",
  delay: "Late answer",
  drop: "Connection cut",
  garbage: "Half an answer",
  empty: "Empty answer",
  hang: "No answer at all",
};

let refresh = async () => {};
let attempt = async () => {};
/** All operations; undefined until they are known. */
let operations;

export function showClock(clock) {
  setText(byId("clock-now"), new Date(poolNow()).toLocaleString("en", { dateStyle: "full", timeStyle: "medium" }));
  const ahead = clock.advanced_seconds;
  setText(byId("clock-ahead"), ahead > 0 ? `${duration(ahead)} ahead of this machine's clock.` : "The same as this machine's clock.");
  setHidden(byId("clock-reset"), ahead === 0);
}

const advance = (seconds) => attempt(async () => {
  await call("POST", "clock", { advance: seconds });
  announce(`The clock is ${duration(seconds)} further on.`);
  await refresh();
});

function describe({ kind, name, message, status, content_type, ms }) {
  const details = { error: [name, message, status], status: [status, content_type], delay: [`${ms / 1000} s`] };
  const words = details[kind] ?? [];
  return [KINDS[kind] ?? kind, ...words.filter((word) => word !== undefined && word !== "")].join(" · ");
}

function rule(fault) {
  const who = fault.operation === "*" ? "every operation" : fault.operation;
  const times = element("span", { class: "what" });
  const remove = button("Remove", `the fault of ${who}`, () => attempt(async () => {
    await call("DELETE", `faults/${fault.id}`);
    announce("The fault is removed.");
    await refresh();
    focusHeading("faults-title");
  }));
  const node = element("li", { class: "line" },
    element("div", {}, element("span", { class: "who", text: who }), " ", times, element("div", { class: "what", text: describe(fault) })), remove);
  return { node, update: ({ count, probability }) => {
    const calls = count === null ? "every call" : count === 1 ? "the next call" : `the next ${count} calls`;
    setText(times, probability < 1 ? `${calls}, with ${Math.round(probability * 1000) / 10} % chance` : calls);
  } };
}

export function show(faults) {
  list(byId("fault-list"), faults, ({ id }) => id, rule);
  setHidden(byId("no-faults"), faults.length > 0);
  setHidden(byId("clear-faults"), faults.length < 2);
}

function sentinel({ username, effect }) {
  return { node: element("li", {}, copyButton(username, "user name").node, element("span", { class: "what", text: effect })) };
}

export async function showHealth(health) {
  list(byId("sentinels"), health.sentinels, ({ username }) => username, sentinel);
  if (operations) return;
  operations = await read("operations");
  const groups = { "cognito-idp": "User pool", "cognito-identity": "Identity pool", sts: "Security Token Service" };
  for (const [service, label] of Object.entries(groups)) {
    const names = operations.filter((operation) => operation.service === service).map(({ name }) => element("option", { value: name, text: name }));
    byId("fault-operation").append(element("optgroup", { label }, ...names));
  }
  suggest();
}

/** The exceptions that AWS documents for the chosen operation, and those that any may have. */
function suggest() {
  const chosen = operations?.find(({ name }) => name === byId("fault-operation").value);
  const names = new Set([...(chosen?.errors ?? []), "TooManyRequestsException", "InternalErrorException", "ForbiddenException", "NotAuthorizedException"]);
  byId("exceptions").replaceChildren(...[...names].sort().map((name) => element("option", { value: name })));
}

function follow() {
  const { kind, always, count } = byId("add-fault").elements;
  for (const field of byId("add-fault").querySelectorAll("[data-kinds]")) {
    const applies = field.dataset.kinds.split(" ").includes(kind.value);
    field.hidden = !applies;
    for (const input of field.querySelectorAll("input, textarea")) input.disabled = !applies;
  }
  count.disabled = always.checked;
}

function newRule(form) {
  const { operation, kind, always, count, probability, name, message, status, body, content_type, ms } = form.elements;
  const made = { operation: operation.value, kind: kind.value, count: always.checked ? null : Number(count.value), probability: Number(probability.value) / 100 };
  if (kind.value === "error") {
    Object.assign(made, { name: name.value.trim(), message: message.value });
    if (status.value) made.status = Number(status.value);
  }
  if (kind.value === "status") Object.assign(made, { status: Number(status.value), body: body.value, content_type: content_type.value });
  if (kind.value === "delay") made.ms = Number(ms.value);
  return made;
}

export function start(refreshAll, attemptTo) {
  refresh = refreshAll;
  attempt = attemptTo;
  for (const step of byId("clock-steps").children) step.addEventListener("click", () => advance(Number(step.value)));
  byId("advance").addEventListener("submit", (event) => {
    event.preventDefault();
    const { amount, unit } = event.target.elements;
    advance(Math.round(Number(amount.value) * Number(unit.value)));
  });
  byId("clock-reset").addEventListener("click", () => attempt(async () => {
    await call("DELETE", "clock");
    announce("The clock is right again.");
    await refresh();
    focusHeading("clock-title");
  }));
  const kind = byId("fault-kind");
  kind.append(...Object.entries(KINDS).map(([value, text]) => element("option", { value, text })));
  byId("fault-operation").addEventListener("change", suggest);
  byId("add-fault").addEventListener("change", follow);
  follow();
  suggest();
  byId("add-fault").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = byId("fault-problem");
    problem.textContent = "";
    try {
      await call("POST", "faults", newRule(event.target));
      announce("The fault is in force.");
      await refresh();
    } catch (error) {
      problem.textContent = error.message;
    }
  });
  byId("clear-faults").addEventListener("click", () => attempt(async () => {
    await call("DELETE", "faults");
    announce("All faults are removed.");
    await refresh();
    focusHeading("faults-title");
  }));
}
