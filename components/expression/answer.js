/* The answer: a table of the leaves' gradients by three ways, and the formulas under it.
 *
 * It is covered until it is asked for, so that nothing answers before somebody has guessed; the server computes it then. */

import { html } from "../../gradwalk/player/dom.js";
import { formulaNode } from "../../gradwalk/player/formula.js";
import { keepHidden, wasHidden } from "../shared/hidden.js";

const SMALLEST = 0.75; // of the usual size

const HIDDEN = "gradwalk-results-hidden";

const answers = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let place = answers.get(parentElement);
  const first = !place;
  if (first) answers.set(parentElement, (place = assemble(parentElement)));
  place.ask = (asked) => setStateValue("asked", asked);
  place.root.classList.toggle("stale", data.stale);
  place.answered = Boolean(data.table);
  if (data.table) fill(place, data.table);
  show(place);
  if (first && place.open !== place.answered) place.ask(place.open);
}

function fill(place, { columns, leaves }) {
  place.columns.replaceChildren(html("th", { scope: "col" }, html("span", { class: "hidden" }, "derivative")), ...columns.map(column));
  place.body.replaceChildren(...leaves.flatMap(({ rows }) => rows.flatMap((row) => lines(row, columns.length + 1))));
  place.table.hidden = !leaves.length;
  const formulas = leaves.map(({ formula }) => formula).filter((formula) => formula.length);
  place.details.hidden = !formulas.length;
  place.formulas.replaceChildren(...formulas.map(formulaBlock));
}

/** The cover stays until what is under it is here. The keyboard's focus goes from one button to the other. */
function show(place) {
  const { root, results, cover, hide } = place;
  const before = root.getRootNode().activeElement;
  const shown = place.open && place.answered;
  results.hidden = hide.hidden = !shown;
  cover.hidden = shown;
  if (shown) fit(place.formulas);
  if (before === cover && shown) hide.focus();
  if (before === hide && !shown) cover.focus();
}

function assemble(parent) {
  const columns = html("tr");
  const body = html("tbody");
  const table = html("table", {}, html("caption", {}, "By hand and by autograd"), html("thead", {}, columns), body);
  const formulas = html("div", { class: "formulas" });
  const details = html("details", { open: true }, html("summary", {}, "In symbols"), formulas);
  new ResizeObserver(() => fit(formulas)).observe(formulas);
  const results = html("div", {}, table, details);
  const hide = html("button", { type: "button", class: "hide" }, "Hide results");
  const cover = html("button", { type: "button", class: "cover" }, "Show results", html("small", {}, "autograd, by hand, and a central difference"));
  const root = html("div", { class: "answer" }, cover, hide, results);
  const place = { root, results, columns, body, table, details, formulas, hide, cover, open: !wasHidden(HIDDEN, true), answered: false };
  const press = (open) => {
    keepHidden(HIDDEN, !open);
    place.open = open;
    show(place);
    place.ask(open);
  };
  cover.addEventListener("click", () => press(true));
  hide.addEventListener("click", () => press(false));
  // Who is to predict a number does not read it here.
  document.addEventListener("gradwalk:step", ({ detail }) => {
    if (!detail.predicting || !place.open || !root.isConnected) return;
    place.open = false;
    show(place);
  });
  parent.append(root);
  return place;
}

function column(name) {
  const why = { "central difference": "(f(x+h) − f(x−h)) / 2h, in float64", "by hand": "The formula with the numbers put in" };
  return html("th", { scope: "col", title: why[name] }, name);
}

function lines({ label, name, cells, remark }, width) {
  const numbers = cells.map((cell) => html("td", {}, ...(cell ? [cell[0], distance(cell[1])] : ["–"])));
  const seen = html("span", { "aria-hidden": "true" }, formulaIn([["math", label]]));
  const head = html("th", { scope: "row" }, html("span", { class: "hidden" }, name), seen);
  const row = html("tr", { class: remark ? "remarked" : null }, head, ...numbers);
  return remark ? [row, html("tr", { class: "remark" }, html("td", { colspan: width }, remark))] : [row];
}

function distance(text) {
  return text ? html("small", { title: "compared with autograd" }, text) : "";
}

function formulaIn([tree, ...values]) {
  return formulaNode(tree, values);
}

function formulaBlock(formula) {
  return html("div", { class: "formula" }, ...formula.map(formulaIn));
}

/** A formula cannot be broken into lines: a wide one is written smaller, and scrolls where that does not do. */
function fit(formulas) {
  for (const block of formulas.children) {
    block.style.fontSize = "";
    const share = block.clientWidth / block.scrollWidth;
    if (share < 1) block.style.fontSize = `${Math.max(SMALLEST, share - 0.01)}em`;
    if (share < SMALLEST) block.tabIndex = 0;
  }
}
