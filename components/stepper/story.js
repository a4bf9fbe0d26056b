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

function nearest(steps, to) {
  return steps.reduce((best, step) => (Math.abs(step - to) < Math.abs(best - to) ? step : best));
}

/** Where a click leads: to the thing's step in the phase being watched, else to the nearest; null when it has none. */
function stepForThing(story, ids, step) {
  const numbers = story.steps.map((_, number) => number).slice(1);
  const about = numbers.filter((number) => ids.includes(story.steps[number].focus));
  const lit = numbers.filter((number) => story.steps[number].now.some((id) => ids.includes(id)));
  const inPhase = (number) => story.steps[number].phase === story.steps[step].phase;
  const choices = [about.filter(inPhase), lit.filter(inPhase), about, lit];
  const choice = choices.find((steps) => steps.length);
  return choice ? nearest(choice, step) : null;
}
