/*
 * The slope picture: an operation's curve along one operand, or the root's along a leaf, with its tangent at the number that the
 * program had. All points are PyTorch's; the tangent has the slope that autograd found.
 */

import { closeUp } from "./closeup.js";
import { html, setAttribute, setText, svg } from "./dom.js";
import { round } from "./geometry.js";

const SIZE = { width: 320, height: 160, left: 12, right: 12, top: 8, bottom: 24 }; // px
const DURATION = 300; // ms, as of all movement
const STEEP = 3; // times as high as the tangent rises over the curve's reach: higher is cut off

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** `element` is hidden where a step has no curve. Where somebody on the page can set the number, its point is a handle. */
export function createSlope() {
  const handle = html("div", { class: "handle", role: "slider", tabindex: "0", hidden: true, keydown: nudge, pointerdown: hold, pointermove: drag, pointerup: letGo, pointercancel: letGo });
  const drawn = html("div");
  const caption = html("span", { class: "caption" });
  const said = html("span", { class: "slope-said" });
  const rounding = html("span", { class: "rounding", title: "With the same numbers in float64 the curve is another: float32 has too few numbers there" }, "Its steps: float32 rounds");
  const place = html("div", { class: "plot", click: put }, drawn, handle);
  const element = html("div", { class: "slope", hidden: true }, html("p", { class: "slope-head" }, caption, said, rounding), place);
  let shown = "";
  let growing = null;
  let last = null; // what is shown
  let close = null; // the leaf that was moved a little: its curve is seen from very near, until another step or other numbers are shown
  let held = null; // the curve in whose frame the point is dragged: it stays under the finger

  /** `covered`: what the curve says is to be found by the reader. */
  function show(story, step, covered = false) {
    if (last?.story !== story || last.step !== step) close = null;
    const found = covered ? null : curveAt(story, step, close);
    element.hidden = !found;
    last = { story, step, covered };
    if (!found) {
      shown = "";
      return drawn.replaceChildren();
    }
    if (held?.names.join() !== found.curve.names.join()) held = null;
    const key = JSON.stringify([found, step, held, close]);
    if (key === shown) return;
    shown = key;
    const { curve, tangent } = found;
    const [x, y] = curve.names;
    setText(caption, close ? `Very close: ${y} when ${x} moves` : `${y} when ${x} changes`);
    setText(said, tangent ? `${tangent.words} ${tangent.text}` : "");
    rounding.hidden = close !== null || !curve.coarse;
    element.dataset.tangent = tangent ? tangent.kind : "";
    const there = isReached(story, step) ? `; at ${x} = ${curve.texts[0]} it is ${curve.texts[1]}` : "";
    const about = `${caption.textContent}${there}${tangent ? `, ${said.textContent}` : ""}`;
    drawn.replaceChildren(close ? closeUp(curve) : plot(curve, tangent, about, held ?? curve));
    offer(curve, held ?? curve, !close && isLeaf(curvesAt(story, step), x) && asks(x, { steps: 0 }));
  }

  /** The handle lies over the point; hidden, where nobody can set this number. */
  function offer({ names: [x], at, texts }, within, settable) {
    handle.hidden = !settable;
    place.classList.toggle("settable", settable);
    const { x: left, y: top } = placeOf(at, within);
    handle.style.left = `${(100 * left) / SIZE.width}%`;
    handle.style.top = `${(100 * top) / SIZE.height}%`;
    const about = { "aria-label": `${x}, its point on the curve`, "aria-valuenow": at[0], "aria-valuemin": within.from, "aria-valuemax": within.to, "aria-valuetext": texts[0] };
    for (const [name, value] of Object.entries(about)) setAttribute(handle, name, value);
    handle.dataset.name = x;
  }

  function hold(event) {
    held = curveAt(last.story, last.step)?.curve ?? null;
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  }

  function drag({ clientX, pointerId }) {
    if (held && handle.hasPointerCapture(pointerId)) bringTo(clientX, held);
  }

  /** The point comes to where the curve is clicked. */
  function put({ target, clientX }) {
    const found = last && !last.covered && curveAt(last.story, last.step);
    if (found && !handle.hidden && target !== handle) bringTo(clientX, found.curve);
  }

  function bringTo(clientX, { from, to }) {
    const { left, width } = drawn.getBoundingClientRect();
    const share = (((clientX - left) / width) * SIZE.width - SIZE.left) / (SIZE.width - SIZE.left - SIZE.right);
    asks(handle.dataset.name, { value: from + Math.min(Math.max(share, 0), 1) * (to - from) });
  }

  /** The curve is then drawn around the new number. */
  function letGo() {
    if (!held) return;
    held = null;
    show(last.story, last.step, last.covered);
  }

  function nudge(event) {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!steps) return;
    event.preventDefault();
    asks(handle.dataset.name, { steps });
  }

  /** A new tangent grows out of its point. */
  function move() {
    growing?.cancel();
    const line = place.querySelector(".tangent");
    const frames = [{ scale: 0 }, { scale: 0, offset: 0.25 }, { scale: 1, offset: 0.9 }, { scale: 1 }];
    growing = line && !calm.matches ? line.animate(frames, { duration: DURATION, easing: "ease-out" }) : null;
  }

  /** Somebody who can set numbers may have come. */
  function again() {
    shown = "";
    if (last) show(last.story, last.step, last.covered);
  }

  /** A leaf of this name has moved a little. */
  function lookClosely(name) {
    if (!last) return;
    const { story, step, covered } = last;
    close = leavesOf(curvesAt(story, step)).find((id) => curvesAt(story, step)[id].names[0] === name) ?? null;
    shown = "";
    show(story, step, covered);
  }

  return { element, show, move, again, lookClosely };
}

