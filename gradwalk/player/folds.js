/*
 * A large graph, folded: each group is one box until it is opened, and opens in place. A level (what stands in one group)
 * was placed for itself; an open group makes room for its level where its box stood, and all beside it moves aside.
 */

import { pathText, readPath, translatedPath } from "./geometry.js";

const FRAME = { head: 30, gutter: 46, edge: 16 }; // px of an open group: above its level, at its doors, and elsewhere
const NEAR = 4; // px from an open group in which an arrow passes it
const DOORS = new Set(["in", "out"]);

/** The groups of one computation graph; null for a graph that has none. `asked`: those that are open, where they are not the usual ones. */
export function createFolds(computation, asked = computation?.open) {
  if (!computation?.inside) return null;
  const groups = computation.inside;
  const open = new Set(asked.filter((id) => Object.hasOwn(groups, id)));
  const known = new Map(); // what was put together last, by shape
  let toggled = 0;
  let opened = inOrder(open);
  const usual = inOrder(computation.open).join();
  const { parents, nodes, names } = whereabouts(computation);

  function changed() {
    known.clear();
    toggled += 1;
    opened = inOrder(open);
  }

  function toggle(id) {
    if (!open.delete(id)) open.add(id);
    changed();
  }

  function openOnly(ids) {
    open.clear();
    for (const id of ids) if (Object.hasOwn(groups, id)) open.add(id);
    changed();
  }

  /** Open all groups around a box, an arrow or a node. */
  function reveal(id) {
    for (let group = parents.get(boxOf(id)); group; group = parents.get(group)) open.add(group);
    changed();
  }

  /** The picture as it is now, in one of its shapes; the same object as long as nothing opens or closes. */
  function placed(shape) {
    if (!known.has(shape)) known.set(shape, { ...put("", computation, groups, shape, open), standsFor: visible });
    return known.get(shape);
  }

  const boxOf = (id) => nodes.get(id) ?? (/^e\d+\./.test(id) ? `o${id.slice(1, id.indexOf("."))}` : id);

  /** The outermost closed group that a box, an arrow or a node is in; null where it is to be seen. */
  function closed(id) {
    let found = null;
    for (let group = parents.get(boxOf(id)); group; group = parents.get(group)) if (!open.has(group)) found = group;
    return found;
  }

  const visible = (id) => closed(id) ?? id;

  /** Whether another graph has the same groups. */
  const isLike = (other) => other?.inside && Object.keys(groups).every((id) => other.inside[id]?.title === groups[id].title);
  const isUsual = () => opened.join() === usual;
  const isOpened = () => opened.some((id) => !usual.split(",").includes(id));

  return { placed, toggle, openOnly, reveal, toggled: () => toggled, opened: () => opened, isUsual, isOpened, isLike, closed, has: (id) => Object.hasOwn(groups, id), about: (id) => ({ ...groups[id], ...doorsOf(groups[id].wide), shown: names.get(id) }) };
}

/** Groups by their numbers. */
const inOrder = (ids) => [...ids].sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));

/** Where each box is: the group around it, by its id; which box each node belongs to; and of which value a closed group has the numbers. */
function whereabouts(computation) {
  const [parents, nodes, titles, shows] = [new Map(), new Map(), new Map(), new Map()];
  for (const [level, { wide }] of [["", computation], ...Object.entries(computation.inside)]) {
    for (const box of wide.boxes) {
      if (DOORS.has(box.kind)) continue;
      parents.set(box.id, level);
      titles.set(box.id, box.title.split(" = ")[0]);
      if (box.shows) shows.set(box.id, box.shows);
      if (box.group !== box.id && !nodes.has(box.group)) nodes.set(box.group, box.id);
    }
  }
  const names = new Map([...shows].map(([id, shown]) => [id, titles.get(shown)]));
  return { parents, nodes, names };
}

/** What goes into a level and comes out of it: names, with the edges of each. */
function doorsOf({ boxes, arrows }) {
  const about = ({ id, title }) => {
    const edges = arrows.filter(({ tail, head }) => tail === id || head === id).flatMap((arrow) => arrow.edges || [arrow.id]);
    return { name: title, edges };
  };
  const doors = (kind) => boxes.filter((box) => box.kind === kind).map(about);
  return { comesIn: doors("in"), goesOut: doors("out") };
}

