/* How much is said: Learn (names, values, local gradients, gradients), or PyTorch (its nodes, what they save, its rules, the program) as well. */

import { html, setAttribute } from "./dom.js";

const NAMES = { learn: "Learn", pytorch: "PyTorch" };
const KEY = "gradwalk.density";

/** What the address asks for (a picture of PyTorch's own asks for PyTorch), else what the reader chose last; storage may be switched off. */
export function firstDensity() {
  const asked = new URLSearchParams(location.search);
  if (Object.hasOwn(NAMES, asked.get("density"))) return asked.get("density");
  if (asked.get("picture")) return "pytorch";
  try {
    return Object.hasOwn(NAMES, localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : "learn";
  } catch {
    return "learn";
  }
}

/** `changed()` is called when another density was chosen. */
export function createDensity(changed) {
  let now = firstDensity();
  const button = ([name, text]) => html("button", { type: "button", "data-density": name, click: () => choose(name) }, text);
  const buttons = Object.entries(NAMES).map(button);
  const element = html("div", { class: "tabs densities", role: "group", "aria-label": "How much is said" }, ...buttons);
  mark();

  function mark() {
    for (const each of buttons) setAttribute(each, "aria-pressed", each.dataset.density === now);
  }

  function choose(name) {
    now = name;
    mark();
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // The choice then holds for this page only.
    }
    changed();
  }

  return { element, name: () => now, learns: () => now === "learn" };
}
