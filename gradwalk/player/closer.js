/* A picture as it stands in Present: the same places closer together, since its texts are twice as large there and the screen is not. */

import { textWidth } from "./dom.js";
import { fontOf, pathText, readPath, SIZES } from "./geometry.js";

const LIFT = 15; // px: in Learn the numbers stand where a node's name would
const AIR = 12; // px beside a title
const NUMBER = { room: 103, least: 82 }; // px of a box that is as wide as any one number, and as wide as an ordinary one
const GAP = { ends: 36, plain: 48 }; // px between two columns: beside the texts of an arrow, and without any
const MARGIN = { learn: 6, pytorch: 16 }; // px around all of it: what a node keeps hangs below its box
const OVER = 16; // px that texts may be wider than the room that they have, as in gradwalk/graph/computation.py

const known = new WeakMap(); // by density, so that the same picture stays the same object

/** `learns`: no names of nodes are shown, and the boxes are so much lower. */
export function closer(placed, learns) {
  if (!placed) return placed;
  const key = learns ? "learn" : "pytorch";
  if (!known.has(placed)) known.set(placed, {});
  known.get(placed)[key] ??= closerTogether(placed, learns);
  return known.get(placed)[key];
}

function closerTogether(placed, learns) {
  const lift = learns && placed.boxes.every(({ h }) => h > 2 * LIFT) ? LIFT : 0;
  const lower = Math.max(0, ...placed.boxes.map(({ h }) => (h - lift) / h)) || 1;
  const across = narrowed(placed, learns);
  const down = (y) => y * lower;
  const rectangle = (one) => ({ ...one, x: across(one.x), y: down(one.y), w: across(one.x + one.w) - across(one.x), h: down(one.h) });
  const point = ([x, y]) => [across(x), down(y)];
  const path = (text) => pathText(readPath(text).map((part) => (Array.isArray(part[0]) ? part.map(point) : point(part))));
  return {
    ...placed,
    margin: learns ? MARGIN.learn : MARGIN.pytorch,
    width: across(placed.width),
    height: down(placed.height),
    boxes: placed.boxes.map((box) => ({ ...rectangle(box), lift, large: true })),
    arrows: placed.arrows.map((arrow) => ({ ...arrow, path: path(arrow.path), label: point(arrow.label), large: true })),
    ...(placed.frames ? { frames: placed.frames.map(rectangle) } : {}),
  };
}

/** Where something comes to from left to right: columns of boxes and the gaps between them are as wide as they have to be. */
function narrowed({ boxes, arrows, width }, learns) {
  const columns = columnsOf(boxes);
  const within = (from, to) => arrows.filter(({ label: [x], tracked, quiet }) => (tracked || quiet) && x >= from && x <= to);
  /** @type {{ from: number, to: number, share: number }[]} */
  const parts = [];
  let end = columns[0]?.from ?? 0;
  for (const { from, to, members } of columns) {
    if (from > end) parts.push({ from: end, to: from, share: Math.min(1, gapOf(within(end, from)) / (from - end)) });
    const share = within(from, to).length ? 1 : Math.max(...members.map((box) => widthOf(box, learns) / box.w));
    parts.push({ from, to, share });
    end = to;
  }
  const saved = (x) => parts.reduce((sum, { from, to, share }) => sum + (1 - share) * Math.min(Math.max(0, x - from), to - from), 0);
  return (x) => x - saved(Math.min(x, width));
}

/** Stretches from left to right that boxes stand in. */
function columnsOf(boxes) {
  /** @type {{ from: number, to: number, members: any[] }[]} */
  const columns = [];
  for (const box of [...boxes].sort((one, other) => one.x - other.x)) {
    const last = columns.at(-1);
    if (last && box.x < last.to) {
      last.to = Math.max(last.to, box.x + box.w);
      last.members.push(box);
    } else columns.push({ from: box.x, to: box.x + box.w, members: [box] });
  }
  return columns;
}

/** How wide a gap has to be for these arrows; as wide as it is where nobody says how long their texts are, and at the doors of an open group. */
function gapOf(arrows) {
  if (!arrows.length) return GAP.plain;
  const rooms = arrows.map(({ room = Infinity, quiet }) => (quiet ? Infinity : room - OVER));
  return Math.max(...rooms) * (SIZES.number / SIZES.edge) + GAP.ends;
}

/** A box of one number is as wide as its title and an ordinary number; of an array, as it is. */
function widthOf({ w, title, subtitle, lines, heat }, learns) {
  const named = Math.max(textWidth(title, fontOf(SIZES.title + 1)), learns ? 0 : textWidth(subtitle, fontOf(SIZES.number))) + AIR;
  const isNumber = lines === 1 && !heat && (w <= NUMBER.room || named > w - 2 * AIR || learns && textWidth(subtitle, fontOf(SIZES.subtitle)) > w - 3 * AIR);
  return isNumber ? Math.min(w, Math.max(named, NUMBER.least)) : w;
}
