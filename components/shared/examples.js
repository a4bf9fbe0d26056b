/* The examples as pictures, in the order of a course: each its graph, and its curve where it follows one number. */

import { html, setAttribute, svg } from "../../gradwalk/player/dom.js";

const ROOM = 22; // px of the picture below the graph, where it says how many graphs there are and what fails

/** A dialog over the page, which `choose(key)` ends; `button` opens it. `drawings` are by key, as `make drawings` writes them. */
export function createExamples({ DRAWINGS: drawings, SIZE: size }, choose) {
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
    (cards.find(({ dataset }) => dataset.key === here) ?? cards[0]).focus();
  }

  function pick(key) {
    dialog.close();
    choose(key);
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

  /** `all` is [group, [[key, title], …]] in their order; `open` is the key of the one that is open. */
  function show(all, open) {
    button.hidden = !all.length;
    const text = JSON.stringify(all);
    if (text !== groups) {
      cards = [];
      parts.replaceChildren(...all.map(([name, examples], number) => part(number + 1, name, examples)));
    }
    [groups, here] = [text, open];
    for (const card of cards) setAttribute(card, "aria-current", card.dataset.key === open ? "true" : null);
  }

  function part(number, name, examples) {
    const card = ([key, title]) => html("button", { type: "button", class: "card", "data-key": key, click: () => pick(key) }, drawn(drawings[key] ?? {}, size), html("b", {}, title), html("span", {}, drawings[key]?.lesson ?? ""));
    const made = examples.map(card);
    cards.push(...made);
    return html("section", {}, html("h3", {}, html("span", { class: "place" }, String(number)), name), html("div", { class: "cards" }, ...made));
  }

  return { button, dialog, show };
}

function drawn({ boxes = [], arrows = "", curve, tangent, at, graphs = 1, fails = false }, { width, height }) {
  const box = ([kind, x, y, wide, high]) => svg("rect", { class: kind, x, y, width: wide, height: high, rx: Math.min(4, high / 4) });
  /** @type {SVGElement[]} */
  const parts = [svg("path", { class: "ways", d: arrows }), ...boxes.map(box)];
  if (curve) {
    const [x1, y1, x2, y2] = tangent;
    parts.push(svg("path", { class: "curve", d: curve }), svg("line", { class: "tangent", x1, y1, x2, y2 }), svg("circle", { class: "at", cx: at[0], cy: at[1], r: 3 }));
  }
  const words = [...(graphs > 1 ? [`${graphs} graphs`] : []), ...(fails ? ["an error on purpose"] : [])].join(", ");
  const room = words ? ROOM : 0;
  if (words) parts.push(svg("text", { x: width / 2, y: height + room - 5, "text-anchor": "middle" }, words));
  return svg("svg", { viewBox: `0 0 ${width} ${height + room}`, "aria-hidden": "true" }, ...parts);
}
