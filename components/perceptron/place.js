/* Where the parts of the drawn network stand, in px. A single neuron is drawn large, its sum and activation apart. */

const TOP = 34; // px above the first row, for the captions
const COMPACT = 600; // px of width below which a neuron is drawn close together

export const isNeuron = (net) => net.layers.length === 1 && net.layers[0].units === 1;
/** `low`: where height is dear, on a low `page` or on a `stage`, the target stands beside the loss; on the stage there are no captions. */
export function placed(net, width, low = "") {
  const flat = width >= COMPACT ? low : "";
  if (isNeuron(net)) return flat ? placedFlat(net, width, flat) : placedNeuron(net, width);
  return placedNetwork(net, width, flat);
}

// ---- one neuron

const FLAT = { top: { stage: 2, page: 30 }, block: 104, end: 60, narrow: 760 }; // px

function placedFlat(net, width, flat) {
  const rows = net.inputs + (net.parts["b0.0"] ? 1 : 0);
  const [pitch, radius] = rows <= 3 ? [52, 24] : [42, 18];
  const block = Math.max(rows * pitch, FLAT.block);
  const target = net.parts.y0 ? width - FLAT.end : null;
  const narrow = width < FLAT.narrow;
  const [sum, active] = narrow ? [0.39, 0.54] : [0.36, 0.58];
  const at = { left: FLAT.end, sum: sum * width, active: active * width, loss: width - (target ? 176 : 84) };
  const top = FLAT.top[flat];
  const ways = { radius, share: rows > 3 ? 0.32 : narrow ? 0.38 : 0.36, first: top + (block - rows * pitch) / 2 + pitch / 2, pitch, middle: top + block / 2 - 14 };
  const { nodes, edges } = neuronParts(net, rows, at, ways, { unit: [84, 60], loss: 104, chip: narrow ? 76 : 92, beside: true });
  if (target) {
    nodes.y0 = { x: target, y: ways.middle, r: 24, side: "right" };
    edges.push({ part: "y0", link: "L", from: [target - 24, ways.middle], to: [at.loss + 52, ways.middle] });
  }
  const captions = flat === "stage" ? [] : captionsOf(net, at, false);
  return { width, height: Math.max(top + block, ways.middle + 72), nodes, edges, captions };
}

function captionsOf(net, { left, sum, active, loss }, compact) {
  const titled = (title, name) => (compact ? name : `${title}: ${name}`);
  const texts = [
    [left, "Input"],
    [(left + sum) / 2, compact ? "" : "Weights"],
    [sum, "Sum"],
    [active, titled("Activation", net.layers[0].label)],
    [loss, titled("Loss", net.loss)],
  ];
  return texts.map(([x, text]) => ({ x, text }));
}

/** What every drawing of one neuron has: inputs with their weights, the sum, the activation, the loss. */
function neuronParts(net, rows, { left, sum, active, loss }, { radius, share, first, pitch, middle }, sizes) {
  const nodes = {};
  const edges = [];
  for (let i = 0; i < rows; i++) {
    const y = first + i * pitch;
    const [part, weight] = i < net.inputs ? [`x${i}`, `w0.0.${i}`] : ["one", "b0.0"];
    nodes[part] = { x: left, y, r: radius };
    const [from, to] = [[left + radius, y], touching([left, y], [sum, middle], 26)];
    edges.push({ part: weight, from, to, chip: along(from, to, share), size: sizes.chip, beside: sizes.beside, given: true });
  }
  const [w, h] = sizes.unit;
  nodes["z0.0"] = { x: sum, y: middle, r: 26, below: true };
  nodes["a0.0"] = { x: active, y: middle, w, h, below: true };
  nodes.L = { x: loss, y: middle, w: sizes.loss, h: 54 };
  edges.push({ part: "z0.0", link: "a0.0", from: [sum + 26, middle], to: [active - w / 2, middle] });
  edges.push({ part: "a0.0", link: "L", from: [active + w / 2, middle], to: [loss - sizes.loss / 2, middle] });
  return { nodes, edges };
}

