/* An arrow with the local gradient beside it, and the arrow that runs back along it with the contribution. */

/** Without `slots` (torchviz's picture) it carries no numbers. A label on either side of the arrow: the local gradient on the way there, the contribution on the way back. */
function drawArrow(arrow, tall, slots) {
  const path = readPath(arrow.path);
  const there = arrowShape(path);
  const back = arrowShape(shiftedPath(reversedPath(path), tall ? [FLOW_SHIFT, 0] : [0, FLOW_SHIFT]));
  const shapes = (shape) => [svg("path", { class: "line", d: shape.line }), svg("path", { class: "head", d: shape.head })];
  const lines = svg("g", { class: `arrow${arrow.tracked ? "" : " untracked"}${arrow.plain ? " plain" : ""}` }, ...shapes(there));
  const labels = svg("g", { class: "label" });
  if (!arrow.tracked || !slots) return { lines, labels };
  const flow = svg("g", { class: "flow unknown" }, ...shapes(back));
  lines.append(flow);
  const [x, y] = arrow.label;
  const place = tall ? { local: [x - 8, y + 4], flow: [x + FLOW_SHIFT + 8, y + 4] } : { local: [x, y - 7], flow: [x, y + FLOW_SHIFT + 15] };
  const text = (className, [tx, ty]) => svg("text", { class: className, x: round(tx), y: round(ty) });
  const local = text("local", place.local);
  const flowText = text("flowing", place.flow);
  labels.append(local, flowText);
  slots.set(`${arrow.id}.local`, createSlot([local], { mark: "× ", size: SIZES.edge }));
  const known = (yes) => flow.classList.toggle("unknown", !yes);
  slots.set(`${arrow.id}.flow`, createSlot([flowText], { mark: "∇ ", size: SIZES.edge, known }));
  return { lines, labels };
}
