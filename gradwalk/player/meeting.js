/* Whoever else is on the page (an editor of the program, another drawing of the run) meets the player in events of the document. */

import { phaseAt, stepForLine, stepForOutput } from "./story.js";

/** `where()` gives the story and its step, or null; `jump(step)` goes to one, `goTo(step)` also opens what it is in, `pick(ids)` to the step of a box; `told()` is called when somebody asks. */
export function meetOthers({ where, jump, goTo, pick, told }) {
  const lead = (find) => ({ detail }) => {
    const here = where();
    if (here) jump(find(here.story, here.step, detail));
  };
  const events = {
    "gradwalk:go": ({ detail }) => where() && goTo(detail.step),
    "gradwalk:line": lead(stepForLine),
    "gradwalk:output": lead(stepForOutput),
    "gradwalk:pick": ({ detail }) => where() && pick(detail.boxes),
    "gradwalk:where": told,
  };
  for (const [name, listen] of Object.entries(events)) document.addEventListener(name, listen);
  return () => {
    for (const [name, listen] of Object.entries(events)) document.removeEventListener(name, listen);
  };
}

/** Tell the others which step is shown. */
export function tellOthers(story, step, { opened, last, density, predicting }) {
  const phase = phaseAt(story, step);
  const { span, now } = story.steps[step];
  const detail = { opened, step, last, density, predicting, span, now, kind: phase ? phase.kind : null };
  document.dispatchEvent(new CustomEvent("gradwalk:step", { detail }));
}
