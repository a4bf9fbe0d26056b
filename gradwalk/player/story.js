/* What the story says at a step: pure functions of the data and a step number. */

export const lastStep = (story) => Math.max(0, story.steps.length - 1);
export const clampStep = (story, step) => Math.min(Math.max(0, Math.round(step) || 0), lastStep(story));

/** The story with what a node keeps for backward among the slots: what `saved` says of n2 goes into "n2.saved". */
export function readStory(story) {
  const saved = Object.entries(story.saved || {}).map(([node, entries]) => [`${node}.saved`, entries]);
  const all = { steps: [], episodes: [], outputs: [], findings: [], cells: [], runs: [], names: { rows: [], cells: {} }, ...story };
  return { ...all, slots: { ...story.slots, ...Object.fromEntries(saved) } };
}

/** A whole program has cells, outputs and names; an expression has none of them. */
export const isProgram = (story) => story.cells.length > 0;

/** Index of the last entry of a slot at or before a step; -1 while the slot is not yet known. */
export function entryAt(entries, step) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle][0] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The phase a step belongs to; before the first one, null. */
export function phaseAt(story, step) {
  const number = story.steps[step] ? story.steps[step].phase : null;
  return number === null || number === undefined ? null : story.phases[number];
}

/** Which episode a step belongs to: 0 also for the start, and where the story has none. */
export function episodeAt(story, step) {
  const starts = story.episodes.map((episode) => [episode.first]);
  return Math.max(0, entryAt(starts, step));
}

/** Which of the graphs a step shows; null where its episode has none. */
export const graphAt = (story, step) => (story.episodes.length ? story.episodes[episodeAt(story, step)].graph : 0);

/**
 * The phases of one episode, and stretches without a phase between them: every step but the start has its place.
 * Without episodes these are all phases.
 */
export function phasesOf(story, number) {
  const episode = story.episodes[number];
  if (!episode) return story.phases;
  const end = episode.first + episode.count;
  const phases = [];
  let next = Math.max(1, episode.first);
  const fill = (to) => {
    if (to > next) phases.push({ kind: "other", title: episode.folded ? "Folded" : "Program", first: next, count: to - next });
    next = Math.max(next, to);
  };
  for (const phase of story.phases) {
    if (phase.first + phase.count <= next || phase.first >= end) continue;
    fill(phase.first);
    phases.push(phase);
    next = phase.first + phase.count;
  }
  fill(end);
  return phases;
}

const births = new WeakMap();

/** At which step of an episode each box and node is made, by its id. */
export function birthsIn(story, number) {
  if (!births.has(story)) births.set(story, new Map());
  const known = births.get(story);
  if (!known.has(number)) {
    const steps = story.steps.map((step, at) => ({ ...step, at })).filter((step) => step.episode === number || !story.episodes.length);
    const found = new Map();
    for (const { kind, now, at } of steps) if (kind === "forward") for (const id of now) if (!found.has(id)) found.set(id, at);
    known.set(number, found);
  }
  return known.get(number);
}

/** The phase's place in words: "Backward · 2 of 6". */
export function placeInPhase(phase, step) {
  return `${phase.title} · ${step - phase.first + 1} of ${phase.count}`;
}

function nearest(steps, to) {
  return steps.reduce((best, step) => (Math.abs(step - to) < Math.abs(best - to) ? step : best));
}

/** Where a click leads: to the thing's step in the phase being watched, else to the nearest; null when it has none. */
export function stepForThing(story, ids, step) {
  const numbers = story.steps.map((_, number) => number).slice(1);
  const about = numbers.filter((number) => ids.includes(story.steps[number].focus));
  const lit = numbers.filter((number) => story.steps[number].now.some((id) => ids.includes(id)));
  const inPhase = (number) => story.steps[number].phase === story.steps[step].phase;
  const choices = [about.filter(inPhase), lit.filter(inPhase), about, lit];
  const choice = choices.find((steps) => steps.length);
  return choice ? nearest(choice, step) : null;
}

/** Where a click into the program leads: to the smallest expression there, else to the line; null where nothing happens. */
export function stepForLine(story, step, { line, column, end }) {
  const steps = story.steps.map(({ span }, number) => ({ span, number })).filter(({ span, number }) => span && number);
  if (column === null) return steps.find(({ span }) => span[0] >= line && span[0] <= end)?.number ?? null;
  const after = ([first, start]) => first < line || (first === line && start <= column);
  const until = ([, , last, stop]) => last > line || (last === line && column <= stop);
  const around = steps.filter(({ span }) => after(span) && until(span));
  const size = ([first, start, last, stop]) => (last - first) * 1000 + stop - start;
  const least = Math.min(...around.map(({ span }) => size(span)));
  const choices = around.length ? around.filter(({ span }) => size(span) === least) : steps.filter(({ span }) => span[0] === line);
  return choices.length ? nearest(choices.map(({ number }) => number), step) : null;
}

/** Where a click on an output leads: to the step that showed it. */
export function stepForOutput(story, step, { cell, stream, text }) {
  const shown = story.outputs.filter(([, where, what, part]) => where === cell && what === stream && text.includes(part.replace(/\n$/, "")));
  return shown.length ? nearest(shown.map(([at]) => at), step) : null;
}

/** What stands above a step's sentence: Learn can have words of its own. */
export const titleOf = (step, learns) => (learns && step.learn?.[0]) || step.title;
