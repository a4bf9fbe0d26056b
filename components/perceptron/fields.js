// The fields of numbers: a few of them as rows with a slider each, many as a grid with one slider below it.

import { html, setAttribute, setText } from "../../gradwalk/player/dom.js";
import { fitSlider } from "../expression/slider.js";
import { onGrid, spanKey, spanOf, within } from "./spans.js";

export const PAUSE = 150; // ms without a key before what was typed is sent
const MANY = 6; // columns: more are set closer
export const MOST_ROWS = 4; // fields in rows; more of them stand in a grid

/** `give(cell, text, delay)` is called when somebody changes a number. */
export function createFields(give) {
  const rows = new Map();

  function row(cell, label, text, limits) {
    const id = `cell-${cell}`;
    const sliding = { "aria-label": `${label}, slider`, "data-key": `${cell} slider` };
    const described = { "aria-describedby": `${id}-refusal` };
    const plain = { type: "text", spellcheck: "false", autocapitalize: "off", autocomplete: "off" };
    const made = {
      cell,
      label,
      limits,
      field: html("input", { id, class: "field", "data-key": cell, "aria-label": label, ...described, ...plain }),
      slider: html("input", { type: "range", step: "any", ...sliding }),
      said: html("p", { id: `${id}-refusal`, class: "refusal", role: "status" }),
    };
    made.field.value = text;
    fit(made);
    made.field.addEventListener("input", () => {
      fit(made);
      give(cell, made.field.value, PAUSE);
    });
    made.field.addEventListener("blur", () => give(null, null, 0));
    listenToSlider(made.slider, () => made);
    rows.set(cell, made);
    return made;
  }

  /** The slider goes as far as the number in its field wants, or as far as it may. */
  function fit(made, slider = made.slider) {
    fitSlider({ field: made.field, slider });
    made.span = spanOf(Number(made.field.value), made.limits);
    slider.min = made.span.low;
    slider.max = made.span.high;
    if (!slider.disabled) slider.value = Number(made.field.value);
  }

  function listenToSlider(slider, current) {
    const slide = (value) => {
      const at = current();
      const text = (slider.value = onGrid(at.span, value));
      if (text !== at.field.value) set(at.cell, text, true);
    };
    slider.addEventListener("input", () => slide(Number(slider.value)));
    slider.addEventListener("keydown", (event) => {
      const at = current();
      const value = spanKey(event.key, at.span, Number(at.field.value));
      if (value === null) return;
      event.preventDefault();
      slide(value);
    });
  }

  /** A number that came from a slider or from the drawing. */
  function set(cell, text, keepReach = false) {
    const made = rows.get(cell);
    if (!made) return;
    made.field.value = text;
    if (!keepReach) fit(made);
    if (!keepReach) made.choose?.();
    give(cell, text, 0);
  }

  /** Another part of the page sets a number by its name, as its slider would: to a value, or by so many of the slider's steps. */
  function setNamed(event) {
    const { name, value, steps = 0 } = event.detail;
    const made = [...rows.values()].find(({ label, field, slider }) => label === name && !slider.disabled && field.isConnected);
    if (!made) return;
    event.preventDefault();
    const text = onGrid(made.span, within(made.span, value ?? Number(made.field.value) + steps * made.span.step));
    if ((value !== undefined || steps) && text !== made.field.value) set(made.cell, text, true);
    made.slider.value = Number(made.field.value);
  }

  /** Label, field and slider in a row each. */
  function inRows(cells) {
    const parts = cells.flatMap(([cell, label, text, limits]) => {
      const made = row(cell, label, text, limits);
      return [html("label", { for: `cell-${cell}`, class: "name" }, label), made.field, made.slider, made.said];
    });
    return html("div", { class: "values" }, ...parts);
  }

  /** A table of fields; the slider below it belongs to the field that was touched last. */
  function inGrid(columns, lines) {
    let chosen = null;
    const name = html("span", { class: "name" });
    const slider = html("input", { type: "range", step: "any" });
    const said = [];
    const choose = (made) => {
      chosen = made;
      setText(name, made.label);
      setAttribute(slider, "aria-label", `${made.label}, slider`);
      fit(made, slider);
    };
    const heads = ["", ...columns].map((text) => html("span", { class: "head", "aria-hidden": "true" }, text));
    const cells = lines.flatMap(([head, fields]) => [
      html("span", { class: "head side", "aria-hidden": "true" }, head),
      ...fields.map(([cell, label, text, limits]) => {
        const made = row(cell, label, text, limits);
        said.push(made.said);
        made.choose = () => choose(made);
        made.field.addEventListener("focus", made.choose);
        made.field.addEventListener("input", made.choose);
        return made.field;
      }),
    ]);
    listenToSlider(slider, () => chosen);
    const grid = html("div", { class: columns.length > MANY ? "cells many" : "cells" }, ...heads, ...cells);
    grid.style.setProperty("--columns", columns.length);
    choose(rows.get(lines[0][1][0][0]));
    const shared = html("div", { class: "shared" }, name, slider);
    return html("div", { class: "grid" }, html("div", { class: "scroll" }, grid), shared, ...said);
  }

  function refuse(cell, message) {
    for (const made of rows.values()) {
      const text = made.cell === cell ? message : "";
      setText(made.said, text);
      setAttribute(made.field, "aria-invalid", text ? "true" : "false");
    }
    return rows.has(cell);
  }

  return { inRows, inGrid, set, setNamed, refuse, clear: () => rows.clear(), text: (cell) => rows.get(cell)?.field.value };
}
