/* The examples as pictures, in the order of a course: each its graph, and its curve where it follows one number. */

import { html, setAttribute, svg } from "../../gradwalk/player/dom.js";
import { DRAWINGS, SIZE } from "./drawings.js";

/** A dialog over the page, which `choose(title)` ends; `button` opens it. */
export function createExamples(choose) {
  const button = html("button", { type: "button", class: "choice", "aria-haspopup": "dialog", click: () => open() }, "Examples");
  const close = html("button", { type: "button", class: "close", "aria-label": "Close", click: () => dialog.close() }, "✕");
  const parts = html("div", { class: "parts" });
  const heading = html("h2", { id: "examples-title" }, "Examples");
  const dialog = html("dialog", { class: "examples", "aria-labelledby": "examples-title", keydown: move, click: outside }, html("header", {}, heading, close), parts);
  let [groups, here] = ["", null];
  /** @type {HTMLElement[]} */
  let cards = [];

  function open() {
    dialog.showModal();
    (cards.find(({ dataset }) => dataset.title === here) ?? cards[0]).focus();
  }

  function pick(title) {
    dialog.close();
    choose(title);
  }

  /** A press beside the dialog closes it. */
  function outside(event) {
    if (event.target === dialog) dialog.close();
  }

  /** Arrow keys go from card to card, in rows as they stand. */
  function move(event) {
    const at = cards.indexOf(event.target.closest(".card"));
    const row = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !(row || by)) return;
    event.preventDefault();
    if (by) return cards[at + by]?.focus();
    const { left, top } = cards[at].getBoundingClientRect();
    const far = (card) => { const place = card.getBoundingClientRect(); return Math.abs(place.left - left) + 3 * Math.abs(place.top - top); };
    const beyond = cards.filter((card) => row * (card.getBoundingClientRect().top - top) > 1);
    beyond.sort((one, other) => far(one) - far(other))[0]?.focus();
  }

  /** `all` is [group, [title, …]] in their order; `title` is the one that is open. */
  function show(all, title) {
    button.hidden = !all.length;
    const text = JSON.stringify(all);
    if (text !== groups) {
      cards = [];
      parts.replaceChildren(...all.map(([name, examples], number) => part(number + 1, name, examples)));
    }
    [groups, here] = [text, title];
    for (const card of cards) setAttribute(card, "aria-current", card.dataset.title === title ? "true" : null);
  }

  function part(number, name, examples) {
    const card = (title) => html("button", { type: "button", class: "card", "data-title": title, click: () => pick(title) }, drawn(title), html("b", {}, title), html("span", {}, DRAWINGS[title]?.lesson ?? ""));
    const made = examples.map(card);
    cards.push(...made);
    return html("section", {}, html("h3", {}, html("span", { class: "number" }, String(number)), name), html("div", { class: "cards" }, ...made));
  }

  return { button, dialog, show };
}

function drawn(title) {
  const { boxes = [], arrows = "", curve, tangent, at } = DRAWINGS[title] ?? {};
  const box = ([kind, x, y, width, height]) => svg("rect", { class: kind, x, y, width, height, rx: Math.min(4, height / 4) });
  const parts = [svg("path", { class: "ways", d: arrows }), ...boxes.map(box)];
  if (curve) {
    const [x1, y1, x2, y2] = tangent;
    parts.push(svg("path", { class: "curve", d: curve }), svg("line", { class: "tangent", x1, y1, x2, y2 }), svg("circle", { class: "at", cx: at[0], cy: at[1], r: 3 }));
  }
  return svg("svg", { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, "aria-hidden": "true" }, ...parts);
}
