/* Formulas: MathML from a template and its arguments, out of a closed list of tags. */

import { build, html } from "./dom.js";

const MATH_TAGS = new Set(
  ("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover " +
    "mtable mtr mtd").split(" "),
);

/** A tree is [tag, child, …]; a child is text, a tree, or the number of an argument (text or a tree). */
export function formulaNode(tree, values) {
  if (typeof tree === "number") return formulaNode(values[tree] ?? "", values);
  if (!Array.isArray(tree)) return document.createTextNode(String(tree));
  const [tag, ...children] = tree;
  const nodes = (trees) => trees.map((child) => formulaNode(child, values));
  if (isMatrix(tree)) return build("math", "mtable", { class: "matrix" }, nodes(children[1].slice(1)));
  return build("math", MATH_TAGS.has(tag) ? tag : "mrow", null, nodes(children));
}

/**
 * A table between brackets. Few fonts can stretch a bracket, so the style draws them.
 * @type {(tree: any[]) => boolean}
 */
const isMatrix = ([, open, table, close]) => isSign(open, "[") && table?.[0] === "mtable" && isSign(close, "]");

const CONDITION = /^\s*(if|and|else)\s*$/;

/** The pieces of a line between its equals signs and conditions: where there is no room, the next stands on a row of its own. */
function piecesOf(template, values) {
  const inside = template.length === 2 && template[1][0] === "mrow" ? template[1].slice(1) : template.slice(1);
  const pieces = [[]];
  for (const child of inside) {
    const opens = isRelation(child, values) || (child[0] === "mtext" && CONDITION.test(child[1]));
    if (opens && pieces.at(-1).length) pieces.push([]);
    pieces.at(-1).push(child);
  }
  return pieces.map((children) => ["math", ["mrow", ...children]]);
}

/** Whether it is = or ≈; which of them may be an argument. */
const isRelation = (tree, values) => Array.isArray(tree) && tree[0] === "mo" && ["=", "≈"].includes(typeof tree[1] === "number" ? values[tree[1]] : tree[1]);

const isSign = (tree, sign) => Array.isArray(tree) && tree[0] === "mo" && tree[1] === sign;

/** A line that begins with "=" goes on from the one before: first in symbols, then with the numbers. */
export function showFormula(place, templates, lines) {
  const rows = [];
  for (const [template, ...values] of lines) {
    const pieces = piecesOf(templates[template] || ["math"], values);
    const goesOn = rows.length && isSign(pieces[0][1][1], "=");
    if (!goesOn) rows.push(html("div", { class: "row" }));
    const kind = { class: goesOn ? "numbers" : "symbols" };
    rows.at(-1).append(...pieces.map((piece) => html("div", kind, formulaNode(piece, values))));
  }
  place.replaceChildren(...rows);
}
