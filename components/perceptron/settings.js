// The form of a perceptron: its numbers, its layers, its loss. What is typed belongs to the person who types; the server
// writes into the fields only when it fills them anew (`opened` or `filled` changed), and else says what was refused.

const PAUSE = 150; // ms without a key before what was typed is sent
const FIRST = 6; // presets that are always in sight
const MOST = 8; // units, inputs, rows

function createForm(parent) {
  const form = { data: null, cells: {}, whole: {}, actions: [], counts: {}, edited: new Set(), send: () => {} };
  const root = html("div", { class: "form perceptron" });
  const fields = createFields((cell, text, delay) => {
    if (cell === null) return void (post.pending() && post.now());
    const kind = form.data.cells ? form.cells : form.whole;
    kind[cell] = text;
    form.edited.add(cell);
    if (delay) post.soon(delay);
    else post.now();
  });
  const post = createPost((count) => {
    const { cells, whole, actions, data } = form;
    form.send({ cells: { ...cells }, whole: { ...whole }, actions, opened: data.opened, count, address: location.search });
    form.actions = [];
    form.edited.clear();
  });
  const address = createAddress();
  let general = null; // where a refusal stands that belongs to no field
  let places = new Map(); // and those that belong to a choice: its select and its sentence
  parent.append(root);

  // What is pressed just now must not be replaced under the finger: a fill waits for its release.
  let held = 0; // the number of the press that goes on; 0 for none
  let presses = 0;
  let due = false;
  root.addEventListener("pointerdown", () => (held = ++presses));
  const released = () => {
    const press = presses; // its click comes after its release, and perhaps the next press before the click's answer
    setTimeout(() => {
      if (held === press) held = 0;
      if (due && !held) fill();
    });
  };
  addEventListener("pointerup", released);
  addEventListener("pointercancel", released);

  const act = (...words) => {
    form.actions.push(words.map(String));
    post.now();
  };

  function fill() {
    due = held > 0;
    if (due) return;
    const focus = root.getRootNode().activeElement?.dataset.key;
    fields.clear();
    places = new Map();
    form.counts = {};
    const { data } = form;
    const kept = Object.fromEntries([...form.edited].filter((cell) => cell in data.values).map((cell) => [cell, form.cells[cell]]));
    form.cells = data.cells ? { ...data.values, ...kept } : {};
    form.whole = data.cells ? {} : { ...data.values };
    general = html("p", { class: "refusal", role: "status" });
    root.replaceChildren(...(data.train ? [] : [presets()]), ...sections(), general);
    root.querySelector(`[data-key="${CSS.escape(focus ?? "")}"]`)?.focus({ preventScroll: true });
    if (Object.keys(kept).length) post.now();
  }

  function sections() {
    const { data } = form;
    if (data.train) return [...data.layers.map(layer), add(), loss(), choices()];
    if (!data.cells) return [wholeLists(), choices()];
    return [inputs(), ...data.layers.map(layer), add(), loss(), choices()];
  }

  const section = (...children) => html("section", {}, ...children);
  const heading = (text, ...more) => html("div", { class: "heading" }, html("h3", {}, text), ...more);
  const cell = (id) => [id, form.data.labels[id] ?? id, form.cells[id], id[0] === "y" ? form.data.limits : null];

  // ---- presets

  function presets() {
    const { presets: list, preset, summary } = form.data;
    const chip = ([slug, title], number) =>
      html("button", { type: "button", class: "chip", "aria-pressed": String(slug === preset), "data-key": `preset ${slug}`, hidden: number >= FIRST && !form.all && slug !== preset, click: () => act("preset", slug) }, title);
    const more = html("button", { type: "button", class: "chip more", "data-key": "more", "aria-expanded": String(Boolean(form.all)), click: () => ((form.all = !form.all), fill()) }, form.all ? "Fewer" : "More …");
    const group = html("div", { class: "chips", role: "group", "aria-label": "Examples" }, ...list.map(chip), more);
    return html("section", { class: "first" }, group, html("p", { class: "note" }, summary));
  }

  // ---- inputs and targets

  function inputs() {
    const { rows, inputs: count, targets } = form.data;
    const counters = html("div", { class: "counters" }, counter("inputs", "inputs", count), counter("rows", "rows", rows));
    const names = (kind, row, width) => Array.from({ length: width }, (_, i) => cell(`${kind}.${row}.${i}`));
    const line = (row) => [...names("x", row, count), ...names("y", row, targets)];
    const all = Array.from({ length: rows }, (_, row) => line(row));
    const heads = [...Array(count).keys()].map((i) => (count > 1 ? `x${sub(i + 1)}` : "x"));
    const ends = [...Array(targets).keys()].map((k) => (targets > 1 ? `y${sub(k + 1)}` : "y"));
    const small = rows === 1 && count + targets <= MOST_ROWS;
    const body = small ? fields.inRows(all[0]) : fields.inGrid([...heads, ...ends], all.map((each, row) => [rows > 1 ? `${row + 1}` : "", each]));
    const title = targets > 1 ? "Inputs x and targets y" : count > 1 ? "Inputs x and target y" : "Input x and target y";
    return section(heading(title), counters, body, refusalPlace("x"), refusalPlace("y"));
  }

  // ---- layers

  function layer({ units, inputs: width, activation }, number) {
    const { layers } = form.data;
    const several = layers.length > 1;
    const last = number === layers.length - 1;
    const title = !several ? (units > 1 ? "Neurons" : "Neuron") : last ? `Layer ${number + 1}, output` : `Layer ${number + 1}`;
    const remove = last ? [] : [html("button", { type: "button", class: "plain", "data-key": `remove ${number}`, "aria-label": `Remove layer ${number + 1}`, click: () => act("remove", number) }, "Remove")];
    const field = several ? number + 1 : "";
    const chosen = choice(`activation${field}`, "Activation", form.data.choices.activations, activation, (name) => act("activation", number, name));
    const top = [heading(title, ...remove), html("div", { class: "counters" }, counter("units", "units", units, number), chosen), refusalPlace(`activation${field}`)];
    return section(...top, ...(form.data.train ? [] : [numbers(number, units, width)]), refusalPlace(`w${field}`), refusalPlace(`b${field}`));
  }

  /** A layer's weights and biases; a training draws its own. */
  function numbers(number, units, width) {
    const lines = Array.from({ length: units }, (_, unit) => [
      ...Array.from({ length: width }, (_, i) => cell(`w.${number}.${unit}.${i}`)),
      cell(`b.${number}.${unit}`),
    ]);
    if (units === 1 && width < MOST_ROWS) return fields.inRows(lines[0]);
    const heads = [...Array(width).keys()].map((i) => (width > 1 ? `w${sub(i + 1)}` : "w"));
    return fields.inGrid([...heads, "b"], lines.map((each, unit) => [units > 1 ? `${unit + 1}` : "", each]));
  }

  function add() {
    const full = form.data.layers.length >= 4;
    return html("button", { type: "button", class: "wide", "data-key": "add", disabled: full, click: () => act("add") }, full ? "Four layers are the most" : "Add a layer");
  }

  // ---- loss, style, dtype

  function loss() {
    return section(choice("loss", "Loss", form.data.choices.losses, form.data.loss, (name) => act("loss", name)), refusalPlace("loss"));
  }

  function choices() {
    const { choices: { styles }, style, dtype } = form.data;
    const dtypes = ["float32", "float64"].map((name) => [name, name]);
    const written = form.data.train ? [] : [segments("style", "Written as", styles, style), refusalPlace("style")];
    return section(...written, segments("dtype", "dtype", dtypes, dtype));
  }

  function choice(key, label, options, value, change) {
    const listed = options.map(([name, title]) => html("option", { value: name, selected: name === value }, title));
    const select = html("select", { "data-key": key, change: () => change(select.value) }, ...listed);
    places.set(`${key} field`, select);
    return html("label", { class: "pick" }, html("span", {}, label), select);
  }

  function segments(key, label, options, value) {
    const radio = ([name, title]) => {
      const input = html("input", { type: "radio", name: key, value: name, checked: name === value, "data-key": `${key} ${name}`, change: () => act(key, name) });
      return html("label", {}, input, html("span", {}, title));
    };
    return html("div", { class: "dtype", role: "radiogroup", "aria-label": label }, html("span", { class: "label", "aria-hidden": "true" }, label), html("span", { class: "segments" }, ...options.map(radio)));
  }

  function refusalPlace(key) {
    const place = html("p", { class: "refusal", role: "status" });
    places.set(key, place);
    return place;
  }

  /** "− 2 +": how many there are. */
  function counter(key, label, count, ...of) {
    const id = [key, ...of].join(" ");
    form.counts[id] = count;
    const number = html("output", {}, String(count));
    const step = (by) => {
      const next = Math.min(MOST, Math.max(1, form.counts[id] + by));
      if (next === form.counts[id]) return;
      form.counts[id] = next;
      setText(number, String(next));
      act(key, ...of, next);
    };
    const press = (by, sign, word) =>
      html("button", { type: "button", "data-key": `${id} ${by}`, "aria-label": `${word} ${label}${of.length ? ` in layer ${of[0] + 1}` : ""}`, "aria-disabled": String(by < 0 ? count === 1 : count === MOST), click: () => step(by) }, sign);
    return html("span", { class: "counter", role: "group", "aria-label": label }, html("span", { class: "label" }, label), press(-1, "−", "Fewer"), number, press(1, "+", "More"));
  }

  /** Settings that do not fit together: every list as it was typed. */
  function wholeLists() {
    const rows = Object.entries(form.data.values).map(([key, text]) => [key, key, text]);
    return section(heading("Settings"), fields.inRows(rows));
  }

  // ---- what the server says

  function refuse() {
    const { refusal } = form.data;
    const found = refusal ? fields.refuse(refusal.field, refusal.message) : fields.refuse("", "");
    for (const [key, place] of places) {
      if (key.endsWith(" field")) setAttribute(place, "aria-invalid", refusal && `${refusal.field} field` === key ? "true" : null);
      else setText(place, refusal?.field === key && !found ? refusal.message : "");
    }
    setText(general, refusal && !found && !places.has(refusal.field) ? refusal.message : "");
  }

  function update(data) {
    const before = form.data;
    form.data = data;
    if (before?.opened !== data.opened) {
      post.restart(data.answered);
      form.edited.clear();
      form.actions = [];
    }
    const shown = before && JSON.stringify([before.preset, before.summary]) === JSON.stringify([data.preset, data.summary]);
    if (before?.opened !== data.opened || before.filled !== data.filled || before.train !== data.train) fill();
    else if (!shown && !data.train) root.firstChild.replaceWith(presets());
    refuse();
    post.answered(data.answered);
    writeAddress(data.address);
  }

  /** Beside the player, which writes its steps itself, only when another view was open before. */
  function writeAddress(wanted) {
    if (!wanted) return;
    const there = new URLSearchParams(location.search).get("view") ?? "step";
    if (wanted.always || there !== wanted.view) address.show(wanted.query, "", wanted.step);
  }

  const dragged = ({ detail: { part, row, text } }) => {
    const [kind, places] = [part[0], part.slice(1)];
    fields.set(kind === "x" || kind === "y" ? `${kind}.${row}.${places}` : `${kind}.${places}`, text);
  };
  document.addEventListener("gradwalk:perceptron-edit", dragged);

  function remove() {
    document.removeEventListener("gradwalk:perceptron-edit", dragged);
    removeEventListener("pointerup", released);
    removeEventListener("pointercancel", released);
    address.stop();
    root.remove();
  }

  return { update, remove, form };
}

const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

const forms = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!forms.has(parentElement)) forms.set(parentElement, createForm(parentElement));
  const made = forms.get(parentElement);
  made.form.send = (entry) => setStateValue("entry", entry);
  made.update(data);
  return () => {
    forms.delete(parentElement);
    made.remove();
  };
}
