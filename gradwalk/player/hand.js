/* The picture under the hand: a mouse drags it, the wheel and two fingers change its size around where they are. */

import { isOnScreen } from "./screen.js";

const DRAGGED = 4; // px; less is a click
const WHEEL = 0.0022; // of its size for a px of the wheel; one of a trackpad's pinch counts for more
const [PINCH, FARTHEST] = [0.01, 120]; // px of one event of the wheel

/** `zoom(factor, x, y)` keeps in place what stands at this point of the window; `moved()` says that the hand has scrolled. */
export function listenToHand(viewport, { zoom, moved }) {
  let drag = null;
  let apart = 0;

  viewport.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || !viewport.matches("[data-larger]")) return;
    drag = { x: event.clientX, y: event.clientY, left: viewport.scrollLeft, top: viewport.scrollTop };
  });

  viewport.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerType !== "mouse") return;
    if (!(event.buttons & 1)) return end();
    const [across, down] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!viewport.matches("[data-dragged]")) {
      if (Math.hypot(across, down) < DRAGGED) return;
      viewport.setPointerCapture(event.pointerId); // so that the box below is not clicked
      viewport.toggleAttribute("data-dragged", true);
    }
    viewport.scrollTo({ left: drag.left - across, top: drag.top - down, behavior: "instant" });
    moved();
  });

  function end() {
    drag = null;
    viewport.removeAttribute("data-dragged");
  }
  for (const type of ["pointerup", "pointercancel"]) viewport.addEventListener(type, end);
  viewport.addEventListener("dragstart", (event) => event.preventDefault());

  // The page keeps its wheel; where the picture fills the screen, nothing else has a use for it.
  viewport.addEventListener("wheel", (event) => {
    const pinch = event.ctrlKey || event.metaKey;
    if (!pinch && !isOnScreen(viewport.closest(".player"))) return;
    event.preventDefault();
    const by = Math.max(-FARTHEST, Math.min(FARTHEST, event.deltaMode ? event.deltaY * 16 : event.deltaY));
    zoom(Math.exp(-by * (pinch && Math.abs(by) < 40 ? PINCH : WHEEL)), event.clientX, event.clientY);
  }, { passive: false });

  const two = ({ touches: [one, other] }) => ({
    apart: Math.hypot(other.clientX - one.clientX, other.clientY - one.clientY),
    x: (one.clientX + other.clientX) / 2,
    y: (one.clientY + other.clientY) / 2,
  });
  viewport.addEventListener("touchstart", (event) => {
    apart = event.touches.length === 2 ? two(event).apart : 0;
    if (apart && event.cancelable) event.preventDefault();
  }, { passive: false });
  viewport.addEventListener("touchmove", (event) => {
    if (!apart || event.touches.length !== 2) return;
    if (event.cancelable) event.preventDefault();
    const now = two(event);
    zoom(now.apart / apart, now.x, now.y);
    apart = now.apart;
  }, { passive: false });
}

const SWIPE = { far: 48, straight: 0.6 }; // px to the side, and what of it may go up or down

/** A finger that is drawn over the words turns them like pages: `step(1)` or `step(-1)`. */
export function listenToSwipe(element, step) {
  let start = null;
  element.addEventListener("touchstart", ({ touches }) => (start = touches.length === 1 ? touches[0] : null), { passive: true });
  element.addEventListener("touchend", ({ changedTouches: [end] }) => {
    if (!start || !getSelection().isCollapsed) return;
    const [across, down] = [end.clientX - start.clientX, end.clientY - start.clientY];
    start = null;
    if (Math.abs(across) < SWIPE.far || Math.abs(down) > SWIPE.straight * Math.abs(across)) return;
    step(across < 0 ? 1 : -1);
  }, { passive: true });
}
