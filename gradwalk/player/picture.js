/* One picture as SVG. A long one is built in pieces as they come near the view: a step costs the same in any graph. */

import { drawArrow } from "./arrow.js";
import { drawBox, drawFrame } from "./box.js";
import { setAttribute, svg } from "./dom.js";
import { readPath, round } from "./geometry.js";

/** Px around what is placed. */
export const marginOf = (placed) => placed.margin ?? 16;
const PIECE = 1600; // px along the picture's longer side
const NEAR = 800; // px from the view at which a piece is shown

/** `numbers`: values and gradients are shown on it. `pick(ids)` is called when a box is clicked. */
export function createPicture(placed, { name, tall, numbers, pick }) {
  const along = placed.width >= placed.height ? "x" : "y";
  const layers = ["arrows", "boxes", "labels"].map((layer) => svg("g", { class: layer }));
  const margin = marginOf(placed);
  const width = placed.width + 2 * margin;
  const height = placed.height + 2 * margin;
  const view = [-margin, -margin, width, height].map(round).join(" ");
  const shape = tall ? "tall" : "wide";
  const frames = svg("g", { class: "frames" }, ...(placed.frames || []).map((frame) => drawFrame(frame, pick)));
  const standsFor = placed.standsFor || ((id) => id); // what is in a folded group is seen as the group
  const element = svg("svg", { viewBox: view, role: "group", "aria-label": name, class: shape }, frames, ...layers);
  const pieces = cutInPieces(placed, along);
  let shown = [];
  const known = new WeakMap(); // what was found of each list of what is lit

  /** Of a list of what is lit: what stands for it, and both. */
  function standing(ids) {
    if (!known.has(ids)) {
      const seen = new Set(ids.map(standsFor));
      known.set(ids, { seen, all: new Set([...ids, ...seen]) });
    }
    return known.get(ids);
  }

  /** Show what is near this stretch of the picture; says whether that brought something new. */
  function reveal(from, to) {
    const near = pieces.filter((piece) => piece.from - NEAR < to && piece.to + NEAR > from);
    for (const piece of shown) if (!near.includes(piece)) setDisplay(piece, "none");
    const added = near.filter((piece) => !shown.includes(piece));
    for (const piece of added) showPiece(piece);
    shown = near;
    return added.length > 0;
  }

  function showPiece(piece) {
    if (piece.drawn) return setDisplay(piece, null);
    piece.drawn = drawPiece(piece, tall, numbers, pick);
    piece.drawn.layers.forEach((layer, number) => layers[number].append(layer));
  }

  return {
    element,
    width,
    height,
    margin,
    along,
    tall,
    boxes: placed.boxes,
    arrow: (id) => placed.arrows.find((arrow) => arrow.id === id),
    arrowsFrom: (box) => placed.arrows.filter(({ tail }) => tail === box),
    find: finder(placed.boxes, standsFor),
    /** The room of a box and of what is lit with it. */
    extent: (box, ids) => extentOf(placed, [standsFor(box.id), ...standing(ids).seen], standsFor),
    reveal,
    slots: () => shown.flatMap((piece) => piece.drawn.slots),
    /** What is drawn of all of these. At the end of a long walk they are tens of thousands, and in view are few. */
    litBy(ids) {
      const { all } = standing(ids);
      return shown.flatMap((piece) => [...piece.drawn.lights].flatMap(([id, things]) => (all.has(id) ? things : [])));
    },
    lights: (id) => [...new Set([id, standsFor(id)])].flatMap((each) => shown.flatMap((piece) => piece.drawn.lights.get(each) || [])),
  };
}

const setDisplay = (piece, display) => piece.drawn.layers.forEach((layer) => setAttribute(layer, "display", display));

/** Boxes and arrows by where they stand; arrows too long for a piece go into the first one, which is always shown. */
function cutInPieces(placed, along) {
  const length = along === "x" ? placed.width : placed.height;
  const count = length <= 2 * PIECE ? 1 : Math.ceil(length / PIECE);
  const piece = (from, to) => ({ from, to, boxes: [], arrows: [], drawn: null });
  const through = piece(-Infinity, Infinity);
  const pieces = Array.from({ length: count }, (_, number) => piece(number * PIECE, (number + 1) * PIECE));
  pieces.at(-1).to = Infinity;
  const pieceAt = (at) => pieces[Math.min(Math.max(0, Math.floor(at / PIECE)), count - 1)];
  for (const box of placed.boxes) pieceAt(box[along]).boxes.push(box);
  for (const arrow of placed.arrows) {
    const places = readPath(arrow.path).flat(2).filter((_, index) => index % 2 === (along === "x" ? 0 : 1));
    const home = pieceAt(Math.min(...places));
    (Math.max(...places) - home.to > NEAR ? through : home).arrows.push(arrow);
  }
  return [through, ...pieces];
}

function drawPiece(piece, tall, numbers, pick) {
  const layers = [svg("g"), svg("g"), svg("g")];
  const slots = createSlots();
  const lights = new Map();
  const light = (id, element) => id && lights.set(id, [...(lights.get(id) || []), element]);
  for (const arrow of piece.arrows) {
    const drawn = drawArrow(arrow, tall, numbers ? slots : null);
    layers[0].append(drawn.lines);
    layers[2].append(drawn.labels);
    for (const id of [arrow.id, ...(arrow.edges || [])]) {
      light(id, drawn.lines);
      light(id, drawn.labels);
    }
  }
  for (const box of piece.boxes) {
    const drawn = drawBox(box, slots, pick);
    layers[1].append(drawn);
    light(box.id, drawn);
    if (box.group !== box.id) light(box.group, drawn);
  }
  return { layers, lights, slots: slots.all };
}

/** Slots with where they are written; several places can show parts of one slot. */
function createSlots() {
  const all = [];
  return { all, set: (slot, place) => all.push([slot, place]) };
}

/** The rectangle around these boxes and the boxes at both ends of these arrows. */
function extentOf({ boxes, arrows }, ids, standsFor) {
  const wanted = new Set(ids);
  for (const { id, tail, head } of arrows) if (wanted.has(id)) wanted.add(standsFor(tail)).add(head);
  const found = boxes.filter(({ id, group }) => wanted.has(id) || wanted.has(group));
  const [left, top] = ["x", "y"].map((side) => Math.min(...found.map((box) => box[side])));
  const [right, bottom] = [["x", "w"], ["y", "h"]].map(([side, size]) => Math.max(...found.map((box) => box[side] + box[size])));
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** Finds the box that a step is about, else the first that it lights: by its own id, or as the first of its group. */
function finder(boxes, standsFor) {
  const byId = new Map();
  for (const box of boxes) if (box.group && !byId.has(box.group)) byId.set(box.group, box);
  for (const box of boxes) byId.set(box.id, box);
  const boxOf = (id) => byId.get(standsFor(id)) || byId.get(id);
  return (about, ids) => {
    const found = boxOf(about);
    if (found) return found;
    const first = ids.find(boxOf); // of tens of thousands the first ones do
    return first === undefined ? null : boxOf(first);
  };
}
