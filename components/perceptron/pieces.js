/* What stands on the drawing: each piece shows its part as it is at a step. `at` reads the story for it. */

import { setAttribute, svg, textWidth } from "../../gradwalk/player/dom.js";
import { makeSlider } from "./drag.js";
import { CHIP, circle, curve, edgeLine, frame, halo, NUMBER_FONT, outOf, round1, SMALL_FONT, weigh, weightChip, words } from "./ink.js";
import { isNeuron, placed } from "./place.js";

const LEAST_SCALE = 0.8; // a drawing that is little wider than its room is drawn smaller, and a wider one scrolls
const UNIT = { curve: 40, edge: 6, between: 6 }; // px of a unit: its curve, the air beside its numbers, and between two of them
const MANY = 40; // edges, from which on those that are not lit stand back

export function drawPieces(net, at) {
  const where = placed(net, at.width, at.low);
  const dense = where.edges.length > MANY ? " dense" : "";
  const layers = [`edges${dense}`, "nodes", "chips"].map((name) => svg("g", { class: name }));
  const [lines, nodes, chips] = layers;
  const fine = isNeuron(net);
  const shows = [];
  for (const edge of where.edges) {
    const piece = edge.link ? linkPiece(edge, at) : weightPiece(edge, at);
    lines.append(piece.line);
    if (piece.chip) chips.append(piece.chip);
    shows.push(piece.show);
  }
  for (const [part, place] of Object.entries(where.nodes)) {
    const piece = nodePiece(part, place, net, at, fine);
    nodes.append(piece.element);
    shows.push(piece.show);
  }
  const captions = where.captions.map(({ x, text }) => words("caption", x, 16, text));
  const box = `0 0 ${Math.round(where.width)} ${Math.round(where.height)}`;
  const fitting = Math.min(1, at.width / where.width);
  const scale = fitting < LEAST_SCALE ? 1 : fitting;
  const size = { viewBox: box, width: Math.floor(scale * where.width), height: Math.round(scale * where.height) };
  const element = svg("svg", { ...size, role: "group", "aria-label": fine ? "Neuron" : "Network" }, ...captions, ...layers);
  return { element, show: () => shows.forEach((show) => show()) };
}

function nodePiece(part, place, net, at, fine) {
  if (part === "one") return onePiece(place);
  if (part[0] === "x") return givenPiece(part, place, at, "left");
  if (part[0] === "y") return givenPiece(part, place, at, place.side ?? "left");
  if (part === "L") return lossPiece(place, at);
  if (part[0] === "z") return sumPiece(part, place, at);
  return fine ? activationPiece(part, place, net, at) : unitPiece(part, place, net, at);
}

/** The bias is the weight of an input that is always 1. */
function onePiece({ x, y, r }) {
  const shape = svg("circle", { class: "frame broken", cx: x, cy: round1(y), r });
  return { element: svg("g", { class: "part" }, shape, words("number still", x, y + 5, "1")), show: () => {} };
}

function givenPiece(part, place, at, side) {
  const drawn = circle(place, at.part(part).label, side);
  const slider = sliderOf(drawn.element, part, at);
  return {
    element: drawn.element,
    show() {
      const text = at.text(part, "value") ?? "?";
      write(drawn.number, text, drawn.room);
      drawn.bar.show(slider.show(text));
      lit(drawn.element, at.isLit(part));
    },
  };
}

function sliderOf(element, part, at) {
  const { name, limits } = at.part(part);
  const press = () => at.pick(part);
  const give = (text) => at.give(part, text);
  return makeSlider(element, { label: name, limits, now: () => at.number(part), give, press });
}

function sumPiece(part, { x, y, r }, at) {
  const shape = svg("circle", { class: "frame", cx: round1(x), cy: round1(y), r });
  const drawn = [halo(x, y, r), shape, words("sign", x, y + 8, "Σ")];
  const numbers = numbersBelow(x, y + r + 18);
  const element = button(part, at, room(x, y, 2 * r, r), ...drawn, ...numbers.parts);
  function show() {
    numbers.show(part, at);
    lit(element, at.isLit(part));
  }
  return { element, show };
}

