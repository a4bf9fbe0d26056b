/* The list of keys, which ? or its button opens; it also begins the tour anew, where there is one. */

import { html, setAttribute } from "./dom.js";

/** @type {[string, string][]} */
const KEYS = [
  ["← →", "a step back, a step on"],
  ["Home End", "first and last step"],
  ["Space", "play, pause"],
  ["Page ↑ ↓", "the backward() before, the next one; on the whole screen a step"],
  ["+ − 0", "picture larger, smaller, as it was"],
  ["↑ ↓ Enter", "among the boxes; to a box's step"],
  ["P", "predict the next number"],
  ["F", "whole screen"],
  ["B", "black, on the whole screen"],
  ["E", "picture or page to take away"],
  ["?", "these keys"],
];
const HAND = "A mouse drags the picture; Ctrl and the wheel (on the whole screen the wheel alone) or two fingers change its size. On a phone a swipe over the sentence steps.";

/** `tour()` begins the tour. */
export function createKeyList(tour) {
  const button = html("button", { type: "button", class: "button", "aria-label": "Keys", title: "Keys (?)", "aria-expanded": "false", click: () => toggle() }, "?");
  const tourButton = html("button", { type: "button", class: "button", click: () => { toggle(); tour(); } }, "Tour");
  const close = html("button", { type: "button", class: "button quiet", "aria-label": "Close", click: () => toggle() }, "✕");
  const row = ([key, what]) => html("div", {}, html("dt", {}, key), html("dd", {}, what));
  const about = { class: "keylist", role: "group", "aria-label": "Keys", hidden: true, keydown: (event) => event.key === "Escape" && toggle() };
  const element = html("div", about, html("dl", {}, ...KEYS.map(row)), html("p", {}, HAND), html("div", { class: "keylist-moves" }, tourButton, close));

  function toggle() {
    element.hidden = !element.hidden;
    setAttribute(button, "aria-expanded", !element.hidden);
    (element.hidden ? button : close).focus();
  }

  return { element, button, toggle, offerTour: (yes) => (tourButton.hidden = !yes) };
}
