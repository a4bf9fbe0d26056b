// The notebook: the cells of a program as they are typed, run and shown, and the way between them and the player.
//
// What is typed belongs to the person who types. An answer from the server writes into it only when another program was
// opened (`opened` changed); otherwise it says what was refused, and what each cell showed.

import { html } from "../../gradwalk/player/dom.js";
import { createPost } from "../shared/post.js";
import { createCell } from "./cell.js";
import { createCommandKeys } from "./command_keys.js";
import { createEdits } from "./edits.js";
import { codeOf, PLAIN, readFile, saveFile, writtenAs } from "./files.js";
import { cellFrom, newCell, programOf, renamed } from "./program.js";
import { createResults } from "./results.js";
import { keepDraft, keepFile, keptDraft, keptFile } from "./storage.js";

const DRAFT_PAUSE = 300; // ms after a key before what was typed is kept
const [HEAD, FOOT] = [130, 60]; // px of the window's height that a line keeps free
const NUMBERS_PAUSE = 120; // ms before the other cells are looked at anew

const TOO_MUCH = "This notebook is larger than what the browser keeps for a reload, some 5 MB: save it as a file before you leave the page.";

const notebooks = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!notebooks.has(parentElement)) notebooks.set(parentElement, createNotebook(parentElement));
  const notebook = notebooks.get(parentElement);
  notebook.update(data, (entry) => setStateValue("entry", entry));
  return () => {
    if (parentElement.isConnected) return; // only newer data came while this was on its way
    notebooks.delete(parentElement);
    notebook.remove();
  };
}

