/* The player: the parts put together. Everything shown is a function of the data and one step number. */

import { createAddress } from "./address.js";
import { html, scroller, setAttribute, setText, watchSizes } from "./dom.js";
import { createDensity } from "./density.js";
import { createDials } from "./dials.js";
import { createEpisodes } from "./episodes.js";
import { createFindings } from "./findings.js";
import { ALONE, tellHeight, wholePage } from "./frame.js";
import { listenToSwipe } from "./hand.js";
import { createKeyList } from "./keylist.js";
import { listenToKeys } from "./keys.js";
import { createPanel } from "./panel.js";
import { createPictures } from "./pictures.js";
import { createPredict } from "./predict.js";
import { isOnScreen, toggleScreen } from "./screen.js";
import { createScrubber } from "./scrubber.js";
import { createSlope } from "./slope.js";
import { legibleOn } from "./stage.js";
import { fontOfPage } from "./still.js";
import { carriedStep, clampStep, episodeAt, isProgram, lastStep, phaseAt, readStory, stepForLine, stepForOutput, stepForThing } from "./story.js";
import { createTake } from "./take.js";
import { createTour } from "./tour.js";
import { createTransport } from "./transport.js";
import { createWords } from "./words.js";

const DRAW_PAUSE = 250; // ms at one graph before it is asked for
const LIVE_PAUSE = 400; // ms; while someone steps quickly, a screen reader hears only where they stop
const MOST_SCALE = { page: 1.5, screen: 2.4 };
const PICTURE_SHARE = { learn: 0.4, expression: 0.57, program: 0.48, side: 0.5, low: 0.33, opened: 0.5 }; // of the window's height
const FRAME_SHAPE = 0.9; // of a frame's width
const SIDE_WIDTH = 1000; // px of the player from which a program stands beside the picture
const [LEAST_HEIGHT, MOST_HEIGHT] = [240, 620]; // px of the picture
const COLUMNS_FROM = 860; // px of the window from which the page has columns, as in columns.css
const PAGES = { PageUp: "ArrowLeft", PageDown: "ArrowRight" };
const CLEAR = 12; // px around a lit box
const SHORTCUTS = "ArrowLeft ArrowRight Home End Space F E P + - 0 ?";
const SIZES = { "+": "larger", "-": "smaller", "0": "usual" };

