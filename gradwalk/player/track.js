/* A path as a track: the points along it, by how far along they are. */

import { distance, readPath } from "./geometry.js";

const PIECES = 16; // straight pieces that stand for one bend

/** `at(fraction)` is the point so far along a path, which is text, or its corners and control points. */
export function alongPath(path) {
  const [start, ...segments] = typeof path === "string" ? readPath(path) : path;
  const points = [start];
  for (const segment of segments) {
    const bend = [points.at(-1), ...segment];
    const pieces = segment.length === 3 ? PIECES : 1;
    for (let piece = 1; piece <= pieces; piece++) points.push(pointOn(bend, piece / pieces));
  }
  const lengths = [0];
  for (let number = 1; number < points.length; number++) lengths.push(lengths.at(-1) + distance(points[number - 1], points[number]));

  function at(fraction) {
    const length = fraction * lengths.at(-1);
    const next = Math.max(1, lengths.findIndex((each) => each >= length));
    const [from, to] = [points[next - 1], points[next] || start];
    const into = (length - lengths[next - 1]) / (lengths[next] - lengths[next - 1] || 1);
    return [from[0] + (to[0] - from[0]) * into, from[1] + (to[1] - from[1]) * into];
  }

  return { at };
}

/** A point on a line or a cubic curve (de Casteljau). */
function pointOn(points, t) {
  if (points.length === 1) return points[0];
  const between = points.slice(1).map((to, number) => points[number].map((from, axis) => from + (to[axis] - from) * t));
  return pointOn(between, t);
}

const STEPS = 40;

/** How far along a track the point lies that is nearest to another one. */
export function placeNearest(track, point) {
  let best = 0;
  for (let step = 1; step <= STEPS; step++) {
    if (distance(track.at(step / STEPS), point) < distance(track.at(best), point)) best = step / STEPS;
  }
  return best;
}
