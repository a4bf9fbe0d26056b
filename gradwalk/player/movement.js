/*
 * The movement of one step forwards: numbers that travel, to show why a step gives what it gives. It only leads the eye:
 * what it shows is in the picture already, in its end state, and any key cuts it short.
 */

import { svg, textWidth } from "./dom.js";
import { backPath, fontOf, numberBaselines, round } from "./geometry.js";
import { heatMap } from "./heat.js";
import { alongPath, placeNearest } from "./track.js";
import { entryAt } from "./story.js";

const DURATION = 300; // ms
const SUM_DURATION = 400; // where several gradients add up as they arrive
const FRAMES = 24; // keyframes of a way
const GROWN = 1.14; // a number that meets its factor
const TOKEN = { size: 14, height: 22, padding: 8, most: 14 }; // px; letters of a number that travels, else a dot
const PLATE = { side: 34, padding: 3 }; // px; a tensor's map that travels
const FONT = fontOf(TOKEN.size);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const slow = (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2); // ease in and out
const within = (t, from, to) => Math.min(Math.max(0, (t - from) / (to - from)), 1);

/** `moving(yes)` is told when something begins to move, and when all of it is still. */
export function createMovement(moving) {
  let layer = null;
  let running = [];

  function stop() {
    for (const animation of running) animation.cancel();
    running = [];
    if (layer) {
      layer.remove();
      layer = null;
      moving(false);
    }
  }

  /** Move what this step does in the picture; says whether something moves. */
  function play(picture, story, step) {
    stop();
    if (calm.matches || document.hidden) return false;
    const scene = sceneOf(picture, story, step);
    const move = MOVES[story.steps[step].kind];
    if (!move) return false;
    layer = svg("g", { class: "movement", "aria-hidden": "true" });
    picture.element.append(layer);
    const length = move(scene) || DURATION;
    for (const token of scene.tokens) layer.append(token);
    running = scene.motions.map(([element, frames, more]) => element.animate(frames, { duration: length, fill: "both", ...more }));
    if (!running.length) {
      stop();
      return false;
    }
    moving(true);
    running[0].onfinish = stop;
    return true;
  }

  return { play, stop };
}

/** What the moves need: the picture's parts, texts at this step, and where motions and tokens are collected. */
function sceneOf(picture, story, step) {
  const { now, focus } = story.steps[step];
  const textAt = (slot) => {
    const entries = story.slots[slot] || [];
    const lines = entries[entryAt(entries, step)]?.[1];
    return lines?.length === 1 && lines[0].length <= TOKEN.most ? lines[0] : null;
  };
  const heatAt = (slot) => {
    const entries = story.slots[`${slot}.heat`];
    return entries?.[entryAt(entries, step)]?.[1]?.[0] ?? null;
  };
  const scene = { picture, story, step, focus, textAt, heatAt, motions: [], tokens: [] };
  scene.arrows = now.map(picture.arrow).filter((arrow) => arrow && picture.lights(arrow.id).length);
  scene.fade = (elements, from, to) => {
    const frames = [{ opacity: 0 }, { opacity: 0, offset: from }, { opacity: 1, offset: to }, { opacity: 1 }];
    for (const element of elements) scene.motions.push([element, frames]);
  };
  scene.parts = (id, selector) => picture.lights(id).flatMap((light) => [...light.querySelectorAll(selector)]);
  return scene;
}

/** A number on its way, or a tensor as a map. With `then` it becomes that one where it meets its factor. */
function token(scene, kind, text, then, heat = null, thenHeat = null) {
  const body = svg("g", { class: "token-body" });
  const becomes = heat === null ? then !== undefined && text !== null : thenHeat !== null;
  if (heat !== null) body.append(...plate(becomes ? [heat, thenHeat] : [heat]));
  else if (text === null) body.append(svg("circle", { r: 6 }));
  else body.append(...pill(text, then));
  const element = svg("g", { class: `token ${kind}` }, body);
  if (becomes) {
    const [, before, after] = body.children;
    scene.motions.push([before, [{ opacity: 1 }, { opacity: 1, offset: 0.49 }, { opacity: 0, offset: 0.5 }, { opacity: 0 }]]);
    scene.motions.push([after, [{ opacity: 0 }, { opacity: 0, offset: 0.49 }, { opacity: 1, offset: 0.5 }, { opacity: 1 }]]);
  }
  scene.tokens.push(element);
  return element;
}

/** Maps on a ground of their own, one over the other. */
function plate(maps) {
  const drawn = maps.map((map) => heatMap(map, PLATE.side));
  const [width, height] = ["width", "height"].map((size) => round(Math.max(...drawn.map((one) => one[size])) + 2 * PLATE.padding));
  const frame = svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 4 });
  return [frame, ...drawn.map((one) => svg("g", { class: "heat", transform: `translate(${round(-one.width / 2)},${round(-one.height / 2)})` }, ...one.parts))];
}

function pill(text, then) {
  const texts = then === undefined ? [text] : [text, then];
  const width = round(Math.max(...texts.map((each) => textWidth(each, FONT))) + 2 * TOKEN.padding);
  const frame = svg("rect", { x: -width / 2, y: -TOKEN.height / 2, width, height: TOKEN.height, rx: TOKEN.height / 2 });
  return [frame, ...texts.map((each) => svg("text", { y: 4.5 }, each))];
}

/** Keyframes of a token on a track: `place(t)` says how far along it is, `size(t)` how large, for t from 0 to 1. */
function travel(scene, element, track, place, size = (_t) => 1) {
  const frames = [];
  for (let frame = 0; frame <= FRAMES; frame++) {
    const t = frame / FRAMES;
    const [x, y] = track.at(place(t));
    const gone = frame === FRAMES ? 0 : 1;
    frames.push({ offset: t, opacity: gone, transform: `translate(${round(x)}px, ${round(y)}px) scale(${round(size(t))})` });
  }
  scene.motions.push([element, frames]);
}

