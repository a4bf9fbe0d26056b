// What was run and what each cell showed then: which outputs are those of the cells as they stand, and which are older.

import { placeAt } from "./program.js";

const CHANGED = "Older than its cell: it has changed since it ran.";
const ABOVE = "Older than the cells above: one of them has changed since.";
const EARLIER = "From an earlier run: the last one ended above.";

export function createResults() {
  let run = { text: "", places: [], upto: null }; // what was asked for last
  let shown = { text: "", places: [], upto: null, failed: [], remarked: [] }; // what was answered last
  let busy = false;
  let ran = true;
  const kept = new Map(); // by the cell's key: {items, source, place, above, run}
  let runs = 0;

  /** `older` is what cells show that did not run when the program that is open did, as `toKeep` gave it. */
  function begin(program, upto, older = []) {
    run = { ...program, upto };
    [shown, busy] = [{ ...run, failed: [], remarked: [] }, false];
    kept.clear();
    for (const [key, entry] of older) kept.set(key, { ...entry, run: -1 });
  }

  /** For a way back: what ran last, and what only an earlier run has shown. */
  function toKeep() {
    const older = [...kept].filter(([, { items, run: number }]) => items.length && (number < runs || !ran));
    return { text: run.text, upto: run.upto, places: run.places.map((place) => ({ ...place, source: "" })), older };
  }

  function ask(program, upto) {
    run = { ...program, upto };
    busy = true;
  }

  const within = ({ kind, line }, { upto }) => kind === "code" && (upto === null || line <= upto);
  const codeOf = (places, end) => JSON.stringify(places.slice(0, end).filter(({ kind, number }) => kind === "code" && number).map(({ source }) => source));

  /** The server has answered what was asked for last. */
  function answered({ cells, failed, remarked, refusal }) {
    busy = false;
    ran = !refusal || refusal.ran;
    if (!ran) return;
    shown = { ...run, failed, remarked };
    runs += 1;
    shown.places.forEach((place, number) => {
      if (!within(place, shown)) return;
      const before = shown.places[number - 1]; // empty lines that a cell begins with belong to it, and to no place
      const [above, end] = [before ? before.line + before.lines - 1 : 0, place.line + place.lines - 1];
      const found = cells.find(({ line }) => line > above && line <= end);
      kept.set(place.key, { items: found?.items ?? [], source: place.source, above: codeOf(shown.places, number), run: runs });
    });
  }

  /** What a cell showed, and why that is not what it would show now, if so. */
  function of(cell, places) {
    const found = kept.get(cell.key);
    if (!found || cell.kind !== "code") return { items: [], old: "" };
    const number = places.findIndex(({ key }) => key === cell.key);
    const old = found.source !== cell.source ? CHANGED : found.above !== codeOf(places, number) ? ABOVE : found.run < runs ? EARLIER : "";
    return { items: found.items, old };
  }

  const same = (cell, place) => cell && place && place.key === cell.key && place.source === cell.source && cell.kind === "code";

  /** The place of a cell in the program that ran, if it still is what ran. */
  const lineOf = (cell) => shown.places.find((place) => same(cell, place) && within(place, shown)) ?? null;

  const hasChanged = (cell) => shown.places.some((place) => place.key === cell.key && place.source !== cell.source);

  /** Marks of the program's text as marks of one cell. */
  function inCell(cell, marks) {
    const place = ran ? lineOf(cell) : null;
    if (!place) return [];
    const inside = ({ span: [line] }) => placeAt([place], line);
    return marks.filter(inside).map((mark) => {
      const [line, column, endLine, endColumn] = mark.span;
      return { ...mark, span: [line - place.line + 1, column, endLine - place.line + 1, endColumn] };
    });
  }

  /** The place whose source has these characters of the program's text. */
  function placeAround(start, end) {
    const starts = [0];
    for (let at = shown.text.indexOf("\n"); at >= 0; at = shown.text.indexOf("\n", at + 1)) starts.push(at + 1);
    const found = shown.places.map((place) => ({ ...place, offset: starts[place.line - 1] ?? Infinity }));
    return found.find(({ kind, offset, source }) => kind === "code" && offset <= start && end <= offset + source.length) ?? null;
  }

  return {
    begin, toKeep, ask, answered, of, inCell, lineOf, hasChanged, placeAround,
    asked: () => run,
    upto: () => run.upto,
    busy: () => busy,
    waits: (place) => busy && within(place, run) && place.number !== null,
    failed: () => shown.failed,
    remarked: () => shown.remarked,
    placeOf: (line) => placeAt(shown.places, line) ?? null,
    shownIn: (key) => (kept.get(key)?.run === runs ? shown.places.find((place) => place.key === key) ?? null : null),
  };
}
