/* What happens at a step: title, PyTorch's message of a failure, sentence, formula, and PyTorch's own rule. */

import { html, setAttribute, setText } from "./dom.js";
import { showFormula } from "./formula.js";
import { failureAt } from "./outputs.js";

/** `unfold(number)` asks for the steps of a folded episode, if it `may`; `go(step)` leads to the cause of a failure. */
export function createWords(unfold, go, may) {
  const title = html("h3", { class: "title" });
  const sentence = html("p", { class: "sentence" });
  const formula = html("div", { class: "formula" });
  const rule = html("p", { class: "rule" });
  const message = html("pre", { class: "message" });
  const open = html("button", { type: "button", class: "button open-fold", click: () => ask() }, "Open this iteration");
  const cause = html("button", { type: "button", class: "button", click: () => go(shown.cause) }, "Go to the cause");
  const element = html("div", { class: "words", tabindex: "0", role: "region", "aria-label": "What happens" }, title, message, sentence, open, cause, formula, rule);
  let shown = null;

  function ask() {
    setAttribute(open, "aria-disabled", "true");
    unfold(shown.folded);
  }

  function show(story, number) {
    const step = story.steps[number];
    if (step === shown) return;
    shown = step;
    setText(title, step.title);
    setText(sentence, step.sentence);
    showFormula(formula, story.formulas, step.formula);
    showRule(step.rule);
    const failed = failureAt(story, number);
    message.hidden = failed === null;
    setText(message, failed || "");
    open.hidden = !may() || step.folded === null || step.folded === undefined;
    setAttribute(open, "aria-disabled", null);
    cause.hidden = step.cause === null || step.cause === undefined;
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

  return { element, show, letters, said: () => `${title.textContent}. ${sentence.textContent}` };
}
