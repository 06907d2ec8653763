// The latest calls of AWS's API.
import { call } from "./api.js";
import { announce, byId, element, focusHeading, list, setHidden, setText } from "./dom.js";
import { moment } from "./time.js";

const MOST = 100;
export const READS = [`requests?limit=${MOST}`];

function row(record) {
  const status = element("span", { class: "state" }), rest = element("span", { class: "what" });
  const step = record.challenge ?? record.auth_flow;
  const operation = element("div", {}, element("span", { class: "who", text: record.operation }));
  if (step) operation.append(" ", element("span", { class: "what", text: step }));
  return {
    node: element("li", {}, element("div", { class: "line" }, operation, moment(record.at)), status, " ", rest),
    update: ({ status: code, error, faults, took_ms }) => {
      setText(status, [code ?? "no answer", error].filter(Boolean).join(" "));
      status.classList.toggle("waiting", code === null || code >= 400);
      setText(rest, [faults.length ? `fault: ${faults.join(", ")}` : "", took_ms === null ? "" : `${took_ms} ms`].filter(Boolean).join(" · "));
    },
  };
}

export function show(records) {
  list(byId("request-list"), records, ({ id, at }) => `${id} ${at}`, row);
  setHidden(byId("no-requests"), records.length > 0);
  setHidden(byId("request-list"), records.length === 0);
  setHidden(byId("clear-requests"), records.length === 0);
}

export function start(refresh, attempt) {
  byId("clear-requests").addEventListener("click", () => attempt(async () => {
    await call("DELETE", "requests");
    announce("The list of requests is empty.");
    await refresh();
    focusHeading("requests-title");
  }));
}