function placedNeuron(net, width) {
  const compact = width < COMPACT;
  const rows = net.inputs + (net.parts["b0.0"] ? 1 : 0);
  const pitch = rows <= 3 ? (compact ? 84 : 70) : compact ? 60 : 44;
  const radius = rows <= 3 ? 24 : 18;
  const wide = [66, 0.43 * width, 0.66 * width, width - 84];
  const [left, sum, active, loss] = compact ? [46, 0.49 * width, 0.69 * width, width - 40] : wide;
  const block = Math.max(rows * pitch, 124);
  const first = TOP + (block - rows * pitch) / 2 + pitch / 2;
  const middle = TOP + block / 2 - 10;
  const share = compact ? 0.45 : rows <= 3 ? 0.44 : 0.32; // where on its edge a weight stands
  const sizes = { unit: compact ? [50, 50] : [84, 60], loss: compact ? 72 : 104, chip: compact ? 60 : 92, beside: !compact };
  const { nodes, edges } = neuronParts(net, rows, { left, sum, active, loss }, { radius, share, first, pitch, middle }, sizes);
  const under = middle + 86;
  if (net.parts.y0) {
    nodes.y0 = { x: loss, y: under, r: 24 };
    edges.push({ part: "y0", link: "L", from: [loss, under - 24], to: [loss, middle + 27] });
  }
  return { width, height: Math.max(TOP + block, under + 34), nodes, edges, captions: captionsOf(net, { left, sum, active, loss }, compact) };
}

// ---- a network

const UNIT = { least: 124, most: 200, h: 44, around: 44 }; // px; above and below its middle stand its bias, its weights and their gradients
const LEAST_GAP = 80; // px between two columns, for the edges
const LINK = 52; // px from the last units to the loss, where no weight stands
const FEW = 4; // weights between two layers that are all written on their edges
const STUB = 56; // px of an edge's end that are its own: a port, and room for its weight
const CHIP = 24; // px from one weight to the next

function placedNetwork(net, room, flat) {
  const beside = net.targets > 1 || Boolean(flat);
  const top = flat === "stage" ? FLAT.top.stage : TOP;
  const most = Math.max(net.inputs, ...net.layers.map(({ units }) => units), net.targets);
  const pitch = net.layers.some(({ units }, layer) => units > 1 && few(net, layer)) ? 88 : 72;
  const height = top + (flat === "stage" && net.targets === 1 ? (most - 1) * pitch + 2 * UNIT.around : Math.max(most * pitch + 12, beside ? 0 : 168));
  const columns = columnsOf(net, room, beside);
  const { loss, width } = columns;
  const middle = (top + height) / 2 - 3;
  const row = (count, number) => middle + (number - (count - 1) / 2) * pitch;
  const nodes = {};
  for (let i = 0; i < net.inputs; i++) nodes[`x${i}`] = { x: columns.inputs, y: row(net.inputs, i), r: 20 };
  net.layers.forEach(({ units }, layer) => {
    const place = { x: columns.layers[layer], w: columns.unit, h: UNIT.h };
    for (let unit = 0; unit < units; unit++) nodes[`a${layer}.${unit}`] = { ...place, y: row(units, unit) };
  });
  nodes.L = { x: loss, y: beside ? middle : middle - 36, w: 92, h: 54 };
  for (let k = 0; k < net.targets; k++) {
    nodes[`y${k}`] = { x: beside ? loss + 118 : loss, y: beside ? row(net.targets, k) : middle + 46, r: 20, side: beside ? "right" : "left" };
  }
  const captions = [
    { x: columns.inputs, text: "Inputs" },
    { x: loss, text: beside || width > 700 ? `Loss: ${net.loss}` : net.loss },
  ];
  const named = ({ label }, layer) => ({ x: columns.layers[layer], text: `Layer ${layer + 1}: ${label}` });
  captions.push(...net.layers.map(named));
  const edges = [...weightEdges(net, nodes), ...linkEdges(net, nodes, beside)];
  return { width, height, nodes, edges, captions: flat === "stage" ? [] : captions };
}

