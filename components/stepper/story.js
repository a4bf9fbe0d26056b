/* What the story says at a step: pure functions of the data and a step number. */

const lastStep = (story) => Math.max(0, story.steps.length - 1);
const clampStep = (story, step) => Math.min(Math.max(0, Math.round(step) || 0), lastStep(story));

/** Index of the last entry of a slot at or before a step; -1 while the slot is not yet known. */
function entryAt(entries, step) {
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
function phaseAt(story, step) {
  const number = story.steps[step] ? story.steps[step].phase : null;
  return number === null || number === undefined ? null : story.phases[number];
}

/** The phase's place in words: "Backward · 2 of 6". */
function placeInPhase(phase, step) {
  return `${phase.title} · ${step - phase.first + 1} of ${phase.count}`;
}

/** For every box and arrow, the steps at which it lights up, and apart from them those that are about it. */
function stepsOfThings(story) {
  const things = new Map();
  const note = (id, kind, step) => {
    if (!things.has(id)) things.set(id, { about: [], lit: [] });
    things.get(id)[kind].push(step);
  };
  story.steps.forEach((step, number) => {
    if (number === 0) return;
    for (const id of step.now) note(id, "lit", number);
    if (step.focus) note(step.focus, "about", number);
  });
  return things;
}

function nearest(steps, to) {
  return steps.reduce((best, step) => (best === null || Math.abs(step - to) < Math.abs(best - to) ? step : best), null);
}

/** Where a click on a thing leads: its step in the phase being watched, else the nearest one; null when it has none. */
function stepForThing(story, things, ids, step) {
  const phase = story.steps[step].phase;
  const inPhase = (number) => story.steps[number].phase === phase;
  const found = ids.map((id) => things.get(id)).filter(Boolean);
  const about = found.flatMap((thing) => thing.about);
  const lit = found.flatMap((thing) => thing.lit);
  for (const choice of [about.filter(inPhase), lit.filter(inPhase), about, lit]) {
    if (choice.length) return nearest(choice, step);
  }
  return null;
}
