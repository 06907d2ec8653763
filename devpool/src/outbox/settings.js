// The rules of the pool as switches. Each change is sent at once; what the dev pool refuses goes back.
import { call } from "./api.js";
import { announce, byId, confirmed, element, setHidden, setText } from "./dom.js";
import { GROUPS, PRESETS } from "./switches.js";
import { duration } from "./time.js";

export const READS = ["settings"];

let settings;
let refresh = async () => {};
let attempt = async () => {};
const rows = [];

const at = (value, path) => path.split(".").reduce((inner, name) => inner?.[name], value);
/** `{ a: { b: value } }` for the path `a.b`. */
const nested = (path, value) => path.split(".").reduceRight((inner, name) => ({ [name]: inner }), value);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function take(value) {
  settings = value;
  for (const row of rows) row.set(settings);
  setText(byId("settings-json"), JSON.stringify(settings, undefined, 2));
  for (const preset of presets) preset.set(settings);
}

/** A row: what it is called, what it means, its control, and how the last change went. */
function row(id, { label, hint }, kind) {
  const note = element("p", { class: "note", id: `${id}-note` });
  const describedBy = `${id}-hint ${id}-note`;
  const words = element("span", { class: "hint", id: `${id}-hint`, text: hint });
  const problem = (text) => {
    setText(note, text);
    note.className = text ? "note problem" : "note";
  };
  /** Sends a change of this row's; `undo` is for when it is refused. */
  const send = async (changes) => {
    try {
      take(await call("PUT", "settings", changes));
      note.textContent = "Saved";
      note.className = "note saved";
      announce(`${label}: saved.`);
    } catch (error) {
      problem(error.message);
      announce(`${label}: not changed. ${error.message}`);
      take(settings);
    }
  };
  return { ...kind({ id, label, words, note, describedBy, send, problem }), note };
}

const caption = (id, label, words) => element("div", {}, element("label", { for: id, text: label }), words);

