/* What each key does in the player. */

import { isOnScreen, toggleScreen } from "./screen.js";

const CLICKER = { PageUp: "ArrowLeft", PageDown: "ArrowRight" }; // what it sends, and what is meant on a stage
const SIZES = { "+": "larger", "-": "smaller", "0": "usual" };

/** `player`: its parts, and its ways from step to step. */
export function press(key, player) {
  const { root, transport, take, predict, keyList, pictures, episodes, jump, forth, back, go, last } = player;
  if (key === " ") return transport.toggle();
  if (key === "f") return toggleScreen(root);
  if (key === "e") return take.toggle();
  if (key === "p") return predict.toggle();
  if (key === "?") return keyList.toggle();
  if (SIZES[key]) return pictures.zoom(SIZES[key]);
  if (key === "b") return root.classList.toggle("blank", isOnScreen(root) && !root.classList.contains("blank"));
  root.classList.remove("blank");
  if (isOnScreen(root) && CLICKER[key]) key = CLICKER[key];
  if (key === "PageUp") return jump(episodes.episodeStep(-1));
  if (key === "PageDown") return jump(episodes.episodeStep(1));
  transport.pause();
  if (key === "ArrowRight") return forth();
  return key === "ArrowLeft" ? back() : go({ Home: 0, End: last() }[key]);
}

/** A press of the mouse or a finger leaves no button behind that would take the next Space. */
export function leaveNoButton(root) {
  root.addEventListener("click", (event) => {
    const pressed = event.detail > 0 && /** @type {Element} */ (event.target).closest("button, .box");
    if (pressed) /** @type {HTMLElement | SVGElement} */ (pressed).blur();
  });
}
