/* What the program has shown by a step: prints, results, warnings and failures, as a notebook shows them. */

import { html, IMAGES, pictureOf } from "./dom.js";
import { entryAt } from "./story.js";

const OUTPUT_NAMES = { stderr: "Error stream", warning: "Warning", notice: "Note", failure: "Error" };

/**
 * All outputs in their order: [step, cell, stream, text], of a picture also its kind and what it is in words.
 * `placeOf(cell)` gives where those of a cell stand.
 */
export function createOutputs() {
  let entries = [];
  let shown = 0; // so many of them are on the page
  let items = [];
  let fresh = [];

  function setOutputs(next, placeOf) {
    entries = next;
    items = entries.map(outputItem);
    shown = 0;
    fresh = [];
    const places = new Set(entries.map(([, cell]) => placeOf(cell)).filter(Boolean));
    for (const place of places) place.replaceChildren();
    entries.forEach(([, cell], number) => placeOf(cell)?.append(items[number]));
  }

  /** Says in which cell something appears at this very step; null where nothing does. */
  function show(step) {
    const upTo = entryAt(entries, step) + 1;
    for (let number = shown; number < upTo; number++) items[number].hidden = false;
    for (let number = upTo; number < shown; number++) items[number].hidden = true;
    const now = [];
    for (let number = upTo - 1; number >= 0 && entries[number][0] === step && step > 0; number--) now.push(items[number]);
    for (const item of fresh) if (!now.includes(item)) item.classList.remove("fresh");
    for (const item of now) item.classList.add("fresh");
    if (upTo !== shown && upTo) followTo(items[upTo - 1]);
    [shown, fresh] = [upTo, now];
    return now.length ? entries[upTo - 1][1] : null;
  }

  /** Long outputs scroll inside their own place. */
  function followTo(item) {
    const place = item.parentElement;
    if (!place || place.scrollHeight <= place.clientHeight) return;
    place.scrollTop = Math.min(item.offsetTop, item.offsetTop + item.offsetHeight - place.clientHeight);
  }

  return { setOutputs, show, count: () => entries.length };
}

function outputItem([, cell, stream, text, mime, alternative, density]) {
  const said = OUTPUT_NAMES[stream];
  const label = said ? [html("b", { class: "stream" }, said)] : [];
  const about = { class: `output ${stream in OUTPUT_NAMES ? stream : "plain"}`, "data-cell": cell, hidden: true };
  if (IMAGES.has(mime)) return html("div", about, ...label, pictureOf(mime, text, alternative, density));
  return html("div", about, ...label, html("pre", null, (mime ? alternative : text).replace(/\n$/, "")));
}

/** PyTorch's exact message, where the program fails at this step. */
export function failureAt(story, step) {
  const found = story.outputs.find(([at, , stream]) => at === step && stream === "failure");
  return found ? found[3] : null;
}
