/*
 * The program's source, with the line and the sub-expression of the step marked, and a button that copies it.
 * A program of cells stands there as in a notebook: below each cell is a place for what it shows.
 */

import { html, icon, setAttribute, setText } from "./dom.js";

const CODE_TITLES = { fresh: "The program in PyTorch", stale: "The last good program" };
const HANGING = 2; // characters by which the rest of a wrapped line stands further right than its start

export function createCode() {
  const about = { class: "lines", tabindex: "0", role: "region", "aria-label": "Source", "data-scrolls": true };
  const frame = html("div", about);
  const copied = html("span", { class: "copied", role: "status" });
  const press = () => copyProgram();
  const copy = html("button", { type: "button", class: "button copy", click: press }, icon("copy"), "Copy");
  const title = html("h3", null, CODE_TITLES.fresh);
  const heading = html("div", { class: "heading" }, title, copied, copy);
  const element = html("div", { class: "code" }, heading, frame);
  let source = null;
  let cut = null; // the cells, as text
  let texts = [];
  let lines = [];
  let places = [];
  let marked = [];
  let timer = 0;
  let room = 0; // px, the visible height
  let old = false;

  async function copyProgram() {
    const done = await copyText(source, frame);
    copied.textContent = done ? (old ? "Copied the last good program" : "Copied") : "Press Ctrl+C to copy";
    clearTimeout(timer);
    timer = setTimeout(() => (copied.textContent = ""), 2000);
  }

  /** Show this source; says whether it, or its cells, are others than before. */
  function setSource(text, cells) {
    const cutNow = JSON.stringify(cells);
    if (text === source && cutNow === cut) return false;
    [source, cut] = [text, cutNow];
    texts = text.replace(/\n$/, "").split("\n");
    marked = [];
    lines = texts.map((line, number) => html("span", { class: "line", "data-line": numberOf(number + 1, cells), style: hanging(line) }, line + "\n"));
    places = cells.map(() => html("div", { class: "outputs" }));
    frame.classList.toggle("numbered", cells.length > 0);
    frame.replaceChildren(...(cells.length ? cells.flatMap(cellBlock) : [block("cell", lines)]));
    return true;
  }

  const block = (kind, shown) => html("pre", { class: kind }, html("code", null, ...shown));

  /** A cell, what stands in the file between it and the one before, and the place of its outputs. */
  function cellBlock(cell, number, cells) {
    const before = lines.slice(number ? cells[number - 1].end : 0, cell.line - 1);
    const between = before.some((line) => line.textContent.trim()) ? [block("between", before)] : [];
    return [...between, block("cell", lines.slice(cell.line - 1, cell.end)), places[number]];
  }

  function mark(number, from, to) {
    const line = lines[number];
    if (!line) return;
    const letters = [...texts[number]]; // columns count characters, not UTF-16 units
    const piece = (start, end) => letters.slice(start, end).join("");
    line.classList.add("current");
    line.replaceChildren(piece(0, from), html("mark", null, piece(from, to)), piece(to) + "\n");
    marked.push(number);
  }

  function show(span) {
    for (const number of marked) {
      lines[number].classList.remove("current");
      lines[number].replaceChildren(texts[number] + "\n");
    }
    marked = [];
    if (!span) return;
    const [line, column, endLine, endColumn] = span;
    for (let number = line; number <= endLine; number++) {
      mark(number - 1, number === line ? column - 1 : 0, number === endLine ? endColumn - 1 : Infinity);
    }
    reveal(lines[line - 1]);
  }

  /** Bring a line into sight, if it is not well inside: the lines before it are worth as much as those after. */
  function reveal(line) {
    if (!line || !room || frame.scrollHeight <= room) return;
    const [top, height] = [line.offsetTop, line.offsetHeight];
    const seen = top >= frame.scrollTop + height && top + 2 * height <= frame.scrollTop + room;
    if (!seen) frame.scrollTop = Math.max(0, top - Math.floor(room / height / 2) * height);
  }

  /** Bring what a cell has just shown into sight, and the current line with it where both have room. */
  function revealOutput(cell) {
    const place = places[cell];
    if (!place || !room) return;
    const wanted = place.offsetTop + place.offsetHeight - room;
    const most = marked.length ? lines[marked[0]].offsetTop : wanted;
    if (wanted > frame.scrollTop) frame.scrollTop = Math.min(wanted, most);
  }

  const resize = () => (room = frame.clientHeight);

  /** What is typed now is refused: this is the program that ran last. */
  function age(stale) {
    old = stale;
    setText(title, CODE_TITLES[stale ? "stale" : "fresh"]);
    setAttribute(copy, "title", stale ? "Copies the last good program, not what is typed now" : null);
  }

  return { element, setSource, age, show, revealOutput, resize, places: () => places };
}

/** Lines are counted within their cell, as in a Traceback; those before its first one, and between cells, have no number. */
function numberOf(line, cells) {
  const cell = cells.find((one) => one.first <= line && line <= one.end);
  return cell || !cells.length ? line - (cell?.first ?? 1) + 1 : "";
}

/** A line that is too long goes on below its own start, a little further right. */
const hanging = (line) => `--hang: ${line.length - line.trimStart().length + HANGING}ch`;

/** Copy by the clipboard; where a page may not use it (plain http), by selecting the text. */
async function copyText(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(shown);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}
