/* The view of a run: one button, one clock, and every panel a function of the epoch at which it stands. */

import { createAddress } from "../../gradwalk/player/address.js";
import { html, setText } from "../../gradwalk/player/dom.js";
import { ALONE, footOfView, tellHeight } from "../../gradwalk/player/frame.js";
import { whenGone } from "../shared/leaving.js";
import { createBar } from "./bar.js";
import { createClock, PICTURES_A_SECOND } from "./clock.js";
import { createCurves, gradientLines, lossLines } from "./curves.js";
import { createFeed } from "./feed.js";
import { createLegend } from "./legend.js";
import { createNetwork } from "./network.js";
import { reveal } from "./reveal.js";
import { described, soFar } from "./so_far.js";
import { createSurface } from "./surface.js";

const AHEAD = 1; // second of the clock for which the run may be ahead of what is drawn
const SURFACE_MS = 1200; // between two surfaces while it runs
const SAID_MS = 700; // for which a sentence can be read while it runs
const LOOKING = "What came of it is looked at, and what may help is tried.";
const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = createView(parentElement)));
  view.send = setTriggerValue;
  view.take(data);
  return whenGone(parentElement, () => {
    views.delete(parentElement);
    view.remove();
  });
}

function createView(parent) {
  const view = { send: (_name, _value) => {}, data: null, feed: null, kept: null, asked: "" };
  const link = { send: (name, value) => view.send(name, value), editable: false, label: () => legend.label(), pointed: null };
  const network = createNetwork(link);
  const legend = createLegend();
  const loss = createCurves("Loss", lossLines);
  const gradients = createCurves("Gradient length by layer", gradientLines);
  const surface = createSurface(choosePair);
  const clock = createClock({ at: moved, changed: controls, reached: () => reached(), over: () => Boolean(view.feed?.ended) });
  const bar = createBar({ press, slide, quick: (speed) => (clock.speed = speed) });
  const enter = html("button", { type: "button", class: "button inside", click: stepInside }, "Step through the next update, below");
  const keep = html("button", { type: "button", class: "button keep", click: keepRun }, "Keep this run");
  const status = html("p", { class: "status", role: "status" });
  const course = html("p", { class: "status course" }); // not read out: it changes all the time
  const cure = html("button", { type: "button", class: "button cure", click: takeCure });
  const below = html("div", { class: "below" }, status, course, cure, enter, keep);
  const panels = html("div", { class: "panels" }, loss.root, gradients.root, surface.root);
  const foot = footOfView();
  const root = html("section", { class: "training", "aria-label": "Training" }, html("h2", { class: "heard" }, "Training"), bar.element, below, network.root, legend.element, panels, foot.element);
  const address = createAddress();
  let [stopLooking, drawnSurface, saidAt, pair, target] = [() => {}, -Infinity, -Infinity, null, null];
  parent.append(root);
  root.classList.toggle("alone", ALONE);
  const untell = tellHeight(root);
  const sizes = new ResizeObserver(resized);
  sizes.observe(root);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", resized);
  const paper = matchMedia("print"); // its colours are others, and its size is the drawing's
  paper.addEventListener("change", resized);

  const first = () => view.data.scene.first ?? { told: [], pictures: [] };
  const rows = () => (view.feed?.told.length ? view.feed.told : first().told);
  const reached = () => Math.max(0, rows().length - 1);
  const last = () => (view.feed?.ended ? reached() : Math.max(0, (view.data?.scene.places ?? 1) - 1));

  // ---- what the server hands over

  function take(data) {
    const before = view.data;
    view.data = data;
    link.editable = data.editable;
    if (before?.inside && !data.inside) back();
    const other = before?.scene.key !== data.scene.key;
    if (other) {
      network.take(data.scene);
      legend.show(data.scene, data.editable);
      clock.every = data.scene.every ?? 1;
      pair = null;
    }
    if (before?.run !== data.run || before.opened !== data.opened) open(data);
    tellAddress();
    resized();
  }

  function open({ run, epoch: at, scene }) {
    view.feed?.leave();
    surface.take(null, scene.names ?? []);
    [drawnSurface, target, view.asked] = [-Infinity, null, ""];
    view.feed = run ? createFeed(run, came) : null;
    clock.pause();
    clock.go(0);
    if (!run) return;
    if (at === null) return play();
    target = at;
    view.feed.want(Infinity);
  }

  /** Something of the run has come. */
  function came() {
    const { feed } = view;
    if (target !== null) {
      const place = feed.told.findLastIndex((row) => row[0] <= target);
      if (place >= 0) clock.go(place);
      if (feed.ended || feed.told.at(-1)?.[0] >= target) target = null;
    }
    if (feed.ended && !clock.playing) askSurface();
    controls();
    show();
  }

  // ---- the one button

  function press() {
    if (clock.playing) return clock.pause();
    if (!view.data.run || view.feed.gone) return view.send("run", 1);
    play();
  }

  function play() {
    target = null;
    clock.play();
    wantAhead();
  }

  function wantAhead() {
    if (clock.playing) view.feed?.want(clock.place + Math.ceil(AHEAD * PICTURES_A_SECOND * clock.every * Math.max(1, clock.speed)));
  }

  function moved() {
    wantAhead();
    if (performance.now() - drawnSurface > SURFACE_MS) askSurface();
    show();
  }

  function slide(wanted) {
    clock.pause();
    target = wanted > reached() ? Infinity : null;
    if (!view.feed) return controls();
    view.feed.want(wanted);
    if (target !== null) target = (view.data.scene.last * wanted) / last();
    clock.go(wanted);
    askSurface();
    controls();
    show();
  }

  function controls() {
    if (!view.data) return;
    const { scene, ready, run } = view.data;
    const [at, end] = [clock.place, last()];
    const done = Boolean(view.feed?.ended) && at >= end;
    const label = clock.playing ? "Pause" : !run || view.feed?.gone ? "Run" : done ? "Run again" : at ? "Continue" : "Run";
    bar.label(label, { runs: ready && (scene.first?.told.length || run), slides: Boolean(run) });
    bar.place(at, reached(), end, true);
    keep.hidden = !run || rows().length < 2;
    setText(keep, view.kept && view.kept.run === run ? "Let the kept run go" : "Keep this run");
    enter.disabled = !run || !view.feed?.told.length;
    if (done) view.feed.want(Infinity); // what there is to say about it
    const remark = done ? view.feed.remark : null;
    const looking = done && !view.feed.remark ? LOOKING : "";
    setText(status, view.feed?.trouble || remark?.text || looking);
    status.hidden = !status.textContent;
    course.hidden = !status.hidden;
    cure.hidden = !remark?.cure;
    setText(cure, remark?.cure ?? "");
    if (!clock.playing && !view.data.inside) tellAddress();
    if (!clock.playing && view.feed?.told.length) askSurface();
  }

  // ---- what is shown

  function pictureAt(place) {
    const all = view.feed?.pictures.length ? view.feed.pictures : first().pictures;
    const before = all.findLast((picture) => picture.place <= place) ?? all[0] ?? null;
    if (!view.feed || before?.place === place) return before;
    if (view.feed.between?.place === place) return view.feed.between;
    if (!clock.playing && place < view.feed.told.length) void view.feed.seek(place);
    return before;
  }

  function show() {
    if (!view.data) return;
    const { scene } = view.data;
    const all = rows();
    const place = Math.min(clock.place, Math.max(0, all.length - 1));
    const [number = 0, lossHere, share, ] = all[place] ?? [];
    const picture = pictureAt(place);
    const good = typeof share === "number" ? `${Math.round(share * scene.points.length)} of ${scene.points.length} right` : "";
    bar.read(number, scene.last, lossHere, good);
    bar.place(place, reached(), last());
    sayCourse(all, place);
    // A picture of another epoch, until this one's own has come, says so.
    const own = !picture || picture.place === place;
    network.show(picture, own ? described(scene, number, good) : described(scene, all[picture.place]?.[0] ?? 0, ""), own);
    const at = all.map((row) => row[0]);
    const { kept } = view;
    const run = { name: "this run", rows: all, epochs: at, place, last: scene.last, layers: scene.layers.length, kept: kept && kept.run !== view.data.run ? kept : null };
    loss.show(run);
    gradients.show(run);
    const under = run.kept && run.kept.names === JSON.stringify(scene.names) ? run.kept.numbers : null;
    surface.show({ place, epochs: at, numbers: picture?.place === place ? picture.numbers : null, kept: under });
  }

  /** While it runs a sentence stays long enough to be read; it names the epochs that it speaks of. */
  function sayCourse(all, place) {
    const { scene } = view.data;
    if (clock.playing && performance.now() - saidAt < SAID_MS) return;
    saidAt = performance.now();
    setText(course, !scene.points.length ? "" : place ? soFar(all, place, scene.points.length) : (scene.asks ?? ""));
  }

  async function askSurface() {
    const { feed } = view;
    if (!feed?.told.length || feed.told.length < 2) return;
    const key = JSON.stringify([feed.address, clock.place, pair, feed.told.length]);
    if (view.asked) return;
    if (surface.taken()?.key === key) return;
    view.asked = key;
    drawnSurface = performance.now();
    // While it runs, the two numbers stay; in the end they are those that went furthest, where nobody chose others.
    const found = await feed.surface(clock.place, pair ?? (feed.ended && !clock.playing ? null : (surface.taken()?.pair ?? null)));
    view.asked = "";
    if (feed !== view.feed || !found) return;
    surface.take({ ...found, key }, view.data.scene.names);
    show();
    if (!clock.playing && key !== JSON.stringify([feed.address, clock.place, pair, feed.told.length])) askSurface();
  }

  function choosePair(chosen) {
    pair = chosen;
    surface.take(surface.taken(), view.data.scene.names);
    askSurface();
  }

  // ---- what else can be pressed

  function keepRun() {
    const { scene, run } = view.data;
    const all = rows();
    if (view.kept?.run === run) view.kept = null;
    else view.kept = { run, name: scene.name, rows: all.slice(), epochs: all.map((row) => row[0]), names: JSON.stringify(scene.names), numbers: view.feed.pictures.map(({ numbers }) => numbers) };
    controls();
    show();
  }

  function takeCure() {
    if (view.kept?.run !== view.data.run) keepRun();
    view.send("cure", 1);
  }

  function stepInside() {
    clock.pause();
    view.send("inside", rows()[clock.place][0]);
    stopLooking();
    stopLooking = reveal();
  }

  /** Who closes a step stands at the run again, where it was opened. */
  function back() {
    stopLooking();
    enter.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
  }

  function tellAddress() {
    if (clock.playing) return;
    const { inside: open, run, query } = view.data;
    const place = open || (run && rows().length ? `epoch=${rows()[Math.min(clock.place, reached())]?.[0] ?? 0}` : "");
    address.show([query, place].filter(Boolean).join("&"), "", "", 0, "", "", "train");
    foot.show(address.here());
    foot.element.hidden = Boolean(open); // the player of the step has it then
  }

  function resized() {
    const width = panels.clientWidth;
    if (!view.data || width < 120) return;
    root.style.setProperty("--drawn", String(width));
    network.sized(width);
    const count = width >= 760 ? 3 : width >= 560 ? 2 : 1;
    const each = Math.floor((width - (count - 1) * 28) / count);
    const height = Math.round(Math.min(240, Math.max(190, 0.66 * each)));
    for (const panel of [loss, gradients, surface]) panel.sized(each, height);
    controls();
    show();
  }

  function remove() {
    clock.pause();
    view.feed?.leave();
    address.stop();
    untell();
    sizes.disconnect();
    dark.removeEventListener("change", resized);
    paper.removeEventListener("change", resized);
    root.remove();
  }

  return Object.assign(view, { take, remove });
}
