/* What the marks and colours of the two pictures mean. */

const LEGEND = {
  computation: [
    ["value", "6.70", "value"],
    ["local", "× 0.5", "local gradient"],
    ["grad", "∇ 0.99", "gradient, flowing back"],
    ["swatch mark-dashed", "", "needs no gradient"],
  ],
  grad_fn: [
    ["swatch mark-tensor", "", "leaf"],
    ["swatch mark-accumulate", "", "adds to its .grad"],
    ["swatch mark-backward", "", "grad_fn"],
    ["swatch mark-output", "", "result"],
    ["swatch mark-saved", "", "saved for backward"],
  ],
};

function legend() {
  const example = (mark, text) => html("b", { class: mark, "aria-hidden": "true" }, text);
  const entry = ([mark, text, meaning]) => html("span", { class: "entry" }, example(mark, text), meaning);
  const part = ([picture, entries]) => html("div", { class: `entries for-${picture}` }, ...entries.map(entry));
  return html("div", { class: "legend" }, ...Object.entries(LEGEND).map(part));
}
