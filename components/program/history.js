// What was done to the cells, so that it can be undone: typing, adding, deleting, moving, splitting, joining, all in one row.

const TOGETHER = 1000; // ms within which keys in one cell are undone together
const MOST = 500;

export function createHistory() {
  let past = [];
  let future = [];
  let now = { cells: [], active: null };
  let group = null;
  let last = 0;

  /** Another document: nothing of the one before can come back. */
  function begin(cells, active) {
    [past, future, now, group] = [[], [], { cells, active }, null];
  }

  /** The cells from now on, and the one at work. `typed` names the cell that somebody types into. */
  function commit(cells, active, typed = null) {
    const time = performance.now();
    const together = typed !== null && typed === group && time - last < TOGETHER && !typed.endsWith("at once");
    if (!together) past = [...past.slice(1 - MOST), now];
    [now, future, group, last] = [{ cells, active }, [], typed, time];
  }

  function undo() {
    if (!past.length) return null;
    future = [...future, now];
    [now, group] = [past.at(-1), null];
    past = past.slice(0, -1);
    return now;
  }

  function redo() {
    if (!future.length) return null;
    past = [...past, now];
    [now, group] = [future.at(-1), null];
    future = future.slice(0, -1);
    return now;
  }

  return { begin, commit, undo, redo };
}
