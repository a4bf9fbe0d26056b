/* Very close to the point of a slope picture: a variable moves a little, and beside what its tangent promises stands what comes of it. */

import { svg } from "./dom.js";
import { round } from "./geometry.js";

const NUDGE = 0.01; // as in gradwalk/recording/curve.py
const SIZE = { width: 320, height: 160, left: 40, right: 132, top: 38, bottom: 36 }; // px
const LINE = 27; // px from one text to the next
const BESIDE = 10; // px from a point to its text
const DURATION = 300; // ms, as of all movement

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Of a leaf's curve, whose root rose by `rose` where the leaf was NUDGE more. */
export function closeUp({ names: [x, y], slope, rose }) {
  const { width, height, left, right, top, bottom } = SIZE;
  const [end, high, promised] = [width - right, height - top - bottom, NUDGE * slope];
  const heights = [0, promised, rose];
  const [low, most] = [Math.min(...heights), Math.max(...heights)];
  const up = (rise) => round(top + high * (most === low ? 0.5 : (most - rise) / (most - low)));
  const middle = (up(promised) + up(rose)) / 2;
  const apart = Math.max(LINE, Math.abs(up(promised) - up(rose))) / 2;
  const above = rose > promised ? 1 : -1; // which of the two stands higher
  const beside = (name, by) => svg("text", { class: name, x: end + BESIDE, y: round(middle + by * apart + 5) }, name);
  const point = svg("circle", { class: "point", cx: end, cy: up(rose), r: 5 });
  if (!calm.matches) point.animate([{ transform: `translate(${left - end}px, ${up(0) - up(rose)}px)` }, { transform: "none" }], { duration: DURATION, easing: "ease-in-out" });
  const about = `Very close to the point: where ${x} moves by ${NUDGE}, how far the tangent promises that ${y} moves, and how far it moves`;
  return svg(
    "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about },
    svg("path", { class: "legs", d: `M${left},${up(0)}H${end}V${up(promised)}` }),
    svg("line", { class: "tangent", x1: left, y1: up(0), x2: end, y2: up(promised) }),
    svg("text", { class: "place", x: (left + end) / 2, y: slope < 0 ? up(0) - BESIDE : up(0) + BESIDE + 10 }, `${x} + ${NUDGE}`),
    beside("promised", above),
    beside("moved", -above),
    svg("circle", { class: "point before", cx: left, cy: up(0), r: 5 }),
    point,
  );
}
