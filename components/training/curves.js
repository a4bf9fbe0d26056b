/* Curves over the epochs: the loss, and the length of each layer's gradient. */

import { html, setText, svg } from "../../gradwalk/player/dom.js";
import { axis, frame, heightOf, inside, line, told } from "./axes.js";
import { epochs, told4 } from "./plane.js";

const DASHES = ["", "7 4", "2 4", "9 3 2 3"];
const MANY_TIMES = 50;

/** The least and greatest of the numbers; only positive ones for a logarithm. */
function extent(numbers) {
  const finite = numbers.filter((value) => Number.isFinite(value));
  return finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1];
}

export function curves(title, draw) {
  const says = html("span");
  const drawing = svg("svg", { role: "img" });
  const nothing = html("p", { class: "nothing" });
  const root = html("figure", {}, html("figcaption", {}, html("b", {}, title), says), html("div", { class: "drawing" }, drawing), nothing);
  let fixed = null;
  let data = null;
  let size = null;

  function sized(width) {
    size = { width, height: heightOf(width) };
    drawing.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    drawing.style.height = `${size.height}px`;
    fixed = data ? draw(data, size, inside(size.width, size.height)) : null;
    const bare = !fixed || fixed.nothing;
    drawing.hidden = Boolean(bare);
    drawing.parentElement.hidden = Boolean(bare);
    nothing.hidden = !bare;
    setText(nothing, fixed?.nothing ?? "");
  }

  function show(place) {
    if (!fixed || fixed.nothing) return setText(says, "");
    const moving = fixed.at(place);
    drawing.replaceChildren(...fixed.parts, ...moving.parts);
    setText(says, moving.says);
    drawing.setAttribute("aria-label", moving.alternative);
  }

  return { root, take: (next) => (data = next), sized, show };
}

function acrossOf(data, edges) {
  const last = data.epochs.at(-1) || 1;
  return axis(0, last, edges.left, edges.right);
}

export function lossCurve(data, _size, edges) {
  if (data.epochs.length < 2) return { nothing: "The loss appears here when the run has begun." };
  const [least, most] = extent(data.loss);
  const logarithmic = least > 0 && most / least > MANY_TIMES;
  const up = logarithmic ? axis(least, most, edges.bottom, edges.top, true) : axis(Math.min(0, least), most || 1, edges.bottom, edges.top);
  const across = acrossOf(data, edges);
  const points = data.epochs.map((epoch, i) => [across.place(epoch), typeof data.loss[i] === "number" ? up.place(data.loss[i]) : NaN]);
  const parts = [...frame(across, up, edges, ["epoch", logarithmic ? "loss, logarithmic" : "loss"]), svg("path", { class: "loss", d: line(points) })];
  const at = (place) => {
    const [x, y] = points[place];
    const here = [svg("line", { class: "now", x1: x, x2: x, y1: edges.top, y2: edges.bottom })];
    if (Number.isFinite(y)) here.push(svg("circle", { class: "dot", cx: x, cy: y, r: 4.5 }));
    const alternative = `The loss over ${epochs(data.epochs.at(-1))}: from ${told4(data.loss[0])} to ${told4(data.loss.at(-1))}; ${told4(data.loss[place])} after ${epochs(data.epochs[place])}.`;
    return { parts: here, says: told4(data.loss[place]), alternative };
  };
  return { parts, at };
}

export function gradientCurves(data, _size, edges) {
  if (!data.gradients.length) return { nothing: "The length of each layer's gradient appears here when the run has begun." };
  const all = data.gradients.flat().filter((value) => typeof value === "number" && value > 0);
  if (!all.length) return { nothing: "Every gradient of this run is exactly 0: no parameter can move." };
  const [least, most] = extent(all);
  const room = least === most ? 10 : 1;
  const up = axis(least / room, most * room, edges.bottom, edges.top, true);
  const across = acrossOf(data, edges);
  // A gradient of exactly 0 has no place on a logarithmic axis: it lies on the floor.
  const height = (value) => (typeof value !== "number" ? NaN : value > 0 ? up.place(value) : edges.bottom);
  const layers = data.gradients.map((layer) => layer.map((value, i) => [across.place(data.epochs[i]), height(value)]));
  const parts = [...frame(across, up, edges, ["epoch", "length, logarithmic"])];
  layers.forEach((points, number) => parts.push(svg("path", { class: "gradient", d: line(points), "stroke-dasharray": DASHES[number] || null })));
  parts.push(...legend(layers.length, edges));
  const at = (place) => {
    const x = across.place(data.epochs[place]);
    const here = [svg("line", { class: "now", x1: x, x2: x, y1: edges.top, y2: edges.bottom })];
    const now = data.gradients.map((layer, number) => `layer ${number + 1}: ${layer[place] === undefined ? "–" : told(layer[place], 3)}`);
    return { parts: here, says: now.join(" · "), alternative: `The length of each layer's gradient, after ${epochs(data.epochs[place])}: ${now.join(", ")}.` };
  };
  return { parts, at };
}

function legend(count, edges) {
  if (count < 2) return [];
  const lines = Array.from({ length: count }, (_, number) => {
    const y = edges.top + 26 + 17 * number;
    return [
      svg("line", { class: "gradient", x1: edges.right - 96, x2: edges.right - 62, y1: y, y2: y, "stroke-dasharray": DASHES[number] || null }),
      svg("text", { class: "label", x: edges.right - 56, y: y + 4 }, `layer ${number + 1}`),
    ];
  });
  return lines.flat();
}
