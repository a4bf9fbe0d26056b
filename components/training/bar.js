/* The one button of a run, its clock as a slider, and the numbers at which it stands. */

import { html, icon, setAttribute, setIcon, setText } from "../../gradwalk/player/dom.js";
import { told } from "./numbers.js";

const SPEEDS = [["0.25", "¼×"], ["1", "1×"], ["4", "4×"]];

/** `press()` is the button, `slide(place)` the slider, `quick(speed)` the speed. */
export function createBar({ press, slide, quick }) {
  const slider = html("input", { type: "range", min: 0, step: 1, "aria-label": "Epoch", input: () => slide(Number(slider.value)) });
  const words = html("span");
  const button = html("button", { type: "button", class: "button main", click: press }, icon("play"), words);
  const speed = html("select", { "aria-label": "Speed", change: () => quick(Number(speed.value)) }, ...SPEEDS.map(([value, text]) => html("option", { value, selected: value === "1" }, text)));
  const [epoch, loss, right] = [html("output", { class: "epoch" }), html("output", { class: "loss-now" }), html("output", { class: "right-now" })];
  const element = html("div", { class: "bar" }, button, slider, html("div", { class: "said" }, epoch, loss, right), speed);

  /** What the button does next, and whether there is anything to do or to look at. */
  function label(text, { runs, slides }) {
    if (words.textContent !== text) {
      setIcon(button, text === "Pause" ? "pause" : "play", text);
      setText(words, text);
    }
    button.disabled = !runs;
    slider.disabled = !slides;
  }

  /** Where the clock stands, how far the run has come, and where it ends. A slider that a hand holds stays there, unless it is `put`. */
  function place(at, reached, end, put = false) {
    setAttribute(slider, "max", end || 1);
    if (Number(slider.value) !== at && (put || !slider.matches(":active"))) slider.value = String(at);
    slider.style.setProperty("--done", `${(100 * at) / (end || 1)}%`);
    slider.style.setProperty("--reached", `${(100 * reached) / (end || 1)}%`);
  }

  /** The numbers there: `good` is how many points are on their side, in words. */
  function read(number, last, lossHere, good) {
    setText(epoch, `Epoch ${number.toLocaleString("en")} of ${(last ?? 0).toLocaleString("en")}`);
    setText(loss, lossHere === undefined ? "" : `loss ${told(lossHere)}`);
    setText(right, good);
    setAttribute(slider, "aria-valuetext", [`epoch ${number}`, loss.textContent, good].filter(Boolean).join(", "));
  }

  return { element, label, place, read };
}
