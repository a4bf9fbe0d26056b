/* A box: title, name of the grad_fn, value and gradient; or one of torchviz's, with lines of text. */

import { setAttribute, setText, svg, textWidth } from "./dom.js";
import { BOX, CHIP, CODE, fontOf, numberBaselines, round, SIZES } from "./geometry.js";
import { heatMap } from "./heat.js";
import { createSlot, squeeze } from "./slot.js";

const HEAT = { side: 16, beside: 5, middle: 17 }; // px, as gradwalk/graph/heat.py has them
const RAISED = 5; // px of an exponent over its base
const FRAME_SIZE = 14; // px of an open group's name
const HAS_GRADIENT = new Set(["leaf", "operation", "group"]);
const HAS_VALUE = new Set(["leaf", "input", "operation", "untracked", "group"]);

/** An open group: a frame with its name, which is the button that closes it. */
export function drawFrame(frame, pick) {
  const close = (event) => (event.type === "click" || event.key === "Enter" || event.key === " ") && (event.preventDefault(), event.stopPropagation(), pick([frame.id]));
  const about = { class: "fold", role: "button", tabindex: "0", "aria-expanded": "true", "aria-label": `Close ${frame.title}`, "data-fold": frame.id, click: close, keydown: close };
  const sign = svg("path", { d: "M10,15H20" });
  const name = svg("text", { x: 26, y: 20 }, frame.title);
  const button = svg("g", about, svg("rect", { x: 6, y: 4, width: Math.min(frame.w - 12, 32 + textWidth(frame.title, fontOf(FRAME_SIZE))), height: 22, rx: 6 }), sign, name);
  squeeze(name, FRAME_SIZE, frame.w - 36);
  const place = `translate(${round(frame.x)},${round(frame.y)})`;
  return svg("g", { class: "frame-of-group", transform: place }, svg("rect", { class: "border", width: round(frame.w), height: round(frame.h), rx: 12 }), button);
}

export function drawBox(box, slots, pick) {
  const drawn = svg(
    "g",
    {
      class: `box ${box.kind}${box.root ? " root" : ""}${box.large ? " large" : ""}${box.lift ? " lifted" : ""}`,
      transform: `translate(${round(box.x)},${round(box.y)})`,
      role: "button",
      tabindex: "-1",
      "data-box": box.id,
      "aria-expanded": box.kind === "group" ? "false" : null,
      click: () => pick([box.id, box.group]),
    },
    ...(box.kind === "group" ? [5, 2.5].map((by) => svg("rect", { class: "behind", x: by, y: by, width: box.w, height: box.h, rx: 9 })) : []),
    svg("rect", { class: "halo", x: -4, y: -4, width: box.w + 8, height: box.h + 8, rx: 13 }),
    svg("rect", { class: "frame", width: box.w, height: box.h, rx: 9 }),
  );
  if (box.kind === "untracked") drawn.append(svg("path", { class: "hatch", d: hatching(box.w, box.h) }));
  const texts = { saved: savedBoxTexts }[box.kind] || (HAS_VALUE.has(box.kind) ? valueBoxTexts : codeBoxTexts);
  drawn.append(...texts(box, slots, drawn));
  return drawn;
}

/** Slanting lines over a box of this size. */
function hatching(width, height) {
  const lines = [];
  for (let at = 9; at < width + height; at += 9) {
    const [left, bottom] = at < height ? [0, at] : [at - height, height];
    const [right, top] = at < width ? [at, 0] : [width, at - width];
    lines.push(`M${left},${bottom}L${right},${top}`);
  }
  return lines.join("");
}

function valueBoxTexts(box, slots) {
  const hasNumbers = box.kind !== "group" || Boolean(box.shows); // a group of leaves has none of its own
  const hasGradient = hasNumbers && HAS_GRADIENT.has(box.kind) && !box.untracked;
  const baselines = numberBaselines(Math.max(1, box.lines), box.lift);
  const middle = box.w / 2;
  const text = (className, y, content) => svg("text", { class: className, x: middle, y: round(y) }, content || "");
  const title = text("title", BOX.titleBaseline);
  title.append(...raised(box.title));
  const subtitle = text("subtitle", BOX.subtitleBaseline, box.subtitle);
  squeeze(title, SIZES.title, box.w - 12);
  squeeze(subtitle, box.large ? SIZES.number : SIZES.subtitle, box.w - 8);
  if (!hasNumbers) return [title, subtitle];
  const value = baselines.value.map((y) => text("value", y));
  const grad = (hasGradient ? baselines.grad : []).map((y) => text("grad", y));
  const size = { size: SIZES.number, room: box.w - 10 };
  const shown = box.shows ?? box.id; // a folded group shows what comes out of it
  slots.set(`${shown}.value`, createSlot(value, { unknown: "?", ...size }));
  if (hasGradient) slots.set(`${shown}.grad`, createSlot(grad, { mark: "∇ ", unknown: "∇ ?", ...size }));
  const maps = box.heat ? ["value", ...(hasGradient ? ["grad"] : [])].map((kind) => heatOf(slots, `${shown}.${kind}.heat`, kind, box)) : [];
  const rule = svg("line", { x1: 8, x2: box.w - 8, y1: BOX.rule - (box.lift ?? 0), y2: BOX.rule - (box.lift ?? 0) });
  return [title, subtitle, rule, ...maps, ...value, ...grad, versionOf(box, slots), chipOf(box, slots)];
}

