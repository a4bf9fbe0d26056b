/* The player: the parts put together. Everything shown is a function of the data and one step number. */

import { createAddress } from "./address.js";
import { createArrival } from "./arrival.js";
import { createDensity } from "./density.js";
import { createDials } from "./dials.js";
import { html, setAttribute, setText, watchSizes } from "./dom.js";
import { createEmpty } from "./empty.js";
import { createEpisodes } from "./episodes.js";
import { createFindings } from "./findings.js";
import { ALONE, tellHeight, wholePage } from "./frame.js";
import { listenToSwipe } from "./hand.js";
import { createHearing } from "./hearing.js";
import { createKeyList } from "./keylist.js";
import { listenToKeys } from "./keys.js";
import { meetOthers, tellOthers } from "./meeting.js";
import { createPanel } from "./panel.js";
import { createPictures } from "./pictures.js";
import { createPlace } from "./place.js";
import { createPredict } from "./predict.js";
import { leaveNoButton, press } from "./press.js";
import { isSide, keepClear, keepInSight, nudgeClear, roomFor } from "./room.js";
import { isOnScreen, toggleScreen } from "./screen.js";
import { createScrubber } from "./scrubber.js";
import { createSlope } from "./slope.js";
import { fontOfPage } from "./still.js";
import { clampStep, episodeAt, isProgram, lastStep, phaseAt, readStory, stepForThing } from "./story.js";
import { createTake } from "./take.js";
import { createTour } from "./tour.js";
import { createTransport } from "./transport.js";
import { wholePageOf } from "./whole.js";
import { createWish } from "./wish.js";
import { createWords } from "./words.js";

const COLUMNS_FROM = 860; // px of the window from which the page has columns, as in columns.css
const SHORTCUTS = "ArrowLeft ArrowRight Home End Space F E P + - 0 ?";

/** `address` is told what is shown: `show(query, picture, density, step, predict, groups)`, and `stop()` in the end; `font()` gives the font of pictures, `empty()` the
 *  text of a page that stands alone, for a recording to be put in. */
