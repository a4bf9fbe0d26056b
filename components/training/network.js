/* The network at one epoch: its weights as lines, what each unit answers over the plane, and the classes that come of it. */

import { html, setAttribute, setText, svg, textWidth } from "../../gradwalk/player/dom.js";
import { axis, contour, line } from "./axes.js";
import { bytes, colours, paintField, paintPlane, shares } from "./paint.js";
import { placed } from "./layout.js";
import { short } from "./numbers.js";

const HALF_WAY = 0.5;
const POINT = "Point at a unit, tap it or reach it by Tab and the arrow keys: its weights are told here.";
const ACTIVATIONS = { leaky_relu: "leaky ReLU", relu: "ReLU", gelu: "GELU" };

export function createNetwork(link) {
  const drawing = svg("svg", { role: "group" });
  const under = html("div", { class: "planes", "aria-hidden": "true" });
  const said = html("p", { class: "pointed", "aria-hidden": "true" });
  const stage = html("div", { class: "stage" }, under, drawing, said);
  let [scene, where, parts, shown, theme] = [null, null, null, null, null];
  let drawn = ""; // for which width and colours
  let [held, stop] = [null, 0]; // the unit in focus, and the one that Tab reaches

  function sized(width) {
    if (!scene) return;
    const next = JSON.stringify([width, colours(drawing)]);
    if (next === drawn) return; // what stays keeps its focus
    drawn = next;
    where = placed(scene, width);
    theme = colours(drawing);
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${where.height}`, width, height: where.height })) setAttribute(drawing, name, value);
    said.classList.toggle("within", !where.wide);
    said.style.top = where.wide ? "" : `${where.under}px`;
    shown = null;
    draw();
  }

  function draw() {
    const lines = where.edges.map(edgePiece);
    const field = fieldPiece();
    const inputs = where.inputs.map(inputPiece);
    const units = where.boxes.flatMap((boxes, layer) => boxes.map((box, unit) => unitPiece(box, layer, unit)));
    const links = linkPieces();
    under.replaceChildren(field.canvas, ...inputs.map(({ canvas }) => canvas), ...units.map(({ canvas }) => canvas).filter(Boolean));
    const dense = where.edges.length > 24 ? " dense" : "";
    const grouped = svg("g", { class: `weights${dense}` }, ...links, ...lines.map(({ element }) => element));
    const seen = svg("g", { "aria-hidden": "true" }, ...captions(), grouped, ...inputs.map(({ element }) => element), field.element);
    drawing.replaceChildren(seen, ...units.map(({ element }) => element));
    parts = { lines, units, field };
    [held, stop] = [null, Math.max(0, Math.min(stop, units.length - 1))];
    if (units.length) setAttribute(units[stop].element, "tabindex", 0);
    point();
  }

  // ---- what stays

  function captions() {
    const at = (x, text) => svg("text", { class: "caption", x, y: 16, "text-anchor": "middle" }, text);
    const half = where.size.w / 2;
    const all = [at(where.inputs[0].x + half, where.inputs.length > 1 ? "Inputs" : "Input")];
    scene.layers.forEach(({ activation }, number) => {
      const name = ACTIVATIONS[activation] ?? activation;
      const column = where.boxes[number];
      const x = column ? column[0].x + half : where.field.x + where.field.w / 2;
      const room = where.boxes.length > 1 ? where.across(2) - where.across(1) - 6 : 170;
      const long = `Layer ${number + 1} · ${name}`;
      all.push(at(x, where.wide && (!column || textWidth(long, "13px Source Sans") < room) ? long : name));
    });
    return all;
  }

  function inputPiece(box, number) {
    const canvas = planeCanvas(box.plane);
    const { side, regression, box: plane } = scene;
    if (!regression) {
      const ends = number ? [plane[2], plane[3]] : [plane[0], plane[1]];
      const most = Math.max(...ends.map(Math.abs));
      const values = Array.from({ length: side * side }, (_, place) => {
        const share = (number ? Math.floor(place / side) : place % side) / (side - 1);
        return Math.round(127 + (127 * (ends[0] + share * (ends[1] - ends[0]))) / most);
      });
      paintPlane(canvas, values, side, theme);
    }
    const name = svg("text", { class: "input", x: box.x - 8, y: box.y + box.h / 2 + 5, "text-anchor": "end" }, scene.layers.length && where.inputs.length === 1 ? "x" : `x${"₁₂"[number]}`);
    const { x, y, side: length } = box.plane;
    const same = regression ? [svg("path", { class: "unitcurve", d: `M${x} ${y + length}L${x + length} ${y}` })] : [];
    return { canvas, element: svg("g", {}, frame(box), ...same, name) };
  }

  const frame = ({ x, y, w, h }) => svg("rect", { class: "box", x, y, width: w, height: h, rx: 8 });

  function planeCanvas({ x, y, side }) {
    const canvas = html("canvas");
    Object.assign(canvas.style, { left: `${x}px`, top: `${y}px`, width: `${side}px`, height: `${side}px` });
    return canvas;
  }

  /** Two scores become one share: links without a weight. */
  function linkPieces() {
    if (where.joined || !where.wide || !where.boxes.length) return [];
    const { x, y, h } = where.field;
    return where.boxes.at(-1).map((box, unit) => {
      const toY = y + (h * (unit + 1)) / 3;
      return svg("path", { class: "link", d: `M${box.x + box.w} ${box.y + box.h / 2}L${x} ${toY}` });
    });
  }

  // ---- what moves

  function edgePiece(edge) {
    const path = svg("path", { class: "edge", d: edge.path });
    const number = edge.told ? svg("text", { class: "weight", x: edge.to[0] - 6, y: edge.to[1] + 4, "text-anchor": "end" }) : null;
    const element = svg("g", { class: "weightline" }, path, ...(number ? [number] : []));
    const at = weightAt(edge.layer, edge.unit, edge.place);
    function show({ numbers }) {
      const value = numbers[at];
      const size = Math.abs(value);
      setAttribute(path, "stroke-width", Number.isFinite(size) ? Math.min(6.5, 0.75 + 1.35 * size).toFixed(2) : 0.75);
      setAttribute(path, "class", value < 0 ? "edge below" : "edge");
      if (number) setText(number, short(value));
    }
    return { element, show, edge };
  }

  /** Where a weight stands in the row of all numbers; with `place` at the layer's inputs, its unit's bias. */
  function weightAt(layer, unit, place) {
    const before = scene.layers.slice(0, layer).reduce((sum, { inputs, units }) => sum + units * (inputs + 1), 0);
    const { inputs, units } = scene.layers[layer];
    return before + (place < inputs ? unit * inputs + place : units * inputs + unit);
  }

  function unitPiece(box, layer, unit) {
    const hidden = layer < scene.layers.length - 1;
    const canvas = hidden && !scene.regression ? planeCanvas(box.plane) : null;
    const curve = hidden && scene.regression ? svg("path", { class: "unitcurve" }) : null;
    const bias = svg("text", { class: "bias", x: box.x + box.w / 2, y: box.y + box.h - 5, "text-anchor": "middle" });
    const name = hidden ? null : svg("text", { class: "input", x: box.x + box.w / 2, y: box.y + box.h / 2 - 4, "text-anchor": "middle" }, outputName(unit));
    const order = scene.layers.slice(0, layer).reduce((sum, { units }) => sum + units, 0) + unit;
    const heard = { pointerenter: () => point([layer, unit]), pointerleave: () => point(), focus: () => hold([layer, unit], order), blur: () => hold(null, order), keydown: walk };
    const words = { role: "img", tabindex: -1, "aria-label": `Layer ${layer + 1}, unit ${unit + 1}` };
    const element = svg("g", { class: "unit", ...words, ...heard }, frame(box), ...[curve, name].filter(Boolean), bias);
    const at = weightAt(layer, unit, scene.layers[layer].inputs);
    function show(picture) {
      setText(bias, `b ${short(picture.numbers[at])}`);
      if (canvas) {
        const coarse = Math.floor((scene.side - 1) / scene.stride) + 1;
        const cells = coarse * coarse;
        paintPlane(canvas, bytes(picture).subarray(order * cells, (order + 1) * cells), coarse, theme);
      }
      if (curve) setAttribute(curve, "d", small(picture.curves[order], box.plane));
    }
    return { element, canvas, show, layer, unit };
  }

  /** What comes out is a prediction, or a score that the loss makes one of. */
  function outputName(unit) {
    const { units, activation } = scene.layers.at(-1);
    return (activation === "identity" && !scene.regression ? "z" : "ŷ") + (units > 1 ? "₁₂"[unit] : "");
  }

  function small(values, { x, y, side }) {
    const finite = values.filter(Number.isFinite);
    const most = Math.max(...finite.map(Math.abs), 1e-9);
    return line(values.map((value, place) => [x + (place / (values.length - 1)) * side, y + side / 2 - (typeof value === "number" ? (value / most) * 0.46 * side : NaN)]));
  }

  function fieldPiece() {
    const { x, y, w, h } = where.field;
    const [x0, x1, y0, y1] = scene.box;
    const across = axis(x0, x1, x, x + w);
    const up = axis(y0, y1, y + h, y);
    const canvas = html("canvas");
    Object.assign(canvas.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
    const id = `field-${Math.random().toString(36).slice(2, 9)}`;
    const clip = svg("clipPath", { id }, svg("rect", { x, y, width: w, height: h }));
    const boundary = svg("path", { class: scene.regression ? "fitted" : "boundary" });
    const radius = scene.points.length > 60 ? 3.6 : 5.5;
    const marks = scene.points.map((point) => markOf(point, across.place(point[0]), up.place(point[1]), radius));
    /** @type {[string, string]} */
    const names = scene.regression ? ["x", "y"] : ["x₁", "x₂"];
    const inside = svg("g", { "clip-path": `url(#${id})` }, boundary, ...marks);
    const bias = where.joined ? svg("text", { class: "bias", x: x + 2, y: y - 6 }) : null;
    const element = svg("g", { class: "field" }, clip, svg("rect", { class: "around", x, y, width: w, height: h }), ...ticks(across, up, names), inside, ...(bias ? [bias] : []));
    Object.assign(where, { sides: { across, up } });
    const at = (column, row) => [x + (column / (scene.side - 1)) * w, y + h - (row / (scene.side - 1)) * h];
    function show(picture) {
      if (bias) setText(bias, `b ${short(picture.numbers.at(-1))}`);
      if (scene.regression) return setAttribute(boundary, "d", fitted(picture.line));
      const values = shares(picture);
      paintField(canvas, values, scene.side, theme);
      setAttribute(boundary, "d", contour(values, scene.side, HALF_WAY, at));
    }
    const fitted = (values) => line(values.map((value, i) => [x + (i / (values.length - 1)) * w, typeof value === "number" ? up.place(value) : NaN]));
    return { canvas, element, show };
  }

  function ticks(across, up, [first, second]) {
    const { x, y, w, h } = where.field;
    const right = where.wide;
    const text = (tick) => String(tick).replace("-", "−");
    const found = across.ticks.map((tick) => svg("text", { class: "tick", x: across.place(tick), y: y + h + 16, "text-anchor": "middle" }, text(tick)));
    for (const tick of up.ticks) found.push(svg("text", { class: "tick", x: right ? x + w + 7 : x - 7, y: up.place(tick) + 4, "text-anchor": right ? "start" : "end" }, text(tick)));
    found.push(svg("text", { class: "input small", x: x + w - 4, y: y + h - 6, "text-anchor": "end" }, first));
    found.push(svg("text", { class: "input small", x: x + 6, y: y + 14 }, second));
    return found;
  }

  const markOf = ([, , label], px, py, r) =>
    label === 1 && !scene.regression
      ? svg("rect", { class: "one", x: px - r * 0.9, y: py - r * 0.9, width: 1.8 * r, height: 1.8 * r })
      : svg("circle", { class: scene.regression ? "point" : "zero", cx: px, cy: py, r: scene.regression ? 3.5 : r });

  /** A unit that is pointed at, or in focus: its weights stand out, and are told below the drawing, where nothing can hide them. */
  function point(at = held) {
    if (!parts) return;
    const [layer, unit] = at ?? [-1, -1];
    drawing.classList.toggle("points", Boolean(at));
    for (const { element, edge } of parts.lines) element.classList.toggle("lit", edge.layer === layer && edge.unit === unit);
    for (const piece of parts.units) piece.element.classList.toggle("lit", piece.layer === layer && piece.unit === unit);
    link.pointed = at;
    tellPointed();
  }

  /** Focus stays where a finger has been, which a pointer of its own does not. */
  function hold(at, order) {
    held = at;
    if (at) setStop(order);
    const told = at && shown ? `: ${weightsOf(at)}` : "";
    const [layer, unit] = [parts.units[order].layer + 1, parts.units[order].unit + 1];
    setAttribute(parts.units[order].element, "aria-label", `Layer ${layer}, unit ${unit}${told}`);
    point();
  }

  function setStop(order) {
    for (const [number, { element }] of parts.units.entries()) setAttribute(element, "tabindex", number === order ? 0 : -1);
    stop = order;
  }

  /** Up and down within the units, in the order of the layers. */
  function walk(event) {
    if (event.key === "Escape") return event.currentTarget.blur();
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const next = by && parts.units[stop + by];
    if (!by) return;
    event.preventDefault();
    if (next) next.element.focus();
  }

  function weightsOf([layer, unit]) {
    const places = Array.from({ length: scene.layers[layer].inputs + 1 }, (_, place) => weightAt(layer, unit, place));
    return places.map((place) => `${scene.names[place]} = ${short(shown.numbers[place])}`).join(",  ");
  }

  function tellPointed() {
    const none = parts?.units.length ? POINT : "";
    setText(said, link.pointed && shown ? weightsOf(link.pointed) : none);
  }

  function show(picture, words, own) {
    if (!parts) return;
    stage.classList.toggle("behind", !own);
    setAttribute(drawing, "aria-label", words);
    if (!picture || picture === shown) return;
    shown = picture;
    for (const { show: each } of [...parts.lines, ...parts.units, parts.field]) each(picture);
    tellPointed();
  }

  drawing.addEventListener("click", (event) => {
    if (!link.editable || !where?.sides) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const { across, up } = where.sides;
    const { x, y, w, h } = where.field;
    const near = scene.points.findIndex(([px, py]) => Math.hypot(across.place(px) - at.x, up.place(py) - at.y) < 9);
    if (near >= 0) link.send("remove", near);
    else if (at.x >= x && at.x <= x + w && at.y >= y && at.y <= y + h) link.send("add", { x: across.back(at.x), y: up.back(at.y), label: link.label() });
  });

  function take(next) {
    scene = next;
    shown = null;
    drawn = "";
    drawing.classList.toggle("editable", Boolean(link.editable));
  }

  return { root: html("div", { class: "network" }, stage), take, sized, show };
}
