/* The shapes of the drawn network: circles, the edges with their weights, an activation with its curve. */

import { setAttribute, svg } from "../../gradwalk/player/dom.js";

export const SMALL_FONT = '600 12.5px "Source Sans", sans-serif';
export const CHIP = { bare: 20, named: 30 }; // px of its height
export const NUMBER_FONT = '600 14px "Source Sans", sans-serif';

export function words(className, x, y, text = "") {
  return svg("text", { class: className, x: round1(x), y: round1(y) }, text);
}

export const round1 = (number) => Math.round(number * 10) / 10;

/** A short bar with a mark on it: where the number stands between −reach and reach. */
function track(x, y, width) {
  const mark = svg("circle", { class: "mark", r: 3, cx: round1(x), cy: round1(y) });
  const lines = [
    svg("line", { x1: round1(x - width / 2), x2: round1(x + width / 2), y1: round1(y), y2: round1(y) }),
    svg("line", { x1: round1(x), x2: round1(x), y1: round1(y - 3), y2: round1(y + 3) }),
  ];
  const element = svg("g", { class: "track" }, ...lines, mark);
  return { element, show: (share) => setAttribute(mark, "cx", round1(x + (share * width) / 2)) };
}

/** An input or a target: its name beside it, its number in it. */
export function circle({ x, y, r }, label, side) {
  const number = words("number", x, y + 3);
  const bar = track(x, y + r * 0.5, r * 1.1);
  const [className, away] = side === "left" ? ["name end", -r - 7] : ["name start", r + 7];
  const name = words(className, x + away, y + 5, label);
  const shape = svg("circle", { class: "frame", cx: round1(x), cy: round1(y), r });
  const element = svg("g", { class: "part given" }, halo(x, y, r), shape, name, number, bar.element);
  return { element, number, bar, room: 2 * r - 6 };
}

export const halo = (x, y, r) => svg("circle", { class: "halo", cx: round1(x), cy: round1(y), r: r + 4 });

export function frame({ x, y, w, h }, radius = 9) {
  const rect = (className, by, rx) => {
    const [left, top] = [round1(x - w / 2 - by), round1(y - h / 2 - by)];
    return svg("rect", { class: className, x: left, y: top, width: w + 2 * by, height: h + 2 * by, rx });
  };
  return [rect("halo", 4, radius + 4), rect("frame", 0, radius)];
}

/** A weight on its edge: name and number in a chip, its gradient beside or below it, on the side from which the edge goes away. */
export function weightChip([x, y], label, width, beside, above = false, rises = false) {
  const bare = !label;
  const number = words(bare ? "number small" : "number", x, y + (bare ? 4 : 2));
  const bar = track(x, y + 9, width - 18);
  const grad = beside ? words("grad start", x + width / 2 + 8, y + (rises ? 17 : -6)) : words("grad", x, y + (above ? -15 : bare ? 24 : 29));
  const parts = [...frame({ x, y, w: width, h: bare ? CHIP.bare : CHIP.named }, 7), number, ...(bare ? [] : [bar.element])];
  return { parts, number, bar, grad, label, room: width - 8 };
}

/** The line of an edge: thicker for a larger weight, broken for a negative one, dotted for zero. With a `stub` its end is straight.
 *  What comes back along it ends at `until`, where that is given. */
