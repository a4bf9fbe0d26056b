/* Curves over the epochs: the loss, and the length of each layer's gradient; what is known ahead stays pale. */

import { html, setAttribute, setText, svg } from "../../gradwalk/player/dom.js";
import { axis, frame, inside, line } from "./axes.js";
import { epochs, told } from "./numbers.js";

const DASHES = ["", "7 4", "2 3", "9 3 2 3"];
const MANY_TIMES = 20;

/** `draw` gives a panel's curves: `{ name, kind, dash, values, kept }` each, with a value (or none) for each told epoch. */
export function createCurves(title, draw) {
  const says = html("span", { class: "says" });
  const drawing = svg("svg", { role: "img" });
  const root = html("figure", {}, html("figcaption", {}, html("b", {}, title), says), html("div", { class: "drawing" }, drawing));
  const still = svg("g");
  const hand = svg("line", { class: "now" });
  const moving = svg("g");
  drawing.append(still, hand, moving);
  let [size, range, shape] = [null, "", ""];
  /** @type {ReturnType<typeof piece>[]} */
  let pieces = [];

  function sized(width, height) {
    size = { width, height };
    setAttribute(drawing, "viewBox", `0 0 ${width} ${height}`);
    drawing.style.height = `${height}px`;
    range = "";
  }

  /** `run` has `told` rows, of which `place` is the one that is shown. What stays from one picture to the next is not made anew. */
  function show(run) {
    if (!size) return;
    const lines = draw(run);
    const edges = inside(size.width, size.height);
    const { up, logarithmic } = heights(lines, edges);
    const across = axis(0, run.last || 1, edges.left, edges.right);
    const now = JSON.stringify([up.from, up.to, logarithmic, run.last, size]);
    if (now !== range) {
      range = now;
      still.replaceChildren(...frame(across, up, edges, ["epoch", logarithmic ? "logarithmic" : ""]));
    }
    const kinds = JSON.stringify(lines.map(({ name, kind, dash, kept }) => [name, kind, dash, kept]));
    if (kinds !== shape) {
      shape = kinds;
      pieces = lines.map(piece);
      moving.replaceChildren(...pieces.flatMap(({ parts }) => parts));
      says.replaceChildren(...pieces.map(({ key }) => key));
    }
    const x = across.place(run.epochs[run.place] ?? 0).toFixed(1);
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: edges.top, y2: edges.bottom })) setAttribute(hand, name, value);
    lines.forEach((one, number) => pieces[number].show(one.values.map((value, i) => [across.place(one.epochs[i]), heightOf(value, up, edges)]), one.values, run.place));
    const words = lines.filter(({ kept }) => !kept).map(({ name, values }) => `${name} ${told(values[run.place] ?? "–", 3)}`);
    setAttribute(drawing, "aria-label", `${title} after ${epochs(run.epochs[run.place] ?? 0)}: ${words.join(", ")}.`);
  }

  return { root, sized, show, nothing: (text) => setText(says, text) };
}

/** One curve with its key: what is behind, what lies ahead, and the point between them; or a kept run's, which is whole. */
function piece({ name, kind, dash, kept }) {
  const path = svg("path", { class: kept ? `${kind} kept` : kind, "stroke-dasharray": dash || null });
  const ahead = svg("path", { class: `${kind} ahead`, "stroke-dasharray": dash || null });
  const dot = svg("circle", { class: `dot ${kind}dot`, r: 4 });
  const number = html("b", { class: `${kind}number` });
  const sample = svg("svg", { width: 22, height: 8, viewBox: "0 0 22 8", "aria-hidden": "true" }, svg("path", { class: kept ? `${kind} kept` : kind, d: "M0 4H22", "stroke-dasharray": dash || null }));
  const key = html("span", { class: "key" }, sample, name, ...(kept ? [] : [number]));

  function show(points, values, place) {
    setAttribute(path, "d", line(kept ? points : points.slice(0, place + 1)));
    if (kept) return;
    setAttribute(ahead, "d", line(points.slice(place)));
    const here = points[place];
    const seen = here && Number.isFinite(here[1]);
    setAttribute(dot, "display", seen ? null : "none");
    if (seen) for (const [at, value] of [["cx", here[0]], ["cy", here[1]]]) setAttribute(dot, at, value.toFixed(1));
    setText(number, told(values[place] ?? "–", 3));
  }

  return { parts: kept ? [path] : [ahead, path, dot], key, show };
}

function heights(lines, edges) {
  const all = lines.flatMap(({ values }) => values).filter((value) => typeof value === "number");
  const positive = all.filter((value) => value > 0);
  const [least, most] = [Math.min(...positive), Math.max(...all, 0)];
  const logarithmic = positive.length > 1 && (lines.some(({ kind }) => kind === "gradient") || most / least > MANY_TIMES);
  if (!logarithmic) return { up: axis(Math.min(0, ...all), most || 1, edges.bottom, edges.top), logarithmic };
  const [low, high] = [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most))];
  return { up: axis(low, high > low ? high : 10 * low, edges.bottom, edges.top, true), logarithmic };
}

/** A gradient of exactly 0 has no place on a logarithmic axis: it lies on the floor. */
const heightOf = (value, up, edges) => (typeof value !== "number" ? NaN : value > 0 || up.from <= 0 ? up.place(value) : edges.bottom);

export const lossLines = ({ name, rows, epochs: at, kept }) => [
  ...(kept ? [{ name: kept.name, kind: "loss", kept: true, values: kept.rows.map((row) => row[1]), epochs: kept.epochs }] : []),
  { name, kind: "loss", values: rows.map((row) => row[1]), epochs: at },
];

export function gradientLines({ rows, epochs: at, layers }) {
  const name = (number) => (layers > 1 ? `layer ${number + 1}` : "gradient");
  return Array.from({ length: layers }, (_, number) => ({ name: name(number), kind: "gradient", dash: DASHES[number], values: rows.map((row) => row[3][number] ?? null), epochs: at }));
}
