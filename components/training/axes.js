/* Axes: a frame of fixed margins, linear or logarithmic, with a few round numbers beside it. */

import { svg } from "../../gradwalk/player/dom.js";
import { told } from "./numbers.js";

const MARGINS = { left: 46, right: 12, top: 20, bottom: 24 };

/** The height of a picture of this width. */
export const heightOf = (width) => Math.round(Math.min(0.72 * width, 290));

/** `from` and `to` in numbers, `low` and `high` in px. */
export function axis(from, to, low, high, logarithmic = false) {
  const turn = logarithmic ? Math.log10 : (value) => value;
  const start = turn(from);
  const length = turn(to) - start || 1;
  const place = (value) => low + ((turn(value) - start) / length) * (high - low);
  const back = (px) => from + ((px - low) / (high - low)) * (to - from);
  return { from, to, place, back, ticks: logarithmic ? powers(from, to) : roundTicks(from, to) };
}

function roundTicks(from, to, most = 5) {
  const rough = (to - from) / most;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * ten).find((each) => each >= rough * 0.999) ?? 10 * ten;
  const ticks = [];
  for (let tick = Math.ceil(from / step - 1e-9) * step; tick <= to + step * 1e-9; tick += step) ticks.push(Math.abs(tick) < step * 1e-6 ? 0 : tick);
  return ticks;
}

function powers(from, to) {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first) / 5));
  const ticks = [];
  for (let power = first; power <= last; power += stride) ticks.push(10 ** power);
  return ticks;
}

/** A frame with two axes, drawn as SVG. */
export function frame(across, up, { bottom, top, left, right }, axisNames = ["", ""]) {
  const parts = [];
  for (const tick of across.ticks) {
    const x = across.place(tick);
    parts.push(svg("line", { class: "grid", x1: x, x2: x, y1: top, y2: bottom }));
    parts.push(svg("text", { x, y: bottom + 17, "text-anchor": "middle" }, told(tick)));
  }
  for (const tick of up.ticks) {
    const y = up.place(tick);
    parts.push(svg("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }));
    parts.push(svg("text", { x: left - 7, y: y + 4, "text-anchor": "end" }, told(tick)));
  }
  parts.push(svg("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }));
  if (axisNames[0]) parts.push(svg("text", { x: left - 9, y: bottom + 17, "text-anchor": "end", class: "label" }, axisNames[0]));
  if (axisNames[1]) parts.push(svg("text", { x: left - 7, y: top - 8, class: "label" }, axisNames[1]));
  return parts;
}

export const inside = (width, height) => ({ left: MARGINS.left, right: width - MARGINS.right, top: MARGINS.top, bottom: height - MARGINS.bottom });

/** A polyline's path; what is no number breaks it. */
export function line(points) {
  let path = "";
  let open = false;
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) path += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = Number.isFinite(x) && Number.isFinite(y);
  }
  return path;
}

/** Where a grid of numbers passes through a level, as path data (marching squares). `at(column, row)` gives px. */
export function contour(grid, side, level, at) {
  let path = "";
  const cut = (a, b, va, vb) => {
    const share = (level - va) / (vb - va);
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  };
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const first = row * side + column;
      const above = Number(grid[first] > level) + Number(grid[first + 1] > level) + Number(grid[first + side] > level) + Number(grid[first + side + 1] > level);
      if (above === 0 || above === 4) continue; // most cells, and quickly
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const values = corners.map(([x, y]) => grid[y * side + x]);
      if (!values.every(Number.isFinite)) continue;
      const crossings = [];
      for (let edge = 0; edge < 4; edge++) {
        const next = (edge + 1) % 4;
        if (values[edge] > level !== values[next] > level) crossings.push(cut(at(...corners[edge]), at(...corners[next]), values[edge], values[next]));
      }
      for (let pair = 0; pair + 1 < crossings.length; pair += 2) path += line([crossings[pair], crossings[pair + 1]]);
    }
  }
  return path;
}
