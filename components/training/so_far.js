/* What has come of a run by an epoch, in one sentence of its own numbers: before the first step, what is about to happen. */

import { epochs, told } from "./numbers.js";

const LOOK_BACK = 0.25; // of the told epochs so far, over which the loss is compared
const LEAST_BACK = 5;
const MOVES = 0.02; // of the loss: less is hardly a move

/** `rows` are epoch, loss and share that is right, as the run tells them; `count` points. */
export function soFar(rows, place, count) {
  const now = rows[place];
  const before = rows[Math.max(0, place - Math.max(LEAST_BACK, Math.ceil(LOOK_BACK * place)))];
  const [[from, lossBefore], [to, loss, share]] = [before, now];
  const right = typeof share === "number" ? `; ${Math.round(share * count)} of ${count} points are right` : "";
  if (typeof loss !== "number" || typeof lossBefore !== "number") return `At epoch ${to} the loss is ${told(loss)}${right}.`;
  const off = loss - lossBefore;
  const how = Math.abs(off) <= MOVES * Math.abs(lossBefore) ? "hardly moved, from" : off < 0 ? "fell from" : "rose from";
  return `From epoch ${from.toLocaleString("en")} to ${to.toLocaleString("en")} the loss ${how} ${told(lossBefore)} to ${told(loss)}${right}.`;
}

/** The drawing in words: the points of a scene and what the network makes of them after so many epochs. */
export function described(scene, number, good) {
  const what = scene.regression ? "points and the fitted line" : "points of two classes, class 0 as circles and class 1 as squares, and the boundary between them";
  const shape = scene.layers.length ? `The network ${[scene.layers[0].inputs, ...scene.layers.map(({ units }) => units)].join("-")}: ` : "";
  if (!scene.points.length) return "An empty plane, for points of your own.";
  return `${shape}${scene.points.length} ${what} after ${epochs(number)}${good ? `; ${good}` : ""}.`;
}
