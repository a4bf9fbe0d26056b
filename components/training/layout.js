/* Where the parts of the drawn network stand, in px: each edge has a place of its own to arrive at, and its number stands there. */

export const TOP = 30; // px above the first row, for the captions
export const STUB = 58; // px of each edge's end that are its own
const FEW = 4; // units of a layer that are drawn large
const LARGE = { w: 64, h: 76, plane: 52 };
const SMALL = { w: 44, h: 52, plane: 32 };
const LABEL = 15; // px that a number needs from the next one
const WIDE = 600;
const RIGHT = 40; // px right of the field, for its axis
const GAP = 12;
const TOLD = 62; // px for three lines of weights

/** The places of a scene in this width. */
export function placed({ layers, regression }, width) {
  const wide = width >= WIDE;
  const inputs = layers.length ? layers[0].inputs : regression ? 1 : 2;
  const single = layers.length > 0 && layers.at(-1).units === 1;
  const joined = wide && single; // the field itself is the last unit
  const columns = joined ? layers.slice(0, -1) : layers;
  const most = Math.max(1, inputs, ...columns.map(({ units }) => units));
  const size = most > FEW || width < 460 ? SMALL : LARGE;
  const pitch = size.h + GAP;
  const side = Math.round(wide ? Math.min(330, Math.max(220, 0.34 * width)) : Math.min(width - RIGHT - 12, 340));
  const block = Math.max(most * pitch, wide ? side + 24 : 0);
  const middle = TOP + block / 2;
  const left = 30;
  const right = wide ? width - RIGHT - side : width - 8;
  const slots = columns.length + (joined ? 1 : 0);
  const last = joined ? right : wide ? right - size.w - 34 : right - size.w; // where the last column stands
  const across = (column) => left + (column * (last - left)) / Math.max(1, slots);
  const row = (count, number) => middle + (number - (count - 1) / 2) * pitch;
  const boxAt = (x, y) => ({ x, y: y - size.h / 2, w: size.w, h: size.h, plane: { x: x + (size.w - size.plane) / 2, y: y - size.h / 2 + 5, side: size.plane } });
  const inputBoxes = Array.from({ length: inputs }, (_, i) => boxAt(left, row(inputs, i)));
  const boxes = columns.map(({ units }, layer) => Array.from({ length: units }, (_, unit) => boxAt(across(layer + 1), row(units, unit))));
  const under = TOP + block + 6; // where the weights of a unit are told, in a narrow place
  const below = under + (layers.length ? TOLD : 16);
  const field = wide ? { x: right, y: middle - side / 2 + 8, w: side, h: side } : { x: RIGHT - 4, y: below, w: side, h: side };
  const height = Math.round(wide ? Math.max(TOP + block, field.y + side) + 26 : below + side + 26);
  return { width, height, wide, under, joined, size, inputs: inputBoxes, boxes, field, edges: edgesOf(layers, inputBoxes, boxes, joined ? field : null), across };
}

/** Every weight's curve: it leaves its source together with the others and arrives alone, so that nothing hides its number. */
function edgesOf(layers, inputs, boxes, field) {
  const edges = [];
  layers.forEach((layer, number) => {
    const sources = number ? boxes[number - 1] : inputs;
    for (let unit = 0; unit < layer.units; unit++) {
      const target = boxes[number]?.[unit] ?? field;
      const pitch = target.h / layer.inputs;
      const told = pitch >= LABEL && target.x - sources[0].x - sources[0].w > STUB + 40;
      sources.forEach((source, place) => {
        const from = [source.x + source.w, source.y + source.h / 2];
        const to = [target.x, target.y + (place + 0.5) * pitch];
        edges.push({ layer: number, unit, place, from, to, told, path: curved(from, to, told) });
      });
    }
  });
  return edges;
}

/** @type {(from: number[], to: number[], told: boolean) => string} */
function curved([x, y], [toX, toY], told) {
  const end = toX - (told ? STUB - 16 : 6); // where there is a number, the line stops before it
  const bend = Math.max(12, (end - x) * 0.5);
  return `M${r(x)} ${r(y)}C${r(x + bend)} ${r(y)} ${r(end - bend)} ${r(toY)} ${r(end)} ${r(toY)}${told ? "" : `H${r(toX)}`}`;
}

const r = (number) => Math.round(number * 10) / 10;
