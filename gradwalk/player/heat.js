/* A tensor as a small map: a square for each element, whose colour says its sign and whose strength says its size. */

import { svg } from "./dom.js";
import { round } from "./geometry.js";

const LEVELS = 9;
const ZERO = "j".charCodeAt(0);

/** What is drawn of `2x3:jsjjaj` (`gradwalk/graph/heat.py`): its width, its height, and the squares by their levels. */
export function heatMap(text, side) {
  const [head, letters] = text.split(":");
  const [rows, columns] = head.split("x").map(Number);
  const each = side / Math.max(rows, columns);
  const high = rows === 1 ? Math.max(each, side / 3) : each; // in a row, as high as can be seen
  const levels = new Map();
  [...letters].forEach((letter, at) => {
    const corner = `M${round((at % columns) * each)},${round(Math.floor(at / columns) * high)}`;
    if (letter !== "j") levels.set(letter, `${levels.get(letter) ?? ""}${corner}h${round(each)}v${round(high)}h-${round(each)}z`);
  });
  const [width, height] = [round(columns * each), round(rows * high)];
  const ground = svg("rect", { class: "heat-ground", width, height, rx: 1 });
  const paths = [...levels].map(([letter, d]) => {
    const level = letter === "!" ? 0 : letter.charCodeAt(0) - ZERO;
    const kind = letter === "!" ? "heat-none" : level > 0 ? "heat-above" : "heat-below";
    return svg("path", { class: kind, d, opacity: level ? round(0.2 + (0.8 * Math.abs(level)) / LEVELS) : 1 });
  });
  return { width, height, parts: [ground, ...paths] };
}
