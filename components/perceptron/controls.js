/* What is pressed in the form: counters, lists of choices, segments, presets. `act(...words)` says what was pressed. */

import { html, setText } from "../../gradwalk/player/dom.js";
import { COURSE, PICTURES } from "./course.js";
import { pictureOf } from "./sketch.js";

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

/** The examples, the first ones always in sight, all of them as pictures in the order of a course; the note is about the open one. */
export function presetsOf({ presets, preset, summary }, all, open, unfold) {
  const FIRST = 6;
  const press = (slug, className, ...parts) => {
    const made = button(className, `preset ${slug}`, () => open(slug), { "aria-pressed": String(slug === preset) }, "");
    made.replaceChildren(...parts);
    return made;
  };
  const chips = () => presets.filter(([slug], number) => number < FIRST || slug === preset).map(([slug, title]) => press(slug, "chip", title));
  const titles = Object.fromEntries(presets);
  const card = (slug) => press(slug, "chip card", pictureOf(slug), html("b", {}, titles[slug]), html("span", {}, PICTURES[slug].summary));
  /** @type {(found: any[], number: number) => HTMLElement} */
  const part = ([name, slugs], number) => html("div", { class: "part", role: "group", "aria-label": name }, html("p", { class: "name", "aria-hidden": "true" }, `${number + 1}  ${name}`), ...slugs.filter((slug) => titles[slug]).map(card));
  const more = button("chip more", "more", unfold, { "aria-expanded": String(all) }, all ? "Fewer" : "More …");
  const group = html("div", { class: all ? "course" : "chips", role: "group", "aria-label": "Examples" }, ...(all ? COURSE.map(part) : chips()), more);
  return html("section", { class: "first" }, group, html("p", { class: "note" }, summary));
}
