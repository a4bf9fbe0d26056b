/* Longer ways than one step: to the next backward(), and over a loop. Pure functions of the story and a step. */

import { entryAt, lastStep } from "./story.js";

const BACK = new Set(["local", "backward", "hook", "accumulate", "result", "free"]); // what a backward() causes stands at other lines

/** What is read out of a whole story once: no step of ten thousand looks through all of them. */
const ways = new WeakMap();

function waysOf(story) {
  if (!ways.has(story)) {
    const seeds = story.steps.flatMap(({ kind }, number) => (kind === "seed" ? [[number]] : []));
    ways.set(story, { seeds, ends: new Map() });
  }
  return ways.get(story);
}

/** The step at which the next backward() starts; null where there is none. */
export function nextBackward(story, step) {
  const { seeds } = waysOf(story);
  return seeds[entryAt(seeds, step) + 1]?.[0] ?? null;
}

/** The program's loops as [first line, last line], told by their indentation; the outer ones first. */
export function loopsOf(code) {
  const lines = code.split("\n");
  const depth = (line) => line.length - line.trimStart().length;
  const isCode = (line) => line.trim() !== "" && !line.trim().startsWith("#");
  const loops = [];
  lines.forEach((line, number) => {
    if (!/^\s*(for|while)\b/.test(line)) return;
    const after = lines.findIndex((other, at) => at > number && isCode(other) && depth(other) <= depth(line));
    let last = after < 0 ? lines.length : after;
    while (last > number + 1 && !isCode(lines[last - 1])) last--;
    loops.push([number + 1, last]);
  });
  return loops;
}

/** The first step after the loop that the program is in, or that it enters next; null outside all loops. */
export function stepOverLoop(story, loops, step) {
  const lineOf = (number) => story.steps[number]?.span?.[0];
  const isIn = ([first, last], line) => line >= first && line <= last;
  const loop = loops.find((each) => isIn(each, lineOf(step))) || loops.find((each) => isIn(each, lineOf(step + 1)));
  if (!loop) return null;
  const { ends } = waysOf(story);
  const key = loop.join();
  if (!ends.has(key)) ends.set(key, endOf(story, (number) => isIn(loop, lineOf(number))));
  const { last, next } = ends.get(key);
  return last > step ? next : null;
}

/** The last step in a loop, and the first one after it. */
function endOf(story, isInside) {
  const goesOn = (number) => !BACK.has(story.steps[number].kind);
  const last = story.steps.findLastIndex((_, number) => goesOn(number) && isInside(number));
  const next = story.steps.findIndex((_, number) => number > last && goesOn(number));
  return { last, next: next < 0 ? lastStep(story) : next };
}
