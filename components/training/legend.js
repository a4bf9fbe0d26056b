/* What the lines, planes and points of the drawn network mean; and what a click into the plane puts down. */

import { html, svg } from "../../gradwalk/player/dom.js";

const sample = (kind) => svg("svg", { width: 26, height: 10, viewBox: "0 0 26 10", "aria-hidden": "true" }, svg("path", { class: kind, d: "M0 5H26", "stroke-width": 3 }));
const swatch = (kind) => html("i", { class: `swatch ${kind}`, "aria-hidden": "true" });
const shape = (label) => svg("svg", { width: 14, height: 14, viewBox: "0 0 14 14", "aria-hidden": "true" }, label ? svg("rect", { class: "one", x: 2, y: 2, width: 10, height: 10 }) : svg("circle", { class: "zero", cx: 7, cy: 7, r: 5.5 }));

export function createLegend() {
  const element = html("div", { class: "legend" });
  let inputs = [];

  function show({ regression, layers }, editable) {
    const weights = [html("span", {}, sample("edge"), "weight above 0"), html("span", {}, sample("edge below"), "below 0; wider is larger")];
    const units = layers.length > 1 ? [html("span", {}, ...unitWords(regression))] : [];
    const classes = regression ? [] : [html("span", {}, shape(0), "class 0", swatch("zero-field")), html("span", {}, shape(1), "class 1", swatch("one-field")), html("span", {}, sample("boundary"), "boundary")];
    element.replaceChildren(...(layers.length ? weights : []), ...units, ...(editable ? [adding(regression)] : classes));
  }

  function unitWords(regression) {
    if (regression) return ["curve in a unit: what it answers over x"];
    return [swatch("above"), "a unit answers above 0,", swatch("below"), "below 0, each by its own largest answer"];
  }

  function adding(regression) {
    inputs = [0, 1].map((label) => html("input", { type: "radio", name: "label", value: label, checked: label === 0 }));
    const classes = inputs.map((input, label) => html("label", {}, input, shape(label), `class ${label}`));
    return html("fieldset", { class: "adding" }, html("legend", {}, "A click adds"), ...(regression ? ["a point"] : classes), "and a click on a point takes it away");
  }

  return { element, show, label: () => (inputs[1]?.checked ? 1 : 0) };
}
