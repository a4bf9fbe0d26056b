/* What is surely wrong in the program: a list below the steps, each with a button that goes to its step. */

import { html, setAttribute, setText } from "./dom.js";

/** `go(step)` moves the player. */
export function createFindings(go) {
  const heading = html("h3", { class: "findings-heading" });
  const list = html("ul", { class: "finding-list", role: "list" });
  const element = html("section", { class: "findings", "aria-label": "What is wrong", hidden: true }, heading, list);
  let buttons = []; // each with its step

  function setStory({ findings }) {
    setText(heading, findings.length === 1 ? "One finding" : `${findings.length} findings`);
    buttons = findings.map((finding) => [findingButton(finding, go), finding.step]);
    list.replaceChildren(...findings.map((finding, number) => findingItem(finding, buttons[number][0])));
  }

  /** `covered`: what is found may say a number that the reader is to find. */
  function show(step, covered) {
    element.hidden = covered || !buttons.length;
    for (const [button, at] of buttons) setAttribute(button, "aria-current", at === step ? "step" : null);
  }

  return { element, setStory, show };
}

function findingButton({ title, place, step }, go) {
  const at = place ? `${place}, step ${step}` : `step ${step}`;
  const about = { type: "button", class: "finding-button", click: () => go(step) };
  return html("button", about, html("span", { class: "finding-title" }, title), html("span", { class: "finding-place" }, at));
}

function findingItem({ what, why, way_out: way }, button) {
  const texts = [what, why].filter(Boolean).map((text) => html("p", null, text));
  return html("li", { class: "finding" }, button, ...texts, html("p", { class: "way-out" }, way));
}
