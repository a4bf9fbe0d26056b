/* The neuron as textbooks draw it, in step with the player: everything on it is a function of its data and a step. */

import { html, setText, watchSizes } from "../../gradwalk/player/dom.js";
import { ALONE } from "../../gradwalk/player/frame.js";
import { entryAt } from "../../gradwalk/player/story.js";
import { whenGone } from "../shared/leaving.js";
import { drawPieces } from "./pieces.js";

const LATE = 3000; // ms after which what was given is no longer waited for
const CLOSE = 1e-6; // of a number: a float32 is no nearer to what was typed
const STAGE = { share: 0.44, low: 0.36, least: 0.5, air: 12, type: 540, width: 440 }; // of the window's height, and of a low one's; px around the picture; of the window for each of its own
const LOW = 900; // px of the window's height
const LEAST_WIDTH = 350; // px; what is narrower scrolls, for numbers would lie on one another

function createDrawing(parent) {
  const canvas = html("div", { class: "canvas" });
  const rows = createRows((by) => turn(by));
  const key = html("p", { class: "key" });
  const cover = html("button", { type: "button", class: "cover", click: uncover }, "");
  const foot = html("div", { class: "foot" }, key, cover);
  const warning = html("div", { class: "warning", role: "status" });
  const about = { class: "neuron", "aria-label": "The neuron, drawn" };
  const root = html("figure", about, rows.element, canvas, foot, warning);
  const state = { data: null, covered: true, step: 0, now: new Set(), kind: null, row: 0, pending: new Map(), given: 0 };
  let shape = "";
  let drawn = null;
  root.classList.toggle("alone", ALONE);
  parent.append(root);

  const at = {
    get width() {
      return canvas.clientWidth && Math.max(canvas.clientWidth, LEAST_WIDTH);
    },
    get low() {
      return stage() ? "stage" : innerHeight < LOW ? "page" : "";
    },
    part: (part) => state.data.parts[part],
    text(part, which) {
      if (which === "value" && state.pending.has(part)) return state.pending.get(part).replace("-", "−");
      const entry = entryOf(part, which);
      const text = entry && entry[1] ? ofRow(entry[1]) : null;
      return text !== null && which === "grad" && isCovered() ? "?" : text;
    },
    isFresh(part, which) {
      const entry = entryOf(part, which);
      return state.step > 0 && Boolean(entry) && entry[0] === state.step;
    },
    number: (part) => Number(state.pending.get(part) ?? ofRow(state.data.parts[part].numbers) ?? NaN),
    known: (part) => (at.text(part, "value") === null ? NaN : at.number(part)),
    slope(part) {
      if (isCovered()) return NaN;
      const [since, numbers] = state.data.parts[part].slope ?? [Infinity, []];
      return since <= state.step ? (ofRow(numbers) ?? NaN) : NaN;
    },
    isLit: (part) => Boolean(state.data.parts[part]?.boxes.some((box) => state.now.has(box))),
    runs: (part) => Boolean(state.data.parts[part]?.out.some((arrow) => state.now.has(arrow))),
    running: () => Object.keys(state.data.parts).filter((part) => part[0] === "w" && at.runs(part)).length,
    pick(part) {
      const { boxes } = state.data.parts[part];
      document.dispatchEvent(new CustomEvent("gradwalk:pick", { detail: { boxes } }));
    },
    give(part, text) {
      state.pending.set(part, text);
      state.given = performance.now();
      document.dispatchEvent(new CustomEvent("gradwalk:perceptron-edit", { detail: { part, row: state.row, text } }));
      drawn.show();
    },
  };

  /** By hand, the reader's own attempt comes before the gradients. */
  const isCovered = () => Boolean(state.data.whole) && state.covered;

  function uncover() {
    state.covered = !state.covered;
    show();
  }

  /** An answer of the server may be to an earlier key: what was given last stays until it has come, or is long ago. */
  function settle() {
    if (canvas.querySelector(".dragged")) return;
    const late = performance.now() - state.given > LATE;
    for (const [part, text] of state.pending) {
      const there = Number(ofRow(state.data.parts?.[part]?.numbers ?? []));
      if (late || Math.abs(there - Number(text)) <= CLOSE * Math.abs(there)) state.pending.delete(part);
    }
  }

  function entryOf(part, which) {
    const entries = state.data.parts[part]?.[which] ?? [];
    const index = entryAt(entries, state.step);
    return index < 0 ? null : entries[index];
  }

  const ofRow = (list) => list[Math.min(state.row, list.length - 1)];

  function turn(by) {
    state.row = (state.row + by + state.data.rows) % state.data.rows;
    state.pending.clear();
    show();
  }

  function show() {
    if (!drawn) return;
    root.dataset.phase = state.kind ?? "start";
    rows.show(state.row, state.data.rows);
    cover.hidden = !state.data.whole;
    setText(cover, state.covered ? "Show the gradients" : "Cover the gradients");
    drawn.show();
    follow();
  }

  /** The stage that the drawing stands on; null on its page. */
  function stage() {
    const { host } = /** @type {ShadowRoot} */ (root.getRootNode());
    return host instanceof HTMLElement && host.classList.contains("taken") ? host : null;
  }

  /** A network that is wider than its room is scrolled to what is lit. */
  function follow() {
    const on = stage();
    const lit = canvas.querySelector(".nodes .now, .chips .now");
    if (lit && on && on.scrollHeight > on.clientHeight) lit.scrollIntoView({ block: "center", inline: "nearest" });
    const spare = canvas.scrollWidth - canvas.clientWidth;
    const part = spare > 0 && canvas.querySelector(".nodes .now, .chips .now");
    if (!part) return;
    const [room, box] = [canvas.getBoundingClientRect(), part.getBoundingClientRect()];
    if (box.left >= room.left && box.right <= room.right) return;
    canvas.scrollLeft += (box.left + box.right - room.left - room.right) / 2;
  }

  /** On the stage its text of 14 px has 28 px at 1080 lines; a network of many units is as small as it has to be for all of it to be seen. */
  function fit() {
    const [host, picture] = [stage(), canvas.querySelector("svg")];
    if (!picture || !host) return;
    const fitting = ((innerHeight < LOW ? STAGE.low : STAGE.share) * innerHeight) / (picture.height.baseVal.value + STAGE.air);
    const larger = Math.min(innerHeight / STAGE.type, innerWidth / STAGE.width, Math.max(fitting, STAGE.least));
    host.style.setProperty("--larger", String(larger));
  }

  /** Draw it anew where its shape or its room has changed; else the pieces stay and only show other numbers. */
  function draw() {
    const { data } = state;
    if (!data?.parts || !at.width) return;
    const { inputs, targets, layers, loss } = data;
    const labels = Object.entries(data.parts).map(([part, { label }]) => [part, label]);
    const next = JSON.stringify([at.width, at.low, inputs, targets, layers, loss, labels]);
    if (next !== shape) {
      drawn = drawPieces(data, at);
      canvas.replaceChildren(drawn.element);
      shape = next;
    }
    fit();
    show();
  }

  function update(data) {
    if (state.data?.opened !== data.opened || !data.whole) state.covered = true;
    state.data = data;
    settle();
    state.row = Math.min(state.row, Math.max(0, data.rows - 1));
    root.classList.toggle("stale", Boolean(data.stale));
    root.hidden = !data.parts;
    setText(key, keyText(data));
    warn(data.warning);
    if (data.whole) Object.assign(state, { step: Infinity, now: new Set(), kind: null });
    draw();
    document.dispatchEvent(new Event("gradwalk:where"));
  }

  function warn(told) {
    const text = told ? `${told.title} ${told.text}` : "";
    warning.hidden = !told;
    if (warning.textContent === text) return;
    warning.replaceChildren(...(told ? [html("b", {}, told.title), ` ${told.text}`] : []));
  }

  function heard({ detail }) {
    if (!state.data || state.data.whole || detail.opened !== state.data.opened) return;
    const { step, kind } = detail;
    const now = state.data.quiet?.includes(step) ? [] : detail.now;
    Object.assign(state, { step, now: new Set(now), kind });
    show();
  }

  /** Where the player fills the screen, the drawing stands on it, in a root of its own with the same styles. */
  function present({ detail: { place } }) {
    if (!place) return void (root.getRootNode() !== parent.getRootNode() && parent.append(root));
    const own = /** @type {ShadowRoot} */ (parent.getRootNode());
    const room = place.shadowRoot ?? place.attachShadow({ mode: "open" });
    room.adoptedStyleSheets = [...own.adoptedStyleSheets];
    room.replaceChildren(...[...own.querySelectorAll("style")].map((style) => style.cloneNode(true)), root);
    place.classList.add("taken");
    fit();
  }

  document.addEventListener("gradwalk:step", heard);
  document.addEventListener("gradwalk:present", present);
  const unwatch = watchSizes([canvas], draw);

  function remove() {
    document.removeEventListener("gradwalk:step", heard);
    document.removeEventListener("gradwalk:present", present);
    unwatch();
    root.remove();
  }

  return { update, remove };
}

function keyText(data) {
  const edges = "A thicker line is a larger weight, a broken one a negative weight.";
  return data.parts ? `${edges} Drag a number to change it.` : "";
}

/** Of a batch, one row at a time is drawn. */
function createRows(turn) {
  const name = html("span", { "aria-live": "polite" });
  const loss = html("span", { class: "of-all" });
  const step = (by, label, sign) =>
    html("button", { type: "button", "aria-label": label, title: label, click: () => turn(by) }, sign);
  const element = html("div", { class: "rows" }, step(-1, "Previous row", "‹"), name, step(1, "Next row", "›"), loss);
  return {
    element,
    show(row, rows) {
      element.hidden = rows < 2;
      setText(name, `Row ${row + 1} of ${rows}`);
      setText(loss, `L is that of all ${rows}`);
    },
  };
}

const drawings = new WeakMap();

export default function ({ data, parentElement }) {
  if (!drawings.has(parentElement)) drawings.set(parentElement, createDrawing(parentElement));
  const drawing = drawings.get(parentElement);
  drawing.update(data);
  return whenGone(parentElement, () => {
    drawings.delete(parentElement);
    drawing.remove();
  });
}
