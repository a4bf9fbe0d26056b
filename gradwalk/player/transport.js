/* First, previous, play or pause, next, last, and how fast to play. */

import { html, iconButton, leave, setAttribute, setIcon } from "./dom.js";

const SPEEDS = [0.5, 1, 2, 4, 16];
const PACE = { least: 1.4, look: 1, letters: 22, most: 12 }; // seconds a step at speed 1; letters read in one of them
const SKIMMING = 4; // from this speed on nobody reads along

/** `go(by, playing)` moves and says whether it could; `toEnd` and `toStart` jump; `atEnd()` asks; `letters()` are to be read. */
export function createTransport({ go, toStart, toEnd, atEnd, letters, screen }) {
  let timer = 0;
  let speed = 1;
  const buttons = {
    first: iconButton("first", "First step", () => { pause(); toStart(); }),
    previous: iconButton("previous", "Previous step", () => { pause(); go(-1); }),
    play: iconButton("play", "Play", () => toggle()),
    next: iconButton("next", "Next step", () => { pause(); go(1); }),
    last: iconButton("last", "Last step", () => { pause(); toEnd(); }),
  };
  buttons.play.classList.add("main");
  buttons.next.classList.add("next");
  const name = (times) => (times === 0.5 ? "½×" : `${times}×`);
  const options = SPEEDS.map((times) => html("option", { value: times, selected: times === 1 }, name(times)));
  const changed = () => { speed = Number(leave(speeds).value); };
  const speeds = html("select", { "aria-label": "Speed", title: "Speed", change: changed }, ...options);
  const extras = html("div", { class: "extras" }, speeds, iconButton("screen", "Full screen", screen));
  const element = html("div", { class: "transport", role: "group", "aria-label": "Steps" }, ...Object.values(buttons));

  /** Long enough to look at the picture and to read what is said. */
  function seconds() {
    const reading = speed < SKIMMING ? PACE.look + letters() / PACE.letters : 0;
    return Math.min(Math.max(PACE.least, reading), PACE.most);
  }

  function tick() {
    if (!go(1, true) || atEnd()) pause();
    else timer = setTimeout(tick, (1000 * seconds()) / speed);
  }

  function play() {
    if (atEnd()) toStart();
    timer = setTimeout(tick, 200 / speed);
    setIcon(buttons.play, "pause", "Pause");
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    setIcon(buttons.play, "play", "Play");
  }

  function toggle() {
    if (timer) pause();
    else play();
  }

  /** A button that can do nothing says so, but keeps its place in the order of focus. */
  function show(step, last) {
    for (const [name, end] of Object.entries({ first: 0, previous: 0, next: last, last })) {
      setAttribute(buttons[name], "aria-disabled", step === end ? "true" : null);
    }
  }

  return { element, extras, pause, toggle, show };
}
