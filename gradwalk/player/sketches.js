/* One small picture for each term of the glossary; `make sketches` reads this list, and draws them for the docs. */

import { svg } from "./dom.js";

const [WIDTH, HEIGHT] = [148, 64];

/** `box` kind x y w h text; `line` kind from to, with a head; `text` kind x y; `path` kind d; `cells` kind x y columns rows side. */
export const SKETCHES = {
  "chain rule": [["box","leaf",4,20,26,24,"x"],["box","op",61,20,26,24,"v"],["box","root",118,20,26,24,"z"],["line","way",30,32,61,32],["line","way",87,32,118,32],["text","local",46,26,"× 2"],["text","local",103,26,"× 3"],["text","grad",74,59,"∇ 2 · 3 = 6"]],
  "computation graph": [["box","leaf",4,4,30,22,"x"],["box","leaf",4,38,30,22,"y"],["box","op",60,21,34,22,"x·y"],["box","root",116,21,28,22,"z"],["line","way",34,15,60,27],["line","way",34,49,60,37],["line","way",94,32,116,32]],
  "contribution": [["box","leaf",4,20,32,24,"x"],["line","grad",140,12,36,26],["line","grad",140,52,36,38],["text","grad",96,11,"∇ 6"],["text","grad",96,60,"∇ 1"],["text","grad",20,60,"∇ 7"]],
  "detach": [["box","op",4,18,34,24,"v"],["box","input",110,18,34,24,"v"],["line","way",38,26,110,26],["path","cut","M68,34L76,18M74,34L82,18"],["line","grad",110,38,86,38],["text","dim",74,58,"no gradient"]],
  "gradient": [["path","axis","M8,56H140"],["path","curve","M12,50C52,48 92,40 136,8"],["path","tangent","M58,53L128,22"],["path","dot","M93,37.5h0"],["text","grad",44,22,"slope ∇"]],
  "leaf": [["box","leaf",8,14,36,26,"x"],["box","op",98,14,42,26,"x²"],["line","way",44,22,98,22],["line","grad",98,33,44,33],["text","grad",26,58,"x.grad"]],
  "local gradient": [["box","leaf",8,20,32,26,"x"],["box","op",104,20,36,26,"x²"],["line","way",40,33,104,33],["text","local",71,25,"× 8"]],
  "saved tensor": [["box","op",48,6,52,28,"x²"],["line","way",8,20,48,20],["line","way",100,20,140,20],["box","kept",52,36,44,20,"x = 4"]],
  "seed": [["box","op",8,20,40,26,"v"],["box","root",92,20,44,26,"L"],["line","way",48,33,92,33],["text","grad",114,62,"∇ 1"]],
  "upstream gradient": [["box","op",36,18,48,26,"v"],["line","grad",144,31,84,31],["text","grad",114,24,"∇ 3"],["line","faint",36,31,4,31]],
  "vector-Jacobian product": [["cells","grad",4,27,3,1,11],["cells","local",52,16,4,3,11],["cells","grad",104,27,4,1,11],["text","plain",44,36,"·"],["text","plain",99,36,"="]],
  "version": [["box","op",50,20,48,28,"x"],["box","mark",66,6,58,20,"version 1"],["text","plain",74,62,"x += 1"]],
};

const HEAD = 7; // px

/** The picture of a term. */
export function sketch(term) {
  const parts = SKETCHES[term].flatMap(([shape, ...rest]) => SHAPES[shape](...rest));
  return svg("svg", { class: "sketch", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, ...parts);
}

const SHAPES = {
  box: (kind, x, y, width, height, text) => [svg("rect", { class: kind, x, y, width, height, rx: 5 }), words(kind, x + width / 2, y + height / 2 + 4.5, text)],
  text: (kind, x, y, text) => [words(kind, x, y, text)],
  path: (kind, d) => [svg("path", { class: kind, d })],
  line: arrow,
  cells: (kind, x, y, columns, rows, side) => Array.from({ length: columns * rows }, (_, at) => svg("rect", { class: `cell ${kind}`, x: x + (at % columns) * side, y: y + Math.floor(at / columns) * side, width: side, height: side })),
};

const words = (kind, x, y, text) => svg("text", { class: kind, x, y }, text);

function arrow(kind, x1, y1, x2, y2) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(HEAD * (x2 - x1)) / length, (HEAD * (y2 - y1)) / length];
  const [x, y] = [x2 - dx, y2 - dy];
  const at = (...numbers) => numbers.map((number) => Math.round(number * 10) / 10).join(",");
  const head = `M${at(x2, y2)}L${at(x - dy / 2, y + dx / 2)}L${at(x + dy / 2, y - dx / 2)}z`;
  return [svg("path", { class: `${kind} stroke`, d: `M${at(x1, y1)}L${at(x, y)}` }), svg("path", { class: `${kind} head`, d: head })];
}
