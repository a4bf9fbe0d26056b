// The form: an expression, its values, and where the server refused them.
//
// The fields belong to the person who types. An answer from the server writes into them only when another document was
// opened (`opened` changed); otherwise it only says which variables there are and what was refused. One entry is under way
// at a time: the next one goes when the answer to the last one is here, and it is always the latest.

const PAUSE = 150; // ms without a key before what was typed is sent
const PATIENCE = 3000; // ms after which an answer counts as lost

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

const forms = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let form = forms.get(parentElement);
  if (!form) forms.set(parentElement, (form = build(parentElement)));
  form.send = (entry) => setStateValue("entry", entry);
  if (form.opened !== data.opened) open(form, data);
  answer(form, data);
}

// ---- what is sent

function touch(form, delay = 0) {
  clearTimeout(form.timer);
  form.timer = 0;
  if (delay) form.timer = setTimeout(() => flush(form), delay);
  else flush(form);
}

function flush(form) {
  clearTimeout(form.timer);
  form.timer = 0;
  form.late = form.waiting;
  if (form.waiting) return;
  form.waiting = true;
  form.count += 1;
  form.sentText = form.entry.text;
  form.lost = setTimeout(() => proceed(form), PATIENCE);
  form.send({ ...form.entry, given: { ...form.entry.given }, opened: form.opened, count: form.count });
  form.entry.example = null;
}

function proceed(form) {
  clearTimeout(form.lost);
  form.waiting = false;
  if (form.late) flush(form);
}

// ---- what comes back

function open(form, data) {
  clearTimeout(form.timer);
  clearTimeout(form.lost);
  const { text, given, constants, dtype, seed } = data.contents;
  Object.assign(form, { opened: data.opened, count: data.answered, waiting: false, late: false, sentText: text, timer: 0 });
  form.entry = { text, given: { ...given }, constants: [...constants], dtype, seed, example: null };
  form.rows.forEach(remove);
  form.rows.clear();
  form.text.value = text;
  form.seed.value = seed ?? "";
  form.dtypes.forEach((radio) => (radio.checked = radio.value === dtype));
  fillExamples(form.example, data.examples?.groups ?? []);
  form.example.value = data.examples?.open ?? "";
  form.note.textContent = data.examples?.lesson ?? "";
}

function answer(form, data) {
  form.refusal = data.refusal;
  if (data.variables) showRows(form, data.variables);
  showSeed(form, data.seed);
  showRefusal(form);
  if (data.answered >= form.count) proceed(form);
}

function showRefusal(form) {
  const refusal = form.refusal;
  const inText = refusal?.field === "text" ? refusal : null;
  say(form.text, form.said, inText?.message);
  form.use.hidden = !(inText?.suggestion && inText.span && fits(form));
  form.use.replaceChildren("Use ", tag("code", {}, inText?.suggestion ?? ""));
  drawMarks(form);
  say(form.seed, form.seedSaid, refusal?.field === "seed" ? refusal.message : "");
  for (const [name, row] of form.rows) say(row.field, row.said, refusal?.field === name ? refusal.message : "");
}

function say(field, place, message) {
  if (place.textContent !== (message ?? "")) place.textContent = message ?? "";
  field.setAttribute("aria-invalid", message ? "true" : "false");
}

// ---- the place in the text

/** Whether the refusal speaks of the text as it stands now: a mark on newer text would point at the wrong place. */
function fits(form) {
  return form.text.value === form.sentText;
}

/** The text before, in and after the refused place; null where nothing is to be marked. */
function pieces(form) {
  const span = form.refusal?.field === "text" && fits(form) ? form.refusal.span : null;
  if (!span) return null;
  const lines = form.text.value.split("\n");
  const at = (line, column) => {
    const before = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
    return before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
  };
  const start = at(span[0], span[1]);
  const end = Math.max(start, at(span[2], span[3]));
  return { start, end };
}

function drawMarks(form) {
  const text = form.text.value;
  const place = pieces(form);
  if (!place) return form.marks.replaceChildren(text + "\n");
  const marked = tag("mark", {}, text.slice(place.start, place.end) || " ");
  form.marks.replaceChildren(text.slice(0, place.start), marked, text.slice(place.end) + "\n");
}

function useSuggestion(form) {
  const place = pieces(form);
  if (!place) return;
  form.text.setRangeText(form.refusal.suggestion, place.start, place.end, "end");
  form.text.focus();
  typed(form, 0);
}

function typed(form, delay) {
  form.entry.text = form.text.value;
  form.example.value = "";
  form.note.textContent = "";
  form.use.hidden = !fits(form) || form.use.hidden;
  drawMarks(form);
  touch(form, delay);
}

// ---- a row for each variable

function showRows(form, variables) {
  const names = new Set(variables.map(({ name }) => name));
  for (const [name, row] of form.rows) {
    if (names.has(name)) continue;
    remove(row);
    form.rows.delete(name);
  }
  form.values.classList.toggle("empty", !variables.length);
  let after = form.heading;
  for (const { name, text } of variables) {
    const row = form.rows.get(name) ?? addRow(form, name);
    if (!(name in form.entry.given) && row.field.value !== text) setRow(row, text);
    if (after.nextElementSibling !== row.parts[0]) after.after(...row.parts);
    after = row.parts.at(-1);
  }
}

