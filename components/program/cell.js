// One cell on the page: its number, its editor or its text, its tools, and what it showed.

import { html, setAttribute, svg } from "../../gradwalk/player/dom.js";
import { createCodeEditor } from "./code_editor.js";
import { rendered } from "./markdown.js";
import { createOutputs } from "./outputs.js";

const KINDS = { code: "Code", markdown: "Text", raw: "Raw" };
const EMPTY = "*Empty text. Press Enter to write.*";

const ICONS = {
  run: "M5 3v10l8-5z",
  above: "M4 2h8v2H4zM8 5l5 5H9v4H7v-4H3z",
  up: "M8 3l5 5-1.4 1.4L9 6.8V14H7V6.8L4.4 9.4 3 8z",
  down: "M8 13L3 8l1.4-1.4L7 9.2V2h2v7.2l2.6-2.6L13 8z",
  add: "M7 3h2v4h4v2H9v4H7V9H3V7h4z",
  remove: "M6 2h4v1h4v2H2V3h4zM3.5 6h9l-.7 8H4.2z",
};

const tool = (name, label, press) =>
  html("button", { type: "button", class: "tool", "aria-label": label, title: label, tabindex: "-1", click: press },
    svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] })));

/** `on` does what is asked for: see the notebook. Each of its functions is told which cell. */
export function createCell(cell, parent, on) {
  const { key } = cell;
  const number = html("button", { type: "button", class: "number", tabindex: "-1", click: () => on.show(key) });
  const kind = html("select", { class: "kind", "aria-label": "Kind of cell", title: "Kind of cell", tabindex: "-1", change: () => on.turn(key, kind.value) },
    ...Object.entries(KINDS).map(([value, name]) => html("option", { value }, name)));
  const runs = [tool("run", "Run to here (Ctrl+Enter)", () => on.run(key)), tool("above", "Run all above", () => on.runAbove(key))];
  const tools = html("div", { class: "tools", role: "group", "aria-label": "This cell" },
    ...runs, tool("up", "Move up", () => on.move(key, -1)), tool("down", "Move down", () => on.move(key, 1)),
    tool("add", "Add a cell below (B)", () => on.add(key, 1)), kind, tool("remove", "Delete (D D)", () => on.remove(key)));
  const knob = html("i", { class: "knob", hidden: true });
  const field = html("div", { class: "field" });
  const text = html("div", { class: "text", dblclick: () => on.edit(key), click: () => on.choose(key) });
  const outputs = createOutputs((item) => on.goToOutput(key, item), (step) => on.goToStep(key, step), (fix) => on.apply(fix));
  const body = html("div", { class: "body" }, field, text, tools);
  const element = html("div", { class: "cell", role: "group", tabindex: "-1", "data-key": key }, number, knob, body, outputs.element);
  parent.append(element);

  let now = null;
  let editor = null;
  let shownText = null;
  let shownMacros = null;
  let marked = "";

  const own = (name) => (...more) => on[name](key, ...more);
  const editing = Object.fromEntries("changed clicked focused runAndGo run runAndAdd leave split undo redo up down".split(" ").map((name) => [name, own(name)]));

  function makeEditor() {
    editor = createCodeEditor({ parent: field, text: now.source, code: now.kind === "code", on: editing });
    marked = "";
  }

  function dropEditor() {
    editor?.remove();
    editor = null;
  }

  /** `place` is where it stands in the program; `state` is {chosen, editing, waits}. */
  function update(next, place, state) {
    const turned = now && now.kind !== next.kind;
    now = next;
    const isText = next.kind === "markdown";
    const written = !isText || (state.chosen && state.editing);
    if (turned || !written) dropEditor();
    if (written && !editor) makeEditor();
    editor?.setText(next.source);
    [field.hidden, text.hidden] = [!written, written];
    const shows = shownText === next.source && shownMacros === state.macros;
    if (!written && !shows) text.replaceChildren(rendered(next.source.trim() ? next.source : EMPTY, next.attachments, state.macros));
    if (!written) [shownText, shownMacros] = [next.source, state.macros];
    const name = next.kind === "code" ? (place.number ? `Cell ${place.number}` : "Empty cell") : KINDS[next.kind];
    number.textContent = state.waits ? "•" : (place.number ?? "");
    number.hidden = !place.number;
    number.setAttribute("aria-label", `Show ${name.toLowerCase()} in the player`);
    number.title = `${name}: show it in the player`;
    kind.value = next.kind;
    for (const button of runs) button.hidden = next.kind !== "code";
    element.setAttribute("aria-label", name);
    element.tabIndex = state.chosen ? 0 : -1;
    element.className = ["cell", next.kind, state.chosen && "chosen", state.chosen && state.editing && "editing", state.waits && "waits"].filter(Boolean).join(" ");
    for (const button of element.querySelectorAll(".tool, .kind, .number")) setAttribute(button, "tabindex", state.chosen ? 0 : -1);
    setName(name);
  }

  let about = "";

  function setName(name) {
    const wanted = JSON.stringify([editor !== null, name]);
    if (!editor || wanted === about) return;
    about = wanted;
    editor.setAbout({ "aria-label": name, spellcheck: now.kind === "markdown" ? "true" : "false", autocapitalize: "off", autocorrect: "off" });
  }

  /** The expression of the player's step and what failed; the knob stands at the step's line. */
  function mark(marks) {
    const wanted = marks.length ? JSON.stringify([now.source, marks]) : ""; // nothing marks what is being typed
    if (wanted === marked) return;
    marked = wanted;
    editor?.mark(marks);
    const step = marks.find(({ kind: what }) => what === "now");
    element.classList.toggle("at-step", Boolean(step && editor));
    element.dataset.phase = step?.phase ?? "";
    knob.hidden = !(step && editor);
    if (!knob.hidden) requestAnimationFrame(() => placeKnob(step.span[0]));
  }

  function placeKnob(line) {
    if (!editor || knob.hidden) return;
    const { top, one } = editor.lineBox(line);
    knob.style.top = `${top + one / 2 - element.getBoundingClientRect().top}px`;
  }

  function remove() {
    dropEditor();
    element.remove();
  }

  return { key, element, update, mark, outputs, editor: () => editor, remove };
}
