// The latest calls of AWS's API.
import { call } from "./api.js";
import { announce, byId, element, focusHeading, list, setHidden, setText } from "./dom.js";
import { moment } from "./time.js";

const MOST = 100;
export const READS = [`requests?limit=${MOST}`];

function row(record) {
  const result = element("td"), faults = element("td"), took = element("td", { class: "number" });
  const step = record.challenge ?? record.auth_flow;
  const operation = element("td", {}, element("span", { class: "who", text: record.operation }));
  if (step) operation.append(" ", element("span", { class: "what", text: step }));
  return {
    node: element("tr", {}, operation, result, faults, took, element("td", {}, moment(record.at))),
    update: ({ status, error, faults: struck, took_ms }) => {
      const failed = status === null || status >= 400;
      result.replaceChildren(element("span", { class: failed ? "state waiting" : "state", text: status === null ? "no answer" : String(status) }));
      if (error) result.append(" ", error);
      setText(faults, struck.join(", "));
      setText(took, took_ms === null ? "" : `${took_ms} ms`);
    },
  };
}

export function show(records) {
  list(byId("request-list"), records, ({ id, at }) => `${id} ${at}`, row);
  setHidden(byId("no-requests"), records.length > 0);
  setHidden(byId("request-table"), records.length === 0);
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
