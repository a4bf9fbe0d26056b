/* The plane: points of two classes with the boundary between them, or points with the line that was fitted. */

import { html, setText, svg } from "../../gradwalk/player/dom.js";
import { axis, colourOf, contour, frame, heightOf, inside, line, paint, told } from "./axes.js";

const HALF_WAY = 0.5;

export function plane(shown) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  const drawing = svg("svg", { role: "img" });
  const name = html("b");
  const says = html("span");
  const adding = classChoice();
  const root = html("figure", {}, html("figcaption", {}, name, says), adding.root, html("div", { class: "drawing" }, canvas, drawing));
  let data = null;
  let axes = null;

  function sized(width) {
    if (!data) return;
    const height = heightOf(width);
    const edges = inside(width, height);
    const [x0, x1, y0, y1] = data.box;
    if (!data.regression) {
      // One unit is as long across as up.
      const side = Math.min(edges.right - edges.left, edges.bottom - edges.top);
      const slack = edges.right - edges.left - side;
      Object.assign(edges, { left: edges.left + slack / 2, right: edges.right - slack / 2, top: edges.bottom - side });
    }
    axes = { across: axis(x0, x1, edges.left, edges.right), up: axis(y0, y1, edges.bottom, edges.top), edges, width, height };
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.style.height = `${height}px`;
    Object.assign(canvas.style, { left: `${edges.left}px`, top: `${edges.top}px`, width: `${edges.right - edges.left}px`, height: `${edges.bottom - edges.top}px` });
  }

  function show(place) {
    if (!data || !axes) return;
    const frameNumber = data.frames.told.findLastIndex((told) => told <= place);
    const told = data.epochs[data.frames.told[frameNumber]] ?? 0;
    const names = data.regression ? ["x", "y"] : ["x₁", "x₂"];
    const parts = frame(axes.across, axes.up, axes.edges, names);
    if (frameNumber >= 0) parts.push(data.regression ? fitted(frameNumber) : boundary(frameNumber));
    parts.push(...data.points.map(data.regression ? spot : mark));
    drawing.replaceChildren(...parts);
    canvas.hidden = data.regression;
    setText(says, data.editable ? "click a point to take it away" : data.points.length ? `after ${epochs(told)}` : "");
    drawing.setAttribute("aria-label", alternative(told, place));
  }

  function boundary(number) {
    const { side } = data.frames;
    const shares = data.shares.subarray(number * side * side, (number + 1) * side * side);
    paint(canvas, shares, side, colourOf(root, "--value"), 0.42);
    const { edges } = axes;
    const at = (column, row) => [edges.left + (column / (side - 1)) * (edges.right - edges.left), edges.bottom - (row / (side - 1)) * (edges.bottom - edges.top)];
    return svg("path", { class: "boundary", d: contour(shares, side, HALF_WAY, at) });
  }

  function fitted(number) {
    const heights = data.frames.lines[number];
    const [x0, x1] = data.box;
    const within = ([x, y]) => [x, y >= axes.edges.top - 1 && y <= axes.edges.bottom + 1 ? y : NaN];
    const points = heights.map((height, i) => [axes.across.place(x0 + (i / (heights.length - 1)) * (x1 - x0)), typeof height === "number" ? axes.up.place(height) : NaN]);
    return svg("path", { class: "fitted", d: line(points.map(within)) });
  }

  function mark([x, y, label]) {
    const px = axes.across.place(x);
    const py = axes.up.place(y);
    return label === 1 ? square(px, py) : svg("circle", { class: "zero", cx: px, cy: py, r: data.points.length > 60 ? 3.6 : 6 });
  }

  function square(px, py) {
    const half = data.points.length > 60 ? 3.6 : 6;
    return svg("rect", { class: "one", x: px - half, y: py - half, width: 2 * half, height: 2 * half });
  }

  const spot = ([x, y]) => svg("circle", { class: "point", cx: axes.across.place(x), cy: axes.up.place(y), r: 3.5 });

  function alternative(told, place) {
    if (!data.points.length) return "An empty plane, for points of your own.";
    const count = `${data.points.length} points`;
    if (data.regression) return `${count} and the fitted line after ${epochs(told)}; the loss is ${told4(data.loss[place])}.`;
    const right = data.accuracy[place];
    const said = typeof right === "number" ? `; ${Math.round(right * data.points.length)} of them are on the right side` : "";
    return `${count} of two classes, class 0 as circles and class 1 as squares, and the boundary after ${epochs(told)}${said}.`;
  }

  drawing.addEventListener("click", (event) => {
    if (!data?.editable) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const near = data.points.findIndex(([x, y]) => Math.hypot(axes.across.place(x) - at.x, axes.up.place(y) - at.y) < 9);
    const { left, right, top, bottom } = axes.edges;
    if (near >= 0) shown.send("remove", near);
    else if (at.x >= left && at.x <= right && at.y >= top && at.y <= bottom) shown.send("add", { x: axes.across.back(at.x), y: axes.up.back(at.y), label: adding.label() });
  });

  function take(next) {
    data = next;
    setText(name, data.regression ? "Points and line" : "Points and boundary");
    adding.root.hidden = !data.editable;
    adding.classes.hidden = data.regression && data.points.length > 0;
    drawing.classList.toggle("editable", Boolean(data.editable));
  }

  return { root, take, sized, show };
}

export const told4 = (value) => told(value, 4);
export const epochs = (count) => `${count.toLocaleString("en")} ${count === 1 ? "epoch" : "epochs"}`;

/** What a click into the plane puts down. */
function classChoice() {
  const shapes = [svg("circle", { class: "zero", cx: 7, cy: 7, r: 5.5 }), svg("rect", { class: "one", x: 1.5, y: 1.5, width: 11, height: 11 })];
  const inputs = [0, 1].map((label) => html("input", { type: "radio", name: "label", value: label, checked: label === 0 }));
  const labels = inputs.map((input, label) => html("label", {}, input, svg("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, shapes[label]), `class ${label}`));
  const classes = html("span", {}, ...labels);
  classes.style.display = "contents";
  const root = html("fieldset", { class: "adding" }, html("legend", {}, "A click adds"), classes);
  return { root, classes, label: () => (inputs[1].checked ? 1 : 0) };
}
