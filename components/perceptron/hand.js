/*
 * By hand: fields for a derivation of one's own, and below them, closed until they are asked for, the chain as a table and the short
 * cut; the traps. Each answer is covered until it was tried, or all are asked for.
 */

import { html, setAttribute, setText } from "../../gradwalk/player/dom.js";
import { formulaNode } from "../../gradwalk/player/formula.js";
import { ALONE, footOfView, tellHeight } from "../../gradwalk/player/frame.js";
import { keepHidden, wasHidden } from "../shared/hidden.js";
import { whenGone } from "../shared/leaving.js";
import { createPost } from "../shared/post.js";

const PAUSE = 400; // ms without a key before a formula is checked
const HIDDEN = "gradwalk-chain-hidden";
const TRAP = "gradwalk-trap-hidden";
const TRIED = new Set(["right", "accident", "wrong"]);
const VERDICTS = { right: "Right", accident: "Not quite", wrong: "Wrong", refused: "Not read", empty: "" };

function createHand(parent) {
  const hand = { data: null, answers: {}, wrt: null, asked: "", all: false, send: (_said) => {} };
  const post = createPost((count) => {
    const { answers, wrt, data } = hand;
    hand.send({ answers: { ...answers }, wrt: wrt ?? "", opened: data.opened, count });
  });
  const summary = html("p", { class: "summary", role: "status" });
  const names = html("p", { class: "note" });
  const rows = html("div", { class: "answers" });
  const title = "Check my derivation";
  const check = html("section", { "aria-label": title }, html("h3", {}, title), names, rows, summary);
  const choice = html("span", { class: "wrt" });
  const everything = html("button", { type: "button", class: "all", click: () => uncover() }, "Show all answers");
  const covered = html("div", { class: "covered" }, html("p", {}, "Each answer is here as soon as you have tried it above."), everything);
  const table = html("div", {});
  const cut = html("div", {});
  const chain = html("details", { open: !wasHidden(HIDDEN, true) }, html("summary", {}, "By hand against autograd"), covered, table, cut);
  const more = html("div", { class: "more" });
  chain.addEventListener("toggle", () => keepHidden(HIDDEN, !chain.open));
  const foot = footOfView();
  const root = html("div", { class: "hand" }, html("h2", { class: "heard" }, "By hand"), choice, check, chain, more, foot.element);
  const fields = new Map();
  parent.append(root);
  root.classList.toggle("alone", ALONE);
  const untell = tellHeight(root);

  function give(key, text, delay) {
    if (text.trim()) hand.answers[key] = text;
    else delete hand.answers[key];
    if (delay) post.soon(delay);
    else post.now();
  }

  function ask({ questions }) {
    fields.clear();
    rows.replaceChildren(...questions.map(question));
  }

  function question({ key, line, name }) {
    const id = `answer-${key}`;
    const plain = { type: "text", spellcheck: "false", autocapitalize: "off", autocomplete: "off" };
    const about = { id, class: "field", "aria-describedby": `${id}-said`, "aria-label": name, maxlength: 200 };
    const field = html("input", { ...about, ...plain });
    field.value = hand.answers[key] ?? "";
    field.addEventListener("input", () => give(key, field.value, PAUSE));
    field.addEventListener("blur", () => post.pending() && post.now());
    field.addEventListener("keydown", (event) => event.key === "Enter" && post.pending() && post.now());
    const said = html("p", { id: `${id}-said`, class: "said" });
    fields.set(key, { field, said });
    const seen = html("label", { for: id, "aria-hidden": "true" }, formulaNode(line, []), " =");
    return html("div", { class: "answer" }, seen, field, said);
  }

  function judge({ questions, summary: text, names: list }) {
    for (const { key, verdict, sentence, first } of questions) {
      const { field, said } = fields.get(key);
      const word = VERDICTS[verdict];
      said.className = `said ${verdict}${first ? " first" : ""}`;
      const shown = word && !sentence.startsWith(word) ? [html("b", {}, word), ` ${sentence}`] : [sentence];
      said.replaceChildren(...(word ? shown : []));
      setAttribute(field, "aria-invalid", ["wrong", "accident", "refused"].includes(verdict) ? "true" : "false");
    }
    setText(summary, text);
    const also = "in the gradients also the factors above, as dL_dy_pred";
    setText(names, `Type a formula for each, such as 2 * x**2. Names: ${list}; ${also}.`);
  }

  function update(data) {
    const opened = hand.data?.opened !== data.opened;
    hand.data = data;
    if (opened) {
      hand.all = false;
      hand.answers = { ...data.answers };
      hand.asked = "";
      post.restart(data.answered);
    }
    root.classList.toggle("stale", Boolean(data.stale));
    root.hidden = !data.rows;
    if (!data.rows) return;
    const asked = JSON.stringify(data.derivation.questions.map(({ key }) => key));
    if (asked !== hand.asked) ask(data.derivation);
    hand.asked = asked;
    chooser(choice, data, (name) => {
      hand.wrt = name;
      post.now();
    });
    answer();
    judge(data.derivation);
    foot.show();
    post.answered(data.answered);
  }

  /** What was tried is answered, and what follows from the gradient once a gradient was. */
  function answer() {
    const { data } = hand;
    const tried = new Set(data.derivation.questions.filter(({ verdict }) => TRIED.has(verdict)).map(({ key }) => key));
    const gradient = data.derivation.questions.some((one) => one.gradient && tried.has(one.key));
    const open = ({ key }) => hand.all || tried.has(key) || (gradient && !data.derivation.questions.some((one) => one.key === key));
    covered.hidden = data.rows.every(open);
    table.replaceChildren(chainTable(data, open));
    const follows = hand.all || gradient;
    cut.replaceChildren(...[follows && shortCut(data.cut)].filter(Boolean));
    more.replaceChildren(...[trap(data.trap, follows), stepFacts(data.step)].filter(Boolean));
  }

  function uncover() {
    hand.all = true;
    answer();
    /** @type {HTMLElement} */ (table.querySelector(".wide")).focus();
  }

  function remove() {
    untell();
    root.remove();
  }

  return { update, remove, hand };
}

