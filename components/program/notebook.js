// The notebook: the cells of a program as they are typed, run and shown, and the way between them and the player.
//
// What is typed belongs to the person who types. An answer from the server writes into it only when another program was
// opened (`opened` changed); otherwise it says what was refused, and what each cell showed.

import { createExamples } from "../shared/examples.js";
import { whenGone } from "../shared/leaving.js";
import { createPost } from "../shared/post.js";
import { createActions } from "./actions.js";
import { createCell } from "./cell.js";
import { DRAWINGS, SIZE } from "./drawings.js";
import { createEdits } from "./edits.js";
import { createFiling } from "./filing.js";
import { createDefinitions } from "./formulas.js";
import { cellFrom, newCell, placesAgain, programAmong, programOf, renamed } from "./program.js";
import { createResults } from "./results.js";

const DRAFT_PAUSE = 300; // ms after a key before what was typed is kept
const [HEAD, FOOT] = [130, 60]; // px of the window's height that a line keeps free
const STOP_PAUSE = 500; // ms of a run before it can be stopped
const NUMBERS_PAUSE = 120; // ms before the other cells are looked at anew
const CHANGED = "The cell has changed since it ran: run it again first.";
const [TIME_UP, TOO_LATE] = ["TimeUp", "The program's time was up a moment before Stop."];
const NOT_RUN = "The last run ended above this cell: run it, and the player goes there.";

const notebooks = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!notebooks.has(parentElement)) notebooks.set(parentElement, createNotebook(parentElement));
  const notebook = notebooks.get(parentElement);
  notebook.update(data, (entry) => setStateValue("entry", entry));
  return whenGone(parentElement, () => {
    notebooks.delete(parentElement);
    notebook.remove();
  });
}

