/* What a screen reader hears of a step. */

import { html, setText } from "./dom.js";

const PAUSE = 400; // ms; while someone steps quickly, only where they stop is heard

export function createHearing() {
  const element = html("div", { class: "live", "aria-live": "polite", "aria-atomic": "true" });
  let timer = 0;

  /** `text()` is asked for when it is to be heard. */
  function say(text) {
    clearTimeout(timer);
    timer = setTimeout(() => setText(element, text()), PAUSE);
  }

  return { element, say, stop: () => clearTimeout(timer) };
}
