// Making and changing elements. Text from outside is only ever set as text, so nothing in it can become markup.

export const byId = (id) => document.getElementById(id);

/** An element. `on` has listeners, `text` the text; everything else is an attribute, absent if undefined or false. */
export function element(tag, { on = {}, text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [type, listener] of Object.entries(on)) made.addEventListener(type, listener);
  if (text !== undefined) made.textContent = text;
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setHidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

/** Text for screen readers only. */
export const aside = (text) => element("span", { class: "aside", text });

// What is drawn in a list: for each item's key its element and what it was drawn from.
const drawn = new WeakMap();

/**
 * Brings a list up to date: what is there already stays the same element, so focus, selection and whatever is open stay.
 * `make(item)` gives `{ node, update }`; `update(item)` is called at the start and whenever the item has changed.
 */
export function list(container, items, keyOf, make) {
  const before = drawn.get(container) ?? new Map();
  const now = new Map();
  for (const item of items) {
    const key = keyOf(item), content = JSON.stringify(item);
    const entry = before.get(key) ?? { ...make(item), content: undefined };
    if (entry.content !== content) {
      entry.content = content;
      entry.update?.(item);
    }
    now.set(key, entry);
  }
  for (const [key, { node }] of before) if (!now.has(key)) node.remove();
  let place = container.firstChild;
  for (const { node } of now.values()) {
    if (node === place) place = place.nextSibling;
    else container.insertBefore(node, place);
  }
  drawn.set(container, now);
  return now;
}

/** Says something to those who do not see the page, when they have a moment. */
export function announce(text) {
  const region = byId("announcements");
  region.append(element("p", { text }));
  while (region.childElementCount > 3) region.firstElementChild.remove();
}

/** A button with a name for the thing it is about, which those who see the page see anyway. */
export const button = (label, about, onClick, attributes = {}) =>
  element("button", { type: "button", ...attributes, on: { click: onClick } }, element("span", { text: label }), about ? aside(` ${about}`) : undefined);

/** Selects the text of a node, for browsers that do not let a page copy. */
function select(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

const FEEDBACK_MS = 3000;

/** A button that shows a text and copies it. `what` says of what kind it is. */
export function copyButton(text, what, { large = false } = {}) {
  const note = element("span", { class: "copy", text: "Copy" });
  const shown = element("span", { class: "copied-text", text });
  let timer;
  const feedback = (label, sentence) => {
    note.textContent = label;
    made.classList.toggle("done", label === "Copied");
    announce(sentence);
    clearTimeout(timer);
    timer = setTimeout(() => {
      note.textContent = "Copy";
      made.classList.remove("done");
    }, FEEDBACK_MS);
  };
  const made = element("button", {
    type: "button",
    class: large ? "copier large" : "copier",
    on: {
      click: async () => {
        try {
          await navigator.clipboard.writeText(shown.textContent);
          feedback("Copied", `Copied the ${what}.`);
        } catch {
          select(shown);
          feedback("Press Ctrl+C", `The ${what} is selected, but this browser does not let the page copy it.`);
        }
      },
    },
  }, note, shown);
  return { node: made, set: (value) => setText(shown, value) };
}

/** Asks before something that cannot be undone. Gives whether it shall be. */
export function confirmed(title, text, action) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = action;
  return new Promise((resolve) => {
    const end = new AbortController();
    const finish = (answer) => {
      end.abort();
      if (dialog.open) dialog.close();
      resolve(answer);
    };
    const { signal } = end;
    byId("confirm-yes").addEventListener("click", () => finish(true), { signal });
    byId("confirm-no").addEventListener("click", () => finish(false), { signal });
    dialog.addEventListener("close", () => finish(false), { signal });
    dialog.showModal();
  });
}

/** Puts the focus on a heading, where what had it has gone. */
export function focusHeading(id) {
  const heading = byId(id);
  heading.tabIndex = -1;
  heading.focus();
}
