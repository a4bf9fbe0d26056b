// The form of a perceptron: its numbers, its layers, its loss. What is typed belongs to the person who types; the server
// writes into the fields only when it fills them anew (`opened` or `filled` changed), and else says what was refused.

import { createAddress } from "../../gradwalk/player/address.js";
import { firstDensity } from "../../gradwalk/player/density.js";
import { html, setAttribute, setText } from "../../gradwalk/player/dom.js";
import { whenGone } from "../shared/leaving.js";
import { createPost } from "../shared/post.js";
import { button, counterOf, pickOf, presetsOf, segmentsOf } from "./controls.js";
import { createFields, MOST_ROWS } from "./fields.js";

const MOST_LAYERS = 4;

function createForm(parent) {
  const form = { data: null, cells: {}, whole: {}, actions: [], counts: {}, edited: new Set(), all: false, send: null };
  const unfold = button("unfold", "unfold", () => unfolded(!root.classList.contains("unfolded")), { "aria-expanded": "false" }, "Settings");
  const working = html("p", { class: "working", role: "status", hidden: true }, "Working …");
  const named = html("h2", { class: "heard" }, "Settings");
  const root = html("div", { class: "form perceptron" }, named, unfold, working);
  const fields = createFields(typed);
  const post = createPost((count) => {
    const { cells, whole, actions, data } = form;
    // The address says what this changes, to a process that takes over from the one that showed it.
    form.send({ cells: { ...cells }, whole: { ...whole }, actions, opened: data.opened, count, address: location.search });
    form.actions = [];
    form.edited.clear();
  }, (yes) => (working.hidden = !yes));
  const address = createAddress();
  const press = watchPresses(root, () => fill());
  let general = null; // where a refusal stands that belongs to no field
  let places = new Map(); // where others stand, by their fields
  let lists = new Map(); // the lists to pick from, by their fields
  parent.append(root);

  /** On a phone the settings are folded below what they make, until they are asked for or refused. */
  function unfolded(yes) {
    root.classList.toggle("unfolded", yes);
    setAttribute(unfold, "aria-expanded", yes);
  }

  function typed(cell, text, delay) {
    if (cell === null) return void (post.pending() && post.now());
    (form.data.cells ? form.cells : form.whole)[cell] = text;
    form.edited.add(cell);
    if (delay) post.soon(delay);
    else post.now();
  }

  function act(...words) {
    form.actions.push(words.map(String));
    post.now();
  }

  // ---- what is shown

  /** @returns {HTMLElement | null} */
  const focused = () => root.querySelector(":focus");

  /** @returns {HTMLElement | null} */
  const field = (key) => root.querySelector(`[data-key="${CSS.escape(key ?? "")}"]`);

  function fill() {
    if (press.waits()) return;
    const focus = focused()?.dataset.key;
    const { data } = form;
    const newer = [...form.edited].filter((cell) => cell in data.values).map((cell) => [cell, form.cells[cell]]);
    fields.clear();
    [places, lists, form.counts] = [new Map(), new Map(), {}];
    form.cells = data.cells ? { ...data.values, ...Object.fromEntries(newer) } : {};
    form.whole = data.cells ? {} : { ...data.values };
    general = said("");
    root.replaceChildren(named, unfold, working, ...(data.train ? [] : [presets()]), ...sections(), general);
    field(focus)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("gradwalk:where")); // for who asks whether a number can be set
    if (newer.length) post.now();
  }

  function sections() {
    const { data } = form;
    const shape = () => [...data.layers.map(layer), add(), loss()];
    if (data.train) return [...shape(), choices()];
    return data.cells ? [inputs(), ...shape(), choices()] : [wholeLists(), choices()];
  }

  function presets() {
    const unfold = () => {
      form.all = !form.all;
      fill();
    };
    return presetsOf(form.data, form.all, (slug) => act("preset", slug), unfold);
  }

  const section = (...children) => html("section", {}, ...children);
  const heading = (text, ...more) => html("div", { class: "heading" }, html("h3", {}, text), ...more);
  const counters = (...children) => html("div", { class: "counters" }, ...children);
  const counter = (key, count, layer) => counterOf(form.counts, act, key, count, layer);
  const numbered = (letter, count) => Array.from({ length: count }, (_, i) => (count > 1 ? letter + sub(i + 1) : letter));
  const cell = (id) => [id, form.data.labels[id] ?? id, form.cells[id], id[0] === "y" ? form.data.limits : null];
  const cells = (stem, count) => Array.from({ length: count }, (_, i) => cell(`${stem}.${i}`));

  /** Inputs and targets, a line for each row of the batch. */
  function inputs() {
    const { rows, inputs: count, targets } = form.data;
    const lines = Array.from({ length: rows }, (_, row) => [...cells(`x.${row}`, count), ...cells(`y.${row}`, targets)]);
    const small = rows === 1 && count + targets <= MOST_ROWS;
    const heads = [...numbered("x", count), ...numbered("y", targets)];
    const body = small ? fields.inRows(lines[0]) : fields.inGrid(heads, counted(lines));
    const title = `Input${count > 1 ? "s" : ""} x and target${targets > 1 ? "s" : ""} y`;
    const numbers = counters(counter("inputs", count), counter("rows", rows));
    return section(heading(title), numbers, body, refusalPlace("x"), refusalPlace("y"));
  }

  const counted = (lines) => lines.map((line, number) => [lines.length > 1 ? `${number + 1}` : "", line]);

  function layer({ units, inputs: width, activation }, number) {
    const { layers, train } = form.data;
    const several = layers.length > 1;
    const field = several ? number + 1 : "";
    const key = `activation${field}`;
    const change = (name) => act("activation", number, name);
    const top = counters(counter("units", units, number), pick(key, "Activation", "activations", activation, change));
    const body = train ? [] : [weights(number, units, width)];
    const below = [`w${field}`, `b${field}`].map(refusalPlace);
    const head = heading(titleOf(number, units, layers.length), ...removeButton(number, layers.length));
    return section(head, top, refusalPlace(key), ...body, ...below);
  }

  function titleOf(number, units, count) {
    if (count === 1) return units > 1 ? "Neurons" : "Neuron";
    return `Layer ${number + 1}${number === count - 1 ? ", output" : ""}`;
  }

  function removeButton(number, count) {
    if (number === count - 1) return [];
    const label = { "aria-label": `Remove layer ${number + 1}` };
    return [button("plain", `remove ${number}`, () => act("remove", number), label, "Remove")];
  }

  /** A layer's weights and biases; a training draws its own. */
  function weights(number, units, width) {
    const line = (unit) => [...cells(`w.${number}.${unit}`, width), cell(`b.${number}.${unit}`)];
    const lines = Array.from({ length: units }, (_, unit) => line(unit));
    if (units === 1 && width < MOST_ROWS) return fields.inRows(lines[0]);
    return fields.inGrid([...numbered("w", width), "b"], counted(lines));
  }

  function add() {
    const full = form.data.layers.length >= MOST_LAYERS;
    return button("wide", "add", () => act("add"), { disabled: full }, full ? "Four layers are the most" : "Add a layer");
  }

  function loss() {
    return section(pick("loss", "Loss", "losses", form.data.loss, (name) => act("loss", name)), refusalPlace("loss"));
  }

  function choices() {
    const { choices: listed, style, dtype, train } = form.data;
    const dtypes = ["float32", "float64"].map((name) => [name, name]);
    const segments = (key, label, options, value) => segmentsOf(key, label, options, value, (name) => act(key, name));
    const written = train ? [] : [segments("style", "Written as", listed.styles, style), refusalPlace("style")];
    return section(...written, segments("dtype", "dtype", dtypes, dtype));
  }

  /** Settings that do not fit together: every list as it was typed. */
  function wholeLists() {
    const rows = Object.entries(form.data.values).map(([key, text]) => [key, key, text]);
    return section(heading("Settings"), fields.inRows(rows));
  }

  function pick(key, label, listed, value, change) {
    const { select, element } = pickOf(key, label, form.data.choices[listed], value, change);
    lists.set(key, select);
    return element;
  }

  function refusalPlace(key) {
    places.set(key, said(""));
    return places.get(key);
  }

  const said = (text) => html("p", { class: "refusal", role: "status" }, text);

  // ---- what the server says

  function refuse() {
    const { field, message } = form.data.refusal ?? { field: "", message: "" };
    const found = fields.refuse(field, message);
    const pressed = focused()?.closest("section");
    const elsewhere = Boolean(pressed) && field === "style" && pressed !== places.get(field)?.closest("section"); // what makes it too large
    for (const [key, place] of places) setText(place, key === field && !found && !elsewhere ? message : "");
    for (const [key, list] of lists) setAttribute(list, "aria-invalid", key === field ? "true" : null);
    setText(general, found || (places.has(field) && !elsewhere) ? "" : message);
    ((message && pressed) || root).append(general); // beside what was pressed: the form is long
    root.classList.toggle("refused", Boolean(message)); // in Learn too, whoever is told of another style can choose it
    if (message) unfolded(true);
  }

  function update(data) {
    const before = form.data;
    const opened = before?.opened !== data.opened;
    form.data = data;
    if (opened) {
      post.restart(data.answered);
      form.edited.clear();
      form.actions = [];
    }
    if (opened || before.filled !== data.filled || before.train !== data.train) fill();
    else if (!data.train && before.preset !== data.preset) root.children[3].replaceWith(presets());
    refuse();
    post.answered(data.answered);
    writeAddress(data.address);
  }

  /** Beside the player, which writes its steps itself, only when another view was open before. */
  function writeAddress(wanted) {
    if (!wanted) return;
    const there = new URLSearchParams(location.search).get("view") ?? "step";
    const of = wanted.view === "train" ? "train" : `${form.data.opened} ${wanted.view}`; // as who writes there names it
    if (wanted.always || there !== wanted.view) address.show(wanted.query, "", "", wanted.step, "", "", of);
  }

  /** A number was dragged on the drawing. */
  function dragged({ detail: { part, row, text } }) {
    const [kind, place] = [part[0], part.slice(1)];
    fields.set(kind === "x" || kind === "y" ? `${kind}.${row}.${place}` : `${kind}.${place}`, text);
  }
  document.addEventListener("gradwalk:perceptron-edit", dragged);
  document.addEventListener("gradwalk:value", fields.setNamed); // the point on the slope picture is dragged

  /** In Learn the form asks for names and values, and not for how PyTorch holds them. */
  root.classList.toggle("learn", firstDensity() === "learn"); // Train has no player that would say it
  const density = ({ detail }) => root.classList.toggle("learn", detail.density === "learn");
  document.addEventListener("gradwalk:step", density);

  function remove() {
    document.removeEventListener("gradwalk:perceptron-edit", dragged);
    document.removeEventListener("gradwalk:value", fields.setNamed);
    document.removeEventListener("gradwalk:step", density);
    press.stop();
    address.stop();
    root.remove();
  }

  return { update, remove, form };
}

/** What is pressed just now is not replaced under the finger: who `waits()` is called when its click has come. */
function watchPresses(root, released) {
  let [presses, held, due] = [0, 0, false];

  function up() {
    const press = presses; // its click comes after its release, and perhaps the next press before the click's answer
    setTimeout(() => {
      if (held === press) held = 0;
      if (due && !held) released();
    });
  }

  root.addEventListener("pointerdown", () => (held = ++presses));
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, up);
  return {
    waits: () => (due = held > 0),
    stop: () => ["pointerup", "pointercancel"].forEach((end) => removeEventListener(end, up)),
  };
}

const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

const forms = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!forms.has(parentElement)) forms.set(parentElement, createForm(parentElement));
  const made = forms.get(parentElement);
  made.form.send = (entry) => setStateValue("entry", entry);
  made.update(data);
  return whenGone(parentElement, () => {
    forms.delete(parentElement);
    made.remove();
  });
}
