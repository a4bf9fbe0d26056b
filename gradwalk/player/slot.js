/* The places where numbers go: a slot holds lines of text, and is unknown until its first step. */

import { setAttribute, textWidth } from "./dom.js";
import { BOX, fontOf, round } from "./geometry.js";

const WIDEST = 1; // of its size; no sign of the font is wider

/**
 * A slot over text elements, one a line. `write(lines, fresh)` touches the page only where something changes; `lines` is
 * null while the slot is unknown, and `fresh` says that it changes at this very step.
 */
export function createSlot(texts, { mark = "", unknown = "", size, room = Infinity, known = (_yes) => {} }) {
  let shown;
  let wasFresh = false;

  function writeLine(text, number, lines) {
    const first = lines === null ? unknown : mark + lines[0];
    const line = number === 0 ? first : lines?.[number] || "";
    if (text.textContent !== line) {
      text.textContent = line;
      squeeze(text, size, room);
    }
    text.classList.toggle("unknown", lines === null);
  }

  function write(lines, fresh) {
    if (shown === undefined || !sameLines(shown, lines)) {
      if (shown === undefined || (shown === null) !== (lines === null)) known(lines !== null);
      texts.forEach((text, number) => writeLine(text, number, lines));
      if (texts.length === 2) setAttribute(texts[0], "dy", (lines?.length ?? 1) === 1 ? BOX.lineHeight / 2 : null);
      shown = lines;
    }
    if (fresh !== wasFresh) for (const text of texts) text.classList.toggle("fresh", fresh);
    wasFresh = fresh;
  }

  return { write };
}

/** What a slot shows at a step: a value that changes in place moves, from the old one to the new. */
export function movedLines(slot, lines, before) {
  const moves = slot.endsWith(".value") && before?.length === 1 && lines?.length === 1 && before[0] !== lines[0];
  return moves ? [`${before[0]} → ${lines[0]}`] : lines;
}

const sameLines = (one, other) => one === other || (one && other && one.join("\n") === other.join("\n"));

/** Text that is too wide for its box is set narrower. */
export function squeeze(text, size, room) {
  const content = text.textContent;
  const mayBe = content.length * size * WIDEST > room;
  const tooWide = mayBe && textWidth(content, fontOf(size)) > room;
  setAttribute(text, "textLength", tooWide ? round(room) : null);
  setAttribute(text, "lengthAdjust", tooWide ? "spacingAndGlyphs" : null);
}
