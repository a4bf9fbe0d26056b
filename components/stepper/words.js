/* What happens at a step: title, sentence, formula in symbols and in numbers, and PyTorch's own rule. */

function createWords() {
  const title = html("h3", { class: "title" });
  const sentence = html("p", { class: "sentence" });
  const formula = html("div", { class: "formula" });
  const rule = html("p", { class: "rule" });
  const element = html("div", { class: "words" }, title, sentence, formula, rule);
  let shown = null;

  function show(story, number) {
    const step = story.steps[number];
    if (step === shown) return;
    shown = step;
    setText(title, step.title);
    setText(sentence, step.sentence);
    showFormula(formula, story.formulas, step.formula);
    showRule(step.rule);
  }

  function showRule(said) {
    rule.hidden = !said;
    if (!said) return rule.replaceChildren();
    const saved = said.saved ? [", saved from the forward pass: ", html("code", null, said.saved)] : [];
    rule.replaceChildren(`PyTorch’s rule for ${said.node}: `, html("code", null, said.text), ...saved);
  }

  return { element, show, said: () => `${title.textContent}. ${sentence.textContent}` };
}
