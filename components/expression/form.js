// The form: an expression, its values, and where the server refused them.
//
// The fields belong to the person who types. An answer from the server writes into them only when another document was
// opened (`opened` changed); otherwise it only says which variables there are and what was refused. One entry is under way
// at a time: the next one goes when the answer to the last one is here, and it is always the latest.

import { firstDensity } from "../../gradwalk/player/density.js";
import { html } from "../../gradwalk/player/dom.js";
import { formulaNode } from "../../gradwalk/player/formula.js";
import { createExamples } from "../shared/examples.js";
import { DRAWINGS, SIZE } from "./drawings.js";
import { flush, PAUSE, proceed, touch } from "./sending.js";
import { remove, setValue, showRows } from "./values.js";

const LONGEST = 30; // signs of a corrected line that still fit on the button

const forms = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let form = forms.get(parentElement);
  if (!form) forms.set(parentElement, (form = assemble(parentElement)));
  form.send = (entry) => setStateValue("entry", entry);
  const early = form.opened === undefined ? form.text.value : ""; // typed before this script was here
  if (form.opened !== data.opened) open(form, data);
  answer(form, data);
  if (early && early !== form.text.value) {
    form.text.value = early;
    typed(form, PAUSE);
  }
}

// ---- what comes back

function open(form, data) {
  clearTimeout(form.timer);
  clearTimeout(form.lost);
  const { text, given, constants, dtype, seed } = data.document;
  Object.assign(form, { opened: data.opened, count: data.answered, waiting: false, late: false, timer: 0 });
  form.sentText = text;
  form.entry = { text, given: new Map(Object.entries(given)), constants: [...constants], dtype, seed, example: null };
  form.rows.forEach(remove);
  form.rows.clear();
  write(form, text);
  form.seed.value = seed ?? "";
  form.dtypes.forEach((radio) => (radio.checked = radio.value === dtype));
  form.examples.show(pairs(data.gallery?.groups ?? []), data.gallery?.open ?? null);
  form.note.textContent = data.gallery?.lesson ?? "";
}

/** Another document's text: over one that somebody has typed it can be undone; the first one just stands there. */
function write(form, text) {
  const chosen = form.chosen;
  form.chosen = false;
  if (form.text.value === text) return;
  if (!chosen) return void (form.text.value = text);
  form.opening = true;
  insert(form.text, text, 0, form.text.value.length);
  form.opening = false;
  form.examples.button.focus();
}

function answer(form, data) {
  form.refusal = data.refusal;
  form.told = data.refusal ? (data.refusal.field === "text" ? data.refusal : null) : data.hint;
  form.answeredText = data.answered >= form.count ? form.sentText : null;
  if (data.variables) showRows(form, data.variables);
  showSeed(form, data.seed);
  // The lesson speaks of the example's own numbers. It keeps its place, so that nothing moves under a dragging finger.
  const untouched = Boolean(data.gallery?.untouched);
  form.note.classList.toggle("unseen", !untouched);
  showRead(form, data.read, Boolean(data.unread));
  showRefusal(form);
  if (data.answered >= form.count) proceed(form);
}

function showRefusal(form) {
  const refusal = form.refusal;
  const inText = refusal?.field === "text" ? refusal : null;
  say(form.text, form.said, inText?.message);
  showUses(form);
  const hint = refusal || !fits(form) ? "" : (form.told?.message ?? "");
  if (form.hint.textContent !== hint) form.hint.textContent = hint;
  form.words.textContent = refusal?.words ? `PyTorch: ${refusal.words}` : "";
  drawMarks(form);
  say(form.seed, form.seedSaid, refusal?.field === "seed" ? refusal.message : "");
  for (const [name, row] of form.rows) say(row.field, row.said, refusal?.field === `value:${name}` ? refusal.message : "");
}

/** A button for each text that could stand in place of the marked piece. */
function showUses(form) {
  const { suggestion, choices = [], span } = form.told ?? {};
  const texts = span && fits(form) ? [...(suggestion ? [suggestion] : []), ...choices] : [];
  form.uses.replaceChildren(
    ...texts.map((text) => {
      const button = html("button", { type: "button", class: "use" }, "Use ", html("code", {}, corrected(form, text)));
      button.addEventListener("click", () => use(form, text));
      return button;
    }),
  );
}

const SMALLEST = 0.75; // of a typeset line's usual size