function createNotebook(root) {
  const find = (id) => root.querySelector(`#${id}`);
  const [list, told, example, save, file, state] = ["cells", "told", "example", "save", "file", "state"].map(find);
  const results = createResults();
  const views = new Map(); // by the cell's key
  let data = null;
  let send = null;
  let extra = {}; // what the next entry asks for beside its text
  let original = ""; // the text of the notebook file that the cells were opened from
  let name = "program"; // as a file
  let form = PLAIN; // how that file was written
  let pending = null; // the file that is being opened
  let at = null; // the player's step
  let saved = 0;
  let fileFits = true; // whether the browser keeps the file that the cells were opened from
  let fits = true; // whether it keeps that and the cells
  let [timer, draftTimer, numbersTimer] = [0, 0, 0];
  let places = [];

  const edits = createEdits(redraw);
  const post = createPost((count) => {
    const { text, upto } = results.asked();
    send({ text, upto, opened: data.opened, count, example: null, file: null, save: null, ...extra });
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
    data = next;
    send = sender;
    if (opened) open(first);
    if (first) document.dispatchEvent(new Event("gradwalk:where"));
    if (!data.running && post.answered(data.answered)) results.answered(data);
    if (data.save && data.save.count > saved) saveFile({ text: writtenAs(form, "ipynb", data.save.text), name: `${name}.ipynb` });
    saved = Math.max(saved, data.save?.count ?? 0);
    if (data.wrong) [pending] = [null, tell(data.wrong, true)];
    find("refusal").textContent = data.refusal?.message ?? "";
    redraw();
    if (opened) follow();
  }

  function open(first) {
    post.restart(data.answered);
    saved = data.answered;
    at = null;
    tell(pending?.lighter ? "The file is large: its stored outputs are left out, here and when you save it." : "");
    fillExamples(example, data.groups);
    original = pending && /\.ipynb$/i.test(pending.name) ? pending.text : first ? keptFile() : "";
    fileFits = first || keepFile(original);
    form = pending?.form ?? PLAIN;
    pending = null;
    const early = find("early");
    const typed = early?.value; // before this script was here
    early?.remove();
    const draft = first && !typed ? keptDraft() : null;
    if (first && !draft) original = "";
    name = draft?.name ?? data.name;
    form = draft?.form ?? form;
    const opened = data.parts.length ? data.parts.map(cellFrom) : [newCell("code", data.text)];
    const wanted = typed ? [newCell("code", typed)] : draft ? draft.cells.map(renamed) : opened;
    const differs = programOf(wanted).text !== data.text;
    edits.begin(wanted);
    const program = programOf(differs ? opened : wanted);
    results.begin(program, data.upto);
    if (data.running) results.ask(program, data.upto);
    if (differs) runTo(null);
    example.value = data.lesson ?? "";
  }

  function tell(text, wrong = false) {
    clearTimeout(timer);
    told.textContent = text;
    told.classList.toggle("wrong", wrong);
    if (text && !wrong) timer = setTimeout(() => tell(""), 5000);
  }

  // ---- what stands on the page

  const newView = (cell) => createCell(cell, list, does);

  function redraw() {
    const cells = edits.cells();
    ({ places } = programOf(cells));
    const keys = new Set(cells.map(({ key }) => key));
    for (const [key, view] of views) if (!keys.has(key)) [view.remove(), views.delete(key)];
    cells.forEach((cell, number) => {
      if (!views.has(cell.key)) views.set(cell.key, newView(cell));
      const { element } = views.get(cell.key);
      if (list.children[number] !== element) list.insertBefore(element, list.children[number] ?? null);
      showCell(cell, places[number]);
    });
    state.textContent = results.busy() ? "Running…" : "";
    find("notebook").toggleAttribute("data-busy", results.busy());
    find("run").setAttribute("aria-disabled", String(results.busy()));
    draw();
    clearTimeout(draftTimer);
    draftTimer = setTimeout(keep, DRAFT_PAUSE);
  }

  function showCell(cell, place) {
    const chosen = cell.key === edits.active();
    const view = views.get(cell.key);
    view.update(cell, place, { chosen, editing: edits.editing(), waits: results.waits(place) });
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

  function keep() {
    if (!data) return;
    const before = fits;
    fits = keepDraft(edits.cells(), name, form, data.query) && fileFits;
    if (before && !fits) tell(TOO_MUCH, true);
  }

  /** The browser asks before it leaves what it cannot keep. */
  function stay(event) {
    if (!fits) event.preventDefault();
  }

  /** The marks of one cell, or of all: the expression of the player's step, and what failed. */
  function draw(only = null) {
    const now = at?.span && at.opened === data.opened ? [{ kind: "now", phase: at.kind, span: at.span }] : [];
    const wrong = results.failed().map((span) => ({ kind: "wrong", span }));
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
    if (!view?.editor() || view.editor().hasFocus() || !root.isConnected) return;
    requestAnimationFrame(() => reveal(view, at?.span ? at.span[0] - place.line + 1 : 1));
  }

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
    post.now();
    redraw();
  }

  /** A change of the program that ran, counted in characters: in the cell that has the place. */
  function apply({ start, end, text }) {
    const letters = [...results.asked().text];
    const unit = (count) => letters.slice(0, count).join("").length;
    const place = results.placeAround(unit(start), unit(end));
    const cell = place && edits.cells().find((one) => one.key === place.key && one.source === place.source);
    if (!cell) return tell("The cell has changed since it ran: run it again first.", true);
    edits.write(cell.key, cell.source.slice(0, unit(start) - place.offset) + text + cell.source.slice(unit(end) - place.offset));
    runTo(results.upto() === null ? null : cell.key);
  }

  // ---- the player

  /** Ask the player to go to a place of the program that ran, if the cell still is what ran. */
  function goTo(key, line, column) {
    const place = results.lineOf(edits.cells().find((cell) => cell.key === key));
    if (place) document.dispatchEvent(new CustomEvent("gradwalk:line", { detail: { line: place.line + line - 1, column, end: place.line + place.lines - 1 } }));
  }

  function goToOutput(key, { stream, text }) {
    const place = results.shownIn(key);
    if (place) document.dispatchEvent(new CustomEvent("gradwalk:output", { detail: { cell: place.number - 1, stream, text } }));
  }

  function look(at) {
    document.documentElement.dataset.notebookView = at;
    for (const name of ["notebook", "player"]) find(`view-${name}`).setAttribute("aria-pressed", String(name === at));
    find("notebook").classList.toggle("away", at === "player");
  }

  // ---- what a person does

  const focusCell = (key = edits.active()) => views.get(key)?.element.focus({ preventScroll: false });
  const focusEditor = (key, where) => views.get(key)?.editor()?.focus(where);
  const choose = (key) => { edits.choose(key, false); redraw(); focusCell(); };
  const write = (key, where) => { edits.choose(key, true); redraw(); focusEditor(key, where); };
  const beside = (key, by) => edits.cells()[edits.cells().findIndex((cell) => cell.key === key) + by]?.key;

  function runAndGo(key) {
    runTo(key);
    const next = beside(key, 1) ?? edits.add(key, 1, "code");
    choose(next);
  }

  const does = {
    changed: (key, text, keys) => { edits.type(key, text, keys); typed(key); },
    clicked: (key, line, column) => goTo(key, line, column),
    focused: (key) => { if (edits.active() !== key || !edits.editing()) { edits.choose(key, true); redraw(); } },
    show: (key) => goTo(key, 1, null),
    goToOutput,
    apply,
    choose: (key) => choose(key),
    edit: (key) => write(key, "start"),
    leave: (key) => choose(key),
    run: (key) => { runTo(key); if (edits.cells().find((cell) => cell.key === key)?.kind === "markdown") choose(key); },
    runAbove: (key) => runTo(key, true),
    runAndGo,
    runAndAdd: (key) => { runTo(key); write(edits.add(key, 1, "code")); },
    split: (key, place) => write(edits.split(key, place), "start"),
    up: (key) => beside(key, -1) && step(beside(key, -1), "end"),
    down: (key) => beside(key, 1) && step(beside(key, 1), "start"),
    undo: () => back(edits.undo()),
    redo: () => back(edits.redo()),
    move: (key, by) => { edits.move(key, by); focusCell(); },
    add: (key, by) => write(edits.add(key, by, "code")),
    remove: (key) => { edits.remove(key); focusCell(); tell("The cell is deleted. Z or Ctrl+Z takes it back."); },
    turn: (key, kind) => { edits.turn(key, kind); focusCell(); },
  };

  /** From cell to cell with the arrow keys: code is written in at once, text is chosen. */
  const step = (key, where) => (edits.cells().find((cell) => cell.key === key).kind === "markdown" ? choose(key) : write(key, where));

  function back(found) {
    if (!found) return;
    redraw();
    if (edits.editing() && views.get(edits.active())?.editor()) focusEditor(edits.active());
    else focusCell();
  }

  const chosen = (action) => () => edits.active() && action(edits.active());
  const press = createCommandKeys({
    edit: chosen((key) => write(key)),
    up: chosen((key) => beside(key, -1) && choose(beside(key, -1))),
    down: chosen((key) => beside(key, 1) && choose(beside(key, 1))),
    addAbove: chosen((key) => choose(edits.add(key, 0, "code"))),
    addBelow: chosen((key) => choose(edits.add(key, 1, "code"))),
    toText: chosen((key) => does.turn(key, "markdown")),
    toCode: chosen((key) => does.turn(key, "code")),
    toRaw: chosen((key) => does.turn(key, "raw")),
    copy: chosen((key) => edits.copy(key)),
    cut: chosen((key) => { edits.copy(key); does.remove(key); }),
    paste: chosen((key) => choose(edits.paste(key, 1))),
    pasteAbove: chosen((key) => choose(edits.paste(key, 0))),
    join: chosen((key) => choose(edits.join(key))),
    remove: chosen(does.remove),
    undo: does.undo,
    redo: does.redo,
    run: chosen(does.run),
    runAndGo: chosen(runAndGo),
    runAndAdd: chosen(does.runAndAdd),
  });

  function onKey(event) {
    if (event.key === "Enter" && event.shiftKey && (event.ctrlKey || event.metaKey)) return [event.preventDefault(), runTo(null)];
    const cell = event.target.closest(".cell");
    if (event.defaultPrevented || event.target !== cell) return;
    if (cell.dataset.key !== edits.active()) choose(cell.dataset.key);
    if (press(event)) event.preventDefault();
  }

  // ---- examples, files, links

  async function openFile(chosenFile) {
    if (!chosenFile) return;
    tell("");
    try {
      pending = await readFile(chosenFile);
      ask({ file: { name: pending.name, text: pending.text } });
    } catch (sentence) {
      tell(typeof sentence === "string" ? sentence : `${chosenFile.name} cannot be read.`, true);
    }
  }

  function saveAs() {
    const kind = save.value;
    save.value = "";
    const cells = edits.cells();
    if (kind === "py") return saveFile({ name: `${name}.py`, text: writtenAs(form, "py", programOf(cells).text) });
    if (!kind) return;
    const known = cells.map(({ kind: what, source, origin }) => ({ kind: what, source, origin: original ? origin : null }));
    ask({ save: { cells: known, original, outputs: kind === "outputs" } });
  }

  async function share() {
    const { text } = programOf(edits.cells());
    const code = text === data.text ? data.query : await codeOf(text).then((found) => found && `code=${found}`);
    if (!code) return tell("This notebook is too long for a link. Save it as a file, and share that.", true);
    const step = text === data.text && at?.step ? `&step=${at.step}` : "";
    const link = `${location.origin}${location.pathname}?${code}${step}`;
    try {
      await navigator.clipboard.writeText(link);
      tell(step ? "The link is copied. It opens this notebook at this step." : "The link is copied. It opens this notebook.");
    } catch {
      tell(link);
    }
  }

  // ---- assembling

  const end = (kind) => () => write(edits.add(edits.cells().at(-1)?.key ?? null, 1, kind));
  find("run").addEventListener("click", () => results.busy() || runTo(null));
  find("add-code").addEventListener("click", end("code"));
  find("add-text").addEventListener("click", end("markdown"));
  find("view-notebook").addEventListener("click", () => look("notebook"));
  find("view-player").addEventListener("click", () => look("player"));
  example.addEventListener("change", () => example.value && ask({ example: example.value }));
  find("open").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    openFile(file.files[0]);
    file.value = "";
  });
  const frame = find("notebook");
  frame.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  frame.addEventListener("drop", (event) => {
    const [dropped] = event.dataTransfer.files;
    if (!dropped) return;
    event.preventDefault();
    openFile(dropped);
  }, true);
  frame.addEventListener("keydown", onKey);
  save.addEventListener("change", saveAs);
  find("share").addEventListener("click", share);
  document.addEventListener("gradwalk:step", onStep);
  addEventListener("pagehide", keep);
  addEventListener("beforeunload", stay);
  look("notebook");

  function remove() {
    keep();
    post.restart(0);
    for (const one of [timer, draftTimer, numbersTimer]) clearTimeout(one);
    for (const view of views.values()) view.remove();
    delete document.documentElement.dataset.notebookView;
    document.removeEventListener("gradwalk:step", onStep);
    removeEventListener("pagehide", keep);
    removeEventListener("beforeunload", stay);
  }

  return { update, remove };
}

function fillExamples(select, groups) {
  const option = ([value, title]) => html("option", { value }, title);
  const group = ([label, lessons]) => html("optgroup", { label }, ...lessons.map(option));
  select.replaceChildren(option(["", "Choose an example"]), ...groups.map(group));
}
