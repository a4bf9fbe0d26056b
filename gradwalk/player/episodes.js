/* The bar of episodes: one backward() each. Jumps between them, to the next backward(), and over a loop. */

import { html, iconButton, setAttribute, setText } from "./dom.js";
import { episodeAt, isProgram } from "./story.js";
import { loopsOf, nextBackward, stepOverLoop } from "./travel.js";

const EPISODE_ROOM = 5; // px; with less for each episode the bar is continuous

export function createEpisodes(go) {
  const changed = () => toEpisode(Number(range.value));
  const about = { type: "range", class: "episode-range", min: 0, step: 1, "aria-label": "backward() call", input: changed };
  const range = html("input", about);
  const track = html("div", { class: "track", "aria-hidden": "true" });
  const bar = html("div", { class: "episode-bar" }, range, track);
  const title = html("b", { class: "episode-title" });
  const root = html("span", { class: "episode-root" });
  const buttons = {
    previous: iconButton("previous", "Previous backward() call", () => go(episodeStep(-1))),
    next: iconButton("next", "Next backward() call", () => go(episodeStep(1))),
  };
  const textButton = (text, press) => html("button", { type: "button", class: "button", click: press }, text);
  const ways = {
    backward: textButton("To next backward()", () => go(nextBackward(story, step))),
    loop: textButton("Over the loop", () => go(stepOverLoop(story, loops, step))),
  };
  const label = html("span", { class: "episode-label" }, title, root);
  const more = html("span", { class: "episode-more" });
  const moves = html("span", { class: "moves" }, buttons.previous, buttons.next);
  const element = html("div", { class: "episodes", role: "group", "aria-label": "backward() calls" },
    moves, label, bar, more, html("span", { class: "ways" }, ways.backward, ways.loop));
  let story = null;
  let step = 0;
  let width = 0;
  let loops = [];
  let segments = [];
  const fill = html("i", { class: "fill" });
  const thumb = html("i", { class: "thumb" });

  const several = () => story.episodes.length > 1;

  function setStory(next) {
    const same = story && JSON.stringify(next.episodes) === JSON.stringify(story.episodes);
    story = next;
    loops = isProgram(story) ? loopsOf(story.code) : [];
    element.hidden = !several() && !loops.length && !story.begins;
    for (const part of [moves, label, bar]) part.hidden = !several();
    ways.loop.hidden = !loops.length;
    ways.backward.hidden = !story.steps.some(({ kind }) => kind === "seed");
    more.hidden = !story.begins;
    setText(more, several() ? "The others follow …" : "The later steps follow …");
    range.max = String(Math.max(0, story.episodes.length - 1));
    if (!same) draw();
  }

  function draw() {
    const each = width / Math.max(1, story.episodes.length);
    const segment = (episode) => html("i", { class: episode.folded ? "segment folded" : "segment" });
    segments = each >= EPISODE_ROOM ? story.episodes.map(segment) : [];
    track.replaceChildren(...(segments.length ? segments : [fill, thumb]));
  }

  function resize() {
    if (bar.clientWidth === width) return;
    width = bar.clientWidth;
    if (story) draw();
  }

  /** Where the next episode starts, or this one, or from its start the one before; null at the ends. */
  function episodeStep(by) {
    const here = episodeAt(story, step);
    const start = (number) => story.episodes[number]?.first ?? null;
    if (by > 0) return start(here + 1);
    return step > start(here) ? start(here) : start(here - 1) ?? (step > 0 ? 0 : null);
  }

  function toEpisode(number) {
    go(story.episodes[number].first);
  }

  /** `covered`: the number that a pass starts from is not said, for somebody is to find it. */
  function show(now, covered) {
    step = now;
    if (element.hidden) return;
    const number = episodeAt(story, step);
    const episode = story.episodes[number];
    if (episode) showEpisode(episode, number, covered);
    disable(buttons.previous, step === 0);
    disable(buttons.next, number >= story.episodes.length - 1);
    disable(ways.backward, nextBackward(story, step) === null);
    disable(ways.loop, stepOverLoop(story, loops, step) === null);
  }

  const disable = (button, off) => setAttribute(button, "aria-disabled", off ? "true" : null);

  function showEpisode(episode, number, covered) {
    setText(title, episode.title);
    setText(root, covered ? "" : episode.root ?? "");
    range.value = number;
    setAttribute(range, "aria-valuetext", [episode.title, root.textContent].filter(Boolean).join(", "));
    segments.forEach((segment, at) => {
      segment.classList.toggle("done", at <= number);
      segment.classList.toggle("current", at === number);
    });
    fill.style.width = thumb.style.left = `${(100 * (number + 1)) / story.episodes.length}%`;
  }

  function drag(x) {
    const box = track.getBoundingClientRect();
    const number = Math.floor(((x - box.left) / box.width) * story.episodes.length);
    toEpisode(Math.min(Math.max(0, number), story.episodes.length - 1));
  }

  bar.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true });
    drag(event.clientX);
  });
  bar.addEventListener("pointermove", (event) => {
    if (bar.hasPointerCapture(event.pointerId)) drag(event.clientX);
  });

  return { element, setStory, resize, show, several, episodeStep };
}