function addRow(form, name) {
  const id = `value-${name}`;
  const label = tag("label", { for: id, class: "name" }, name);
  const field = tag("input", { id, class: "field", type: "text", spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
  const slider = tag("input", { type: "range", step: "any", "aria-label": `${name}, slider` });
  const tracked = tag("input", { type: "checkbox", role: "switch", "aria-label": `${name} requires grad` });
  const said = tag("p", { id: `${id}-refusal`, class: "refusal", role: "status" });
  field.setAttribute("aria-describedby", said.id);
  const row = { field, slider, said, parts: [label, field, slider, tag("label", { class: "switch" }, tracked), said] };
  const set = (text, delay) => {
    form.entry.given[name] = text;
    touch(form, delay);
  };
  field.addEventListener("input", () => (fitSlider(row), set(field.value, PAUSE)));
  field.addEventListener("blur", () => form.timer && flush(form));
  const slid = (value) => {
    field.value = slider.value = tidy(value, row.step);
    set(field.value, 0);
  };
  slider.addEventListener("input", () => slid(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    const value = sliderKey(event.key, row, Number(field.value));
    if (value === null) return;
    event.preventDefault();
    slid(value);
  });
  tracked.checked = !form.entry.constants.includes(name);
  tracked.addEventListener("change", () => {
    const others = form.entry.constants.filter((constant) => constant !== name);
    form.entry.constants = tracked.checked ? others : [...others, name];
    touch(form);
  });
  form.rows.set(name, row);
  setRow(row, form.entry.given[name] ?? "");
  return row;
}

function setRow(row, text) {
  row.field.value = text;
  fitSlider(row);
}

function remove(row) {
  row.parts.forEach((part) => part.remove());
}

// ---- the slider

/** The slider's range follows the typed number: −10…10, or twice its size where that shows it better. */
function fitSlider(row) {
  const text = row.field.value;
  const scalar = NUMBER.test(text);
  row.slider.hidden = /^\s*[[(]/.test(text);
  row.slider.disabled = !scalar;
  row.field.classList.toggle("long", row.slider.hidden);
  if (!scalar) return;
  const value = Number(text);
  const size = Math.abs(value);
  row.reach = size === 0 || (size >= 0.1 && size <= 10) ? 10 : rounded(2 * size);
  row.step = row.reach / 100;
  row.slider.min = -row.reach;
  row.slider.max = row.reach;
  row.slider.value = value;
}

/** The next of 1, 2, 5, 10, 20, 50, … from `size` on, so that a hundredth of it is a handsome step. */
function rounded(size) {
  const ten = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((digit) => digit * ten).find((reach) => reach >= size * 0.999) ?? 10 * ten;
}

/** A number on the slider's grid as short text: 4.3 and not 4.300000000000001. */
function tidy(value, step) {
  const places = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const text = (Math.round(value / step) * step).toFixed(Math.min(places, 100));
  return text.includes(".") ? text.replace(/\.?0+$/, "").replace(/^-0$/, "0") : text.replace(/^-0$/, "0");
}

/** The value that a key on the slider asks for; null for keys that are not the slider's. */
function sliderKey(key, { reach, step }, value) {
  const moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  if (key === "Home") return -reach;
  if (key === "End") return reach;
  return key in moves ? Math.min(reach, Math.max(-reach, value + moves[key] * step)) : null;
}

// ---- the seed, the dtype, the examples

function showSeed(form, seed) {
  form.seedRow.hidden = !seed;
  if (!seed) return;
  form.seedWhy.textContent = seed.why;
  if (form.entry.seed === null && form.seed.value !== seed.text) form.seed.value = seed.text;
}

function fillExamples(select, groups) {
  select.hidden = !groups.length;
  const option = ([value, title]) => tag("option", { value }, title);
  const group = ([label, titles]) => tag("optgroup", { label }, ...titles.map((title) => option([title, title])));
  select.replaceChildren(option(["", "Examples"]), ...groups.map(group));
}

// ---- building

function build(root) {
  const find = (id) => root.querySelector(`#${id}`);
  const form = {
    rows: new Map(),
    text: find("text"),
    marks: find("marks"),
    said: find("refusal"),
    use: find("use"),
    note: find("note"),
    values: find("values"),
    seedRow: find("seed-row"),
    seedWhy: find("seed-why"),
    seed: find("seed"),
    seedSaid: find("seed-refusal"),
    example: find("example"),
    dtypes: [...root.querySelectorAll("[name=dtype]")],
    heading: tag("div", { class: "heading", "aria-hidden": "true" }, tag("span", {}, "Values"), tag("span", { title: "requires_grad" }, "∇")),
  };
  form.values.replaceChildren(form.heading);
  form.text.addEventListener("input", () => typed(form, PAUSE));
  form.text.addEventListener("blur", () => form.timer && flush(form));
  form.use.addEventListener("click", () => useSuggestion(form));
  form.seed.addEventListener("input", () => {
    form.entry.seed = form.seed.value;
    touch(form, PAUSE);
  });
  form.seed.addEventListener("blur", () => {
    if (!form.seed.value.trim()) form.entry.seed = null;
    if (form.timer || form.entry.seed === null) flush(form);
  });
  form.dtypes.forEach((radio) =>
    radio.addEventListener("change", () => {
      form.entry.dtype = radio.value;
      touch(form);
    }),
  );
  form.example.addEventListener("change", () => {
    form.entry.example = form.example.value || null;
    touch(form);
  });
  return form;
}

function tag(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}