function activationPiece(part, place, net, at) {
  const { x, y, h } = place;
  const plot = curve(place, net.layers[0].curve);
  const numbers = numbersBelow(x, y + h / 2 + 18);
  const element = button(part, at, room(x, y, place.w, h / 2), ...frame(place), plot.element, ...numbers.parts);
  return {
    element,
    show() {
      numbers.show(part, at);
      plot.show(at.known("z0.0"), at.known(part), at.slope(part));
      lit(element, at.isLit(part));
    },
  };
}

/** Where a press counts: on the shape and on the numbers below it. */
function room(x, y, width, up) {
  return svg("rect", { class: "room", x: round1(x - width / 2), y: round1(y - up), width, height: 2 * up + 40 });
}

/** "z = 6.7" and, below it, "∇ 0.9988". */
function numbersBelow(x, y) {
  const value = words("value", x, y);
  const grad = words("grad", x, y + 18);
  return {
    parts: [value, grad],
    show(part, at) {
      write(value, `${at.part(part).label} = ${at.text(part, "value") ?? "?"}`);
      writeGrad(grad, at.text(part, "grad"));
      value.classList.toggle("unknown", at.text(part, "value") === null);
      value.classList.toggle("fresh", at.isFresh(part, "value"));
      grad.classList.toggle("fresh", at.isFresh(part, "grad"));
    },
  };
}

function lossPiece(place, at) {
  const { x, y } = place;
  const [value, grad] = [words("value", x, y - 4), words("grad", x, y + 16)];
  const element = button("L", at, ...frame(place), value, grad);
  return {
    element,
    show() {
      const text = at.text("L", "value");
      write(value, `${at.part("L").label} = ${text ?? "?"}`, place.w - 10);
      writeGrad(grad, at.text("L", "grad"));
      setAttribute(value, "y", round1(at.text("L", "grad") === null ? y + 5 : y - 4));
      value.classList.toggle("unknown", text === null);
      value.classList.toggle("fresh", at.isFresh("L", "value"));
      grad.classList.toggle("fresh", at.isFresh("L", "grad"));
      lit(element, at.isLit("L"));
    },
  };
}

/** A unit of a network: its curve, z and what comes out below it, their gradients to the right; its bias hangs on it. */
function unitPiece(part, place, net, at) {
  const [layer] = part.slice(1).split(".").map(Number);
  const sum = `z${part.slice(1)}`;
  const bias = `b${part.slice(1)}`;
  const { x, y, w, h } = place;
  const small = { x: x - w / 2 + 18, y, w: 36, h: 36 };
  const plot = curve(small, net.layers[layer].curve);
  const rows = [[sum, y - 5], [part, y + 14]].map(([of, baseline]) => ({
    of,
    value: words("value start", x - w / 2 + UNIT.curve, baseline),
    grad: words("grad end", x + w / 2 - UNIT.edge, baseline),
  }));
  const texts = rows.flatMap(({ value, grad }) => [value, grad]);
  const inside = button(part, at, ...frame(place, 12), plot.element, ...texts);
  const pill = at.part(bias) ? biasPill(bias, x - w / 2 + 26, y + h / 2 + 11, at) : null;
  const element = svg("g", { class: "unit" }, inside, ...(pill ? [pill.element] : []));
  return {
    element,
    show() {
      const texts = rows.map(({ of }) => [`${of === sum ? "z " : "→ "}${at.text(of, "value") ?? "?"}`, gradOf(at.text(of, "grad"))]);
      const wide = texts.map((pair) => pair.map((text) => textWidth(text, SMALL_FONT)));
      const needed = Math.max(...wide.map(([value, grad]) => value + (grad && UNIT.between + grad)));
      const bare = needed > w - UNIT.curve - UNIT.edge; // the numbers then take the room of the curve, too
      const left = bare ? UNIT.edge : UNIT.curve;
      const share = Math.min(1, (w - left - UNIT.edge) / needed);
      rows.forEach(({ of, value, grad }, row) => {
        setAttribute(value, "x", round1(x - w / 2 + left));
        [value, grad].forEach((place, which) => squeeze(place, texts[row][which], wide[row][which], share));
        value.classList.toggle("unknown", at.text(of, "value") === null);
        value.classList.toggle("fresh", at.isFresh(of, "value"));
        grad.classList.toggle("fresh", at.isFresh(of, "grad"));
      });
      setAttribute(plot.element, "visibility", bare ? "hidden" : null);
      plot.show(at.known(sum), at.known(part), at.slope(part));
      lit(inside, at.isLit(part) || at.isLit(sum));
      pill?.show();
    },
  };
}