/** `address` is told what is shown: `show(query, picture, density, step, predict, groups)`, and `stop()` in the end; `font()` gives the font of pictures. */
export function createPlayer(parent, address = createAddress(), font = fontOfPage) {
  let data = null;
  let step = 0;
  let graphsText = null;
  let ask = {}; // what can be asked for, where there is a server: the steps of a folded episode (`unfold`), the graph of one (`draw`), `torchviz`'s picture
  let drawing = null; // the episode whose graph was asked for
  let drawTimer = 0;
  let measured = "";
  let wide = 0; // px of the player; 0 while it is hidden
  let liveTimer = 0;

  const last = () => lastStep(data.story);
  const scrubber = createScrubber((to) => { transport.pause(); go(to); });
  const transport = createTransport({
    go: (by, playing) => (by > 0 ? forth(playing) : back()),
    toStart: () => go(0),
    toEnd: () => go(last()),
    atEnd: () => step === last(),
    letters: () => words.letters(),
    screen: () => toggleScreen(root),
  });
  const jump = (to) => { transport.pause(); if (to !== null) go(to); };
  const episodes = createEpisodes(jump);
  const another = () => {
    if (!data) return;
    root.dataset.density = density.name();
    step = pictures.stopAt(data.story, step).last;
    measure();
    show();
    tellAddress();
  };
  const density = createDensity(another);
  const slope = createSlope();
  const pictures = createPictures(pick, another, (term) => words.explain(term), () => ask.torchviz?.());
  const predict = createPredict({ reveal: (to) => go(to, true), changed: () => { if (data) { show(); tellAddress(); } }, begin: () => data && askNext(), leave: () => back() });
  const words = createWords(predict, (number) => { transport.pause(); ask.unfold(number); }, (to) => jump(to), () => Boolean(ask.unfold), ({ group, first }) => {
    transport.pause();
    pictures.toggle(group);
    if (first !== undefined) go(first);
  });
  const panel = createPanel(() => data && show());
  const tour = createTour(() => data && measure() && show());
  const keyList = createKeyList(() => tour.show());
  const question = html("h2", { class: "question" });
  const welcome = html("div", { class: "welcome" }, question, html("button", { type: "button", class: "button begin", click: () => forth() }, "Press →"));
  const take = createTake({ root: () => root, stills: () => pictures.stills(), step: () => step, font, here: () => (tellAddress(), address.here()) });
  const findings = createFindings((to) => goTo(to));
  const whole = wholePage();
  const live = html("div", { class: "live", "aria-live": "polite", "aria-atomic": "true" });
  const bar = html("div", { class: "bar" }, transport.element, scrubber.element, predict.button, transport.extras);
  const stale = html("p", { class: "stale-note" }, "The last good picture and program");
  const dials = createDials();
  const say = html("div", { class: "say" }, words.element, slope.element, panel.element);
  const inside = html("div", { class: "inside" }, welcome, tour.element, bar, take.element, keyList.element, episodes.element, dials.element, dials.guest, pictures.bar, stale, pictures.area, say, findings.element, whole.element, live);
  const empty = html("p", { class: "empty" });
  const about = { class: "player", "aria-label": "Player" };
  transport.extras.prepend(density.element);
  transport.extras.append(take.button, keyList.button);
  const root = html("section", { ...about, "data-density": density.name() }, inside, empty);
  parent.append(root);
  root.classList.toggle("alone", ALONE);
  const untell = tellHeight(root);
  const unwatch = watchSizes([root, scrubber.element, panel.element], resized);
  const unlisten = listenToKeys(root, (key) => {
    if (!data) return;
    if (key === " ") return transport.toggle();
    if (key === "f") return toggleScreen(root);
    if (key === "e") return take.toggle();
    if (key === "p") return predict.toggle();
    if (key === "?") return keyList.toggle();
    if (SIZES[key]) return pictures.zoom(SIZES[key]);
    if (key === "b") return root.classList.toggle("blank", isOnScreen(root) && !root.classList.contains("blank"));
    root.classList.remove("blank");
    if (isOnScreen(root) && PAGES[key]) key = PAGES[key]; // what a clicker sends
    if (key === "PageUp") return jump(episodes.episodeStep(-1));
    if (key === "PageDown") return jump(episodes.episodeStep(1));
    transport.pause();
    if (key === "ArrowRight") forth();
    else if (key === "ArrowLeft") back();
    else go({ Home: 0, End: last() }[key]);
  }, () => data && (episodes.several() || isOnScreen(root)));
  // A press of the mouse or a finger leaves no button behind that would take the next Space.
  root.addEventListener("click", (event) => {
    const pressed = event.detail > 0 && /** @type {Element} */ (event.target).closest("button, .box");
    if (pressed) /** @type {HTMLElement | SVGElement} */ (pressed).blur();
  });

  listenToSwipe(words.element, (by) => {
    if (!data) return;
    transport.pause();
    if (by > 0) forth();
    else back();
  });

  /** The step before or after this one; what is folded into one box is stepped over. */
  function beside(by) {
    const { first, last: end } = pictures.stopAt(data.story, step);
    return by > 0 ? end + 1 : first - 1;
  }

  /** The next step, or first the question what it will give. Says whether another step is shown. */
  function forth(playing = false) {
    if (predict.isOpen()) return !playing && Boolean(predict.forth());
    return askNext() ? false : go(beside(1), true);
  }

  /** Ask what the next step gives; not where it is several in one. */
  function askNext() {
    const { first, last: end } = pictures.stopAt(data.story, clampStep(data.story, beside(1)));
    return first === end && first !== step && predict.ask(first);
  }

  function back() {
    if (!predict.isOpen()) return go(beside(-1));
    predict.close();
    show();
    return false;
  }

  /** Go to a step; says whether that was another one. The next one `moves`, all others are there at once. */
  function go(to, moves = false) {
    const { first, last: next } = pictures.stopAt(data.story, clampStep(data.story, to));
    predict.close();
    if (next === step) return Boolean(show());
    if (first !== next) moves = false;
    step = next;
    show(moves);
    tellAddress();
    return true;
  }

  /** The document and the view, of which there is an entry in the browser's history; a player inside of another view has none.
   *  What else `opened` says is the form of the graph: it changes while somebody types. */
  const entry = (of = data) => (new URLSearchParams(of.query).has("view") ? "" : `${of.opened.split(" ")[0]} step`);

  function tellAddress() {
    address.show(data.query, pictures.name(), density.name(), step, predict.name(), pictures.groupsOpen(data.story, step), entry());
    whole.show(address.here() ?? location.href);
  }

  function pick(ids) {
    if (predict.asksForBox()) return predict.answer(ids[0]);
    const to = stepForThing(data.story, ids, step);
    if (to === null) return;
    transport.pause();
    go(to);
  }

  function show(moves = false) {
    const phase = phaseAt(data.story, predict.asks() ?? step);
    root.dataset.phase = phase ? phase.kind : "start";
    root.dataset.step = String(step);
    root.dataset.density = density.name();
    root.dataset.kind = data.story.steps[step].kind || "";
    setText(question, data.story.question || "");
    welcome.hidden = !data.story.question;
    tour.follow(phase?.kind, step > 0 && step === last());
    transport.show(step, last());
    scrubber.show(step);
    episodes.show(step, predict.isOn());
    root.classList.toggle("predicting", predict.isOn());
    pictures.show(data.story, step, moves, predict.lit());
    if (ask.draw) askForGraph();
    const fold = pictures.said(data.story, step);
    words.show(data.story, step, density.learns(), fold, pictures.openRunAt(data.story, step));
    slope.show(data.story, fold ? 0 : step, predict.covers(step));
    if (moves) slope.move();
    panel.show(data.story, step);
    findings.show(step, predict.isOn());
    take.show();
    if (moves) keepClear();
    tell();
    clearTimeout(liveTimer);
    liveTimer = setTimeout(() => setText(live, predict.isOpen() ? "" : `Step ${step} of ${last()}. ${words.said()}`), LIVE_PAUSE);
  }

  /** On a phone a sheet with the words lies over the page's foot: the page moves, so that what is lit stands clear of it. */
  function keepClear() {
    const box = pictures.litBox();
    if (!box || getComputedStyle(words.element).position !== "sticky") return;
    const [top, bottom] = [box.getBoundingClientRect(), words.element.getBoundingClientRect()].map((rect) => rect.top);
    const over = top + box.getBoundingClientRect().height + CLEAR - bottom;
    const by = over > 0 ? over : Math.min(0, top - CLEAR);
    if (by) scroller(root).scrollBy({ top: by, behavior: "instant" });
  }

  /** Whoever stops at a graph that is not here gets it. */
  function askForGraph() {
    clearTimeout(drawTimer);
    const episode = episodeAt(data.story, step);
    if (pictures.leftOut() && drawing !== episode) drawTimer = setTimeout(() => ask.draw((drawing = episode)), DRAW_PAUSE);
  }

  /** Whoever else is on the page (an editor of the program, another drawing) marks the step; who comes late can ask. */
  function tell() {
    if (!data) return;
    const phase = phaseAt(data.story, step);
    const { span, now } = data.story.steps[step];
    const detail = { opened: data.opened, step, last: step === last(), density: density.name(), predicting: predict.isOn(), span, now, kind: phase ? phase.kind : null };
    document.dispatchEvent(new CustomEvent("gradwalk:step", { detail }));
  }
  const lead = (find) => ({ detail }) => data && jump(find(data.story, step, detail)); // the program leads to a step
  const [toLine, toOutput] = [lead(stepForLine), lead(stepForOutput)];
  document.addEventListener("gradwalk:line", toLine);
  document.addEventListener("gradwalk:output", toOutput);
  const asked = ({ detail }) => data && pick(detail.boxes); // another drawing of the same run leads to a step
  const answer = () => (tell(), slope.again());
  document.addEventListener("gradwalk:where", answer);
  document.addEventListener("gradwalk:pick", asked);

  /** Give every part its room; says whether that changed anything. */
  function measure() {
    const onScreen = isOnScreen(root);
    const program = isProgram(data.story);
    const side = program && root.clientWidth >= SIDE_WIDTH;
    if (onScreen && !root.classList.contains("on-screen")) tour.end(); // an audience is to see the picture
    root.classList.toggle("on-screen", onScreen);
    dials.show(data.story, onScreen);
    root.classList.toggle("program", program);
    root.classList.toggle("low", Boolean(data.low));
    root.classList.toggle("side", side);
    const most = onScreen ? MOST_SCALE.screen : MOST_SCALE.page;
    const place = data.low ? (pictures.isOpened() ? "opened" : "low") : side ? "side" : program ? "program" : density.learns() ? "learn" : "expression";
    const high = ALONE ? root.clientWidth * FRAME_SHAPE : innerHeight; // a frame becomes as tall as we are
    const share = Math.min(Math.max(LEAST_HEIGHT, high * PICTURE_SHARE[place]), MOST_HEIGHT);
    const both = side && (onScreen || !data.beside);
    const height = onScreen ? pictures.roomOnScreen() : share;
    const room = { width: pictures.area.clientWidth, height, most, ...(onScreen && { legible: legibleOn(innerHeight) }) };
    root.style.setProperty("--bar", `${bar.offsetHeight}px`);
    const sizes = JSON.stringify([room, side, density.name(), scrubber.element.clientWidth, panel.resize(both)]);
    if (sizes === measured) return false;
    measured = sizes;
    episodes.resize();
    scrubber.resize(scrubber.element.clientWidth);
    pictures.resize(room, density.learns());
    return true;
  }

  /** Another room. Whoever comes from the notebook, which hid the player, finds what is lit in sight. */
  function resized() {
    const hidden = !wide;
    wide = root.clientWidth;
    if (!data || !measure()) return;
    show();
    if (hidden) keepClear();
  }

  /** New data: other numbers keep the picture and the position; another document opens at its own step. Of a story that only
   *  begins, nothing is shown to who stands at what comes later. */
  function update(next, asking = {}) {
    const opened = !data || next.opened !== data.opened;
    const story = next.story?.steps?.length ? readStory(next.story) : null;
    const carried = !story ? 0 : opened ? clampStep(story, next.step) : carriedStep(data.story, step, story);
    if (carried === null) return;
    [ask, drawing] = [asking, null];
    const moved = data && next.query !== data.query;
    root.classList.toggle("has-nothing", !story);
    const first = next.low ? "Choose settings that fit" : next.beside ? "Write a program" : "Type an expression";
    const nothing = `Nothing has run yet. ${first}, and ${next.low ? "the" : "its"} steps appear here.`;
    setText(empty, next.ran ? "The program has run. Why its steps are not shown stands beside it, in the notebook." : nothing);
    root.classList.toggle("stale", Boolean(next.stale));
    panel.age(Boolean(next.stale));
    if (!story) {
      transport.pause();
      data = null;
      if (opened) address.begin(entry(next));
      return;
    }
    data = { ...next, story };
    step = carried;
    predict.setStory(data.story, opened);
    scrubber.setStory(data.story);
    episodes.setStory(data.story);
    panel.setStory(data.story, data.beside && innerWidth > COLUMNS_FROM);
    const shortcuts = episodes.several() ? `${SHORTCUTS} PageUp PageDown` : SHORTCUTS;
    setAttribute(root, "aria-keyshortcuts", shortcuts);
    if (data.tour && density.learns()) tour.welcome();
    keyList.offerTour(Boolean(data.tour));
    const text = JSON.stringify(data.graphs);
    if (text !== graphsText || opened) pictures.setGraphs(data.graphs, !opened);
    pictures.setStory(data.story);
    if (opened && step) pictures.reveal(data.story, step);
    findings.setStory(data.story);
    graphsText = text;
    measure();
    show();
    if (opened && step) keepClear();
    if (moved || ALONE || (opened && address.behind(entry()))) tellAddress();
    else if (opened && entry()) address.begin(entry());
  }

  function remove() {
    document.removeEventListener("gradwalk:where", answer);
    document.removeEventListener("gradwalk:pick", asked);
    document.removeEventListener("gradwalk:line", toLine);
    document.removeEventListener("gradwalk:output", toOutput);
    transport.pause();
    clearTimeout(liveTimer);
    clearTimeout(drawTimer);
    address.stop();
    untell();
    unwatch();
    unlisten();
    root.remove();
  }

  /** Go to a step, as somebody asks for it by its number: what it is in opens. */
  function goTo(to) {
    pictures.reveal(data.story, clampStep(data.story, to));
    jump(to);
  }

  /** Somebody has written another address, or followed a link to one. */
  function follow(to) {
    if (!data || to === null) return;
    pictures.openAsAsked();
    goTo(to);
  }

  return { update, follow, remove };
}
