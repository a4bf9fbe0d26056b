// What a person does to cells, by keys, buttons and in their editors, and where the focus goes then.

import { createCommandKeys } from "./command_keys.js";

/** `run(key, before)` runs to a cell, `typed(key)` shows what was typed, and the rest is the notebook's own. */
export function createActions({ edits, views, redraw, typed, tell, run, apply, goTo, goToOutput, goToStep }) {
  const focusCell = (key = edits.active()) => views.get(key)?.element.focus({ preventScroll: false });
  const focusEditor = (key, where) => views.get(key)?.editor()?.focus(where);
  const choose = (key) => { edits.choose(key, false); redraw(); focusCell(); };
  const write = (key, where) => { edits.choose(key, true); redraw(); focusEditor(key, where); };
  const beside = (key, by) => edits.cells()[edits.cells().findIndex((cell) => cell.key === key) + by]?.key;

  function runAndGo(key) {
    run(key);
    const next = beside(key, 1) ?? edits.add(key, 1, "code");
    choose(next);
  }

  const does = {
    changed: (key, text, keys) => { edits.type(key, text, keys); typed(key); },
    clicked: (key, line, column) => goTo(key, line, column),
    focused: (key) => { if (edits.active() !== key || !edits.editing()) { edits.choose(key, true); redraw(); } },
    show: (key) => goTo(key, 1, null),
    goToOutput,
    goToStep,
    apply,
    choose: (key) => choose(key),
    edit: (key) => write(key, "start"),
    leave: (key) => choose(key),
    run: (key) => { run(key); if (edits.cells().find((cell) => cell.key === key)?.kind === "markdown") choose(key); },
    runAbove: (key) => run(key, true),
    runAndGo,
    runAndAdd: (key) => { run(key); write(edits.add(key, 1, "code")); },
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
    if (event.key === "Enter" && event.shiftKey && (event.ctrlKey || event.metaKey)) return [event.preventDefault(), run(null)];
    const cell = event.target.closest(".cell");
    if (event.defaultPrevented || event.target !== cell) return;
    if (cell.dataset.key !== edits.active()) choose(cell.dataset.key);
    if (press(event)) event.preventDefault();
  }

  return { does, write, onKey };
}
