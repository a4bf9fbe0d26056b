// What a cell showed, as a notebook does; a failure with PyTorch's message, and what is surely wrong though it runs: why, and
// a way out, which is offered when it has been tried.

import { html, IMAGES, pictureOf } from "../../gradwalk/player/dom.js";
import { laidOut } from "./markdown.js";

const LONG = 240; // letters: some three lines

/** `go(item)` leads to the step that showed it, `goToStep(step)` to a step, `apply(fix)` changes the program. */
export function createOutputs(go, goToStep, apply) {
  const age = html("p", { class: "age" });
  const list = html("div", { class: "items", role: "region" });
  const element = html("div", { class: "outputs", hidden: true }, age, list);
  let known = "";

  /** `old` says why the outputs are not those of the cell as it stands, or is empty. */
  function show(items, old, name) {
    const key = JSON.stringify(items.map((item) => (item.fix ? { ...item, fix: { ...item.fix, tried: null } } : item)));
    const failed = items.some(({ stream, why }) => stream === "failure" && why);
    const shownAs = (item) => (failed && isLong(item) ? foldedOf : itemOf)(item, go, goToStep);
    if (key !== known) list.replaceChildren(...items.map(shownAs));
    known = key;
    const remedies = list.querySelectorAll(".remedy");
    items.filter(({ fix }) => fix).forEach(({ fix }, number) => showRemedy(remedies[number], fix, apply));
    element.hidden = !items.length;
    element.classList.toggle("old", Boolean(old));
    age.textContent = old;
    age.hidden = !old;
    list.setAttribute("aria-label", name);
  }

  return { element, show };
}

/** One way out is a sentence; several are a list. */
function waysOut(ways) {
  if (ways.length === 1) return html("p", {}, ways[0]);
  return html("ul", { class: "ways-out" }, ...ways.map((way) => html("li", {}, way)));
}

/** A change: what came of it where it was tried, and a button that makes it, unless it does not mend what failed. */
function showRemedy(element, fix, apply) {
  const key = JSON.stringify(fix.tried);
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const name = html("code", {}, fix.label);
  const offered = !fix.tried || fix.tried.mends;
  const button = () => html("button", { type: "button", class: "fix", click: () => apply(fix) }, "Use ", name);
  const said = html("p", { class: "tried", role: "status" }, fix.tried?.said ?? "");
  element.replaceChildren(offered ? button() : html("p", { class: "change" }, name), said);
}

/** What is told of a step leads there. */
const wayTo = (step, goToStep) => typeof step === "number" && html("button", { type: "button", class: "to-step", click: () => goToStep(step) }, `Go to step ${step}`);

function remarkOf(item, goToStep) {
  return html("section", { class: "remark", "aria-label": `Remark: ${item.type}` }, ...[
    html("p", { class: "remark-title" }, html("b", {}, item.type), wayTo(item.step, goToStep)),
    html("p", {}, [item.text, item.why].filter(Boolean).join(" ")),
    html("p", {}, item.way_out),
    item.fix && html("div", { class: "remedy" }),
  ].filter(Boolean));
}

/** A warning that would push what explains the failure off the screen. */
const isLong = ({ stream, text }) => stream === "warning" && text.length > LONG;

/** All of its words, of which one line shows until it is opened. */
function foldedOf(item, go) {
  const all = html("pre", { click: () => getSelection().isCollapsed && go(item) }, item.text);
  return html("details", { class: "shown warning folded" }, html("summary", {}, html("span", {}, firstOf(item.text))), all);
}

/** What a warning says first, without the place that Python writes before it. */
function firstOf(text) {
  const [line] = text.split("\n");
  return line.replace(/^.*?:\d+: (?=\w+: )/, "");
}

/** A table, say; where nothing of it may be shown, the text that stands for it. */
function layOut(item, about) {
  const found = laidOut(item.mime, item.text);
  return found ? html("div", { ...about, class: `${about.class} text laid-out` }, found) : html("pre", about, item.alternative);
}

function itemOf(item, go, goToStep) {
  if (item.stream === "remark") return remarkOf(item, goToStep);
  const about = { class: `shown ${item.stream}`, click: () => getSelection().isCollapsed && go(item) };
  if (IMAGES.has(item.mime)) return html("div", about, pictureOf(item.mime, item.text, item.alternative, item.density));
  if (item.mime !== "text/plain") return layOut(item, about);
  if (item.stream !== "failure") return html("pre", about, item.text);
  const parts = [
    wayTo(item.step, goToStep),
    html("p", { class: "message" }, html("b", {}, item.type), `: ${item.text}`),
    item.why && html("p", {}, item.why),
    item.way_out && waysOut(item.way_out.split("\n")),
    item.fix && html("div", { class: "remedy" }),
    item.traceback && html("details", {}, html("summary", {}, "Traceback"), html("pre", { class: "traceback" }, item.traceback)),
  ];
  return html("div", { class: "failure" }, ...parts.filter(Boolean));
}
