/* An arrow with the local gradient beside it, and the arrow that runs back along it with the contribution. */

import { svg } from "./dom.js";
import { arrowShape, backPath, FLOW_SHIFT, middleOf, readPath, round, SIZES } from "./geometry.js";
import { createSlot } from "./slot.js";

/** The arrow's `lines` and the `labels` on either side of it. Without `slots` (torchviz's picture) it has no numbers. */
export function drawArrow(arrow, tall, slots) {
  const path = readPath(arrow.path);
  const kind = `arrow${arrow.tracked ? "" : " untracked"}${arrow.plain ? " plain" : ""}${arrow.cut ? " cut" : ""}`;
  const lines = svg("g", { class: kind }, ...(arrow.quiet ? [svg("path", { class: "line", d: arrow.path })] : shapes(path)));
  if (arrow.cut) lines.append(cutMark(path));
  const labels = svg("g", { class: arrow.large ? "label large" : "label" });
  if (!arrow.tracked || !slots || arrow.quiet) return { lines, labels };
  const [line, head] = shapes(backPath(arrow.path, tall));
  line.setAttribute("pathLength", "1"); // so that it can be drawn bit by bit without being measured
  const flow = svg("g", { class: "flow unknown" }, line, head);
  lines.append(flow);
  const { local, flowText } = labelTexts(arrow.label, tall);
  labels.append(local, flowText);
  const size = { size: arrow.large ? SIZES.number : SIZES.edge, room: arrow.room * (arrow.large ? SIZES.number / SIZES.edge : 1) };
  if (!arrow.edges) slots.set(`${arrow.id}.local`, createSlot([local], { mark: "× ", ...size }));
  const known = (yes) => flow.classList.toggle("unknown", !yes);
  if (arrow.edges?.length > 1) return { lines, labels }; // several gradients go back along it
  slots.set(`${arrow.edges?.[0] ?? arrow.id}.flow`, createSlot([flowText], { mark: "∇ ", ...size, known }));
  return { lines, labels };
}

function shapes(path) {
  const { line, head } = arrowShape(path);
  return [svg("path", { class: "line", d: line }), svg("path", { class: "head", d: head })];
}

/** Two strokes across the line: no gradient comes through here. */
function cutMark(path) {
  const { x, y, turn } = middleOf(path);
  return svg("path", { class: "cut-mark", d: "M-6,8L0,-8M0,8L6,-8", transform: `translate(${x},${y}) rotate(${turn})` });
}

/** Above and below an arrow to the right; left and right of one that runs down. */
function labelTexts([x, y], tall) {
  const text = (className, left, top) => svg("text", { class: className, x: round(left), y: round(top) });
  return tall
    ? { local: text("local", x - 8, y + 4), flowText: text("flowing", x + FLOW_SHIFT + 8, y + 4) }
    : { local: text("local", x, y - 7), flowText: text("flowing", x, y + FLOW_SHIFT + 15) };
}
