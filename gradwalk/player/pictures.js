/* The two pictures of one run: which of them is on the page, with which details, and how large. */

import { groupsInAddress, groupsName, pictureInAddress, pictureName } from "./address.js";
import { closer } from "./closer.js";
import { createFolds } from "./folds.js";
import { html, iconButton, leave, setAttribute, setText } from "./dom.js";
import { legend, marksOf, showMarks } from "./legend.js";
import { marginOf } from "./picture.js";
import { LEGIBLE } from "./scale.js";
import { createStage } from "./stage.js";
import { createStops } from "./stops.js";
import { graphAt, isProgram } from "./story.js";
import { LOST } from "./names.js";

const WIDTHS = { narrow: 600, both: 820, least: 220 }; // px of the player; of a picture beside the other
const AREA_PADDING = 8; // px, in Present
const CHOICE_KEY = "gradwalk.picture";
const NOTHING = "No operation of PyTorch runs in this part of the program.";
const LEFT_OUT = "The graph of this part is one too many to be here from the start. On the page Code it is drawn when one stops here.";
const MISSING = "There is no grad_fn graph to draw: nothing here requires a gradient, or it is too large.";
const COMING = "PyTorch's own graph, as torchviz draws it, is on its way.";
const NAMES = { computation: "Computation graph", grad_fn: "grad_fn graph", both: "Both" };

/** What the address asks for, else what the reader chose last time, on any page; storage may be switched off. */
function firstChoice() {
  const usual = { view: "computation", saved: false };
  try {
    return { ...usual, ...(pictureInAddress() || JSON.parse(localStorage.getItem(CHOICE_KEY))) };
  } catch {
    return usual;
  }
}

function rememberChoice(choice) {
  try {
    localStorage.setItem(CHOICE_KEY, JSON.stringify(choice));
  } catch {
    // The choice then holds for this page only.
  }
}