/** The line of an arrow comes into being behind what travels on it, and its head at the end. */
function drawBehind(scene, lines, place) {
  const [line, head] = lines;
  const frames = [];
  for (let frame = 0; frame <= FRAMES; frame++) {
    const t = frame / FRAMES;
    frames.push({ offset: t, strokeDasharray: "1 1", strokeDashoffset: 1 - place(t) });
  }
  scene.motions.push([line, frames]);
  scene.fade([head], 0.9, 1);
}

/** Forwards the operands flow into the box, and its result appears. */
function forward(scene) {
  for (const arrow of scene.arrows) {
    const operand = token(scene, "value", scene.textAt(`${arrow.tail}.value`), undefined, scene.heatAt(`${arrow.tail}.value`));
    travel(scene, operand, alongPath(arrow.path), (t) => slow(within(t, 0, 0.75)), (t) => 1 - 0.4 * within(t, 0.7, 0.8));
  }
  if (scene.focus) scene.fade(scene.parts(scene.focus, ".value"), 0.75, 1);
}

/** The local gradient appears beside its arrow, as the slope of a short line. */
function local(scene) {
  for (const arrow of scene.arrows) scene.fade(scene.parts(arrow.id, ".local"), 0.35, 0.8);
}

/** Backwards a gradient leaves the box, meets its factor, becomes the product, and arrives; several of them add up. */
function backward(scene) {
  const sums = scene.arrows.map(({ tail }) => contributionsAt(scene, tail)).filter((all) => all.length > 1);
  for (const arrow of scene.arrows) contribution(scene, arrow, sums.some((all) => all.includes(arrow)));
  for (const all of sums) for (const other of all) if (!scene.arrows.includes(other)) joins(scene, other);
  for (const { tail } of scene.arrows) scene.fade(scene.parts(tail, ".grad"), 0.85, 1);
  return sums.length ? SUM_DURATION : DURATION;
}

/** The way back along an arrow; of several gradients that add up, on into the sum. */
function wayBack(scene, arrow, sums) {
  const path = backPath(arrow.path, scene.picture.tall);
  const box = sums && scene.picture.find(arrow.tail, []);
  return alongPath(box ? [...path, [[box.x + box.w / 2, box.y + numberBaselines(Math.max(1, box.lines), box.lift).grad[0] - 5]]] : path);
}

function contribution(scene, arrow, sums) {
  const track = wayBack(scene, arrow, sums);
  const factor = placeNearest(track, arrow.label);
  const place = (t) => (t < 0.5 ? factor * slow(within(t, 0, 0.4)) : factor + (1 - factor) * slow(within(t, 0.6, 1)));
  const grown = (t) => 1 + (GROWN - 1) * Math.sin(Math.PI * within(t, 0.4, 0.6));
  const product = scene.textAt(`${arrow.id}.flow`);
  const upstream = product === null ? null : scene.textAt(`${arrow.head}.grad`) ?? product;
  const made = scene.heatAt(`${arrow.id}.flow`);
  const arrives = scene.heatAt(`${arrow.head}.grad`);
  const meets = arrives === null ? [made, null] : [arrives, made]; // from a single number on it is the product that travels
  travel(scene, token(scene, "grad", upstream, product ?? undefined, ...(made === null ? [] : meets)), track, place, grown);
  const [lines] = scene.parts(arrow.id, ".flow");
  if (lines) drawBehind(scene, lines.children, place);
  scene.fade(scene.parts(arrow.id, ".flowing"), 0.6, 1);
  pulse(scene, scene.parts(arrow.id, ".local"));
}

/** What arrived before goes into the sum together with what comes last. */
function joins(scene, arrow) {
  const track = wayBack(scene, arrow, true);
  const element = token(scene, "grad", scene.textAt(`${arrow.id}.flow`), undefined, scene.heatAt(`${arrow.id}.flow`));
  travel(scene, element, track, (t) => 0.55 + 0.45 * slow(within(t, 0.6, 1)), (t) => within(t, 0.5, 0.6));
}

/** The arrows whose contributions a box has, all of them, where the last one comes at this very step; else none. */
function contributionsAt({ picture, story, step }, box) {
  const begin = story.slots[`${box}.grad`]?.findLast(([at, lines]) => at < step && lines === null)?.[0] ?? -1;
  const lines = story.slots[`${box}.grad`]?.findLast(([at]) => at <= step)?.[1];
  if (!lines || lines.at(-1).endsWith("…")) return [];
  const arrived = ({ id }) => story.slots[`${id}.flow`]?.some(([at, text]) => text && at > begin && at <= step);
  return picture.arrowsFrom(box).filter(arrived);
}

/** A factor that is met. */
function pulse(scene, elements) {
  const frames = [0, 0.4, 0.5, 0.6, 1].map((offset, number) => ({ offset, transform: `scale(${number === 2 ? GROWN : 1})` }));
  for (const element of elements) scene.motions.push([element, frames]);
}

/** What is written into a box grows a little as it arrives. */
function arrival(selector) {
  return (scene) => {
    const frames = [{ opacity: 0, transform: "scale(0.8)" }, { opacity: 1, transform: `scale(${GROWN})`, offset: 0.6 }, { opacity: 1, transform: "none" }];
    for (const element of scene.focus ? scene.parts(scene.focus, selector) : []) scene.motions.push([element, frames]);
  };
}

const MOVES = { forward, local, backward, seed: arrival(".grad"), accumulate: arrival(".grad"), update: arrival(".value") };
