/* How much room the picture has in the player, wherever that stands: on a page, in a frame, on a stage; and above the words on a phone. */

import { scroller } from "./dom.js";
import { ALONE } from "./frame.js";
import { legibleOn } from "./scale.js";
import { isOnScreen } from "./screen.js";
import { isProgram } from "./story.js";

const MOST_SCALE = { page: 1.5, wide: 2.2, screen: 3.4 };
const WIDE = 1300; // px of the picture from which a small graph is drawn larger, not to leave half of a large screen empty
const PICTURE_SHARE = { learn: 0.4, expression: 0.57, program: 0.48, side: 0.5, low: 0.33, opened: 0.5 }; // of the window's height
const FRAME_SHAPE = 0.9; // of a frame's width
const SIDE_WIDTH = 1000; // px of the player from which a program stands beside the picture
const [LEAST_HEIGHT, MOST_HEIGHT] = [240, 620]; // px of the picture
const CLEAR = 12; // px around a lit box
const HEADER = 68; // px of the page, above what scrolls

/** Whether a program, with the picture of it, has the width to stand beside it. */
export const isSide = (root, data) => isProgram(data.story) && root.clientWidth >= SIDE_WIDTH;

/** The room of the picture: `width`, `height`, how large it may be drawn at `most`, and what can be read from the last row. */
export function roomFor(root, data, pictures, learns) {
  const onScreen = isOnScreen(root);
  const width = pictures.area.clientWidth;
  if (onScreen) return { stage: true, width, height: pictures.roomOnScreen(), spare: grown(root), most: MOST_SCALE.screen, legible: legibleOn(innerHeight) };
  const place = data.low ? (pictures.isOpened() ? "opened" : "low") : isSide(root, data) ? "side" : isProgram(data.story) ? "program" : learns ? "learn" : "expression";
  const high = ALONE ? root.clientWidth * FRAME_SHAPE : innerHeight; // a frame becomes as tall as we are
  return { width, height: Math.min(Math.max(LEAST_HEIGHT, high * PICTURE_SHARE[place]), MOST_HEIGHT), most: width >= WIDE ? MOST_SCALE.wide : MOST_SCALE.page };
}

/** What the words of a step take of the picture beyond the room that they have: its size stays, and what is cut off scrolls. */
function grown(root) {
  const words = root.querySelector(".words");
  return Math.max(0, words.offsetHeight - (parseFloat(getComputedStyle(words).minHeight) || 0));
}

/** Where above the player something else on the page has the focus: what was just asked for, such as a heading, stays in sight. */
function focusAbove(root) {
  const [{ activeElement }, own] = [document, root.getRootNode()];
  const elsewhere = activeElement && activeElement !== document.body && !activeElement.contains(own instanceof ShadowRoot ? own.host : root);
  return elsewhere ? activeElement.getBoundingClientRect().top : Infinity;
}

/** Who steps by keys finds what is lit in the window, where it and the controls have room in it: under another drawing the picture may begin below. */
export function keepInSight(root, box) {
  if (!box || isOnScreen(root)) return;
  const over = box.bottom + CLEAR - innerHeight;
  const spare = Math.min(root.getBoundingClientRect().top, focusAbove(root)) - HEADER;
  if (over > 0 && over <= spare) scroller(root).scrollBy({ top: over, behavior: "instant" });
}

const NUDGE = 0.2; // of the window's height

/** Of the sheet at the foot of a phone, where it begins; while the tour speaks for the words, it is the controls alone. */
const topOfSheet = (root, words) => (words.offsetHeight ? words : root.querySelector(".bar")).getBoundingClientRect().top;

/** Who types another text on a phone sees where the graph begins; where that is far below, the page stays. */
export function nudgeClear(root, box, words) {
  if (!box || getComputedStyle(words).position !== "sticky") return;
  const over = box.bottom + CLEAR - topOfSheet(root, words);
  if (over > 0 && over < NUDGE * innerHeight) scroller(root).scrollBy({ top: over, behavior: "instant" });
}

/** On a phone a sheet with the words lies over the page's foot: the page moves, so that what is lit stands clear of it. */
export function keepClear(root, box, words) {
  if (!box || getComputedStyle(words).position !== "sticky") return;
  const over = box.bottom + CLEAR - topOfSheet(root, words);
  const by = over > 0 ? over : Math.min(0, box.top - CLEAR);
  if (by) scroller(root).scrollBy({ top: by, behavior: "instant" });
}