const KINDS = {
  switch: ({ path }) => ({ id, label, words, note, describedBy, send }) => {
    const input = element("input", { type: "checkbox", role: "switch", id, "aria-describedby": describedBy, disabled: true,
      on: { change: () => send(nested(path, input.checked)) } });
    return {
      node: element("div", { class: "setting" }, caption(id, label, words), input, note),
      set: (all) => {
        input.disabled = false;
        input.checked = at(all, path) === true;
      },
    };
  },

  // Each choice stands for a value of `path`, or for values of several members.
  choice: ({ path, options }) => ({ id, label, words, note, describedBy, send }) => {
    const changesOf = (value) => (path ? nested(path, value) : value);
    const input = element("select", { id, "aria-describedby": describedBy, disabled: true,
      on: { change: () => send(changesOf(options[Number(input.value)][1])) } },
    ...options.map(([text], index) => element("option", { value: String(index), text })));
    const other = element("option", { value: "", text: "something else", hidden: true });
    input.append(other);
    return {
      node: element("div", { class: "setting" }, caption(id, label, words), input, note),
      set: (all) => {
        input.disabled = false;
        const index = options.findIndex(([, value, isSet]) => (isSet ? isSet(all) : same(at(all, path), value)));
        input.value = index < 0 ? "" : String(index);
      },
    };
  },

  set: ({ path, options }) => ({ id, label, words, note, describedBy, send }) => {
    const inputs = options.map(([value, text]) => {
      const input = element("input", { type: "checkbox", value, disabled: true, on: { change: () => {
        // What the page does not know of stays.
        const unknown = at(settings, path).filter((value) => !options.some(([known]) => known === value));
        send(nested(path, [...inputs.filter((each) => each.input.checked).map((each) => each.input.value), ...unknown]));
      } } });
      return { input, node: element("label", {}, input, " ", text) };
    });
    return {
      node: element("fieldset", { class: "setting set", id, "aria-describedby": describedBy },
        element("legend", { text: label }), words, element("div", { class: "choices" }, ...inputs.map(({ node }) => node)), note),
      set: (all) => {
        for (const { input } of inputs) {
          input.disabled = false;
          input.checked = at(all, path).includes(input.value);
        }
      },
    };
  },

  number: ({ path, unit }) => ({ id, label, words, note, describedBy, send, problem }) => {
    const inWords = element("span", { class: "unit" });
    // While somebody types, what the dev pool has must not come in between.
    let typing = false;
    const explain = () => setText(inWords, unit === "seconds" && input.value ? `seconds (${duration(Number(input.value))})` : unit);
    const input = element("input", { type: "number", id, inputmode: "numeric", "aria-describedby": describedBy, disabled: true, on: {
      input: () => {
        typing = true;
        explain();
      },
      blur: () => {
        // What was typed and taken back again is no change.
        if (!typing) return;
        typing = false;
        set(settings);
      },
      change: () => {
        typing = false;
        if (Number.isInteger(input.valueAsNumber)) return send(nested(path, input.valueAsNumber));
        problem("This must be a whole number.");
        announce(`${label}: not changed. This must be a whole number.`);
        set(settings);
      },
    } });
    const set = (all) => {
      input.disabled = false;
      if (typing) return;
      input.value = String(at(all, path));
      explain();
    };
    return { node: element("div", { class: "setting" }, caption(id, label, words), element("span", { class: "amount" }, input, inWords), note), set };
  },

  text: ({ path, separated }) => ({ id, label, words, note, describedBy, send }) => {
    let typing = false;
    const valueOf = (text) => (separated ? text.split(",").map((part) => part.trim()).filter(Boolean) : text.trim());
    const input = element("input", { type: "text", id, autocomplete: "off", spellcheck: "false", "aria-describedby": describedBy, disabled: true, on: {
      input: () => { typing = true; },
      blur: () => { typing = false; },
      change: () => {
        typing = false;
        send(nested(path, valueOf(input.value)));
      },
    } });
    return {
      node: element("div", { class: "setting" }, caption(id, label, words), input, note),
      set: (all) => {
        input.disabled = false;
        if (typing) return;
        const value = at(all, path);
        input.value = separated ? value.join(", ") : value;
      },
    };
  },
};

/** Whether everything that a preset says is so. */
function contains(all, part) {
  if (part === null || typeof part !== "object" || Array.isArray(part)) return same(all, part);
  return Object.entries(part).every(([name, value]) => contains(all?.[name], value));
}

const presets = PRESETS.map(({ title, text, changes }) => {
  const mark = element("span", { class: "badge", text: "in force", hidden: true });
  const node = element("li", {}, element("button", { type: "button", on: { click: () => attempt(async () => {
    take(changes ? await call("PUT", "settings", changes) : await call("DELETE", "settings"));
    announce(`${title}: saved.`);
    await refresh();
  }) } }, element("span", { class: "line" }, element("span", { class: "who", text: title }), mark), element("span", { class: "what", text })));
  return { node, set: (all) => setHidden(mark, !changes || !contains(all, changes)) };
});

export function show(value) {
  if (!same(value, settings)) take(value);
}

export function start(refreshAll, attemptTo) {
  refresh = refreshAll;
  attempt = attemptTo;
  byId("presets").append(...presets.map(({ node }) => node));
  for (const { title, members } of GROUPS) {
    const group = element("details", { class: "group", open: byId("setting-groups").childElementCount < 2 }, element("summary", {}, element("h3", { text: title })));
    for (const member of members) {
      const made = row(`setting-${rows.length}`, member, KINDS[member.kind](member));
      rows.push(made);
      group.append(made.node);
    }
    byId("setting-groups").append(group);
  }
  byId("reset").addEventListener("click", async () => {
    const text = "Users, messages, faults and the list of requests go, the settings are the defaults again, and the clock is right.";
    if (!await confirmed("Reset everything?", text, "Reset everything")) return;
    await attempt(async () => {
      await call("POST", "reset");
      announce("Everything is reset.");
      await refresh();
    });
  });
}
