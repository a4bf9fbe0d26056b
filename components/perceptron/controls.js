/* What is pressed in the form: counters, lists of choices, segments, presets. `act(...words)` says what was pressed. */

import { html, setText } from "../../gradwalk/player/dom.js";

const MOST = 8; // units, inputs, rows

export function button(className, key, press, attributes, text) {
  return html("button", { type: "button", class: className, "data-key": key, click: press, ...attributes }, text);
}

/** "− 2 +": how many there are. `counts` keeps the newest numbers, which the server may not have answered yet. */
export function counterOf(counts, act, key, count, layer = null) {
  const of = layer === null ? [] : [layer];
  const id = [key, ...of].join(" ");
  const where = layer === null ? "" : ` in layer ${layer + 1}`;
  const number = html("output", {}, String(count));
  counts[id] = count;

  function step(by) {
    const next = Math.min(MOST, Math.max(1, counts[id] + by));
    if (next === counts[id]) return;
    counts[id] = next;
    setText(number, String(next));
    act(key, ...of, next);
  }

  const press = (by, sign, word) => {
    const end = count === (by < 0 ? 1 : MOST);
    const attributes = { "aria-label": `${word} ${key}${where}`, "aria-disabled": String(end) };
    return button(null, `${id} ${by}`, () => step(by), attributes, sign);
  };
  const parts = [html("span", { class: "label" }, key), press(-1, "−", "Fewer"), number, press(1, "+", "More")];
  return html("span", { class: "counter", role: "group", "aria-label": key }, ...parts);
}

/** A list to pick from; `options` are names with their titles. */
export function pickOf(key, label, options, value, change) {
  const listed = options.map(([name, title]) => html("option", { value: name, selected: name === value }, title));
  const select = html("select", { "data-key": key, change: () => change(select.value) }, ...listed);
  return { select, element: html("label", { class: "pick" }, html("span", {}, label), select) };
}

/** A few choices beside each other. */
export function segmentsOf(key, label, options, value, change) {
  const radio = ([name, title]) => {
    const about = { type: "radio", name: key, value: name, "data-key": `${key} ${name}`, checked: name === value };
    return html("label", {}, html("input", { ...about, change: () => change(name) }), html("span", {}, title));
  };
  const seen = html("span", { class: "label", "aria-hidden": "true" }, label);
  const group = html("span", { class: "segments" }, ...options.map(radio));
  return html("div", { class: "dtype", role: "radiogroup", "aria-label": label }, seen, group);
}

/** The examples, the first ones always in sight; the note says what the open one is about. */
export function presetsOf({ presets, preset, summary }, all, open, unfold) {
  const FIRST = 6;
  const chip = ([slug, title], number) => {
    const hidden = number >= FIRST && !all && slug !== preset;
    return button("chip", `preset ${slug}`, () => open(slug), { "aria-pressed": String(slug === preset), hidden }, title);
  };
  const more = button("chip more", "more", unfold, { "aria-expanded": String(all) }, all ? "Fewer" : "More …");
  const group = html("div", { class: "chips", role: "group", "aria-label": "Examples" }, ...presets.map(chip), more);
  return html("section", { class: "first" }, group, html("p", { class: "note" }, summary));
}
