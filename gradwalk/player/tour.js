/*
 * The tour: four sentences, shown once, one after another, in a row of their own, so that they cover nothing. They go along with
 * whoever walks without it, and can be called again.
 */

import { html, setText } from "./dom.js";

const KEY = "gradwalk.tour";
const SENTENCES = [
  "Each box holds a value; an arrow leads to the operation that uses it.",
  "Press →: first the values are computed. Then each arrow gets its local gradient, marked ×: how many times as much the result changes as the operand does.",
  "Then gradients, marked ∇, flow back. On its way a gradient is multiplied by each × that it meets, and what arrives at one place adds up.",
  "Change the expression or a number, and everything follows. “PyTorch” shows what PyTorch itself keeps for this, and its program.",
];

const wasSeen = () => {
  try {
    return localStorage.getItem(KEY) === "seen";
  } catch {
    return true; // a browser that keeps nothing would show it each time
  }
};

/** What is told when a step of this phase is shown; 0 before the first one. */
const BY_PHASE = { forward: 1, local: 1, backward: 2 };

/** `show()` begins it anew; `welcome()` only for who has not seen it. `resized()` is called when it comes or goes. */
export function createTour(resized) {
  const place = html("span", { class: "tour-place" });
  const text = html("span", { class: "tour-text", role: "status" });
  const next = html("button", { type: "button", class: "button", click: () => at + 1 < SENTENCES.length ? tell(at + 1) : end() });
  const skip = html("button", { type: "button", class: "button quiet", click: () => end() }, "Skip");
  const element = html("div", { class: "tour", role: "region", "aria-label": "Tour", hidden: true }, place, text, html("span", { class: "tour-moves" }, next, skip));
  let at = 0;

  function tell(number) {
    at = number;
    setText(place, `${at + 1} of ${SENTENCES.length}`);
    setText(text, SENTENCES[at]);
    const last = at + 1 === SENTENCES.length;
    setText(next, last ? "Done" : "Next");
    skip.hidden = last;
    element.hidden = false;
    resized();
  }

  function end() {
    element.hidden = true;
    resized();
    try {
      localStorage.setItem(KEY, "seen");
    } catch {
      // It is shown again only when it is called.
    }
  }

  /** Whoever walks has done what the sentences before this phase ask for. */
  function follow(phase, atEnd) {
    const reached = atEnd ? SENTENCES.length - 1 : (BY_PHASE[phase] ?? 0);
    if (!element.hidden && reached > at) tell(reached);
  }

  return { element, follow, end: () => !element.hidden && end(), show: () => tell(0), welcome: () => !wasSeen() && element.hidden && tell(0) };
}
