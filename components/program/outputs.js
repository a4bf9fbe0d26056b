// What a cell showed, as a notebook does; a failure with PyTorch's message, why it happened, and a way out.

import { html, IMAGES, pictureOf } from "../../gradwalk/player/dom.js";

/** `go(item)` leads to the step that showed it, `apply(fix)` changes the program. */
export function createOutputs(go, apply) {
  const age = html("p", { class: "age" });
  const list = html("div", { class: "items", role: "region" });
  const element = html("div", { class: "outputs", hidden: true }, age, list);
  let known = "";

  /** `old` says why the outputs are not those of the cell as it stands, or is empty. */
  function show(items, old, name) {
    const key = JSON.stringify(items);
    if (key !== known) list.replaceChildren(...items.map((item) => itemOf(item, go, apply)));
    known = key;
    element.hidden = !items.length;
    element.classList.toggle("old", Boolean(old));
    age.textContent = old;
    age.hidden = !old;
    list.setAttribute("aria-label", name);
  }

  return { element, show };
}

/** One way out is a sentence; several are a list. */
function waysOut(ways) {
  if (ways.length === 1) return html("p", {}, ways[0]);
  return html("ul", { class: "ways-out" }, ...ways.map((way) => html("li", {}, way)));
}

function itemOf(item, go, apply) {
  const about = { class: `shown ${item.stream}`, click: () => getSelection().isCollapsed && go(item) };
  if (IMAGES.has(item.mime)) return html("div", about, pictureOf(item.mime, item.text, item.alternative));
  if (item.stream !== "failure") return html("pre", about, item.text);
  const parts = [
    html("p", { class: "message" }, html("b", {}, item.type), `: ${item.text}`),
    item.why && html("p", {}, item.why),
    item.way_out && waysOut(item.way_out.split("\n")),
    item.fix && html("button", { type: "button", class: "fix", click: () => apply(item.fix) }, "Use ", html("code", {}, item.fix.label)),
    item.traceback && html("details", {}, html("summary", {}, "Traceback"), html("pre", { class: "traceback" }, item.traceback)),
  ];
  return html("div", { class: "failure" }, ...parts.filter(Boolean));
}
