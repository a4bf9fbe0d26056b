/* Beside the words: the program, the table of names and everything shown so far; which of them is on the page. */

import { createCode } from "./code.js";
import { html, setAttribute } from "./dom.js";
import { createNames } from "./names.js";
import { createOutputs } from "./outputs.js";
import { entryAt, isProgram } from "./story.js";

const PARTS_OF_PANEL = { program: "Program", names: "Names", outputs: "Output" };

/** `redraw()` is called when another part was chosen: it then has its room. */
export function createPanel(redraw) {
  const code = createCode();
  const names = createNames();
  const inline = createOutputs();
  const all = createOutputs();
  const list = html("div", { class: "output-list", tabindex: "0", role: "region", "aria-label": "Output", "data-scrolls": true });
  const silent = html("p", { class: "nothing" }, "Nothing has been shown yet.");
  const outputs = html("div", { class: "all-outputs" }, list, silent);
  const marks = {};
  const tabs = Object.entries(PARTS_OF_PANEL).map(([part, name]) => {
    marks[part] = html("span", { class: "news", hidden: true }, html("span", { "aria-hidden": "true" }, "●"),
      html("span", { class: "unseen" }, "changed"));
    return html("button", { type: "button", "data-part": part, click: () => choose(part) }, name, marks[part]);
  });
  const bar = html("div", { class: "tabs panel-tabs", role: "group", "aria-label": "Beside the picture" }, ...tabs);
  const element = html("div", { class: "panel" }, bar, code.element, names.element, outputs);
  let chosen = "program";
  let picked = false; // by hand
  let split = false;
  let program = false;

  /** `split`: there is room for the names below whatever else is chosen. */
  function arrange() {
    const shown = split && chosen === "names" ? "program" : chosen;
    for (const tab of tabs) {
      setAttribute(tab, "aria-pressed", tab.dataset.part === shown);
      tab.hidden = split && tab.dataset.part === "names";
    }
    code.element.hidden = shown !== "program";
    outputs.hidden = shown !== "outputs";
    names.element.hidden = !program || !(split || shown === "names");
  }

  function choose(part) {
    chosen = part;
    picked = true;
    arrange();
    code.resize();
    redraw();
  }

  /** Where the program stands `beside` the player already, the names come first. */
  function setStory(story, beside) {
    program = isProgram(story);
    bar.hidden = !program;
    if (!picked) chosen = beside ? "names" : "program";
    if (!program) chosen = "program";
    code.setSource(story.code, story.cells);
    inline.setOutputs(story.outputs, (cell) => code.places()[cell]);
    all.setOutputs(story.outputs, () => list);
    names.setNames(story.names);
    arrange();
  }

  function show(story, step) {
    const cell = inline.show(step);
    all.show(step);
    marks.outputs.hidden = cell === null;
    marks.names.hidden = !names.show(step);
    silent.hidden = entryAt(story.outputs, step) >= 0;
    code.show(story.steps[step].span);
    if (cell !== null) code.revealOutput(cell);
  }

  function resize(next) {
    if (next !== split) {
      split = next;
      arrange();
    }
    return code.resize();
  }

  return { element, setStory, show, resize, age: code.age };
}