/** Where the columns stand; the picture is wider than its room where that is needed, and scrolls. */
function columnsOf(net, room, beside) {
  const count = net.layers.length;
  const inputs = 50;
  const after = beside ? 170 : 50; // from the loss to the end
  const needed = inputs + 20 + count * (UNIT.least + LEAST_GAP) + LINK + 46 + after;
  const width = Math.max(room, needed);
  const spare = (width - needed) / count;
  const unit = Math.min(UNIT.most, UNIT.least + spare * 0.6);
  const loss = width - after;
  const link = Math.min(LEAST_GAP, LINK + spare * 0.2);
  const gap = (loss - link - 46 - inputs - 20 - count * unit) / count;
  const layers = net.layers.map((_, layer) => inputs + 20 + gap + layer * (unit + gap) + unit / 2);
  return { inputs, layers, loss, unit, width };
}

function weightEdges(net, nodes) {
  return net.layers.flatMap(({ units }, layer) => {
    const before = layer ? net.layers[layer - 1].units : net.inputs;
    const written = few(net, layer);
    const port = written ? CHIP : Math.min(CHIP, (UNIT.h - 4) / before);
    return Array.from({ length: units * before }, (_, number) => {
      const [unit, i] = [Math.floor(number / before), number % before];
      const source = nodes[layer ? `a${layer - 1}.${i}` : `x${i}`];
      const target = nodes[`a${layer}.${unit}`];
      const part = `w${layer}.${unit}.${i}`;
      const from = [rightOf(source), source.y];
      const size = written ? 42 : 64;
      if (units === 1) {
        const to = [target.x - target.w / 2, target.y];
        return { part, from, to, chip: along(from, to, 0.4), size, bare: true, apart: 6, given: layer === 0 };
      }
      const to = [target.x - target.w / 2, target.y + (i - (before - 1) / 2) * port];
      const above = written && i === 0 && before > 1; // its gradient stands away from the other weight
      const chip = [to[0] - 12 - size / 2, to[1]];
      return { part, from, to, chip, size, bare: written, hidden: !written, stub: STUB, above, apart: written ? 6 : 1 };
    });
  });
}

/** Whether all weights before a layer are written: on the ends of their edges, or on edges that fan into one unit. */
function few(net, layer) {
  const before = layer ? net.layers[layer - 1].units : net.inputs;
  const { units } = net.layers[layer];
  return units === 1 || (units * before <= FEW && before <= 2);
}

function linkEdges(net, nodes, beside) {
  const last = net.layers.length - 1;
  const { L } = nodes;
  const outputs = Array.from({ length: net.layers[last].units }, (_, unit) => `a${last}.${unit}`);
  const links = outputs.map((part) => ({ part, from: [rightOf(nodes[part]), nodes[part].y], to: [L.x - L.w / 2, L.y] }));
  for (let k = 0; k < net.targets; k++) {
    const { x, y, r } = nodes[`y${k}`];
    const to = beside ? [L.x + L.w / 2, L.y] : [L.x, L.y + L.h / 2];
    links.push({ part: `y${k}`, from: beside ? [x - r, y] : [x, y - r], to });
  }
  return links.map((link) => ({ ...link, link: "L" }));
}

const rightOf = ({ x, r, w }) => x + (r || w / 2);

// ---- points

/** @type {(from: number[], to: number[], share: number) => number[]} */
const along = ([x, y], [toX, toY], share) => [x + (toX - x) * share, y + (toY - y) * share];

/** The point of a circle around `to` that a line from `from` meets. */
function touching(from, to, radius) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return along(to, from, radius / length);
}
