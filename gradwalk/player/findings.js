/* What is surely wrong in the program: a row above the picture, and a list below the steps, with buttons that go to each step. */

import { html, setAttribute, setText } from "./dom.js";

const MOST = 3; // in the row

/** `go(step)` moves the player. */
export function createFindings(go) {
  const heading = html("h3", { class: "findings-heading" });
  const list = html("ul", { class: "finding-list", role: "list" });
  const element = html("section", { class: "findings", "aria-label": "What is wrong", hidden: true }, heading, list);
  const strip = html("ul", { class: "finding-strip", role: "list", "aria-label": "What is wrong, in short", hidden: true });
  let buttons = []; // each with its step
  let short = []; // those of the row

  function setStory(story) {
    const { findings } = story;
    setText(heading, findings.length === 1 ? "One finding" : `${findings.length} findings`);
    buttons = findings.map((finding) => [findingButton(finding, go), finding.step]);
    list.replaceChildren(...findings.map((finding, number) => findingItem(finding, buttons[number][0])));
    short = [...failuresOf(story), ...findings].slice(0, MOST).map((finding) => [shortButton(finding, go), finding.step]);
    const more = failuresOf(story).length + findings.length - short.length;
    strip.replaceChildren(...short.map(([button]) => html("li", null, button)), ...(more > 0 ? [html("li", { class: "finding-more" }, `and ${more} more below`)] : []));
  }

  /** `covered`: what is found may say a number that the reader is to find. */
  function show(step, covered) {
    element.hidden = covered || !buttons.length;
    strip.hidden = covered || !short.length;
    for (const [button, at] of [...buttons, ...short]) setAttribute(button, "aria-current", at === step ? "step" : null);
  }

  return { element, strip, setStory, show };
}

/** Each failure is told at a step of its own. */
function failuresOf({ steps, cells }) {
  const found = steps.map(({ kind, title, cell, span }, step) => ({ kind, title, place: placeIn(cells, cell, span), step }));
  return found.filter(({ kind }) => kind === "failure");
}

function placeIn(cells, number, span) {
  const cell = cells[number];
  if (!cell || !span) return "";
  const line = `line ${span[0] - cell.first + 1}`;
  return cells.length > 1 ? `cell ${number + 1}, ${line}` : line;
}

function shortButton({ title, place, step }, go) {
  const about = { type: "button", class: "finding-short", title: [title, place, `step ${step}`].filter(Boolean).join(", "), click: () => go(step) };
  return html("button", about, html("span", { class: "finding-title" }, title), " ", html("span", { class: "finding-place" }, place || `step ${step}`));
}

function findingButton({ title, place, step }, go) {
  const at = place ? `${place}, step ${step}` : `step ${step}`;
  const about = { type: "button", class: "finding-button", click: () => go(step) };
  return html("button", about, html("span", { class: "finding-title" }, title), " ", html("span", { class: "finding-place" }, at));
}

function findingItem({ what, why, way_out: way }, button) {
  const texts = [what, why].filter(Boolean).map((text) => html("p", null, text));
  return html("li", { class: "finding" }, button, ...texts, html("p", { class: "way-out" }, way));
}