/** `chosen()` is called when another picture was chosen: it is then on the page; `explain(term)` for a term of the legend; `lacking()` when torchviz's picture is wanted that nobody has asked for. */
export function createPictures(pick, chosen, explain, lacking) {
  const choice = firstChoice();
  const stages = {
    computation: createStage({ name: NAMES.computation, numbers: true, changed: () => arrange(), pick: (ids) => (foldable(ids[0]) ? toggle(ids[0]) : pick(ids)) }),
    grad_fn: createStage({ name: NAMES.grad_fn, numbers: false, changed: () => arrange(), pick }),
  };
  const tabs = Object.entries(NAMES).map(([view, name]) =>
    html("button", { type: "button", "data-view": view, click: () => choose({ view }) }, name));
  const saved = html("input", { type: "checkbox", change: () => choose({ saved: leave(saved).checked }) });
  const savedSwitch = html("label", { class: "saved-switch" }, saved, "saved tensors");
  const zoomButtons = ["smaller", "larger", "whole"].map((change) => {
    const label = { smaller: "Smaller", larger: "Larger", whole: "Whole picture" }[change];
    return iconButton(change, label, () => zoom(change));
  });
  const missing = html("p", { class: "missing" }, MISSING);
  const bar = html(
    "div", { class: "pictures-bar" },
    html("div", { class: "tabs", role: "group", "aria-label": "Picture" }, ...tabs),
    savedSwitch,
    html("div", { class: "zoom", role: "group", "aria-label": "Size of the picture" }, ...zoomButtons),
  );
  const nothing = html("p", { class: "nothing-computed" }, NOTHING);
  const frames = html("div", { class: "stages" }, stages.computation.element, stages.grad_fn.element, nothing);
  const marks = legend(explain);
  const below = html("div", { class: "below" }, marks, html("div", { class: "maps" }, ...Object.values(stages).map(({ map }) => map)));
  const area = html("div", { class: "area" }, frames, missing, below);
  let list = [];
  let graphs = null; // those of the episode on show
  let program = false; // it always shows what its nodes keep
  let keeping = false; // whether they keep anything
  let lost = false; // with the process, all but what it had shown
  let size = { width: 0, height: 0, most: 1 };
  let learns = false; // then PyTorch's own picture is not shown
  let folds = new Map(); // of the graphs that have groups
  let asked = groupsInAddress(); // for the first graphs that come
  let named = false; // whether the address said which groups of these graphs are open
  const stops = createStops((number) => folds.get(list[number]) ?? null);

  const foldable = (id) => Boolean(folds.get(graphs)?.has(id));

  /** Open a group in its place, or close it again. */
  function toggle(id) {
    if (stops.isRun(id)) {
      stops.toggleRun(id);
      return chosen();
    }
    const was = stages.computation.whereIs(id);
    folds.get(graphs).toggle(id);
    arrange();
    chosen();
    stages.computation.bring(id, was);
  }

  /** Open what a step is in, where it was asked for by its number: not where the address says that its group is closed. */
  function reveal(story, step) {
    const { group, last } = stops.stopAt(story, step);
    if (!group || (step === last && named)) return;
    if (stops.isRun(group)) {
      stops.toggleRun(group);
      return reveal(story, step);
    }
    folds.get(list[graphAt(story, step)]).reveal(story.steps[step].focus ?? stops.focusAfter(story, step));
    if (graphs) arrange();
  }

  /** Open what the address names by now. */
  function openAsAsked() {
    const wanted = groupsInAddress();
    named = wanted.size > 0;
    for (const [number, ids] of wanted) folds.get(list[number])?.openOnly(ids);
    if (graphs) arrange();
  }

  /** Which groups are open, as the address has it: where they are not the usual ones, and where the step is in a closed one. */
  function groupsOpen(story, step) {
    const here = stops.stopAt(story, step).group ? list[graphAt(story, step)] : null;
    const told = list.map((graph, number) => [number, folds.get(graph), graph === here]).filter(([, fold, isHere]) => fold && (isHere || !fold.isUsual()));
    return groupsName(told.map(([number, fold]) => [number, fold.opened()]));
  }

  /** One of the shapes of a graph: of one with groups, with those open that are. */
  const shaped = (graph, shape) => {
    const placed = folds.get(graph)?.placed(shape) ?? graph.computation?.[shape];
    return size.stage && shape !== "tall" ? closer(placed, learns) : placed;
  };

  function choose(change) {
    Object.assign(choice, change);
    rememberChoice(choice);
    arrange();
    chosen();
  }

  function zoom(change) {
    for (const stage of visible()) stage.setZoom(change);
    arrange();
  }

  const views = () => {
    if (learns) return ["computation"];
    const view = choice.view === "both" && size.width < WIDTHS.both ? "computation" : choice.view;
    return view === "both" ? ["computation", "grad_fn"] : [view];
  };
  const visible = () => views().map((view) => stages[view]).filter((stage) => !stage.isEmpty());

  /** Draw what is visible and not yet drawn, and give each stage its room. */
  function arrange() {
    const shown = views();
    const tall = isTall();
    if (!graphs) for (const stage of Object.values(stages)) stage.draw(null);
    else {
      if (shown.includes("computation")) stages.computation.draw(drawable(shaped(graphs, shapeOf(graphs.computation))), tall);
      const details = choice.saved ? "saved" : "plain";
      if (shown.includes("grad_fn")) stages.grad_fn.draw(graphs.grad_fn && graphs.grad_fn[details], true);
    }
    for (const tab of tabs) {
      setAttribute(tab, "aria-pressed", tab.dataset.view === (shown.length === 2 ? "both" : shown[0]));
      tab.hidden = tab.dataset.view === "both" && size.width < WIDTHS.both;
    }
    for (const view of Object.keys(stages)) stages[view].element.hidden = !shown.includes(view) || stages[view].isEmpty();
    for (const view of Object.keys(stages)) if (!shown.includes(view)) stages[view].map.hidden = true;
    missing.hidden = !(graphs && shown.includes("grad_fn") && !graphs.grad_fn);
    setText(missing, graphs && !("grad_fn" in graphs) ? COMING : MISSING);
    if (!missing.hidden && !("grad_fn" in graphs)) lacking();
    setText(nothing, graphs?.left_out ? LEFT_OUT : lost ? LOST : NOTHING);
    nothing.hidden = !(list.length && shown.includes("computation") && stages.computation.isEmpty());
    const boxed = shown.includes("grad_fn") && missing.hidden;
    savedSwitch.hidden = !boxed && (program || !keeping || tall);
    saved.checked = choice.saved;
    area.dataset.saved = program || choice.saved;
    setAttribute(zoomButtons[2], "aria-pressed", visible().some((stage) => stage.isWhole()));
    area.dataset.shows = shown.join(" ");
    marks.hidden = !visible().length;
    const beside = shown.length === 2 ? widthBeside() : 0;
    for (const view of shown) {
      const width = view === "grad_fn" && beside ? beside : size.width - beside;
      stages[view].resize({ ...size, phone: tall, width: Math.floor(width) });
    }
    keepHeight();
    area.style.setProperty("--tallest", `${size.stage ? Math.ceil(Math.max(0, ...visible().map((stage) => stage.tallest()))) + below.offsetHeight + AREA_PADDING : 0}px`);
    bar.classList.toggle("needless", visible().every((stage) => stage.fits()));
  }

  /** Where there is more room below than beside, the picture runs down: on a phone, but not where a page is enlarged. */
  const isTall = () => size.width < (innerWidth > innerHeight ? WIDTHS.least * 2 : WIDTHS.narrow);

  /** A picture that is too wide stands in rows, where more of it is then to be seen. */
  function shapeOf(computation) {
    if (isTall()) return "tall";
    const width = views().length === 2 ? 0.6 * size.width : size.width;
    const height = size.height + (size.spare ?? 0); // words that are longer at one step give it no other shape
    const onStage = (placed) => (size.stage ? closer(placed, learns) : placed);
    const fit = (placed) => Math.min(width / (placed.width + 2 * marginOf(placed)), height / (placed.height + 2 * marginOf(placed)));
    if (!computation?.rows || fit(onStage(computation.wide)) >= (size.legible ?? LEGIBLE).whole) return "wide";
    return fit(onStage(computation.rows)) > fit(onStage(computation.wide)) ? "rows" : "wide";
  }

  /** Of two pictures each gets of the width what it would take at the height that there is. */
  function widthBeside() {
    const [first, second] = [stages.computation, stages.grad_fn].map((stage) => stage.widthAt(size.height, size.most));
    const fair = (size.width * second) / Math.max(1, first + second);
    return Math.min(Math.max(first + second < size.width ? second : fair, WIDTHS.least), 0.45 * size.width);
  }

  const drawable = (placed) => (placed && placed.boxes.length ? placed : null);

  /** With several graphs, what stands below the pictures stays where it is. */
  function keepHeight() {
    const placed = list.length > 1 ? list.map((graph) => shaped(graph, shapeOf(graph.computation))) : [];
    const heights = placed.filter(Boolean).map((each) => stages.computation.heightOf(each));
    frames.style.minHeight = heights.length ? `${Math.max(...heights)}px` : "";
  }

  /** The graphs of a single run, or of several: `list`. Of the same document, what is open stays so where the same groups are there. */
  function setGraphs(next, same = false) {
    const before = same ? list.map((graph) => folds.get(graph)) : [];
    list = next ? next.list || [next] : [];
    const openIn = (graph, number) => asked.get(number) ?? (before[number]?.isLike(graph.computation) ? before[number].opened() : undefined);
    folds = new Map(list.map((graph, number) => [graph, createFolds(graph.computation, openIn(graph, number))]).filter(([, found]) => found));
    named = asked.size > 0;
    if (list.length) asked = new Map();
    for (const stage of Object.values(stages)) stage.clear();
    graphs = null;
  }

  /** A step of another episode may show another graph. */
  function switchTo(number) {
    const next = list[number] || null;
    if (next === graphs) return;
    graphs = next;
    arrange();
  }

  return {
    bar,
    area,
    setGraphs,
    setStory(story) {
      const known = marksOf(list, story);
      [program, keeping, lost] = [isProgram(story), known.includes("chips"), Boolean(story.names.lost)];
      if (lost) setText(nothing, LOST);
      showMarks(marks, known);
    },
    stills: () => visible().map((stage) => stage.still()),
    /** Where the box that a step is about stands in the window, or will in a moment: `top`, `bottom`; null without one. */
    litBox: () => stages.computation.litBox(),
    /** The same of the box with which it begins. */
    firstBox: () => stages.computation.firstBox(),
    /** Whether the reader has opened a box, which wants room. */
    isOpened: () => Boolean(folds.get(graphs)?.isOpened()),
    leftOut: () => Boolean(graphs?.left_out),
    name: () => (learns ? "" : pictureName(choice)),
    stopAt: stops.stopAt,
    isAlone: stops.isAlone,
    said: stops.said,
    openRunAt: stops.openRunAt,
    toggle,
    reveal,
    openAsAsked,
    groupsOpen,
    zoom,
    roomOnScreen: () => area.clientHeight - below.offsetHeight - AREA_PADDING,
    resize(next, plainly) { [size, learns] = [next, plainly]; arrange(); },
    show(story, step, moves, asked) {
      switchTo(graphAt(story, step));
      for (const stage of visible()) stage.show(story, step, moves, asked, stops.alsoLit(story, step));
    },
  };
}