function biasPill(part, x, y, at) {
  const place = { x, y, w: 52, h: 18 };
  const number = words("number small", x, y + 4);
  const element = svg("g", { class: "part given pill" }, ...frame(place, 9), number);
  const slider = sliderOf(element, part, at);
  return {
    element,
    show() {
      const text = at.text(part, "value") ?? "?";
      write(number, /^[−-]/.test(text) ? text : `+ ${text}`, 46);
      slider.show(text);
      lit(element, at.isLit(part));
    },
  };
}

/** An edge that carries no weight: from a unit, or from a target, to what uses it. */
function linkPiece({ part, from, to }, at) {
  const drawn = edgeLine(from, to);
  const line = svg("g", { class: "edge link" }, ...drawn.parts.slice(1));
  return { line, show: () => lit(line, at.runs(part)) };
}

/** Where an edge comes from what has no gradient, what comes back along it ends at the weight. */
function weightPiece({ part, from, to, chip: place, size, beside, bare, hidden, stub, above, given, apart = 6 }, at) {
  const until = given && !stub ? outOf(place, size, bare ? CHIP.bare : CHIP.named, to) : null;
  const drawn = edgeLine(from, to, stub, until);
  const chip = weightChip(place, bare ? "" : `${at.part(part).label} = `, size, beside, above, to[1] < from[1]);
  const line = svg("g", { class: "edge" }, ...drawn.parts);
  const kind = `part given chip${hidden ? " shy" : ""}${bare ? " bare" : ""}`;
  const element = svg("g", { class: kind }, ...chip.parts, chip.grad);
  const slider = sliderOf(element, part, at);
  const peek = (on) => () => element.classList.toggle("peeked", on);
  line.addEventListener("pointerenter", peek(true));
  line.addEventListener("pointerleave", peek(false));
  line.addEventListener("pointerdown", (event) => forward(event, element));
  return {
    line,
    chip: element,
    show() {
      const text = at.text(part, "value") ?? "?";
      write(chip.number, chip.label + text, chip.room);
      writeGrad(chip.grad, at.text(part, "grad"));
      chip.grad.classList.toggle("fresh", at.isFresh(part, "grad"));
      chip.bar.show(slider.show(text));
      weigh(drawn.lines, at.number(part));
      lit(line, at.runs(part));
      lit(element, at.isLit(part) || at.runs(part));
      element.classList.toggle("few", at.isLit(part) || (at.runs(part) && at.running() <= apart));
    },
  };
}

/** A press on the line takes hold of its weight. */
function forward(event, element) {
  event.preventDefault();
  const { button, clientX, clientY, pointerId } = event;
  element.dispatchEvent(new PointerEvent("pointerdown", { button, clientX, clientY, pointerId }));
}

function button(part, at, ...children) {
  const press = () => at.pick(part);
  const keydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press();
  };
  return svg("g", { class: "part made", role: "button", tabindex: "0", click: press, keydown }, ...children);
}

// ---- texts

function write(place, text, room = Infinity) {
  if (place.textContent === text) return;
  const wide = textWidth(text, place.classList.contains("small") ? SMALL_FONT : NUMBER_FONT);
  squeeze(place, text, wide, Math.min(1, room / wide));
}

/** A text that is so wide, in a share of that. */
function squeeze(place, text, wide, share) {
  if (place.textContent !== text) place.textContent = text;
  const long = share < 1 && text !== "";
  setAttribute(place, "textLength", long ? Math.floor(share * wide) : null);
  setAttribute(place, "lengthAdjust", long ? "spacingAndGlyphs" : null);
}

const gradOf = (text) => (text === null ? "" : `∇ ${text}`);
const writeGrad = (place, text) => write(place, gradOf(text));

const lit = (element, on) => element.classList.toggle("now", on);
