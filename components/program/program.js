// Cells ↔ the program that they are, in the percent format, and where each stands in it. As gradwalk/notebook/percent.py.

const MARKS = { code: "# %%\n", markdown: "# %% [markdown]\n", raw: "# %% [raw]\n" };
const MARK = /^#\s?%%/m;

let made = 0;

/** A cell. `part` is how it stands in the program that was opened. Cells never change: a changed one is another object. */
export function cellFrom(part) {
  const { kind, source, origin, attachments } = part;
  return { key: `cell${++made}`, kind, source, origin, attachments, part };
}

export const newCell = (kind, source = "") => ({ key: `cell${++made}`, kind, source, origin: null, attachments: {}, part: null });

/** The same with a name of its own on this page. */
export const renamed = (cell) => ({ ...cell, key: `cell${++made}` });

const isAsOpened = ({ kind, source, part }) => part !== null && part.kind === kind && part.source === source;

function pieceOf(cell, number) {
  const { kind, source, part } = cell;
  const own = part?.kind === kind ? part : { before: MARKS[kind], after: "", commented: kind !== "code", raw: null };
  const before = number && !MARK.test(own.before) ? MARKS[kind] + own.before : own.before;
  if (isAsOpened(cell) && part.raw !== null) return { before, text: own.before === before ? part.raw : before + source + own.after };
  return { before, text: before + (own.commented ? commented(source) : source) + own.after };
}

const commented = (source) => source.split("\n").map((line) => (line ? `# ${line}` : "#")).join("\n");
const count = (text) => text.split("\n").length;

/** The program's text, and of each cell the first line and the number of lines, and its source as it was then. */
export function programOf(cells) {
  const texts = [];
  const places = [];
  let line = 1;
  let number = 0; // code cells that have something in them, as they are numbered everywhere
  cells.forEach((cell, at) => {
    const { before, text } = pieceOf(cell, at);
    const runs = cell.kind === "code" && cell.source.trim() !== "";
    places.push({ key: cell.key, kind: cell.kind, source: cell.source, line: line + count(before) - 1, lines: count(cell.source), number: runs ? ++number : null });
    texts.push(text);
    line += count(text);
  });
  return { text: texts.join("\n"), places };
}

/** The places of a program that was kept without the sources of its cells. `keyOf` gives a cell's name of now for its former one. */
export function placesAgain({ text, places }, keyOf) {
  const lines = text.split("\n");
  return places.map((place) => ({ ...place, key: keyOf(place.key), source: lines.slice(place.line - 1, place.line - 1 + place.lines).join("\n") }));
}

/** The program of `opened` cells, each by the name of the one among `cells` that is the same, in their order. */
export function programAmong(opened, cells) {
  let from = 0;
  return programOf(opened.map((cell) => {
    const at = cells.findIndex(({ kind, source }, number) => number >= from && kind === cell.kind && source === cell.source);
    if (at < 0) return cell;
    from = at + 1;
    return { ...cell, key: cells[at].key };
  }));
}

/** Where a line of the program stands: the cell's place, or undefined. */
export const placeAt = (places, line) => places.find((place) => place.kind === "code" && place.line <= line && line < place.line + place.lines);