export function edgeLine([x, y], [toX, toY], stub = 0, until = null) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const [ux, uy] = stub ? [1, 0] : [(toX - x) / length, (toY - y) / length];
  const head = (className, tip, way) => {
    const base = [tip[0] - way * ux * 9, tip[1] - way * uy * 9];
    const corners = [tip, [base[0] - uy * 4.6, base[1] + ux * 4.6], [base[0] + uy * 4.6, base[1] - ux * 4.6]];
    return svg("path", { class: `head ${className}`, d: `M${corners.map((corner) => corner.map(round1)).join("L")}Z` });
  };
  const begins = until ?? [x, y];
  const path = stub ? bent([x, y], [toX, toY], stub) : straight([x, y], [toX - ux * 5, toY - uy * 5]);
  const lines = until ? [svg("path", { class: "line before", d: straight([x, y], until) }), svg("path", { class: "line", d: straight(until, [toX - ux * 5, toY - uy * 5]) })] : [svg("path", { class: "line", d: path })];
  const hit = svg("path", { class: "hit", d: path });
  return { parts: [hit, ...lines, head("ahead", [toX, toY], 1), head("back", begins, -1)], lines };
}

const straight = (from, to) => `M${from.map(round1)}L${to.map(round1)}`;

/** Where a line to `to` leaves a chip that stands on it. */
export function outOf([x, y], width, high, [toX, toY]) {
  const share = Math.min(width / 2 / Math.abs(toX - x), high / 2 / Math.abs(toY - y));
  return [x + share * (toX - x), y + share * (toY - y)];
}

function bent([x, y], [toX, toY], stub) {
  const end = toX - stub;
  const middle = (x + end) / 2;
  return `M${round1(x)},${round1(y)}C${round1(middle)},${round1(y)} ${round1(middle)},${round1(toY)} ${round1(end)},${round1(toY)}H${round1(toX - 5)}`;
}

export function weigh(lines, weight) {
  for (const line of lines) weighOne(line, weight);
}

function weighOne(line, weight) {
  const size = Math.abs(weight);
  const width = round1(1 + (6 * size) / (size + 2));
  setAttribute(line, "stroke-width", Number.isFinite(size) ? width : 1);
  const gap = Math.max(5, 2 * width);
  setAttribute(line, "stroke-dasharray", weight < 0 ? `${gap} ${gap}` : weight === 0 ? "1.5 4" : null);
}

/** The activation's own curve, with the point at which it stands and, once known, its slope there. */
export function curve({ x, y, w, h }, points) {
  const [left, top, width, height] = [x - w / 2 + 5, y - h / 2 + 5, w - 10, h - 10];
  const [xs, ys] = points;
  const [low, high] = [Math.min(0, ...ys), Math.max(0, ...ys)];
  const spread = high - low || 1;
  const across = (value) => left + ((value - xs[0]) / (xs.at(-1) - xs[0])) * width;
  const up = (value) => top + height - ((value - low) / spread) * height;
  const line = xs.map((value, number) => `${round1(across(value))},${round1(up(ys[number]))}`);
  const axes = `M${round1(left)},${round1(up(0))}h${width}M${round1(across(0))},${round1(top)}v${height}`;
  const dot = svg("circle", { class: "dot", r: 4.5, cx: x, cy: y });
  const slope = svg("line", { class: "slope", x1: x, x2: x, y1: y, y2: y });
  const paths = [svg("path", { class: "axes", d: axes }), svg("path", { class: "run", d: `M${line.join("L")}` })];
  const element = svg("g", { class: "curve" }, ...paths, slope, dot);

  function show(z, out, local) {
    const known = Number.isFinite(z) && Number.isFinite(out);
    setAttribute(dot, "visibility", known ? null : "hidden");
    setAttribute(slope, "visibility", known && Number.isFinite(local) ? null : "hidden");
    if (!known) return;
    const [cx, cy] = [across(z), up(out)];
    setAttribute(dot, "cx", round1(cx));
    setAttribute(dot, "cy", round1(cy));
    if (!Number.isFinite(local)) return;
    const rise = (-local * (height / spread)) / (width / (xs.at(-1) - xs[0]));
    const reach = 0.32 * width / Math.hypot(1, rise);
    const ends = { x1: cx - reach, x2: cx + reach, y1: cy - reach * rise, y2: cy + reach * rise };
    for (const [name, value] of Object.entries(ends)) setAttribute(slope, name, round1(value));
  }

  return { element, show };
}
