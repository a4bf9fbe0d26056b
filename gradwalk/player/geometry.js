/* Where things stand in a picture: text in a box, arrows there and back. In px at natural size. */

// The same as in gradwalk/graph/measures.py, by which the boxes were made: a test compares them.
export const SIZES = { title: 15, subtitle: 12, number: 14, edge: 12.5 };
export const BOX = { titleBaseline: 22, subtitleBaseline: 39, rule: 46, firstBaseline: 63, lineHeight: 18 };
export const CODE = { lineHeight: 17, advance: 7.9 };
export const FLOW_SHIFT = 10;
export const fontOf = (size) => `600 ${size}px "Gradwalk Sans", "Source Sans", sans-serif`; // texts are measured in it
export const CHIP = { size: 12, height: 17, over: 26, font: fontOf(12), large: { size: 14, height: 19 } }; // over: wider than its box

const HEAD = { long: 9, half: 4.6 };

/** Baselines of the value's lines and, below them, of the gradient's; `lift` px higher where no node's name stands above. */
export function numberBaselines(lines, lift = 0) {
  const baseline = (line) => BOX.firstBaseline - lift + line * BOX.lineHeight;
  const baselines = (from) => Array.from({ length: lines }, (_, line) => baseline(from + line));
  return { value: baselines(0), grad: baselines(lines) };
}

/**
 * A path: where it starts, then the points of each segment: [[x, y], [[x, y], …, [x, y]], …].
 * @typedef {any[]} Path
 */

/**
 * A path of "M x,y C … L …".
 * @returns {Path}
 */
export function readPath(text) {
  const pieces = text.match(/[MCL][^MCL]*/g) || [];
  const points = (piece) => {
    const numbers = (piece.match(/-?\d*\.?\d+(?:e-?\d+)?/g) || []).map(Number);
    return Array.from({ length: numbers.length >> 1 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
  };
  const [start, ...rest] = pieces;
  const segments = [];
  for (const piece of rest) {
    const length = piece[0] === "C" ? 3 : 1;
    const found = points(piece);
    for (let i = 0; i + length <= found.length; i += length) segments.push(found.slice(i, i + length));
  }
  return [points(start || "M0,0")[0], ...segments];
}

/** @type {(path: Path) => Path} */
function reversedPath([start, ...segments]) {
  const corners = [start, ...segments.map((segment) => segment.at(-1))];
  const back = segments.map((segment, number) => [...segment.slice(0, -1).reverse(), corners[number]]);
  return [corners.at(-1), ...back.reverse()];
}

/**
 * A whole path, somewhere else.
 * @type {(path: Path, by: number[]) => Path}
 */
export const translatedPath = ([start, ...segments], [dx, dy]) => {
  const move = ([x, y]) => [x + dx, y + dy];
  return [move(start), ...segments.map((segment) => segment.map(move))];
};

/**
 * Beside a path by so much on one axis; in a steep bend by as much across it, so that both stay apart.
 * @type {(path: Path, by: number[]) => Path}
 */
function shiftedPath([start, ...segments], [dx, dy]) {
  const shift = ([x, y]) => [x + dx, y + dy];
  let from = start;
  const moved = segments.map((segment) => {
    const [across, along] = [segment.at(-1)[1] - from[1], segment.at(-1)[0] - from[0]];
    from = segment.at(-1);
    if (segment.length < 3 || !across || !along) return segment.map(shift);
    const steep = (dy ? Math.abs(across) : Math.abs(along)) / (Math.abs(across) + Math.abs(along));
    const aside = -Math.sign(across * along) * steep;
    const bent = ([x, y]) => (dy ? [x + aside * dy, y + dy] : [x + dx, y + aside * dx]);
    return [bent(segment[0]), bent(segment[1]), shift(segment[2])];
  });
  return [shift(start), ...moved];
}

/** The way back along an arrow: below one to the right, right of one that runs down. */
export const backPath = (path, tall) => shiftedPath(reversedPath(readPath(path)), tall ? [FLOW_SHIFT, 0] : [0, FLOW_SHIFT]);

export const round = (number) => Math.round(number * 100) / 100;
/** @type {(path: Path) => string} */
export const pathText = ([start, ...segments]) => {
  const segmentText = (points) => (points.length === 3 ? "C" : "L") + points.map((point) => point.map(round)).join(" ");
  return `M${start.map(round)}${segments.map(segmentText).join("")}`;
};

/** The point in the middle of a path, and the direction there, in degrees. */
export function middleOf([start, ...segments]) {
  const corners = [start, ...segments.map((segment) => segment.at(-1))];
  const at = Math.max(1, corners.length >> 1);
  const [from, to] = [corners[at - 1], corners[at] || start];
  const turn = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
  return { x: round((from[0] + to[0]) / 2), y: round((from[1] + to[1]) / 2), turn: round(turn) };
}

export const distance = ([x, y], [toX, toY]) => Math.hypot(toX - x, toY - y);

/** The line of an arrow, ending inside its head, and the head itself. */
export function arrowShape([start, ...all]) {
  const tip = all.at(-1)?.at(-1) || start;
  const moving = all.findLastIndex((_, number) => distance(number ? all[number - 1].at(-1) : start, tip) > 0.5);
  const segments = all.slice(0, moving + 1);
  const before = [start, ...segments.flat()].findLast((point) => distance(point, tip) > 0.5) || [tip[0] - 1, tip[1]];
  const length = distance(before, tip);
  const [ux, uy] = [(tip[0] - before[0]) / length, (tip[1] - before[1]) / length];
  const base = [tip[0] - ux * HEAD.long, tip[1] - uy * HEAD.long];
  const side = (sign) => [base[0] - sign * uy * HEAD.half, base[1] + sign * ux * HEAD.half];
  // The last bend ends with the line, before the head, and in the same direction.
  const pull = ([x, y]) => [x - ux * HEAD.long, y - uy * HEAD.long];
  const pulled = segments.slice(-1).map((last) => [...last.slice(0, -2), ...last.slice(-2).map(pull)]);
  const corners = [tip, side(1), side(-1)].map((corner) => corner.map(round));
  return { line: pathText([start, ...segments.slice(0, -1), ...pulled]), head: `M${corners.join("L")}Z` };
}
