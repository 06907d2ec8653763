// Time by the pool's clock, which may be ahead of this machine's.
import { element, setText } from "./dom.js";

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
let ahead = 0;

/** Takes over what the pool's clock shows. */
export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
}

export const poolNow = () => Date.now() + ahead;

/** Such as "2 hours 5 minutes": the two largest units. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const parts = [];
  let rest = Math.floor(seconds);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.slice(0, 2).join(" ") || "0 seconds";
}

function ago(at) {
  const seconds = Math.round((poolNow() - Date.parse(at)) / 1000);
  if (seconds < 5 && seconds > -5) return "just now";
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return relative.format(-Math.trunc(seconds / size), unit);
}

/** A moment, told by how long ago it was; `tick` keeps that right. */
export function moment(at) {
  const absolute = new Date(at).toLocaleString("en", { dateStyle: "medium", timeStyle: "medium" });
  return element("time", { class: "when", datetime: at, title: absolute, text: ago(at) });
}

export function tick() {
  for (const time of document.querySelectorAll("time.when")) setText(time, ago(time.dateTime));
}
