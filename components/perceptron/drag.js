/* A number on the drawing as a slider: dragged to the right it grows, and the keys of a slider move it. */

import { setAttribute } from "../../gradwalk/player/dom.js";
import { onGrid, shareOf, spanKey, spanOf, within } from "./spans.js";

const DRAG = 3; // px for one of the slider's steps
const FLOAT32 = 7; // digits that a float32 surely has: its 0.7 is 0.69999999

/** `now()` gives the number; `give(text)` takes the new one; `press()` is called for a click without a drag. */
export function makeSlider(element, { label, limits, now, give, press }) {
  let from = null; // where a drag began: the pointer and the number
  setAttribute(element, "role", "slider");
  setAttribute(element, "tabindex", "0");
  setAttribute(element, "aria-label", label);

  function move(value, span) {
    const text = onGrid(span, value);
    if (Number(text) !== now()) give(text);
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const value = now();
    from = { x: event.clientX, value, span: spanOf(value, limits), moved: false };
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    event.preventDefault();
    addEventListener("pointermove", drag);
    for (const last of ["pointerup", "pointercancel"]) addEventListener(last, end);
  });
  function drag(event) {
    if (!from) return;
    const steps = Math.round((event.clientX - from.x) / DRAG);
    from.moved = from.moved || Math.abs(event.clientX - from.x) > DRAG;
    if (!from.moved) return;
    element.classList.add("dragged");
    move(within(from.span, from.value + steps * from.span.step), from.span);
  }
  /** The window listens: an answer of the server may draw the number anew while it is dragged. */
  function end(event) {
    if (event.type === "pointerup") drag(event); // a busy browser may tell the last move only here
    if (from && !from.moved && event.type === "pointerup") press();
    from = null;
    element.classList.remove("dragged");
    removeEventListener("pointermove", drag);
    for (const last of ["pointerup", "pointercancel"]) removeEventListener(last, end);
  }

  element.addEventListener("keydown", (event) => {
    const span = spanOf(now(), limits);
    const value = spanKey(event.key, span, now());
    if (value === null) return;
    event.preventDefault();
    move(value, span);
  });

  /** What a screen reader hears, and where the mark stands on the track: −1 to 1. */
  return {
    show(text) {
      const value = now();
      const span = spanOf(value, limits);
      setAttribute(element, "aria-valuemin", span.low);
      setAttribute(element, "aria-valuemax", span.high);
      setAttribute(element, "aria-valuenow", Number(Number(value).toPrecision(FLOAT32)));
      setAttribute(element, "aria-valuetext", text);
      return within({ low: -1, high: 1 }, shareOf(span, value));
    },
  };
}