/** A level with what is open in it: boxes, arrows, frames of open groups, and where its own doors are. */
function put(name, computation, groups, shape, open) {
  const level = (name ? groups[name] : computation)[shape];
  const inner = new Map();
  for (const { id, kind } of level.boxes) if (kind === "group" && open.has(id)) inner.set(id, put(id, computation, groups, shape, open));
  const rooms = new Map(level.boxes.map((box) => [box.id, inner.has(box.id) ? roomFor(box, inner.get(box.id), shape) : box]));
  const place = stretched(level.boxes, rooms, shape);
  const at = new Map(level.boxes.map((box) => [box.id, moved(box, rooms.get(box.id), place)]));
  const all = { boxes: [], arrows: [], frames: [], doors: new Map() };
  for (const box of level.boxes) {
    const now = at.get(box.id);
    if (DOORS.has(box.kind)) all.doors.set(box.id, [now.x + now.w / 2, now.y + now.h / 2]);
    else if (inner.has(box.id)) inset(all, inner.get(box.id), now, groups[box.id], shape);
    else all.boxes.push(now);
  }
  const insides = new Map([...inner].map(([id, { doors }]) => [id, doors]));
  const before = new Map(level.boxes.map((box) => [box.id, box]));
  all.arrows.unshift(...level.arrows.map((arrow) => ledArrow(arrow, { before, at, insides, place, shape, name })));
  return inner.size ? cornered(all) : { width: level.width, height: level.height, ...all };
}

/** Everything moved so that it begins at its corner, and how large it is. */
function cornered(all) {
  const rectangles = [...all.boxes, ...all.frames];
  const points = [...rectangles.flatMap(({ x, y, w, h }) => [[x, y], [x + w, y + h]]), ...all.doors.values(),
    ...all.arrows.flatMap(({ path, label: [x, y], quiet }) => [...readPath(path).flatMap((part) => (Array.isArray(part[0]) ? part : [part])), ...(quiet ? [] : [[x, y - 28], [x, y + 28]])])];
  const [left, top] = [0, 1].map((side) => points.reduce((least, point) => Math.min(least, point[side]), Infinity));
  const [right, bottom] = [0, 1].map((side) => points.reduce((most, point) => Math.max(most, point[side]), -Infinity));
  shift(all, [-left, -top]);
  return { width: right - left, height: bottom - top, ...all };
}

function shift(all, by) {
  for (const each of [...all.boxes, ...all.frames]) Object.assign(each, { x: each.x + by[0], y: each.y + by[1] });
  for (const arrow of all.arrows) {
    arrow.path = pathText(translatedPath(readPath(arrow.path), by));
    arrow.label = [arrow.label[0] + by[0], arrow.label[1] + by[1]];
  }
  for (const [door, [x, y]] of all.doors) all.doors.set(door, [x + by[0], y + by[1]]);
}

/** The size that the box of an open group has. */
function roomFor(box, level, shape) {
  const [side, ends] = shape === "tall" ? [2 * FRAME.edge, 2 * FRAME.gutter] : [2 * FRAME.gutter, FRAME.edge];
  return { w: Math.max(box.w, level.width + side), h: Math.max(box.h, level.height + FRAME.head + ends) };
}

/** How far from its frame's corner a level stands. */
const cornerOf = (shape) => (shape === "tall" ? [FRAME.edge, FRAME.head + FRAME.gutter] : [FRAME.gutter, FRAME.head]);

/**
 * Where a point comes to when the open boxes have grown. Along the arrows' way all that comes later moves on; across it,
 * what stands in the same column as an open box moves aside, up or down.
 */
function stretched(boxes, rooms, shape) {
  const [along, long, across, wide] = shape === "tall" ? ["y", "h", "x", "w"] : ["x", "w", "y", "h"];
  const grown = boxes.filter((box) => rooms.get(box.id)[long] > box[long]).sort((one, other) => one[long] - other[long]);
  const open = boxes.filter((box) => rooms.get(box.id) !== box);
  const part = (at, from, length) => Math.min(Math.max(0, (at - from) / length), 1);
  const added = [];
  const forth = (at) => added.reduce((sum, { from, length, more }) => sum + more * part(at, from, length), at);
  for (const box of grown) {
    const [from, length] = [box[along], box[long]];
    const more = rooms.get(box.id)[long] - (forth(from + length) - forth(from));
    if (more > 0) added.push({ from, length, more });
  }
  const aside = (at, from, to) => open.reduce((sum, box) => {
    const beside = to > box[along] - NEAR && from < box[along] + box[long] + NEAR;
    return beside ? sum + (rooms.get(box.id)[wide] - box[wide]) * (part(at, box[across], box[wide]) - 0.5) : sum;
  }, at);
  const place = ([x, y], from = shape === "tall" ? y : x, to = from) => (shape === "tall" ? [aside(x, from, to), forth(y)] : [forth(x), aside(y, from, to)]);
  return Object.assign(place, { tall: shape === "tall" });
}

