/* The view of a run: a slider over its epochs, and four pictures that it moves together, without a word to the server. */

import { createAddress } from "../../gradwalk/player/address.js";
import { html, iconButton, setIcon, setText } from "../../gradwalk/player/dom.js";
import { curves, gradientCurves, lossCurve } from "./curves.js";
import { plane, told4 } from "./plane.js";
import { lossSurface } from "./surface.js";

const PLAY_MS = 6000; // a whole run
const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = createView(parentElement)));
  view.send = setTriggerValue;
  view.take(data);
  return () => {
    view.pause();
    view.leave();
  };
}

function createView(parent) {
  const view = { send: () => {}, data: null, place: 0, opened: null, timer: 0 };
  const link = { send: (name, value) => view.send(name, value) };
  const figures = [plane(link), curves("Loss", lossCurve), lossSurface(link), curves("Gradients by layer", gradientCurves)];
  const slider = html("input", { type: "range", min: 0, step: 1, "aria-label": "Epoch" });
  const play = iconButton("play", "Play the run", toggle);
  play.classList.add("main");
  const epoch = html("output", { class: "epoch" });
  const loss = html("output");
  const right = html("output");
  const enter = html("button", { type: "button", class: "button inside", click: stepInside }, "Step inside this epoch");
  const bar = html("div", { class: "bar" }, html("div", { class: "slide" }, play, slider), html("div", { class: "said" }, epoch, loss, right), enter);
  const grid = html("div", { class: "figures" }, ...figures.map(({ root }) => root));
  const root = html("div", { class: "training" }, bar, grid);
  const address = createAddress();
  let stopLooking = () => {};
  parent.append(root);

  slider.addEventListener("input", () => {
    pause();
    go(Number(slider.value));
    if (!view.inside) tellAddress(); // else the player does
  });
  new ResizeObserver(resized).observe(grid);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", resized);

  function resized() {
    const two = grid.clientWidth >= 620 ? 2 : 1;
    const width = Math.floor(grid.clientWidth / two) - 28 - (two - 1);
    if (!view.data || width < 120) return;
    figures.forEach((figure) => figure.sized(width));
    show();
  }

  function take(data) {
    const { pictures } = data;
    pictures.shares = unpacked(pictures.frames.shares ?? "");
    pictures.editable = data.editable;
    view.data = pictures;
    view.query = data.query;
    const last = Math.max(0, pictures.epochs.length - 1);
    slider.max = last;
    slider.disabled = play.disabled = last === 0;
    enter.disabled = !data.ran || !pictures.epochs.length;
    if (view.opened !== data.opened) {
      pause();
      view.place = data.epoch === null ? last : nearest(pictures.epochs, data.epoch);
      view.opened = data.opened;
    }
    view.place = Math.min(view.place, last);
    view.ran = data.ran;
    view.inside = data.inside;
    tellAddress();
    figures.forEach((figure) => figure.take(pictures));
    resized();
  }

  function stepInside() {
    view.send("inside", view.data.epochs[view.place]);
    stopLooking();
    stopLooking = reveal();
  }

  function go(place) {
    view.place = place;
    show();
  }

  function tellAddress() {
    const place = view.inside || (view.ran ? `epoch=${view.data.epochs[view.place]}` : "");
    address.show([view.query, place].filter(Boolean).join("&"), "", "", 0);
  }

  function show() {
    const { epochs: told_, loss: losses, accuracy, points } = view.data;
    const number = told_[view.place] ?? 0;
    if (Number(slider.value) !== view.place) slider.value = view.place;
    const share = accuracy[view.place];
    const said = losses.length ? `loss ${told4(losses[view.place])}` : "";
    const good = typeof share === "number" ? `${Math.round(share * points.length)} of ${points.length} right` : "";
    setText(epoch, `Epoch ${number.toLocaleString("en")} of ${view.data.last.toLocaleString("en")}`);
    setText(loss, said);
    setText(right, good);
    slider.setAttribute("aria-valuetext", [`epoch ${number}`, said, good].filter(Boolean).join(", "));
    figures.forEach((figure) => figure.show(view.place));
  }

  function toggle() {
    if (view.timer) return pause();
    const last = view.data.epochs.length - 1;
    const from = view.place >= last ? 0 : view.place;
    const began = performance.now();
    const turn = (now) => {
      const place = Math.min(last, from + Math.floor(((now - began) / PLAY_MS) * last));
      if (place !== view.place) go(place);
      view.timer = place < last ? requestAnimationFrame(turn) : 0;
      if (!view.timer) setIcon(play, "play", "Play the run");
    };
    setIcon(play, "pause", "Pause");
    view.timer = requestAnimationFrame(turn);
  }

  function pause() {
    if (view.timer && !view.inside) tellAddress();
    cancelAnimationFrame(view.timer);
    view.timer = 0;
    setIcon(play, "play", "Play the run");
  }

  return Object.assign(view, { take, pause, leave: address.stop });
}

const HEAD = 76; // px of the page's own head, which lies over what is scrolled

/** Bring the step that was asked for into sight as soon as the page has drawn it, and go on from there with the keys. */
function reveal() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = new MutationObserver(look);
  const grown = new ResizeObserver(scroll); // the player below it takes its room later
  let title = null;

  function look() {
    title = document.querySelector(".st-key-training-inside h3");
    if (!title || title.closest("[data-stale=true]")) return;
    drawn.disconnect();
    title.tabIndex = -1;
    title.style.outline = "none"; // it is no control
    title.style.scrollMarginTop = `${HEAD}px`;
    title.focus({ preventScroll: true });
    grown.observe(title.closest("[data-testid=stMainBlockContainer]") ?? document.body);
    for (const kind of ["wheel", "touchstart", "keydown"]) addEventListener(kind, leave, { once: true, passive: true });
  }

  function scroll() {
    const page = title.closest("[data-testid=stMain]") ?? document.scrollingElement;
    const room = page.scrollHeight - page.clientHeight - page.scrollTop;
    const way = title.getBoundingClientRect().top - HEAD;
    title.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    if (way <= room) leave();
  }

  function leave() {
    drawn.disconnect();
    grown.disconnect();
  }

  drawn.observe(document.body, { subtree: true, childList: true, characterData: true });
  look(); // when one is open already
  return leave;
}

/** Shares from 0 to 1 that were packed into 16 bits each, low byte first; nan is the largest number. */
function unpacked(text) {
  const bytes = atob(text);
  return Float64Array.from({ length: bytes.length / 2 }, (_, place) => {
    const packed = bytes.charCodeAt(2 * place) + 256 * bytes.charCodeAt(2 * place + 1);
    return packed === 65535 ? NaN : packed / 65534;
  });
}

/** The last told epoch that is not after this one. */
const nearest = (told, epoch) => Math.max(0, told.findLastIndex((each) => each <= epoch));
