/* What happens at a step: title, PyTorch's message of a failure, sentence, formula, and PyTorch's own rule. */

import { html, setAttribute, setText } from "./dom.js";
import { showFormula } from "./formula.js";
import { GLOSSARY, withTerms } from "./glossary.js";
import { failureAt } from "./outputs.js";
import { sketch } from "./sketches.js";
import { curvesAt, leavesOf } from "./slope.js";
import { titleOf } from "./story.js";

const TYPESET = new Set(["forward", "local", "backward"]); // what is said there is mathematics

/** `unfold(number)` asks for the steps of a folded episode, if it `may`; `go(step)` leads to the cause of a failure; `moved(name)` is told which leaf moved. */
export function createWords(predict, unfold, go, may, openGroup, moved) {
  const title = html("h3", { class: "title" });
  const sentence = html("p", { class: "sentence" });
  const formula = html("div", { class: "formula" });
  const rule = html("p", { class: "rule" });
  const message = html("pre", { class: "message" });
  const open = html("button", { type: "button", class: "button open-fold", click: () => ask() }, "Open this iteration");
  const meaning = html("div", { class: "meaning", role: "status", hidden: true });
  const moves = html("div", { class: "moves-of-leaves" });
  const into = html("button", { type: "button", class: "button open-group", click: () => openGroup(fold) }, "Open the box");
  const whole = html("button", { type: "button", class: "button close-run", click: () => openGroup({ group: run }) }, "All updates in one step");
  const cause = html("button", { type: "button", class: "button", click: () => go(shown.cause) }, "Go to the cause");
  const element = html("div", { class: "words", tabindex: "0", role: "region", "aria-label": "What happens" }, predict.element, predict.result, title, message, sentence, meaning, moves, open, into, whole, cause, formula, rule);
  let shown = null;
  let fold = null; // what is said of several steps in one
  let run = null; // of a run of updates that is shown step by step: its name
  let plainly = null; // whether what is shown is said in the density Learn

  function ask() {
    setAttribute(open, "aria-disabled", "true");
    unfold(shown.folded);
  }

  /** `several` is what is said where the step is the last of several in one; `openRun` the run of updates that it is one of. */
  function show(story, number, learns, several = null, openRun = null) {
    element.classList.toggle("asking", predict.isOpen());
    const step = story.steps[number];
    const same = several?.title === fold?.title && several?.sentence === fold?.sentence;
    if (step === shown && learns === plainly && same && run === openRun) return;
    [shown, plainly, fold, run] = [step, learns, several, openRun];
    const said = (learns && step.learn?.[1]) || step.sentence;
    setText(title, fold?.title ?? titleOf(step, learns));
    sentence.replaceChildren(...withTerms(fold?.sentence ?? said, explain, TYPESET.has(step.kind)));
    meaning.hidden = true;
    showFormula(formula, story.formulas, fold ? [] : step.formula);
    showRule(learns || fold ? null : step.rule);
    showMove(learns && !fold ? movesAt(story, number) : []);
    into.hidden = !fold;
    setText(into, fold?.button ?? "Open the box");
    whole.hidden = !run;
    const failed = failureAt(story, number);
    message.hidden = failed === null;
    setText(message, failed || "");
    open.hidden = !may() || step.folded === null || step.folded === undefined;
    setAttribute(open, "aria-disabled", null);
    cause.hidden = step.cause === null || step.cause === undefined;
  }

  /** One sentence and one small picture on a term; a second press takes them away. */
  function explain(term) {
    meaning.hidden = !meaning.hidden && meaning.dataset.term === term;
    meaning.dataset.term = term;
    meaning.replaceChildren(sketch(term), html("p", null, `${term[0].toUpperCase()}${term.slice(1)}: ${GLOSSARY[term]}`));
  }

  /** One press moves a variable a little, and says what PyTorch computes then, beside what the gradient promised. */
  function showMove(found) {
    const key = JSON.stringify(found);
    if (moves.dataset.moves === key) return; // what was said stays for as long as it is true
    moves.dataset.moves = key;
    const result = html("p", { class: "moved", role: "status" });
    const button = ({ name, said }) => html("button", { type: "button", class: "button", click: () => (setText(result, said), moved(name)) }, `Move ${name}`);
    moves.hidden = !found.length;
    moves.replaceChildren(...found.map(button), result);
  }

  function showRule(said) {
    rule.hidden = !said;
    if (!said) return rule.replaceChildren();
    const code = (text) => html("code", null, text);
    const math = said.math ? [", that is ", code(said.math)] : [];
    const saved = said.saved ? [" It saved ", code(said.saved), " in the forward pass."] : [];
    rule.replaceChildren(`In PyTorch’s source ${said.node} is `, code(said.text), ...math, ".", ...saved);
  }

  const letters = () => title.textContent.length + sentence.textContent.length + message.textContent.length;

  return { element, show, explain, letters, said: () => `${title.textContent}. ${sentence.textContent}` };
}

/** At the end of a pass that is done: the variables that can be moved, and what is then said. */
function movesAt(story, number) {
  if (story.steps[number].kind !== "free") return [];
  const curves = curvesAt(story, number);
  const along = leavesOf(curves).map((id) => curves[id]).filter(({ moved }) => moved).map(({ names, moved }) => ({ name: names[0], said: moved }));
  return [...along, ...(story.moves?.[story.steps[number].episode ?? 0] ?? [])];
}