/** A box keeps its middle, and what is open has its new size. */
function moved(box, { w, h }, place) {
  const [from, to] = [[box.x, box.x + box.w], [box.y, box.y + box.h]][Number(place.tall)];
  const [x, y] = place([box.x + box.w / 2, box.y + box.h / 2], from, to);
  return { ...box, x: x - w / 2, y: y - h / 2, w, h };
}

/** Put a level with its frame where the group's box stood. */
function inset(all, level, frame, { title }, shape) {
  const [left, top] = cornerOf(shape);
  const spare = (frame.w - level.width) / 2 - left;
  all.frames.push({ id: frame.id, title, x: frame.x, y: frame.y, w: frame.w, h: frame.h });
  shift(level, [frame.x + left + spare, frame.y + top]);
  all.boxes.push(...level.boxes);
  all.arrows.push(...level.arrows);
  all.frames.push(...level.frames);
}

/** An arrow of a level: its ends stay on its boxes, and where one of them is open it goes on to the door inside. */
function ledArrow(arrow, { before, at, insides, place, shape, name }) {
  const source = arrow.source || arrow.tail;
  const [start, ...segments] = readPath(arrow.path).map((part) => (Array.isArray(part[0]) ? part.map((point) => place(point)) : part));
  const first = onBox(start, before.get(arrow.tail), at.get(arrow.tail));
  const end = readPath(arrow.path).at(-1).at(-1);
  const last = onBox(end, before.get(arrow.head), at.get(arrow.head));
  segments.at(-1).splice(-1, 1, last);
  if (insides.has(arrow.tail)) segments[0] = levelled(first, segments[0], 0, shape);
  if (insides.has(arrow.head)) {
    const led = segments.pop();
    if (led.length < 3 && segments.at(-1)?.length === 3) segments.pop(); // its little bend was to where the box had its port
    segments.push(levelled(segments.at(-1)?.at(-1) ?? first, led, 1, shape));
  }
  const [out, into] = [insides.get(arrow.tail)?.get(`out:${source}`), insides.get(arrow.head)?.get(`in:${source}`)];
  const path = [out || first, ...(out ? [bend(out, first, shape)] : []), ...segments, ...(into ? [bend(last, into, shape)] : [])];
  const quiet = Boolean(into) || at.get(arrow.head).kind === "out";
  const label = place(arrow.label);
  return { ...arrow, tail: source, id: arrow.edges ? `${name}:${arrow.id}` : arrow.id, path: pathText(path), label, quiet, plain: quiet };
}

/** A piece of a way to or from the side of an open box, which may be higher or lower than it was: it bends along the way there, without a corner. */
function levelled(from, piece, end, shape) {
  const to = piece.at(-1);
  if (piece.length < 3) return bend(from, to, shape);
  const [side, at] = [end ? to : from, piece[end]];
  return piece.map((point, number) => (number !== end ? point : shape === "tall" ? [side[0], at[1]] : [at[0], side[1]]));
}

/**
 * A point on a box's side, on the same place of the box as it is now; a door is one point.
 * @param {number[]} point
 */
function onBox([x, y], box, now) {
  if (DOORS.has(box.kind)) return [now.x + now.w / 2, now.y + now.h / 2];
  return [now.x + ((x - box.x) / box.w) * now.w, now.y + ((y - box.y) / box.h) * now.h];
}

/** @type {(from: number[], to: number[], shape: string) => number[][]} */
function bend([x, y], [toX, toY], shape) {
  const [middleX, middleY] = [(x + toX) / 2, (y + toY) / 2];
  return shape === "tall" ? [[x, middleY], [toX, middleY], [toX, toY]] : [[middleX, y], [middleX, toY], [toX, toY]];
}
