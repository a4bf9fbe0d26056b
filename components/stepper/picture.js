/* One picture: placed boxes and arrows as SVG, with the places where numbers go and the things that light up. */

const PICTURE_MARGIN = 16;
const HAS_GRADIENT = new Set(["leaf", "operation"]);
const HAS_VALUE = new Set(["leaf", "input", "operation", "untracked"]);

/**
 * `slots` maps a slot's id to the function that writes it; `lights` maps an id (of a box, its group, an arrow) to the
 * elements that light up with it; `pick(ids)` is called when a box is clicked.
 */
function drawPicture(placed, name, tall, pick) {
  const slots = new Map();
  const lights = new Map();
  const light = (id, element) => id && lights.set(id, [...(lights.get(id) || []), element]);
  const arrows = svg("g", { class: "arrows" });
  const labels = svg("g", { class: "labels" });
  const boxes = svg("g", { class: "boxes" });
  for (const arrow of placed.arrows) {
    const drawn = drawArrow(arrow, tall, slots);
    arrows.append(drawn.lines);
    labels.append(drawn.labels);
    light(arrow.id, drawn.lines);
    light(arrow.id, drawn.labels);
  }
  for (const box of placed.boxes) {
    const drawn = drawBox(box, slots, pick);
    boxes.append(drawn);
    light(box.id, drawn);
    if (box.group !== box.id) light(box.group, drawn);
  }
  const width = placed.width + 2 * PICTURE_MARGIN;
  const height = placed.height + 2 * PICTURE_MARGIN;
  const view = [-PICTURE_MARGIN, -PICTURE_MARGIN, width, height].map(round).join(" ");
  const element = svg("svg", { viewBox: view, role: "group", "aria-label": name, class: tall ? "tall" : "wide" }, arrows, boxes, labels);
  return { element, slots, lights, width, height, find: findBox(placed), boxes: [...boxes.children] };
}

/** The box that a step is about: the one named, or the first that is lit. */
function findBox(placed) {
  const byId = new Map();
  for (const box of placed.boxes) {
    if (box.group && !byId.has(box.group)) byId.set(box.group, box);
  }
  for (const box of placed.boxes) byId.set(box.id, box);
  return (ids) => ids.map((id) => byId.get(id)).find(Boolean) || null;
}

function drawBox(box, slots, pick) {
  const press = () => pick([box.id, box.group].filter(Boolean));
  const drawn = svg(
    "g",
    { class: `box ${box.kind}${box.root ? " root" : ""}`, transform: `translate(${round(box.x)},${round(box.y)})`, role: "button", tabindex: "-1", click: press },
    svg("rect", { class: "halo", x: -4, y: -4, width: box.w + 8, height: box.h + 8, rx: 13 }),
    svg("rect", { class: "frame", width: box.w, height: box.h, rx: 9 }),
  );
  drawn.pick = press;
  drawn.append(...(HAS_VALUE.has(box.kind) ? valueBoxTexts(box, slots) : plainBoxTexts(box)));
  return drawn;
}

function valueBoxTexts(box, slots) {
  const hasGradient = HAS_GRADIENT.has(box.kind);
  const baselines = numberBaselines(Math.max(1, box.lines));
  const middle = box.w / 2;
  const text = (className, y, content) => svg("text", { class: className, x: middle, y: round(y) }, content || "");
  const title = text("title", BOX.titleBaseline, box.title);
  const subtitle = text("subtitle", BOX.subtitleBaseline, box.subtitle);
  squeeze(title, SIZES.title, box.w - 12);
  squeeze(subtitle, SIZES.subtitle, box.w - 8);
  const value = baselines.value.map((y) => text("value", y));
  const grad = (hasGradient ? baselines.grad : []).map((y) => text("grad", y));
  slots.set(`${box.id}.value`, slotWriter(value, "", "?", SIZES.number, box.w - 10));
  if (hasGradient) slots.set(`${box.id}.grad`, slotWriter(grad, "∇ ", "∇ ?", SIZES.number, box.w - 10));
  const rule = svg("line", { x1: 8, x2: box.w - 8, y1: BOX.rule, y2: BOX.rule });
  return [title, subtitle, rule, ...value, ...grad];
}

function plainBoxTexts(box) {
  const lines = `${box.title || ""}${box.subtitle ? "\n" + box.subtitle : ""}`.split("\n");
  const step = Math.min(17, (box.h - 6) / lines.length);
  const first = box.h / 2 - (step * (lines.length - 1)) / 2 + 4.5;
  return lines.map((line, number) => {
    const text = svg("text", { class: number ? "line" : "line name", x: box.w / 2, y: round(first + number * step) }, line);
    squeeze(text, 13, box.w - 8);
    return text;
  });
}

/** A label on either side of the arrow: the local gradient on the way there, the contribution on the way back. */
function drawArrow(arrow, tall, slots) {
  const path = readPath(arrow.path);
  const there = arrowShape(path);
  const back = arrowShape(shiftedPath(reversedPath(path), tall ? [FLOW_SHIFT, 0] : [0, FLOW_SHIFT]));
  const lines = svg(
    "g",
    { class: `arrow${arrow.tracked ? "" : " untracked"}` },
    svg("path", { class: "line", d: there.line }),
    svg("path", { class: "head", d: there.head }),
  );
  const labels = svg("g", { class: "label" });
  if (!arrow.tracked || !arrow.label) return { lines, labels };
  const flow = svg("g", { class: "flow unknown" }, svg("path", { class: "line", d: back.line }), svg("path", { class: "head", d: back.head }));
  lines.append(flow);
  const [x, y] = arrow.label;
  const place = tall ? { local: [x - 8, y + 4], flow: [x + FLOW_SHIFT + 8, y + 4] } : { local: [x, y - 7], flow: [x, y + FLOW_SHIFT + 15] };
  const text = (className, [tx, ty]) => svg("text", { class: className, x: round(tx), y: round(ty) });
  const local = text("local", place.local);
  const flowText = text("flowing", place.flow);
  labels.append(local, flowText);
  slots.set(`${arrow.id}.local`, slotWriter([local], "× ", "", SIZES.edge, Infinity));
  const writeFlow = slotWriter([flowText], "∇ ", "", SIZES.edge, Infinity);
  slots.set(`${arrow.id}.flow`, (content, fresh) => {
    flow.classList.toggle("unknown", content === null);
    writeFlow(content, fresh);
  });
  return { lines, labels };
}

/** A function that writes a slot: lines of text, or null while it is unknown. `fresh`: it changes at this very step. */
function slotWriter(texts, mark, unknown, size, room) {
  return (content, fresh) => {
    const lines = content === null ? [unknown] : content;
    texts.forEach((text, number) => {
      const line = lines[number] === undefined ? "" : (number ? "" : content === null ? "" : mark) + lines[number];
      if (text.textContent !== line) {
        text.textContent = line;
        squeeze(text, size, room);
      }
      text.classList.toggle("unknown", content === null);
      text.classList.toggle("fresh", fresh);
    });
  };
}

const ruler = document.createElement("canvas").getContext("2d");

/** Text that is too wide for its box is set narrower. Measured beside the page, so no layout is forced. */
function squeeze(text, size, room) {
  const content = text.textContent;
  let tooWide = content.length * size * 0.45 > room;
  if (tooWide) {
    ruler.font = `600 ${size}px "Source Sans", "Source Sans 3", sans-serif`;
    tooWide = ruler.measureText(content).width > room;
  }
  setAttribute(text, "textLength", tooWide ? round(room) : null);
  setAttribute(text, "lengthAdjust", tooWide ? "spacingAndGlyphs" : null);
}
