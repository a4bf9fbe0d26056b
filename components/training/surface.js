/* The loss surface: the loss over two of the network's numbers, from above, and the path that the run took over it. */

import { html, svg } from "../../gradwalk/player/dom.js";
import { axis, colourOf, contour, frame, heightOf, inside, line, paint } from "./axes.js";
import { epochs, told4 } from "./plane.js";

const LEVELS = 11;

export function lossSurface(shown) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  const drawing = svg("svg", { role: "img" });
  const nothing = html("p", { class: "nothing" }, "The path over the loss surface appears here when the run has begun.");
  const across = html("select", { change: () => shown.send("pair", [Number(across.value), Number(up.value)]) });
  const up = html("select", { change: () => shown.send("pair", [Number(across.value), Number(up.value)]) });
  const choice = html("span", { class: "axes" }, html("label", {}, "across", across), html("label", {}, "up", up));
  const stage = html("div", { class: "drawing" }, canvas, drawing);
  const bare = html("p", { class: "note" }, "Where no colour is, the loss is inf or nan.");
  const root = html("figure", {}, html("figcaption", {}, html("b", {}, "Loss surface and path"), choice), stage, bare, nothing);
  let data = null;
  let fixed = null;

  function take(next) {
    data = next;
    const { surface } = data;
    stage.hidden = choice.hidden = !surface;
    bare.hidden = !surface?.loss.some((loss) => typeof loss !== "number");
    nothing.hidden = Boolean(surface);
    if (!surface) return;
    [across, up].forEach((select, number) => {
      if (select.options.length !== surface.names.length || select.options[0].text !== surface.names[0])
        select.replaceChildren(...surface.names.map((name, place) => html("option", { value: place }, name)));
      select.value = surface.pair[number];
    });
  }

  function sized(width) {
    fixed = null;
    if (!data?.surface) return;
    const { surface } = data;
    const height = heightOf(width);
    const edges = inside(width, height);
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.style.height = `${height}px`;
    Object.assign(canvas.style, { left: `${edges.left}px`, top: `${edges.top}px`, width: `${edges.right - edges.left}px`, height: `${edges.bottom - edges.top}px` });
    const [a0, a1, b0, b1] = surface.box;
    const horizontal = axis(a0, a1, edges.left, edges.right);
    const vertical = axis(b0, b1, edges.bottom, edges.top);
    const { side } = surface;
    const grid = surface.loss.map((loss) => (typeof loss === "number" ? loss : NaN));
    const at = (column, row) => [edges.left + (column / (side - 1)) * (edges.right - edges.left), edges.bottom - (row / (side - 1)) * (edges.bottom - edges.top)];
    paint(canvas, ranks(grid), side, colourOf(root, "--value"), 0.55);
    const names = surface.pair.map((place) => surface.names[place]);
    const levels = svg("path", { class: "level", d: levelsOf(grid).map((level) => contour(grid, side, level, at)).join("") });
    const path = surface.path.map(([a, b]) => (typeof a === "number" && typeof b === "number" ? [horizontal.place(a), vertical.place(b)] : [NaN, NaN]));
    fixed = { parts: [...frame(horizontal, vertical, edges, names), levels], path, names };
  }

  function show(place) {
    if (!fixed) return;
    const { path, names } = fixed;
    const parts = [svg("path", { class: "path ahead", d: line(path.slice(place)) }), svg("path", { class: "path", d: line(path.slice(0, place + 1)) })];
    parts.push(svg("circle", { class: "start", cx: path[0][0], cy: path[0][1], r: 4 }));
    if (path[place]?.every(Number.isFinite)) parts.push(svg("circle", { class: "here", cx: path[place][0], cy: path[place][1], r: 6 }));
    drawing.replaceChildren(...fixed.parts, ...parts);
    const [a, b] = data.surface.path[place];
    drawing.setAttribute("aria-label", `The loss over ${names[0]} and ${names[1]}, darker where it is larger, and the path of the run: after ${epochs(data.epochs[place])} at ${told4(a)} and ${told4(b)}.`);
  }

  return { root, take, sized, show };
}

/** Shares by rank, so that a deep valley and a high wall both leave room for what lies between. */
function ranks(grid) {
  const order = grid.map((loss, place) => place).filter((place) => Number.isFinite(grid[place])).sort((a, b) => grid[a] - grid[b]);
  const shares = grid.map(() => NaN);
  order.forEach((place, rank) => (shares[place] = rank / Math.max(1, order.length - 1)));
  return shares;
}

function levelsOf(grid) {
  const finite = grid.filter(Number.isFinite).sort((a, b) => a - b);
  return Array.from({ length: LEVELS }, (_, number) => finite[Math.floor(((number + 1) / (LEVELS + 1)) * (finite.length - 1))]).filter((level) => level !== undefined);
}
