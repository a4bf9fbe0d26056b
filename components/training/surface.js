/* The loss surface: the loss over two of the network's numbers, from above, and the path that the run took over it. */

import { html, setAttribute, setText, svg } from "../../gradwalk/player/dom.js";
import { axis, contour, frame, inside, line } from "./axes.js";
import { epochs, told } from "./numbers.js";
import { colours, mix, paintRanks } from "./paint.js";

const LEVELS = 9;

export function createSurface(chosen) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  const drawing = svg("svg", { role: "img" });
  const across = html("select", { change: choose });
  const up = html("select", { change: choose });
  const choice = html("span", { class: "axes" }, html("label", {}, "across", across), html("label", {}, "up", up));
  const stage = html("div", { class: "drawing" }, canvas, drawing);
  const note = html("p", { class: "note" });
  const root = html("figure", {}, html("figcaption", {}, html("b", {}, "Loss surface and path"), choice), stage, note);
  let [size, data, fixed] = [null, null, null];

  function choose() {
    chosen([Number(across.value), Number(up.value)]);
  }

  function sized(width, height) {
    size = { width, height };
    setAttribute(drawing, "viewBox", `0 0 ${width} ${height}`);
    drawing.style.height = `${height}px`;
    if (data) fix();
  }

  /** What the server computed for one epoch; null: nothing yet. */
  function take(next, names) {
    data = next;
    choice.hidden = !data;
    for (const [number, select] of [across, up].entries()) {
      if (select.options.length !== names.length || select.options[0]?.text !== names[0]) select.replaceChildren(...names.map((name, place) => html("option", { value: place }, name)));
      if (data) select.value = data.pair[number];
    }
    fixed = null;
    if (data && size) fix(names);
    else if (!data) nothing();
  }

  function nothing() {
    canvas.hidden = true;
    drawing.replaceChildren();
    setAttribute(drawing, "aria-label", "The loss over two weights appears here when the run has begun.");
    setText(note, "The loss over two weights, and the path over it, appear here when the run has begun.");
  }

  function fix(names = [...across.options].map(({ text }) => text)) {
    const edges = inside(size.width, size.height);
    const [a0, a1, b0, b1] = data.box;
    const [horizontal, vertical] = [axis(a0, a1, edges.left, edges.right), axis(b0, b1, edges.bottom, edges.top)];
    const { side } = data;
    const grid = data.loss.map((loss) => (typeof loss === "number" ? loss : NaN));
    const at = (column, row) => [edges.left + (column / (side - 1)) * (edges.right - edges.left), edges.bottom - (row / (side - 1)) * (edges.bottom - edges.top)];
    const { ground, above } = colours(drawing);
    Object.assign(canvas.style, { left: `${edges.left}px`, top: `${edges.top}px`, width: `${edges.right - edges.left}px`, height: `${edges.bottom - edges.top}px` });
    canvas.hidden = false;
    paintRanks(canvas, grid, side, ground, mix(ground, above, 0.55));
    const id = `surface-${Math.random().toString(36).slice(2, 9)}`;
    const clip = svg("clipPath", { id }, svg("rect", { x: edges.left, y: edges.top, width: edges.right - edges.left, height: edges.bottom - edges.top }));
    const levels = svg("path", { class: "level", d: levelsOf(grid).map((level) => contour(grid, side, level, at)).join("") });
    const place = ([a, b]) => (typeof a === "number" && typeof b === "number" ? [horizontal.place(a), vertical.place(b)] : [NaN, NaN]);
    const [keptPath, ahead, path] = ["path kept", "path ahead", "path"].map((kind) => svg("path", { class: kind }));
    const [start, point] = [svg("circle", { class: "start", r: 4 }), svg("circle", { class: "here", r: 5.5 })];
    const paths = svg("g", { "clip-path": `url(#${id})` }, keptPath, ahead, path, start, point); // the path stays inside its panel
    const pair = data.pair.map((number) => names[number]);
    drawing.replaceChildren(clip, ...frame(horizontal, vertical, edges, pair), levels, paths);
    fixed = { keptPath, ahead, path, start, point, points: data.path.map(place), place, pair, holes: grid.some((loss) => !Number.isFinite(loss)), count: names.length };
  }

  /** `numbers` are the network's at the place that is shown; the path goes from what the server told on to it. */
  function show({ place, epochs: at, numbers, kept }) {
    if (!fixed) return;
    const [first, second] = data.pair;
    const { points } = fixed;
    const here = numbers ? fixed.place([numbers[first], numbers[second]]) : points[place];
    const before = points.slice(0, place + 1);
    setAttribute(fixed.keptPath, "d", kept ? line(kept.map((row) => fixed.place([row[first], row[second]]))) : "");
    setAttribute(fixed.ahead, "d", line(points.slice(place)));
    setAttribute(fixed.path, "d", line(here ? [...before, here] : before));
    put(fixed.start, points[0]);
    put(fixed.point, here);
    const others = fixed.count > 2 ? `${fixed.count > 3 ? `The other ${fixed.count - 2} numbers are` : "The third number is"} as after ${epochs(at[data.place])}. ` : "";
    setText(note, `${others}Darker is a larger loss${fixed.holes ? "; where no colour is, it is inf or nan" : ""}.`);
    const where = numbers ? `${told(numbers[first])} and ${told(numbers[second])}` : "its beginning";
    setAttribute(drawing, "aria-label", `The loss over ${fixed.pair[0]} and ${fixed.pair[1]}, and the path of the run: after ${epochs(at[place] ?? 0)} at ${where}.`);
  }

  return { root, sized, take, show, taken: () => data };
}

/** A circle at its place; none where that is no number. */
function put(circle, at) {
  const seen = Boolean(at?.every(Number.isFinite));
  setAttribute(circle, "display", seen ? null : "none");
  if (seen) for (const [name, value] of [["cx", at[0]], ["cy", at[1]]]) setAttribute(circle, name, value.toFixed(1));
}

function levelsOf(grid) {
  const finite = grid.filter(Number.isFinite).sort((a, b) => a - b);
  return Array.from({ length: LEVELS }, (_, number) => finite[Math.floor(((number + 1) / (LEVELS + 1)) * (finite.length - 1))]).filter((level) => level !== undefined);
}
