/* The answer: a table of the leaves' gradients by three ways, and the formulas under it. */

import { html } from "../../gradwalk/player/dom.js";
import { formulaNode } from "../../gradwalk/player/formula.js";
import { keepHidden, wasHidden } from "../shared/hidden.js";

const SMALLEST = 0.75; // of the usual size

const HIDDEN = "gradwalk-results-hidden";

const answers = new WeakMap();

export default function ({ data, parentElement }) {
  let place = answers.get(parentElement);
  if (!place) answers.set(parentElement, (place = assemble(parentElement)));
  place.columns.replaceChildren(html("th", { scope: "col" }, html("span", { class: "hidden" }, "derivative")), ...data.columns.map(column));
  place.body.replaceChildren(...data.leaves.flatMap(({ rows }) => rows.flatMap((row) => lines(row, data.columns.length + 1))));
  place.root.classList.toggle("stale", data.stale);
  place.table.hidden = place.hide.hidden = !data.leaves.length;
  const formulas = data.leaves.map(({ formula }) => formula).filter((formula) => formula.length);
  place.details.hidden = !formulas.length;
  place.formulas.replaceChildren(...formulas.map(formulaBlock));
  fit(place.formulas);
}

function assemble(parent) {
  const columns = html("tr");
  const body = html("tbody");
  const table = html("table", {}, html("caption", {}, "By hand and by autograd"), html("thead", {}, columns), body);
  const formulas = html("div", { class: "formulas" });
  const details = html("details", { open: true }, html("summary", {}, "In symbols"), formulas);
  new ResizeObserver(() => fit(formulas)).observe(formulas);
  const results = html("div", {}, table, details);
  const hide = html("button", { type: "button", class: "hide" });
  const root = html("div", { class: "answer" }, hide, results);
  hide.addEventListener("click", () => {
    keepHidden(HIDDEN, !results.hidden);
    hideResults(hide, results, !results.hidden);
  });
  hideResults(hide, results, wasHidden(HIDDEN));
  parent.append(root);
  return { root, columns, body, table, details, formulas, hide };
}

// In a class, the results are hidden until everybody has guessed.

function hideResults(button, results, hidden) {
  results.hidden = hidden;
  button.textContent = hidden ? "Show results" : "Hide results";
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
