/* A box: title, name of the grad_fn, value and gradient; or one of torchviz's, with lines of text. */

const HAS_GRADIENT = new Set(["leaf", "operation"]);
const HAS_VALUE = new Set(["leaf", "input", "operation", "untracked"]);

function drawBox(box, slots, pick) {
  const drawn = svg(
    "g",
    {
      class: `box ${box.kind}${box.root ? " root" : ""}`,
      transform: `translate(${round(box.x)},${round(box.y)})`,
      role: "button",
      tabindex: "-1",
      "data-box": box.id,
      click: () => pick([box.id, box.group]),
    },
    svg("rect", { class: "halo", x: -4, y: -4, width: box.w + 8, height: box.h + 8, rx: 13 }),
    svg("rect", { class: "frame", width: box.w, height: box.h, rx: 9 }),
  );
  drawn.append(...(HAS_VALUE.has(box.kind) ? valueBoxTexts(box, slots) : codeBoxTexts(box)));
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
  const size = { size: SIZES.number, room: box.w - 10 };
  slots.set(`${box.id}.value`, createSlot(value, { unknown: "?", ...size }));
  if (hasGradient) slots.set(`${box.id}.grad`, createSlot(grad, { mark: "∇ ", unknown: "∇ ?", ...size }));
  const rule = svg("line", { x1: 8, x2: box.w - 8, y1: BOX.rule, y2: BOX.rule });
  return [title, subtitle, rule, ...value, ...grad];
}

/** Lines as torchviz writes them: aligned by spaces, and a row of dashes between the name and its attributes. */
function codeBoxTexts(box) {
  const lines = box.title.split("\n");
  const middle = (number) => box.h / 2 + (number - (lines.length - 1) / 2) * CODE.lineHeight;
  return lines.map((line, number) => {
    const y = round(middle(number));
    if (/^-+$/.test(line)) return svg("line", { x1: 8, x2: box.w - 8, y1: y, y2: y });
    const text = svg("text", { class: number ? "detail" : "detail name", x: box.w / 2, y: y + 4.5 }, line);
    if (line.length * CODE.advance > box.w - 8) setAttribute(text, "textLength", box.w - 8);
    return text;
  });
}
