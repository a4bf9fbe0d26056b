/* Where a reader stands in a story when another takes its place: after an edit, after a run, on the way back to a page. */

import { clampStep, episodeAt, isProgram, lastStep, stepForLine } from "./story.js";

/** Where somebody stood last in a document, by its name: whoever comes back to a page stands there again. */
const places = new Map();
const MOST_PLACES = 50;

/** `stood()` gives what is on show, { opened, step, story }, or null. */
export function createPlace(stood) {
  let fresh = true; // nothing was shown yet
  let went = 0; // the number of what was last asked for

  /** The step at which a story is shown; null where it only begins, and that step may come later. `next` is what came with it. */
  function carried(story, next, opened) {
    const back = fresh ? places.get(next.opened) : undefined;
    if (back > lastStep(story) && story.begins) return null;
    const asked = next.goes && next.goes.count !== went && back === undefined ? next.goes : null;
    const kept = opened ? clampStep(story, back ?? next.step) : carriedStep(stood().story, stood().step, story);
    const to = asked ? wantedStep(story, asked, kept, opened ? null : stood()) : kept;
    if (to !== null) [fresh, went] = [false, next.goes?.count ?? went];
    return to;
  }

  /** Whoever leaves the page may come back to it. */
  function remember() {
    const now = stood();
    if (!now) return;
    places.delete(now.opened);
    places.set(now.opened, now.step);
    if (places.size > MOST_PLACES) places.delete(places.keys().next().value);
  }

  return { carried, remember };
}

/**
 * Where a reader stands after the story has changed. In a program, at the same operation, wherever its line has moved to;
 * else in the same episode, as far into it as before. Null where `after` only begins and what they stand at may come later.
 */
function carriedStep(before, step, after) {
  if (isProgram(before) && before.code !== after.code) return sameOperation(before, step, after);
  if (after.begins && step > lastStep(after)) return null;
  const number = before.episodes.length ? episodeAt(before, step) : -1;
  const [from, to] = [before.episodes[number], after.episodes[number]];
  if (!from || !to || after.episodes.length !== before.episodes.length) return clampStep(after, step);
  return clampStep(after, to.first + Math.min(step - from.first, to.count - 1));
}

/**
 * The step of the same kind at the same line, as often as it has come before; of what is gone, what came before it. Of a story
 * that only begins nobody knows what is gone.
 */
function sameOperation(before, step, after) {
  const moved = movedLines(before.code, after.code);
  const found = new Map();
  after.steps.forEach(({ kind, span }, number) => {
    const key = span && `${kind} ${span[0]} ${span[1]}`;
    if (key) found.set(key, [...(found.get(key) ?? []), number]);
  });
  const keyOf = ({ kind, span }) => span && moved(span[0]) && `${kind} ${moved(span[0])} ${span[1]}`;
  for (let number = step; number > 0; number--) {
    const key = keyOf(before.steps[number]);
    const there = key && found.get(key);
    const times = there && before.steps.slice(0, number + 1).filter((one) => keyOf(one) === key).length;
    if (after.begins && !(times <= there?.length)) return null;
    if (!there) continue;
    return there[Math.min(times, there.length) - 1];
  }
  return 0;
}

/** The line of a step, where it stands in another text; null where it is gone. */
function lineIn(after, { code, steps }, step) {
  const line = steps[step].span?.[0] ?? null;
  return line === null || code === after ? line : movedLines(code, after)(line);
}

/**
 * The step that somebody asks for: one by its number, or the first of these lines, unless they stand at one of them. Null
 * where `story` only begins and that may come later. `carried` is where they stand else, `before` where they stood.
 */
function wantedStep(story, { step, lines }, carried, before) {
  if (typeof step === "number") return story.begins && step > lastStep(story) ? null : clampStep(story, step);
  if (!lines || carried === null) return carried;
  const [line, end] = lines;
  const at = before && lineIn(story.code, before.story, before.step);
  if (at && at >= line && at <= end) return carried;
  return stepForLine(story, carried, { line, column: null, end }) ?? (story.begins ? null : carried);
}

const MOST_COMPARED = 4e6; // pairs of lines

/** Where a line of a text stands in another; null where it is gone. As many lines in the place of others are those, changed. */
export function movedLines(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  if (old.length * now.length > MOST_COMPARED) return (line) => (old[line - 1] === now[line - 1] ? line : null);
  const width = now.length + 1;
  const common = new Uint16Array((old.length + 1) * width); // lines that are common from here to the end
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const at = i * width + j;
      common[at] = old[i] === now[j] ? common[at + width + 1] + 1 : Math.max(common[at + width], common[at + 1]);
    }
  }
  const found = new Map();
  let [gone, come] = [[], []];
  const close = () => {
    if (gone.length === come.length) gone.forEach((line, number) => found.set(line + 1, come[number] + 1));
    [gone, come] = [[], []];
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      close();
      found.set(++i, ++j);
    } else if (j >= now.length || (i < old.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) gone.push(i++);
    else come.push(j++);
  }
  close();
  return (line) => found.get(line) ?? null;
}