/** Which weight the chain leads to. */
function chooser(place, { leaves, leaf }, change) {
  const key = JSON.stringify(leaves);
  if (place.dataset.leaves !== key) {
    const options = leaves.map(([name, label]) => html("option", { value: name }, label));
    const select = html("select", { id: "wrt", change: () => change(select.value) }, ...options);
    place.replaceChildren(html("label", { for: "wrt" }, "The gradient of"), select);
    place.dataset.leaves = key;
  }
  place.hidden = leaves.length < 3;
  place.querySelector("select").value = leaf;
}

function chainTable({ rows, more }, open) {
  const heads = ["Derivative", "By hand", "Autograd", "Central difference"];
  const why = { "Central difference": "(f(w+h) − f(w−h)) / 2h, in float64" };
  const head = html("tr", {}, ...heads.map((text) => html("th", { scope: "col", title: why[text] }, text)));
  const body = html("tbody", {}, ...rows.flatMap((row) => line(open(row) ? row : hidden(row), heads)));
  const about = { class: "wide", tabindex: "0", role: "region", "aria-label": "The chain, factor by factor" };
  const wide = html("div", about, html("table", {}, html("thead", {}, head), body));
  return html("div", {}, wide, ...(more ? [html("p", { class: "note" }, more)] : []));
}

/** A row without its answer. */
const hidden = ({ kind, name, covered, cells }) => ({ kind, name: `${name}: not tried yet`, lines: [covered], cells: cells.map((cell) => cell && ["?", ""]) });

function line({ kind, name, lines, cells, remark }, heads) {
  const seen = html("span", { "aria-hidden": "true", class: "formula" }, ...lines.map((each) => formulaNode(each, [])));
  const first = html("th", { scope: "row" }, html("span", { class: "hidden" }, name), seen);
  const number = (cell, at) => {
    const [text, agrees] = cell ?? ["", ""];
    const note = agrees ? [html("small", { title: "compared with the number by hand" }, agrees)] : [];
    const list = text.includes(", ") ? "list" : null; // one number for each row of the batch
    return html("td", { "data-head": heads[at + 1], class: cell ? list : "none" }, text, ...note);
  };
  const row = html("tr", { class: kind }, first, ...cells.map(number));
  return remark ? [row, html("tr", { class: "remark" }, html("td", { colspan: 4 }, remark))] : [row];
}

function shortCut(cut) {
  if (!cut) return null;
  const row = ([name, numbers]) => html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, numbers));
  const table = html("table", { class: "small" }, html("tbody", {}, ...cut.rows.map(row)));
  const line = html("p", { class: "formula" }, formulaNode(cut.line, []));
  return html("section", {}, html("h3", {}, "The short cut"), line, html("p", {}, cut.why), table);
}

function trap(found, follows) {
  if (!found) return null;
  if (!follows) return details(found, html("p", {}, "Its gradients are here as soon as you have tried one above, or asked for all answers."));
  const heads = ["", "loss", "dL/dz", ""].map((text) => html(text ? "th" : "td", { scope: text ? "col" : null }, text));
  const rows = found.rows.map(([label, loss, gradient, holds]) => {
    const numbers = [loss, gradient].map((text) => html("td", {}, text));
    const mark = html("td", { class: "mark" }, holds ? "" : "✗ wrong");
    return html("tr", { class: holds ? null : "wrong" }, html("th", { scope: "row" }, label), ...numbers, mark);
  });
  const parts = [html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows)];
  const table = html("table", { class: "small" }, ...parts);
  return details(found, table, html("p", {}, found.sentence));
}

function details({ sprung, title }, ...children) {
  const ways = html("details", { class: sprung ? "sprung" : null, open: !wasHidden(TRAP, true) }, html("summary", {}, title), ...children);
  ways.addEventListener("toggle", () => keepHidden(TRAP, !ways.open));
  return ways;
}

function stepFacts(found) {
  if (!found) return null;
  const said = [html("p", {}, found.sentence), html("p", { class: "words" }, `PyTorch: ${found.error}`)];
  return html("section", {}, html("h3", {}, "Why a step cannot learn"), ...said);
}

const hands = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!hands.has(parentElement)) hands.set(parentElement, createHand(parentElement));
  const made = hands.get(parentElement);
  made.hand.send = (entry) => setStateValue("entry", entry);
  made.update(data);
  return whenGone(parentElement, () => {
    hands.delete(parentElement);
    made.remove();
  });
}
