// The letters behind the text area, line by line: comments dim, keywords bold, rules between cells, and marks.

import { html } from "../../gradwalk/player/dom.js";

const TOKEN = /(#.*$)|("""|'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\b(and|as|assert|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda|None|not|or|pass|raise|return|True|try|while|with)\b/g;
const CELL_LINE = /^#\s?%%/;

export function createLines(layer) {
  let keys = [];

  /** Draw these lines. `marks` are {kind, span, phase}: spans count lines and characters from 1, the end exclusive. */
  function draw(text, marks) {
    const texts = text.split("\n");
    const pieces = texts.map((line, index) => marks.flatMap((mark) => onLine(mark, index + 1, line)));
    const next = texts.map((line, index) => (pieces[index].length ? line + "\n" + JSON.stringify(pieces[index]) : line));
    let start = 0;
    while (start < keys.length && start < next.length && keys[start] === next[start]) start++;
    let same = 0; // at the end
    while (same < keys.length - start && same < next.length - start && keys.at(-1 - same) === next.at(-1 - same)) same++;
    const old = [...layer.children].slice(start, keys.length - same);
    const fresh = texts.slice(start, next.length - same).map((line, index) => lineOf(line, pieces[start + index]));
    const after = layer.children[keys.length - same] ?? null;
    for (const node of old) node.remove();
    for (const node of fresh) layer.insertBefore(node, after);
    keys = next;
  }

  return { draw, line: (number) => layer.children[number - 1] };
}

function onLine({ kind, span, phase }, number, line) {
  const [first, column, last, end] = span;
  if (number < first || number > last) return [];
  const start = number === first ? offsetOf(line, column) : line.length - line.trimStart().length;
  const stop = number === last ? offsetOf(line, end) : line.length;
  return [{ kind, phase, start, end: Math.max(start, stop) }];
}

/** Columns count characters; the browser counts UTF-16 units. */
export const offsetOf = (line, column) => [...line].slice(0, column - 1).join("").length;

function lineOf(text, marks) {
  const now = marks.some(({ kind }) => kind === "now");
  const element = html("span", { class: ["line", CELL_LINE.test(text) && "rule", now && "now"].filter(Boolean).join(" ") });
  const tokens = tokensOf(text);
  const edges = new Set([0, text.length, ...[...tokens, ...marks].flatMap(({ start, end }) => [start, end])]);
  const cuts = [...edges].sort((one, other) => one - other);
  const within = (range, at) => range.start <= at && at < range.end;
  for (let index = 0; index + 1 < cuts.length; index++) {
    const [start, end] = [cuts[index], cuts[index + 1]];
    const token = tokens.find((range) => within(range, start));
    const mark = marks.findLast((range) => within(range, start));
    let piece = text.slice(start, end);
    if (token) piece = html("span", { class: token.kind }, piece);
    if (mark) piece = html("mark", { class: `${mark.kind} ${mark.phase ?? ""}`.trim() }, piece);
    element.append(piece);
  }
  const atEnd = marks.find(({ kind, start, end }) => kind === "wrong" && start === end);
  if (atEnd) element.append(html("mark", { class: "wrong" }, " "));
  return element;
}

function tokensOf(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const kind = match[1] !== undefined ? "comment" : match[3] !== undefined ? "keyword" : null;
    if (kind) found.push({ kind, start: match.index, end: match.index + match[0].length });
  }
  return found;
}
