/*
 * The slope picture: an operation's curve along one operand, or the root's along a leaf, with its tangent at the number that the
 * program had. All points are PyTorch's; the tangent has the slope that autograd found.
 */

import { html, setText, svg } from "./dom.js";
import { round } from "./geometry.js";

const SIZE = { width: 320, height: 160, left: 12, right: 12, top: 8, bottom: 24 }; // px
const DURATION = 300; // ms, as of all movement
const STEEP = 3; // times as high as the tangent rises over the curve's reach: higher is cut off

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** `element` is hidden where a step has no curve. */
export function createSlope() {
  const caption = html("span", { class: "caption" });
  const said = html("span", { class: "slope-said" });
  const place = html("div", { class: "plot" });
  const element = html("div", { class: "slope", hidden: true }, html("p", { class: "slope-head" }, caption, said), place);
  let shown = "";
  let growing = null;

  /** `covered`: what the curve says is to be found by the reader. */
  function show(story, step, covered = false) {
    const found = covered ? null : curveAt(story, step);
    element.hidden = !found;
    if (!found) {
      shown = "";
      return place.replaceChildren();
    }
    const key = JSON.stringify([found, step]);
    if (key === shown) return;
    shown = key;
    const { curve, tangent } = found;
    const [x, y] = curve.names;
    setText(caption, `${y} when ${x} changes`);
    setText(said, tangent ? `${tangent.words} ${tangent.text}` : "");
    element.dataset.tangent = tangent ? tangent.kind : "";
    const about = `${caption.textContent}; at ${x} = ${curve.texts[0]} it is ${curve.texts[1]}${tangent ? `, ${said.textContent}` : ""}`;
    place.replaceChildren(plot(curve, tangent, about));
  }

  /** A new tangent grows out of its point. */
  function move() {
    growing?.cancel();
    const line = place.querySelector(".tangent");
    const frames = [{ scale: 0 }, { scale: 0, offset: 0.25 }, { scale: 1, offset: 0.9 }, { scale: 1 }];
    growing = line && !calm.matches ? line.animate(frames, { duration: DURATION, easing: "ease-out" }) : null;
  }

  return { element, show, move };
}

/** Which curve a step is about, and which tangent stands on it by then; null where there is none. */
export function curveAt(story, step) {
  const { kind, now, focus } = story.steps[step];
  const curves = story.curves || {};
  const edges = now.filter((id) => id.startsWith("e") && curves[id]);
  const leaves = Object.keys(curves).filter((id) => id.startsWith("v"));
  if (kind === "forward" && edges.length) return { curve: curves[edges[0]], tangent: null };
  if (kind === "local" && edges.length) {
    const curve = curves[edges[0]];
    return { curve, tangent: { kind: "local", slope: curve.slope, words: "slope ×", text: curve.texts[2] } };
  }
  if (kind === "forward" || kind === "local" || !leaves.length) return null;
  const arrives = (id) => curves[id].arrivals.some(([edge]) => now.includes(edge));
  const leaf = leaves.find((id) => id === focus) || leaves.find(arrives) || leaves[0];
  return { curve: curves[leaf], tangent: tangentSoFar(story, curves[leaf], step) };
}

function tangentSoFar(story, { arrivals, slope, texts }, step) {
  const there = arrivals.filter(([edge]) => story.slots[`${edge}.flow`]?.some(([at, lines]) => lines && at <= step));
  if (!there.length) return null;
  if (there.length === arrivals.length) return { kind: "whole", slope, words: "slope ∇", text: texts[2] };
  const [, soFar, text] = there.at(-1);
  return { kind: "part", slope: soFar, words: "slope so far ∇", text };
}

function plot(curve, tangent, about) {
  const { width, height, left, right, top, bottom } = SIZE;
  const [inside, high] = [width - left - right, height - top - bottom];
  const [low, most] = heightsOf(curve);
  const x = (at) => ((at - curve.from) / (curve.to - curve.from)) * inside;
  const y = (at) => high - ((at - low) / (most - low)) * high;
  const [atX, atY] = [x(curve.at[0]), y(curve.at[1])].map(round);
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
  const place = svg("text", { class: "place", x: left + atX, y: height - 6 }, `${curve.names[0]} = ${curve.texts[0]}`);
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
