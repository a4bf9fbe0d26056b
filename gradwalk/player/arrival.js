/* Who opens a page at a step finds what is lit in sight: what else comes to the page pushes the player down, until they do something themselves. */

import { lineage, watchSizes } from "./dom.js";

const HANDS = ["pointerdown", "wheel", "keydown"];

/** `look()` brings what is lit into sight: after `begin()`, and whenever what the player stands in has another size then. */
export function createArrival(root, look) {
  let end = () => {};

  function begin() {
    end();
    const unwatch = watchSizes(lineage(root), look); // what comes above is in one of them
    const hands = new AbortController();
    end = () => {
      unwatch();
      hands.abort();
    };
    for (const name of HANDS) addEventListener(name, end, { capture: true, passive: true, signal: hands.signal });
  }

  return { begin, end: () => end() };
}