function createNotebook(root) {
  const find = (id) => root.querySelector(`#${id}`);
  const [list, told, state] = ["cells", "told", "state"].map(find);
  const results = createResults();
  const views = new Map(); // by the cell's key
  let [definitionsOf, macros] = [createDefinitions(), {}]; // of the texts' formulas
  let data = null;
  let send = null;
  let extra = {}; // what the next entry asks for beside its text
  let at = null; // the player's step
  let [timer, draftTimer, numbersTimer, stopTimer] = [0, 0, 0, 0];
  let stopping = false;
  let places = [];

  const edits = createEdits(redraw);
  const examples = createExamples({ DRAWINGS, SIZE }, (slug) => ask({ example: slug }));
  const filing = createFiling({ tell, ask, cells: () => edits.cells(), shown: () => ({ text: data.text, query: data.query, step: at?.opened === data.opened ? at.step : null }) });
  const actions = createActions({ edits, views, redraw, typed, tell, run: runTo, apply, goTo, goToOutput, goToStep });
  const post = createPost((count) => {
    const { text, upto } = results.asked();
    send({ text, upto, opened: data.opened, count, example: null, file: null, save: null, stop: false, ...extra });
    extra = {};
  });

  function ask(what) {
    extra = { ...extra, ...what };
    post.now();
  }

  // ---- what comes back

  function update(next, sender) {
    const first = !data;
    const opened = first || next.opened !== data.opened;
    if (opened) keep(); // of what was open
    data = next;
    send = sender;
    if (opened) open(first);
    if (first) document.dispatchEvent(new Event("gradwalk:where"));
    if (!data.running && post.answered(data.answered)) {
      if (stopping && data.cells.some(({ items }) => items.some(({ type }) => type === TIME_UP))) tell(TOO_LATE);
      results.answered(data);
      filing.keepRun(results.toKeep());
    }
    filing.answered(data);
    find("refusal").textContent = data.refusal?.message ?? "";
    redraw();
    if (opened) follow();
  }

  function open(first) {
    post.restart(data.answered);
    at = null;
    const early = find("early");
    const typed = early?.value; // before this script was here
    early?.remove();
    const draft = filing.begin(data, first, Boolean(typed));
    const opened = data.parts.length ? data.parts.map(cellFrom) : [newCell("code", data.text)];
    const cells = typed ? [newCell("code", typed)] : draft ? draft.cells.map(renamed) : opened;
    edits.begin(cells);
    const { program, upto, older } = ranBefore(draft, cells) ?? { program: programAmong(opened, cells), upto: data.upto };
    const same = program.text === data.text && upto === data.upto;
    results.begin(program, upto, older);
    if (!same || data.running) results.ask(program, upto);
    if (!same) ask({ goes: { step: draft.step } });
    if (draft) [filing.keepRun(results.toKeep()), keep()]; // its cells have other names now
    if (typed) runTo(null);
    examples.show(data.groups, data.lesson);
  }

  /** What had run of a notebook to which somebody comes back: no cell runs that they have not run. Null where nothing is known of it. */
  function ranBefore(draft, cells) {
    if (!draft?.run) return null;
    const names = new Map(draft.cells.map(({ key }, number) => [key, cells[number].key]));
    const keyOf = (key) => names.get(key) ?? `${key} before`;
    const { text, upto, older } = draft.run;
    const known = older.filter(([key]) => names.has(key)).map(([key, entry]) => [keyOf(key), entry]);
    return { program: { text, places: placesAgain(draft.run, keyOf) }, upto, older: known };
  }

  function tell(text, wrong = false) {
    clearTimeout(timer);
    told.textContent = text;
    told.classList.toggle("wrong", wrong);
    if (text && !wrong) timer = setTimeout(() => tell(""), 5000);
  }

  // ---- what stands on the page

  const newView = (cell) => createCell(cell, list, actions.does);

  function redraw() {
    const cells = edits.cells();
    ({ places } = programOf(cells));
    macros = definitionsOf(cells);
    const keys = new Set(cells.map(({ key }) => key));
    for (const [key, view] of views) if (!keys.has(key)) [view.remove(), views.delete(key)];
    cells.forEach((cell, number) => {
      if (!views.has(cell.key)) views.set(cell.key, newView(cell));
      const { element } = views.get(cell.key);
      if (list.children[number] !== element) list.insertBefore(element, list.children[number] ?? null);
      showCell(cell, places[number]);
    });
    showBusy(results.busy());
    draw();
    clearTimeout(draftTimer);
    draftTimer = setTimeout(keep, DRAFT_PAUSE);
  }

  /** What takes a moment needs no button. */
  function showBusy(busy) {
    state.textContent = !busy ? "" : stopping ? "Stopping…" : "Running…";
    find("notebook").toggleAttribute("data-busy", busy);
    find("run").setAttribute("aria-disabled", String(busy));
    if (busy && !stopTimer) stopTimer = setTimeout(() => (find("stop").hidden = false), STOP_PAUSE);
    if (busy) return;
    clearTimeout(stopTimer);
    [stopTimer, stopping] = [0, false];
    find("stop").hidden = true;
  }

  function stop() {
    stopping = true;
    extra = { ...extra, stop: true };
    post.atOnce();
    showBusy(results.busy());
  }

  function showCell(cell, place) {
    const chosen = cell.key === edits.active();
    const view = views.get(cell.key);
    view.update(cell, place, { chosen, editing: edits.editing(), waits: results.waits(place), macros });
    const { items, old } = results.of(cell, places);
    view.outputs.show(items, old, `Output of ${place.number ? `cell ${place.number}` : "a cell"}`);
  }

  /** Typing changes one cell: the others are looked at a moment later. */
  function typed(key) {
    ({ places } = programOf(edits.cells()));
    const number = edits.cells().findIndex((cell) => cell.key === key);
    showCell(edits.cells()[number], places[number]);
    draw(key);
    if (told.classList.contains("wrong")) tell("");
    clearTimeout(numbersTimer);
    numbersTimer = setTimeout(redraw, NUMBERS_PAUSE);
  }

  const keep = () => data && filing.keep(data);

  /** The marks of one cell, or of all: the expression of the player's step, and what failed. */
  function draw(only = null) {
    const now = at?.span && at.opened === data.opened ? [{ kind: "now", phase: at.kind, span: at.span }] : [];
    const wrong = [...results.failed().map((span) => ({ kind: "wrong", span })), ...results.remarked().map((span) => ({ kind: "odd", span }))];
    for (const cell of edits.cells()) if (!only || only === cell.key) views.get(cell.key)?.mark(results.inCell(cell, [...wrong, ...now]));
  }

  function onStep({ detail }) {
    at = detail;
    find("notebook").classList.toggle("predicting", Boolean(detail.predicting));
    if (!data) return;
    draw();
    follow();
  }

  /** Bring the step into sight, but not under the hands of somebody who writes. */
  function follow() {
    const place = at?.span && results.placeOf(at.span[0]);
    const view = place && views.get(place.key);
    if (!view?.editor() || view.editor().hasFocus() || !root.isConnected || !isShown(view)) return;
    requestAnimationFrame(() => reveal(view, at?.span ? at.span[0] - place.line + 1 : 1));
  }

  /** On a phone the player stands where the notebook was. */
  const isShown = (view) => view.element.getClientRects().length > 0;

  function reveal(view, line) {
    const scroller = view.element.closest("[data-testid=stMain]") ?? root.getRootNode().host?.closest("[data-testid=stMain]");
    if (!scroller || !view.editor()) return;
    const { top, one } = view.editor().lineBox(line);
    const box = scroller.getBoundingClientRect();
    const [least, most] = [box.top + HEAD, box.bottom - FOOT];
    if (top < least || top + one > most) scroller.scrollBy(0, top - (least + most) / 2);
  }

  // ---- running

  /** Run the program from its first cell to the one with this key; with null, all of it. */
  function runTo(key, before = false) {
    const program = programOf(edits.cells());
    const number = key === null ? -1 : program.places.findIndex((place) => place.key === key);
    const last = before ? program.places[number - 1] : program.places[number];
    if (before && !last) return tell("There is no cell above.");
    results.ask(program, key === null ? null : last.line + last.lines - 1);
    if (key !== null && !before) extra = { ...extra, goes: { lines: [last.line, last.line + last.lines - 1] } };
    filing.keepRun(results.toKeep());
    post.now();
    redraw();
  }

  /** A change of the program that ran, counted in characters: in the cell that has the place. */
  function apply({ start, end, text }) {
    const letters = [...results.asked().text];
    const unit = (count) => letters.slice(0, count).join("").length;
    const place = results.placeAround(unit(start), unit(end));
    const cell = place && edits.cells().find((one) => one.key === place.key && one.source === place.source);
    if (!cell) return tell(CHANGED, true);
    edits.write(cell.key, cell.source.slice(0, unit(start) - place.offset) + text + cell.source.slice(unit(end) - place.offset));
    runTo(results.upto() === null ? null : cell.key);
  }

  // ---- the player

  /** Ask the player to go to a place of the program that ran, if the cell still is what ran. */
  function goTo(key, line, column) {
    const cell = edits.cells().find((one) => one.key === key);
    const place = results.lineOf(cell);
    if (!place && column === null && cell.kind === "code") tell(results.hasChanged(cell) ? CHANGED : NOT_RUN);
    if (place) document.dispatchEvent(new CustomEvent("gradwalk:line", { detail: { line: place.line + line - 1, column, end: place.line + place.lines - 1 } }));
  }

  function goToOutput(key, { stream, text }) {
    const place = results.shownIn(key);
    if (place) document.dispatchEvent(new CustomEvent("gradwalk:output", { detail: { cell: place.number - 1, stream, text } }));
  }

  /** A step is one of the last run: outputs of an earlier one lead nowhere. */
  function goToStep(key, step) {
    if (!results.shownIn(key)) return tell(NOT_RUN);
    look("player");
    document.dispatchEvent(new CustomEvent("gradwalk:go", { detail: { step } }));
  }

  /** Where there is room for one of the two. */
  function look(which) {
    document.documentElement.dataset.notebookView = which;
    for (const name of ["notebook", "player"]) find(`view-${name}`).setAttribute("aria-pressed", String(name === which));
    find("notebook").classList.toggle("away", which === "player");
    if (which === "notebook") follow();
  }

  // ---- assembling

  const end = (kind) => () => actions.write(edits.add(edits.cells().at(-1)?.key ?? null, 1, kind));
  find("run").addEventListener("click", () => results.busy() || runTo(null));
  find("stop").addEventListener("click", stop);
  find("add-code").addEventListener("click", end("code"));
  find("add-text").addEventListener("click", end("markdown"));
  find("view-notebook").addEventListener("click", () => look("notebook"));
  find("view-player").addEventListener("click", () => look("player"));
  find("examples").replaceWith(examples.button);
  root.append(examples.dialog); // beside the notebook, whose keys are others
  const frame = find("notebook");
  filing.listen(frame, find);
  frame.addEventListener("keydown", actions.onKey);
  document.addEventListener("gradwalk:step", onStep);
  addEventListener("pagehide", keep);
  addEventListener("beforeunload", filing.stay);
  look("notebook");

  function remove() {
    keep();
    post.restart(0);
    for (const one of [timer, draftTimer, numbersTimer, stopTimer]) clearTimeout(one);
    for (const view of views.values()) view.remove();
    delete document.documentElement.dataset.notebookView;
    document.removeEventListener("gradwalk:step", onStep);
    removeEventListener("pagehide", keep);
    removeEventListener("beforeunload", filing.stay);
  }

  return { update, remove };
}
