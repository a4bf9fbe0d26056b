/* The glossary: one sentence for each term, for the player and the pages; docs/glossary.md has the same ones. */

import { html } from "./dom.js";

export const GLOSSARY = {
  "chain rule": "How far a result moves by way of several steps is the product of how far each step moves the next value.",
  "computation graph": "The values of a calculation as boxes, with an arrow from each operand to the operation that uses it.",
  "contribution": "What arrives at a value by one of the ways in which it was used; all of them add up to its gradient.",
  "detach": "A copy of a value without its past: the number goes on, and no gradient comes back through it.",
  "gradient": "How many times as much the result moves as this value does, when this value moves a little.",
  "leaf": "A value that was given, and not computed from others that need a gradient: there backward() leaves its result.",
  "local gradient": "How many times as much one operation’s result moves as one of its operands does, the others held still.",
  "saved tensor": "A tensor (often one number) that an operation keeps in the forward pass because its local gradient needs it on the way back.",
  "seed": "The gradient that backward() starts from: 1 for a single number, one number for each element otherwise.",
  "upstream gradient": "The gradient that has arrived at an operation’s result, before it is multiplied by the local gradient.",
  "vector-Jacobian product": "What backward() computes: one sum of the rows of all local slopes, weighed by the seed, without writing them out.",
  "version": "How often a value has been changed in place; a saved tensor has to be as old as it was when it was saved.",
};

const TERMS = Object.keys(GLOSSARY).sort((one, other) => other.length - one.length);
const FIND = new RegExp(`\\b(${TERMS.join("|")})s?\\b`, "i");

/** A text as nodes, the first mention of each term a thing to press: `explain(term)`. `typeset`: a caret is a power, and no sign of a program. */
export function withTerms(text, explain, typeset = false) {
  const nodes = [];
  const met = new Set();
  let rest = text;
  for (let found = FIND.exec(rest); found; found = FIND.exec(rest)) {
    const term = found[1].toLowerCase();
    nodes.push(rest.slice(0, found.index), met.has(term) ? found[0] : termButton(found[0], () => explain(term)));
    met.add(term);
    rest = rest.slice(found.index + found[0].length);
  }
  const written = typeset ? raised : (text) => [text];
  return [...nodes, rest].flatMap((node) => (typeof node === "string" ? unbroken(node, written) : [node]));
}

/** A text with its exponents raised, as in the boxes; the caret stays for who hears it. */
function raised(text) {
  const pieces = text.split(/(?<=\S)\^(\([^()]*\)|[^\s^()·+,;]*[^\s^()·+,;.:])/);
  return pieces.flatMap((piece, number) => (number % 2 ? [html("span", { class: "caret" }, "^"), html("sup", {}, piece.replace(/^\((.*)\)$/, "$1"))] : piece ? [piece] : []));
}

/** A text whose equations are not broken before their sign. */
function unbroken(text, written) {
  return text.split(/(\S+ [=≈](?= ))/).filter(Boolean).flatMap((piece) => (/ [=≈]$/.test(piece) ? [html("span", { class: "unbroken" }, ...written(piece))] : written(piece)));
}

function termButton(words, press) {
  const keys = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press();
  };
  return html("span", { class: "term", role: "button", tabindex: "0", click: press, keydown: keys }, words);
}