/** Who can set a number of this name does so (`value`, or `steps` of its slider) and says that it could. */
export const asks = (name, change) => !document.dispatchEvent(new CustomEvent("gradwalk:value", { detail: { name, ...change }, cancelable: true }));

/** The curves of the episode that a step is in. */
export const curvesAt = (story, step) => story.curves?.[story.steps[step]?.episode ?? 0] ?? {};

/** Whether the way forward has come by: before, a curve's height at the point is not told yet. */
const isReached = ({ steps }, step) => steps.some(({ kind, episode }, number) => number <= step && kind === "forward" && (episode ?? 0) === (steps[step].episode ?? 0));

const isLeaf = (curves, name) => Object.entries(curves).some(([id, { names }]) => id.startsWith("v") && names[0] === name);

/** The leaves that have a curve, as the program made them. */
export const leavesOf = (curves) => Object.keys(curves).filter((id) => id.startsWith("v")).sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));

/** Which curve a step is about, or that of the leaf `moved`, and which tangent stands on it by then; null where there is none. */
export function curveAt(story, step, moved = null) {
  const { kind, now, focus } = story.steps[step];
  const curves = curvesAt(story, step);
  const edges = now.filter((id) => id.startsWith("e") && curves[id]);
  const leaves = leavesOf(curves);
  if (kind === "forward" && edges.length) return { curve: curves[edges[0]], tangent: null };
  if (kind === "local" && edges.length) {
    const curve = curves[edges[0]];
    return { curve, tangent: { kind: "local", slope: curve.slope, words: "slope ×", text: curve.texts[2] } };
  }
  if (kind === "forward" || kind === "local" || !leaves.length) return null;
  const arrives = (id) => curves[id].arrivals.some(([edge]) => now.includes(edge));
  const leaf = moved || leaves.find((id) => id === focus) || leaves.find(arrives) || leaves[0];
  return { curve: curves[leaf], tangent: tangentSoFar(story, curves[leaf], step) };
}

function tangentSoFar(story, { arrivals, slope, texts }, step) {
  const there = arrivals.filter(([edge]) => story.slots[`${edge}.flow`]?.some(([at, lines]) => lines && at <= step));
  if (!there.length) return null;
  if (there.length === arrivals.length) return { kind: "whole", slope, words: "slope ∇", text: texts[2] };
  const [, soFar, text] = there.at(-1);
  return { kind: "part", slope: soFar, words: "slope so far ∇", text };
}

/** The frame of a curve: px for its numbers, within the margins. */
function frameOf(curve) {
  const { width, height, left, right, top, bottom } = SIZE;
  const [inside, high] = [width - left - right, height - top - bottom];
  const [low, most] = heightsOf(curve);
  const x = (at) => ((at - curve.from) / (curve.to - curve.from)) * inside;
  const y = (at) => high - ((at - low) / (most - low)) * high;
  return { inside, high, low, most, x, y };
}

function placeOf([atX, atY], within) {
  const { x, y } = frameOf(within);
  return { x: SIZE.left + x(atX), y: SIZE.top + y(atY) };
}

/** The curve with its point; `within` is the curve in whose frame it is drawn, this one or the one that it was before. */
function plot({ at, names, texts }, tangent, about, within) {
  const { width, height, left, top } = SIZE;
  const curve = within;
  const { inside, high, low, most, x, y } = frameOf(within);
  const [atX, atY] = [x(at[0]), y(at[1])].map(round);
  /** @type {SVGElement[]} */
  const parts = [svg("path", { class: "curve", d: pathOf(curve, x, y, high) })];
  if (tangent) {
    const rise = (-tangent.slope * high * (curve.to - curve.from)) / ((most - low) * inside);
    const run = Math.min(0.36 * inside, (0.9 * high) / Math.max(Math.abs(rise), 1e-9));
    const line = { x1: round(-run), y1: round(-run * rise), x2: round(run), y2: round(run * rise) };
    parts.push(svg("g", { transform: `translate(${atX},${atY})` }, svg("line", { class: "tangent", ...line })));
  }
  parts.push(svg("line", { class: "drop", x1: atX, x2: atX, y1: atY, y2: high }), svg("circle", { class: "point", cx: atX, cy: atY, r: 5 }));
  const frame = svg("svg", { x: left, y: top, width: inside, height: high }, ...parts);
  const axis = svg("line", { class: "axis", x1: left, x2: left + inside, y1: top + high, y2: top + high });
  const place = svg("text", { class: "place", x: left + atX, y: height - 6 }, `${names[0]} = ${texts[0]}`);
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about }, axis, frame, place);
}

/** From where to where the picture goes up: all of the curve, but for what shoots off. */
function heightsOf({ values, at, slope, from, to }) {
  const rises = values.filter((value) => value !== null).map((value) => Math.abs(value - at[1]));
  const most = STEEP * Math.max(Math.abs(slope) * (to - from), 0.1) / 2;
  const within = values.filter((value) => value !== null && Math.abs(value - at[1]) <= Math.max(most, Math.min(...rises)));
  const [low, high] = [Math.min(at[1], ...within), Math.max(at[1], ...within)];
  const air = 0.08 * (high - low) || 1;
  return [low - air, high + air];
}

/** The curve in pieces: it is broken where it has no value, or jumps across the whole picture. */
function pathOf({ values, from, to }, x, y, high) {
  let text = "";
  let before = null;
  values.forEach((value, number) => {
    const here = value === null ? null : Math.min(Math.max(y(value), -high), 2 * high);
    const jumps = before !== null && here !== null && Math.abs(here - before) > 1.5 * high;
    if (here !== null) text += `${before === null || jumps ? "M" : "L"}${round(x(from + ((to - from) * number) / (values.length - 1)))} ${round(here)}`;
    before = here;
  });
  return text;
}
