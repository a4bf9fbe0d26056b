/* A small picture of an example: its inputs, its units, and of a single neuron its activation with the place where it is. */

import { svg } from "../../gradwalk/player/dom.js";
import { PICTURES } from "./course.js";

const [WIDTH, HEIGHT] = [72, 44];
const REACH = 8; // what of z is drawn on each side of 0
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
/** What each activation gives for z, from -1 to 1 over the picture's height. */
const CURVES = {
  sigmoid: (z) => 2 * sigmoid(z) - 1,
  tanh: (z) => Math.tanh(z),
  relu: (z) => Math.max(0, z) / REACH,
  leaky_relu: (z) => Math.max(0.1 * z, z) / REACH,
  step: (z) => (z > 0 ? 0.8 : -0.8),
};
const identity = (z) => z / REACH;

export function pictureOf(slug) {
  const { shape, activation, at } = PICTURES[slug];
  const columns = shape.map((count, layer) => Array.from({ length: count }, (_, unit) => [10 + (layer * (WIDTH - 22)) / (shape.length - 1), (HEIGHT * (unit + 1)) / (count + 1)]));
  const ways = columns.slice(1).flatMap((units, layer) => units.flatMap(([x, y]) => columns[layer].map(([left, top]) => `M${left},${top}L${x},${y}`)));
  const dot = (className, radius) => ([cx, cy]) => svg("circle", { class: className, cx, cy, r: radius });
  const units = columns.slice(1).flat();
  const alone = units.length === 1;
  const parts = [svg("path", { d: ways.join("") }), ...columns[0].map(dot("input", 3)), ...(alone ? [] : units.map(dot("unit", 5)))];
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, ...parts, ...(alone ? neuron(units[0], CURVES[activation] ?? identity, at) : []));
}

/** A neuron large enough for its curve. */
function neuron([x, y], curve, at) {
  const [side, half] = [14, 9];
  const place = (z) => `${(x - 6 + (z / REACH) * (side - 3)).toFixed(1)},${(y - half * curve(z)).toFixed(1)}`;
  const path = Array.from({ length: 33 }, (_, step) => place((step / 16 - 1) * REACH)).join("L");
  const made = [svg("circle", { class: "unit", cx: x - 6, cy: y, r: side + 2 }), svg("path", { class: "curve", d: `M${path}` })];
  if (at === null) return made;
  const [cx, cy] = place(Math.min(Math.max(at, -REACH), REACH)).split(",");
  return [...made, svg("circle", { class: "at", cx, cy, r: 2.6 })];
}
