/* What the marks and colours of the two pictures mean. Some stand there only where a picture has them. */

import { html } from "./dom.js";
import { withTerms } from "./glossary.js";
import { isProgram } from "./story.js";

const LEGEND = {
  computation: [
    ["value", "●", "value"],
    ["local", "×", "local gradient"],
    ["grad", "∇", "gradient, flowing back"],
    ["swatch mark-group", "", "several operations: press to open", "groups"],
    ["swatch mark-heat", "", "a tensor: each element, above 0 and below it", "heats"],
    ["swatch mark-dashed", "", "needs no gradient", "dashed"],
    ["swatch mark-outside", "", "outside the graph", "outside"],
    ["swatch mark-cut", "", "cut: no gradient comes through", "cut"],
    ["swatch mark-chip", "", "saved for backward", "chips"],
    ["version", "version 1", "changed in place", "versions"],
  ],
  grad_fn: [
    ["swatch mark-tensor", "", "leaf"],
    ["swatch mark-accumulate", "", "adds to its .grad"],
    ["swatch mark-backward", "", "grad_fn"],
    ["swatch mark-output", "", "result"],
    ["shape", "()", "shape of a scalar"],
    ["way", "→", "from operand to result: backward() goes the other way"],
    ["swatch mark-saved", "", "saved for backward", "saved"],
    ["swatch mark-unborn", "", "not made yet", "unborn"],
  ],
};

/** Which of the marks that not every program has are in these pictures. */
export function marksOf(graphs, story) {
  const placed = graphs.map(({ computation }) => computation?.wide).filter(Boolean);
  const has = {
    groups: graphs.some(({ computation }) => computation?.inside),
    dashed: placed.some(({ boxes }) => boxes.some(({ kind }) => kind === "input" || kind === "untracked")),
    outside: isProgram(story) && placed.some(({ boxes }) => boxes.some(({ kind }) => kind === "untracked")),
    cut: placed.some(({ arrows }) => arrows.some(({ cut }) => cut)),
    chips: Object.keys(story.slots).some((slot) => slot.endsWith(".saved")),
    saved: Object.keys(story.slots).some((slot) => slot.endsWith(".saved")),
    unborn: story.steps.some(({ kind }) => kind === "forward"),
    heats: Object.keys(story.slots).some((slot) => slot.endsWith(".heat")),
    versions: Object.keys(story.slots).some((slot) => slot.endsWith(".version")),
  };
  return Object.keys(has).filter((mark) => has[mark]);
}

export function showMarks(place, marks) {
  for (const entry of place.querySelectorAll("[data-only]")) entry.hidden = !marks.includes(entry.dataset.only);
}

/** `explain(term)` says what a term means. */
export function legend(explain) {
  const example = (mark, text) => html("b", { class: mark, "aria-hidden": "true" }, text);
  const entry = ([mark, text, meaning, only]) =>
    html("span", { class: "entry", "data-only": only, hidden: Boolean(only) }, example(mark, text), html("span", {}, ...withTerms(meaning, explain)));
  const part = ([picture, entries]) => html("div", { class: `entries for-${picture}` }, ...entries.map(entry));
  return html("div", { class: "legend" }, ...Object.entries(LEGEND).map(part));
}
