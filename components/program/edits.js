// The cells as they are now, which of them is chosen, and everything that can be done to them; each of it can be undone.

import { createHistory } from "./history.js";
import { newCell, renamed } from "./program.js";

/** `changed()` is called when the cells are others, but not for what somebody types. */
export function createEdits(changed) {
  const history = createHistory();
  let cells = [];
  let active = null;
  let editing = false;
  let clipboard = null;

  const indexOf = (key) => cells.findIndex((cell) => cell.key === key);

  function begin(next) {
    cells = next;
    [active, editing] = [next[0]?.key ?? null, false];
    history.begin(cells, active);
  }

  function set(next, key, typed = null) {
    cells = next.length ? next : [newCell("code")];
    active = indexOf(key) >= 0 ? key : cells[0].key;
    history.commit(cells, active, typed);
    if (!typed) changed();
    return active;
  }

  const replaced = (key, ...others) => cells.flatMap((cell) => (cell.key === key ? others : [cell]));
  const cellOf = (key) => cells[indexOf(key)];
  const withSource = (key, source) => replaced(key, { ...cellOf(key), source });

  function choose(key, write) {
    if (indexOf(key) >= 0) [active, editing] = [key, write];
  }

  /** What somebody types; `keys` that come one after the other are undone together. */
  function type(key, source, keys) {
    [active, editing] = [key, true];
    set(withSource(key, source), key, keys ? key : `${key} at once`);
  }

  const write = (key, source) => set(withSource(key, source), key);

  /** A new cell before (0) or after (1) this one; gives its key. */
  function add(key, by, kind, cell = newCell(kind)) {
    const at = key === null ? cells.length : indexOf(key) + by;
    return set([...cells.slice(0, at), cell, ...cells.slice(at)], cell.key);
  }

  function remove(key) {
    const at = indexOf(key);
    return set(replaced(key), (cells[at + 1] ?? cells[at - 1])?.key);
  }

  function move(key, by) {
    const [from, to] = [indexOf(key), indexOf(key) + by];
    if (to < 0 || to >= cells.length) return key;
    const rest = replaced(key);
    return set([...rest.slice(0, to), cells[from], ...rest.slice(to)], key);
  }

  const turn = (key, kind) => (cellOf(key).kind === kind ? key : set(replaced(key, { ...cellOf(key), kind }), key));

  /** Cut a cell in two; gives the key of the second. */
  function split(key, place) {
    const cell = cellOf(key);
    const [before, after] = [cell.source.slice(0, place).replace(/\n$/, ""), cell.source.slice(place).replace(/^\n/, "")];
    const second = { ...newCell(cell.kind, after), attachments: cell.attachments };
    return set(replaced(key, { ...cell, source: before }, second), second.key);
  }

  /** Put a cell and the next together. */
  function join(key) {
    const [cell, next] = [cellOf(key), cells[indexOf(key) + 1]];
    if (!next) return key;
    const source = [cell.source, next.source].join(cell.kind === "code" ? "\n" : "\n\n");
    const whole = { ...cell, source, attachments: { ...next.attachments, ...cell.attachments } };
    return set(cells.flatMap((one) => (one === next ? [] : one === cell ? [whole] : [one])), key);
  }

  const copy = (key) => (clipboard = cellOf(key));
  const paste = (key, by) => (clipboard ? add(key, by, clipboard.kind, { ...renamed(clipboard), origin: null }) : key);

  function take(found) {
    if (found) [cells, active] = [found.cells, found.active];
    return found;
  }

  return {
    begin, choose, type, write, add, remove, move, turn, split, join, copy, paste,
    undo: () => take(history.undo()),
    redo: () => take(history.redo()),
    cells: () => cells,
    active: () => active,
    editing: () => editing,
  };
}
