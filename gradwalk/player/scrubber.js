/*
 * The scrubber: the steps of one episode on a line, in the colours of its phases. An expression is a single episode.
 * A range input over all steps serves keys and screen readers.
 */

import { html, setAttribute, setText, textWidth } from "./dom.js";
import { episodeAt, lastStep, phasesOf, placeInPhase, titleOf } from "./story.js";

const SEGMENT_ROOM = 9; // px; with less for each step the line is continuous
const NAME_GAPS = [16, 10]; // px between two names, and where all are short already
const SHORT = { "Local gradients": "Local" }; // where a name has too little room

export function createScrubber(go) {
  const changed = () => go(Number(range.value));
  const range = html("input", { type: "range", class: "steps", min: 0, step: 1, "aria-label": "Step", input: changed });
  const phases = html("div", { class: "phases", "aria-hidden": "true" });
  const start = html("div", { class: "start" });
  const line = html("div", { class: "line" }, start, phases);
  const element = html("div", { class: "scrubber" }, range, line);
  let story = null;
  let episode = 0;
  let parts = [];
  let from = 1; // the first step on the line
  let count = 1; // how many steps are on it
  let segmented = null;
  let width = 0;
  let font = "";

  function draw() {
    const shown = phasesOf(story, episode);
    from = shown[0]?.first ?? 1;
    count = Math.max(1, shown.reduce((sum, phase) => sum + phase.count, 0));
    segmented = width / count >= SEGMENT_ROOM;
    start.hidden = from > 1;
    parts = shown.map((phase) => {
      const name = html("span", { class: "name" });
      const fill = html("i", { class: "fill" });
      const thumb = html("i", { class: "thumb" });
      const segments = segmented ? Array.from({ length: phase.count }, () => html("i", { class: "segment" })) : [];
      const track = html("div", { class: "track" }, ...(segmented ? segments : [fill, thumb]));
      const about = { class: "phase", "data-kind": phase.kind, style: `flex-grow: ${phase.count}` };
      const whole = html("div", about, name, track);
      return { phase, whole, name, track, segments, fill, thumb };
    });
    phases.replaceChildren(...parts.map((part) => part.whole));
  }

  function setStory(next) {
    const parted = ({ phases, episodes }) => JSON.stringify([phases, episodes]);
    const same = story && parted(next) === parted(story);
    story = next;
    range.max = String(lastStep(story));
    if (same) return;
    episode = Math.min(episode, Math.max(0, story.episodes.length - 1));
    draw();
  }

  function resize(next) {
    width = next;
    const { fontSize, fontFamily } = getComputedStyle(parts[0]?.name ?? phases);
    font = `600 ${fontSize} ${fontFamily}`;
    if (segmented !== width / count >= SEGMENT_ROOM) draw();
  }

  function show(step, learns) {
    const now = episodeAt(story, step);
    if (now !== episode) {
      episode = now;
      draw();
    }
    const current = step > 0 && parts.find(({ phase }) => step >= phase.first && step < phase.first + phase.count);
    range.value = step;
    const said = current ? placeInPhase(current.phase, step) : "Start";
    setAttribute(range, "aria-valuetext", `Step ${step} of ${lastStep(story)}, ${said}: ${titleOf(story.steps[step], learns)}`);
    start.classList.toggle("current", step === 0);
    for (const part of parts) showPart(part, step, part === current);
    placeNames(current, step);
  }

  /** The current phase's name is whole; others move aside, or are shortened, where there is too little room, and are left out only where all is in vain. */
  function placeNames(current, step) {
    const each = width / count;
    const starts = parts.map(({ phase }) => (phase.first - from) * each);
    const lengths = (gap) => texts.map((text) => textWidth(text, font) + gap);
    const named = (shorter) => parts.map((part) => {
      const title = shorter(part) ? (SHORT[part.phase.title] ?? part.phase.title) : part.phase.title;
      if (part !== current) return title;
      return shorter(part) ? `${title} ${step - part.phase.first + 1}/${part.phase.count}` : placeInPhase(part.phase, step);
    });
    let [texts, places] = [[], null];
    const [wide, close] = NAME_GAPS;
    for (const [shorter, gap] of [[() => false, wide], [(part) => part !== current, wide], [() => true, wide], [() => true, close]]) {
      if (places) break;
      texts = named(shorter);
      places = inRow(starts, lengths(gap), each);
    }
    places ??= inRow(starts, lengths(close), Infinity) ?? besides(parts.indexOf(current || null), starts, lengths(close), each);
    parts.forEach(({ name }, number) => {
      setText(name, texts[number]);
      name.style.cssText = places[number] === null ? "visibility: hidden" : `left: ${Math.round(places[number] - starts[number])}px`;
    });
  }

  /** Each where its phase begins, or moved aside by its neighbours as little as they need; null where one would leave its phase, each step of which is `each` wide. */
  function inRow(starts, lengths, each) {
    const places = [];
    starts.forEach((start, number) => places.push(Math.max(start, number ? places[number - 1] + lengths[number - 1] : 0)));
    let right = width;
    for (let number = places.length - 1; number >= 0; number--) {
      places[number] = Math.min(places[number], right - lengths[number]);
      right = places[number];
    }
    const own = (place, number) => place >= 0 && place < starts[number] + parts[number].phase.count * each && (place + lengths[number] > starts[number] || each === Infinity);
    return places.every(own) ? places : null;
  }

  /** The current one, and of the others those that are clear of it, and no longer than their phase. */
  function besides(current, starts, lengths, each) {
    const left = current < 0 ? 0 : Math.max(0, Math.min(starts[current], width - lengths[current]));
    const right = current < 0 ? 0 : left + lengths[current];
    return starts.map((start, number) => {
      if (number === current) return left;
      const clear = start >= right || start + lengths[number] <= left;
      return clear && lengths[number] <= parts[number].phase.count * each ? start : null;
    });
  }

  function showPart({ phase, whole, segments, fill, thumb }, step, here) {
    const done = Math.min(Math.max(0, step - phase.first + 1), phase.count);
    whole.classList.toggle("current", here);
    segments.forEach((segment, number) => {
      segment.classList.toggle("done", number < done);
      segment.classList.toggle("current", here && number === done - 1);
    });
    fill.style.width = thumb.style.left = `${(100 * done) / phase.count}%`;
  }

  /** The step under the pointer: left of every phase is the start, inside one it is the segment that is hit. */
  function stepAt(x) {
    let step = from > 1 ? from : 0;
    for (const { phase, track } of parts) {
      const box = track.getBoundingClientRect();
      if (x < box.left) break;
      const into = Math.min(phase.count, Math.ceil(((x - box.left) / box.width) * phase.count));
      step = Math.max(step, phase.first - 1 + into);
    }
    return step;
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true });
    go(stepAt(event.clientX));
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) go(stepAt(event.clientX));
  });

  return { element, setStory, resize, show };
}
