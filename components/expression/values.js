// The rows of the variables: a name, a field, a slider for a number, a switch for requires_grad.

import { html } from "../../gradwalk/player/dom.js";
import { flush, PAUSE, touch } from "./sending.js";
import { fitSlider, sliderKey, tidy } from "./slider.js";

export function showRows(form, variables) {
  const names = new Set(variables.map(({ name }) => name));
  const others = names.size !== form.rows.size || [...names].some((name) => !form.rows.has(name));
  for (const [name, row] of form.rows) {
    if (names.has(name)) continue;
    remove(row);
    form.rows.delete(name);
  }
  form.values.classList.toggle("empty", !variables.length);
  let after = form.heading;
  for (const { name, label, text } of variables) {
    const row = form.rows.get(name) ?? addRow(form, name, label);
    if (!form.entry.given.has(name) && row.field.value !== text) setRow(row, text);
    if (after.nextElementSibling !== row.parts[0]) after.after(...row.parts);
    after = row.parts.at(-1);
  }
  if (others) document.dispatchEvent(new CustomEvent("gradwalk:where")); // for who asks whether a number can be set
}

function addRow(form, name, shown) {
  const id = `value-${name}`;
  const attributes = { type: "text", spellcheck: "false", autocapitalize: "off", autocomplete: "off" };
  const row = {
    shown,
    field: html("input", { id, class: "field", "aria-describedby": `${id}-refusal`, ...attributes }),
    slider: html("input", { type: "range", step: "any", "aria-label": `${shown}, slider` }),
    tracked: html("input", { type: "checkbox", role: "switch", "aria-label": `${shown} requires grad` }),
    said: html("p", { id: `${id}-refusal`, class: "refusal", role: "status" }),
  };
  const label = html("label", { for: id, class: "name" }, shown);
  row.parts = [label, row.field, row.slider, html("label", { class: "switch" }, row.tracked), row.said];
  row.tracked.checked = !form.entry.constants.includes(name);
  setRow(row, form.entry.given.get(name) ?? "");
  form.rows.set(name, row);
  listen(form, name, row);
  return row;
}

/** Another part of the page sets a number, as its slider would: to a value, or by so many of the slider's steps. */
export function setValue(form, event) {
  const { name, value, steps = 0 } = event.detail;
  const row = [...form.rows.values()].find(({ shown, slider }) => shown === name && !slider.disabled && !slider.hidden && slider.isConnected);
  if (!row) return;
  event.preventDefault();
  const wanted = value ?? Number(row.field.value) + steps * row.step;
  if (value !== undefined || steps) row.slide(Math.min(row.reach, Math.max(-row.reach, wanted)));
}

function listen(form, name, row) {
  const give = (text, delay) => {
    form.entry.given.set(name, text);
    touch(form, delay);
  };
  const slide = (value) => {
    const text = (row.slider.value = tidy(value, row.step));
    if (text !== row.field.value) give((row.field.value = text), 0);
  };
  row.slide = slide;
  row.field.addEventListener("input", () => {
    fitSlider(row);
    give(row.field.value, PAUSE);
  });
  row.field.addEventListener("blur", () => form.timer && flush(form));
  row.slider.addEventListener("input", () => slide(Number(row.slider.value)));
  row.slider.addEventListener("keydown", (event) => {
    const value = sliderKey(event.key, row, Number(row.field.value));
    if (value === null) return;
    event.preventDefault();
    slide(value);
  });
  row.tracked.addEventListener("change", () => {
    const others = form.entry.constants.filter((constant) => constant !== name);
    form.entry.constants = row.tracked.checked ? others : [...others, name];
    touch(form);
  });
}

function setRow(row, text) {
  row.field.value = text;
  fitSlider(row);
}

export function remove(row) {
  row.parts.forEach((part) => part.remove());
}