export function createPlayer(parent, empty, address = createAddress(), font = fontOfPage) {
  let data = null;
  let step = 0;
  let graphsText = null;
  let ask = {}; // what can be asked for, where there is a server: the steps of a folded episode (`unfold`), the graph of one (`draw`), `torchviz`'s picture
  let [measured, wide] = ["", 0]; // for which sizes, and px of the player; 0 while it is hidden

  const place = createPlace(() => data && { opened: data.opened, step, story: data.story });
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
  const words = createWords(predict, (number) => { transport.pause(); ask.unfold(number); }, (to) => jump(to), () => Boolean(ask.unfold), ({ group, first, whole = false }) => {
    transport.pause();
    pictures.toggle(group);
    if (whole) goTo(first); // what it holds may be folded too
    else if (first !== undefined) go(first);
  }, (name) => { slope.lookClosely(name); keepClear(root, slope.element.getBoundingClientRect(), words.element); });
  const panel = createPanel(() => data && show());
  const tour = createTour(() => data && measure() && show());
  const keyList = createKeyList(() => tour.show());
  const question = html("h2", { class: "question" });
  const welcome = html("div", { class: "welcome" }, question, html("button", { type: "button", class: "button begin", click: () => forth() }, "Press →"));
  const take = createTake({ root: () => root, stills: () => pictures.stills(), step: () => step, font, here: () => (tellAddress(), address.here()), page: () => (data.told.begins ? null : wholePageOf(empty(), data, step)) });
  const findings = createFindings((to) => goTo(to));
  const whole = wholePage();
  const [hearing, wish] = [createHearing(), createWish()];
  const bar = html("div", { class: "bar" }, transport.element, scrubber.element, predict.button, transport.extras);
  const stale = html("p", { class: "stale-note" }, "The last good picture and program");
  const dials = createDials();
  const say = html("div", { class: "say" }, words.element, slope.element, panel.element);
  const inside = html("div", { class: "inside" }, welcome, tour.element, bar, take.element, keyList.element, episodes.element, findings.strip, dials.element, dials.guest, pictures.bar, stale, pictures.area, say, findings.element, whole.element, hearing.element);
  const lacking = createEmpty();
  const about = { class: "player", "aria-label": "Player" };
  transport.extras.prepend(density.element);
  transport.extras.append(take.button, keyList.button);
  const root = html("section", { ...about, "data-density": density.name() }, inside, lacking.element);
  parent.append(root);
  root.classList.toggle("alone", ALONE);
  const untell = tellHeight(root);
  const unwatch = watchSizes([root, scrubber.element, panel.element, pictures.area], resized); // on a stage the words take of the picture's room
  const parts = { root, transport, take, predict, keyList, pictures, episodes, jump, forth, back, go, last };
  const unlisten = listenToKeys(root, (key) => data && (press(key, parts), keepInSight(root, pictures.litBox())), () => data && (episodes.several() || isOnScreen(root)));
  leaveNoButton(root);

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

  /** Ask what the next step gives; not where that is several in one. */
  function askNext() {
    return step < last() && pictures.isAlone(data.story, beside(1)) && predict.ask(beside(1));
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
    arrival.end();
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
    scrubber.show(step, density.learns());
    episodes.show(step, predict.isOn());
    root.classList.toggle("predicting", predict.isOn());
    predict.at(beside(1), (to) => pictures.isAlone(data.story, to));
    pictures.show(data.story, step, moves, predict.lit());
    if (ask.draw) wish.at(episodeAt(data.story, step), pictures.leftOut(), ask.draw);
    const fold = pictures.said(data.story, step);
    words.show(data.story, step, density.learns(), fold, pictures.openRunAt(data.story, step));
    slope.show(data.story, fold ? 0 : step, predict.covers(step));
    if (moves) slope.move();
    panel.show(data.story, step);
    findings.show(step, predict.isOn());
    take.show();
    if (moves) stayClear();
    tell();
    hearing.say(() => (predict.isOpen() ? "" : `Step ${step} of ${last()}. ${words.said()}`));
  }

  const stayClear = () => (step ? keepClear(root, pictures.litBox(), words.element) : nudgeClear(root, pictures.firstBox(), words.element));
  const arrival = createArrival(root, () => data && step && (stayClear(), keepInSight(root, pictures.litBox())));

  function tell() {
    if (data) tellOthers(data.story, step, { opened: data.opened, last: step === last(), density: density.name(), predicting: predict.isOn() });
  }
  const part = meetOthers({ where: () => data && { story: data.story, step }, jump, goTo, pick, told: () => (tell(), slope.again()) });

  /** Give every part its room; says whether that changed anything. */
  function measure() {
    const onScreen = isOnScreen(root);
    const side = isSide(root, data);
    if (onScreen && !root.classList.contains("on-screen")) tour.end(); // an audience is to see the picture
    root.classList.toggle("on-screen", onScreen);
    dials.show(data.story, onScreen);
    root.classList.toggle("program", isProgram(data.story));
    root.classList.toggle("low", Boolean(data.low));
    root.classList.toggle("side", side);
    const both = side && (onScreen || !data.beside);
    const room = roomFor(root, data, pictures, density.learns());
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
    if (hidden) stayClear();
  }

  /** New data: other numbers keep the picture and the position; another document opens at its own step. Of a story that only
   *  begins, nothing is shown to who stands at what comes later. */
  function update(next, asking = {}) {
    const opened = !data || next.opened !== data.opened;
    const story = next.story?.steps?.length ? readStory(next.story) : null;
    const carried = !story ? 0 : place.carried(story, next, opened);
    if (carried === null) return;
    ask = asking;
    wish.forget();
    const moved = data && next.query !== data.query;
    root.classList.toggle("has-nothing", !story);
    lacking.say(next);
    root.classList.toggle("stale", Boolean(next.stale));
    panel.age(Boolean(next.stale));
    if (!story) {
      transport.pause();
      data = null;
      if (opened) address.begin(entry(next));
      return;
    }
    data = { ...next, story, told: next.story };
    step = carried;
    predict.setStory(data.story, opened);
    scrubber.setStory(data.story);
    episodes.setStory(data.story);
    panel.setStory(data.story, data.beside && innerWidth > COLUMNS_FROM);
    const shortcuts = episodes.several() ? `${SHORTCUTS} PageUp PageDown` : SHORTCUTS;
    setAttribute(root, "aria-keyshortcuts", shortcuts);
    if (data.tour && density.learns()) tour.welcome();
    keyList.offerTour(Boolean(data.tour));
    const [text, before] = [JSON.stringify(data.graphs), graphsText];
    if (text !== before || opened) pictures.setGraphs(data.graphs, !opened);
    pictures.setStory(data.story);
    if (opened && step) pictures.reveal(data.story, step);
    findings.setStory(data.story);
    graphsText = text;
    measure();
    show();
    if (opened && step) arrival.begin();
    else if (text !== before) requestAnimationFrame(() => root.isConnected && data && stayClear()); // the page has its room then
    if (moved || ALONE || (opened && address.behind(entry()))) tellAddress();
    else if (opened && entry()) address.begin(entry());
  }

  function remove() {
    place.remember();
    transport.pause();
    for (const each of [hearing, wish, address]) each.stop();
    for (const end of [arrival.end, part, untell, unwatch, unlisten]) end();
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
