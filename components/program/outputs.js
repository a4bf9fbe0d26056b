// What each cell showed, as a notebook does; a failure with PyTorch's message, why it happened, and a way out.

import { html, IMAGES, pictureOf } from "../../gradwalk/player/dom.js";

/** `go(line)` leads to a line of the program, `apply(edit)` changes it. */
export function createOutputs(place, go, apply) {
  let known = "";

  function show(cells) {
    const key = JSON.stringify(cells);
    if (key === known) return;
    known = key;
    place.hidden = !cells.length;
    place.replaceChildren(...cells.map((cell) => cellOf(cell, go, apply)));
  }

  /** The text has changed since; its outputs are not these. */
  const age = (old) => place.classList.toggle("old", old);

  return { show, age };
}

function cellOf({ title, line, items }, go, apply) {
  const where = html("button", { type: "button", class: "where", click: () => go(line) }, title);
  return html("div", { class: "cell" }, where, ...items.map((item) => itemOf(item, apply)));
}

function itemOf(item, apply) {
  if (IMAGES.has(item.mime)) return html("div", { class: `shown ${item.stream}` }, pictureOf(item.mime, item.text, item.alternative));
  if (item.stream !== "failure") return html("pre", { class: `shown ${item.stream}` }, item.text);
  const parts = [
    html("p", { class: "message" }, html("b", {}, item.type), `: ${item.text}`),
    item.why && html("p", {}, item.why),
    item.way_out && html("p", {}, item.way_out),
    item.fix && html("button", { type: "button", class: "fix", click: () => apply(item.fix) }, "Use ", html("code", {}, item.fix.label)),
  ];
  return html("div", { class: "failure" }, ...parts.filter(Boolean));
}
