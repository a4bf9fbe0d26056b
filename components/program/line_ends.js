// Line ends of a Python file: cells know one kind, and a file is saved with those that it came with.

import { movedLines } from "../../gradwalk/player/place.js";

const END = /\r\n|\r|\n/g;

/** What all lines of a text end with; where they differ, `{lines, ends}`: each line, and the end of each. */
export function endsOf(text) {
  const ends = text.match(END) ?? ["\n"];
  return ends.every((end) => end === ends[0]) ? ends[0] : { lines: text.split(END), ends };
}

/** A text whose lines end as those did that they come from; a new line as most do. */
export function endsFor(form, text) {
  if (typeof form === "string") return text.replaceAll("\n", form);
  const lines = text.split("\n");
  const from = origins(form.lines, lines);
  const usual = most(form.ends);
  return lines.map((line, at) => (at < lines.length - 1 ? line + (form.ends[from[at]] ?? usual) : line)).join("");
}

/** Of each line, which line of another text it was; undefined for a new one. What is the same at both ends is not looked through. */
function origins(old, now) {
  const shortest = Math.min(old.length, now.length);
  let head = 0;
  while (head < shortest && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shortest - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const moved = movedLines(old.slice(head, old.length - tail).join("\n"), now.slice(head, now.length - tail).join("\n"));
  const found = now.map((_, at) => (at < head ? at : at >= now.length - tail ? at + old.length - now.length : undefined));
  for (let at = head; at < old.length - tail; at++) {
    const there = moved(at - head + 1);
    if (there !== null && found[head + there - 1] === undefined) found[head + there - 1] = at;
  }
  return found;
}

function most(ends) {
  const count = (end) => ends.filter((one) => one === end).length;
  return [...new Set(ends)].sort((one, other) => count(other) - count(one))[0];
}