/** A title with its exponents raised, as in gradwalk/export/svg.py; the caret stays for who hears it. */
function raised(title) {
  const pieces = title.split(/\^([^\s^()·+]+)/);
  return pieces.flatMap((piece, number) => (number % 2
    ? [svg("tspan", { "font-size": "0" }, "^"), svg("tspan", { "font-size": "0.72em", dy: -RAISED }, piece)]
    : number && piece ? [svg("tspan", { dy: RAISED }, piece)] : [piece]));
}

/** A tensor's map left of the title, and right of it that of its gradient. */
function heatOf(slots, slot, kind, box) {
  const place = svg("g", { class: `heat of-${kind}` });
  slots.set(slot, {
    write(lines) {
      const text = lines?.[0] ?? "";
      if (place.dataset.shown === text) return;
      place.dataset.shown = text;
      if (!text) return place.replaceChildren();
      const { width, height, parts } = heatMap(text, HEAT.side);
      const left = kind === "value" ? HEAT.beside : box.w - HEAT.beside - width;
      place.setAttribute("transform", `translate(${round(left)},${round(HEAT.middle - height / 2)})`);
      place.replaceChildren(...parts);
    },
  });
  return place;
}

/** How often a value has been changed in place, in the box's corner; nothing where the story does not say it. */
function versionOf(box, slots) {
  const place = svg("g", { class: "version" });
  slots.set(`${box.id}.version`, {
    write(lines, fresh) {
      place.classList.toggle("fresh", fresh);
      if (!lines) return place.replaceChildren();
      const text = `version ${lines[0]}`; // v₁ is a name
      const width = round(textWidth(text, CHIP.font) + 10);
      if (place.textContent === text) return;
      const frame = svg("rect", { x: round(box.w - width + 5), y: -9, width, height: CHIP.height, rx: 8 });
      place.replaceChildren(frame, svg("text", { x: round(box.w - width / 2 + 5), y: 3 }, text));
    },
  });
  return place;
}

/** What the node keeps for backward hangs on its box; at the step that frees it, it is struck out, and then gone. */
function chipOf(box, slots) {
  const place = svg("g", { class: "chip" });
  slots.set(`${box.group}.saved`, {
    write(lines, fresh, before) {
      const freed = !lines && fresh && before;
      const text = (lines || (freed && before) || []).join(", ");
      place.setAttribute("class", `chip${freed ? " freed" : ""}${fresh ? " fresh" : ""}`);
      if (place.textContent === text) return;
      if (!text) return place.replaceChildren();
      const { size, height } = box.large ? CHIP.large : CHIP;
      const width = round(Math.min(Math.max(textWidth(text, fontOf(size)) + 16, 40), box.w + CHIP.over));
      const left = round((box.w - width) / 2);
      const words = svg("text", { x: box.w / 2, y: box.h + height - 8 }, text);
      squeeze(words, size, width - 10);
      place.replaceChildren(svg("rect", { x: left, y: box.h - 4, width, height, rx: 4 }), words);
    },
  });
  return place;
}

/** A value that a node keeps: its name there, below it its shape, or the value itself once it is known. */
function savedBoxTexts(box, slots, drawn) {
  const texts = codeBoxTexts(box);
  const [name, shape] = [texts[0].textContent.trim(), texts.at(-1)];
  const plain = shape.textContent;
  const valueIn = (lines) => lines?.find((line) => line.startsWith(`${name} = `))?.slice(name.length + 3);
  slots.set(`${box.group}.saved`, {
    write(lines, _fresh, before, gone) {
      const value = valueIn(lines) ?? (gone ? valueIn(before) : null);
      setText(shape, value ?? plain);
      shape.classList.toggle("known", value !== null && value !== undefined);
      drawn.classList.toggle("freed", gone);
      squeezeCode(shape, box);
    },
  });
  return texts;
}

/** Lines as torchviz writes them: aligned by spaces, and a row of dashes between the name and its attributes. */
function codeBoxTexts(box) {
  const lines = box.title.split("\n");
  const middle = (number) => box.h / 2 + (number - (lines.length - 1) / 2) * CODE.lineHeight;
  return lines.map((line, number) => {
    const y = round(middle(number));
    if (/^-+$/.test(line)) return svg("line", { x1: 8, x2: box.w - 8, y1: y, y2: y });
    const text = svg("text", { class: number ? "detail" : "detail name", x: box.w / 2, y: y + 4.5 }, line);
    squeezeCode(text, box);
    return text;
  });
}

function squeezeCode(text, box) {
  const tooWide = text.textContent.length * CODE.advance > box.w - 8;
  setAttribute(text, "textLength", tooWide ? box.w - 8 : null);
  setAttribute(text, "lengthAdjust", tooWide ? "spacingAndGlyphs" : null);
}