/** The text as it was read, typeset; the last one that could be read stays, dimmed, as the picture does. */
function showRead(form, lines, unread) {
  form.readAs.classList.toggle("stale", unread);
  if (!lines) return;
  form.readAs.replaceChildren(...lines.map((tree) => html("p", {}, formulaNode(tree, []))));
  for (const line of form.readAs.children) fitLine(line);
}

/** A long line is set smaller, as far as it can still be read; the rest scrolls. */
function fitLine(line) {
  const share = line.clientWidth / line.scrollWidth;
  if (share < 1) line.style.fontSize = `${Math.max(share, SMALLEST)}em`;
}

function say(field, place, message) {
  if (place.textContent !== (message ?? "")) place.textContent = message ?? "";
  field.setAttribute("aria-invalid", message ? "true" : "false");
}

// ---- the place in the text

/** Whether the refusal speaks of the text as it stands now: a mark on newer text would point at the wrong place. */
function fits(form) {
  return form.text.value === form.answeredText;
}

/** Where the refused place starts and ends in the text; null where nothing is to be marked. */
function pieces(form) {
  const span = fits(form) ? form.told?.span : null;
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
  const place = form.refusal ? pieces(form) : null;
  if (!place) return form.marks.replaceChildren(text + "\n");
  const marked = html("mark", { class: place.end - place.start < 3 ? "short" : null }, text.slice(place.start, place.end) || " ");
  form.marks.replaceChildren(text.slice(0, place.start), marked, text.slice(place.end) + "\n");
}

/** The line as it would be, so that a person sees what the button does; of a long line only the piece. */
function corrected(form, suggestion) {
  const { start, end } = pieces(form);
  const text = form.text.value;
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const after = text.slice(end).split("\n")[0];
  const line = (before + suggestion + after).trim();
  return line.length > LONGEST ? suggestion : line;
}

function use(form, text) {
  const place = pieces(form);
  if (!place) return;
  insert(form.text, text, place.start, place.end);
  typed(form, 0);
}

/** Replaces a part of a text area as if it were typed, so that Ctrl+Z brings it back. */
function insert(area, text, start, end) {
  area.focus();
  area.setSelectionRange(start, end);
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!done) area.setRangeText(text, start, end, "end");
}

function typed(form, delay) {
  form.entry.text = form.text.value;
  form.note.textContent = "";
  if (!fits(form)) form.uses.replaceChildren();
  drawMarks(form);
  touch(form, delay);
}

// ---- the seed, the dtype, the examples

/** An example's title is its key. */
const pairs = (groups) => groups.map(([name, titles]) => [name, titles.map((title) => [title, title])]);

function showSeed(form, seed) {
  form.seedRow.hidden = !seed;
  if (!seed) return;
  form.seedWhy.textContent = seed.why;
  if (form.entry.seed === null && form.seed.value !== seed.text) form.seed.value = seed.text;
}

// ---- assembling

function heading() {
  const ticks = html("span", {}, html("span", { class: "in-learn" }, "∇ gradient"), html("span", { class: "in-pytorch" }, "requires_grad"));
  return html("div", { class: "heading", "aria-hidden": "true" }, html("span", {}, "Values"), ticks);
}

function assemble(root) {
  const find = (id) => root.querySelector(`#${id}`);
  const form = {
    rows: new Map(),
    text: find("text"),
    marks: find("marks"),
    said: find("refusal"),
    uses: find("uses"),
    readAs: find("read"),
    hint: find("hint"),
    words: find("words"),
    note: find("note"),
    values: find("values"),
    seedRow: find("seed-row"),
    seedWhy: find("seed-why"),
    seed: find("seed"),
    seedSaid: find("seed-refusal"),
    examples: createExamples({ DRAWINGS, SIZE }, (title) => {
      form.entry.example = title;
      form.chosen = true;
      touch(form);
    }),
    dtypes: [...root.querySelectorAll("[name=dtype]")],
    heading: heading(),
  };
  form.values.replaceChildren(form.heading);
  find("examples").replaceWith(form.examples.button);
  root.querySelector(".form").append(form.examples.dialog);
  // The player says how much is said: Learn has no words of PyTorch's own here either.
  const say = (density) => root.querySelector(".form").classList.toggle("learn", density === "learn");
  say(firstDensity()); // where nothing can be run there is no player
  document.addEventListener("gradwalk:step", ({ detail }) => say(detail.density));
  document.addEventListener("gradwalk:value", (event) => setValue(form, event)); // the point on the slope picture is dragged
  form.text.addEventListener("input", () => form.opening || typed(form, PAUSE));
  form.text.addEventListener("blur", () => form.timer && flush(form));
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
  return form;
}
