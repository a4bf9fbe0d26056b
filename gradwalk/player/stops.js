/* In a folded graph the steps of a closed group, or of one optimizer's step, one after the other in one phase, are one stop. */

const WHAT = { forward: "Forward through", local: "Local gradients in", backward: "Backward through", update: "Updates in" };
const NAMED = 4; // names in a list
const FEW = 40; // steps: a box with no more of them opens down to the first, whatever is folded in it
const RUN = /^run (\d+)$/;

/** `foldsOf(graph)` gives the folds of one of the graphs, or null. */
export function createStops(foldsOf) {
  const graphAt = (story, step) => story.episodes[story.steps[step]?.episode]?.graph ?? 0;

  let [opened, openedOf, turned] = [new Set(), null, 0]; // runs of updates, of one story, that are shown step by step

  const isRun = (id) => RUN.test(id ?? "");

  /** The run of updates that a step is in; null where its graph is not folded. */
  function runAt(story, step) {
    const { run } = story.steps[step] ?? {};
    if (openedOf !== story) [opened, openedOf] = [new Set(), story];
    return run !== undefined && foldsOf(graphAt(story, step)) ? `run ${run}` : null;
  }

  function toggleRun(id) {
    if (!opened.delete(id)) opened.add(id);
    turned++;
  }

  /** The run that is shown step by step, of the step that is on show. */
  function openRunAt(story, step) {
    const run = runAt(story, step);
    return opened.has(run) ? run : null;
  }

  /** The closed group that a step is in; null for one that is seen. What the program binds between two closed groups, or inside of one (`i = 3`), is in the next. */
  function groupAt(story, step) {
    const { focus, kind } = story.steps[step] ?? {};
    const run = runAt(story, step);
    if (run && !opened.has(run)) return run;
    if (focus) return closedAt(story, step, focus);
    if (kind !== "statement" || !foldsOf(graphAt(story, step))) return null;
    const [before, after] = [beside(story, step, -1), beside(story, step, 1)];
    return before !== null && after !== null && groupAt(story, before) ? groupAt(story, after) : null;
  }

  /** Where leaves that several groups share are one box, a gradient that comes to them belongs to what hands it on. */
  function closedAt(story, step, focus) {
    const folds = foldsOf(graphAt(story, step));
    const group = folds?.closed(focus) ?? null;
    if (!group || story.steps[step].kind !== "accumulate" || folds.about(group).kind !== "sources") return group;
    const before = beside(story, step, -1);
    return (before !== null && groupAt(story, before)) || group;
  }

  /** The next step of the same phase, one way or the other, that is about a box; null where another is met first. */
  function beside(story, step, by) {
    const { phase, episode } = story.steps[step];
    let at = step + by;
    while (story.steps[at]?.kind === "statement" && !story.steps[at].focus) at += by;
    const found = story.steps[at];
    return found?.focus && found.phase === phase && found.episode === episode ? at : null;
  }

  const same = (story, one, other, group) => {
    const [first, second] = [story.steps[one], story.steps[other]];
    return Boolean(second) && first.phase === second.phase && first.episode === second.episode && groupAt(story, other) === group;
  };

  let kept = { story: null, folds: null, toggled: 0, turned: 0, stop: null }; // the stop that was asked for last: it may have a thousand steps

  /** The first and the last step of the stop that a step belongs to, and its group. */
  function stopAt(story, step) {
    const group = groupAt(story, step);
    if (!group) return { first: step, last: step, group };
    const folds = foldsOf(graphAt(story, step));
    const known = kept.story === story && kept.folds === folds && kept.toggled === folds.toggled() && kept.turned === turned;
    if (known && step >= kept.stop.first && step <= kept.stop.last) return kept.stop;
    let [first, last] = [step, step];
    while (same(story, step, first - 1, group)) first--;
    while (same(story, step, last + 1, group)) last++;
    kept = { story, folds, toggled: folds.toggled(), turned, stop: { first, last, group } };
    return kept.stop;
  }

  /** What is said of several steps in one: what the group is, and what has come into it and gone out. */
  function said(story, step) {
    const { first, last, group } = stopAt(story, step);
    if (!group || first === last) return null;
    if (isRun(group)) return { group, first, ...saidOfRun(story.runs[Number(group.match(RUN)[1])], last - first + 1) };
    const about = foldsOf(graphAt(story, step)).about(group);
    const kind = story.steps[step].kind === "update" ? "update" : story.phases[story.steps[step].phase]?.kind;
    const title = `${WHAT[kind] || "Inside"} ${about.title}`;
    const steps = last - first + 1;
    const whole = steps <= FEW;
    const sentence = [`${steps} steps in one${about.knownAs ? `: ${about.knownAs}` : ""}.`, FLOWS[kind]?.(about, (edge) => passed(story, edge, last)), about.shown && about.shown !== about.title ? `The numbers in the box are those of ${about.shown}.` : "", `Open the box to see ${whole ? "each" : "what it is made of"}.`];
    return { group, first, whole, title, sentence: sentence.filter(Boolean).join(" ") };
  }

  /** What the step after one that is about no box is about. */
  const focusAfter = (story, step) => story.steps[beside(story, step, 1)]?.focus;

  /** What is lit beside a step that is the last of a run: all that has moved. */
  const alsoLit = (story, step) => {
    const { first, last, group } = stopAt(story, step);
    return isRun(group) ? [...new Set(story.steps.slice(first, last).flatMap(({ now }) => now))] : [];
  };

  /** Whether a step is stopped at by itself. */
  function isAlone(story, step) {
    const { first, last } = stopAt(story, step);
    return first === last;
  }

  return { stopAt, isAlone, said, focusAfter, alsoLit, isRun, toggleRun, openRunAt };
}

function saidOfRun({ mover, leaves }, steps) {
  const title = mover ? `${mover} updates ${leaves} tensors` : `${leaves} tensors change in place`;
  return { title, sentence: `${steps} steps in one.`, button: "Show each step" };
}

/** Whether a gradient has gone back along an edge by now. */
function passed(story, edge, step) {
  const entry = (story.slots[`${edge}.flow`] || []).findLast(([at]) => at <= step);
  return Boolean(entry?.[1]);
}

const FLOWS = {
  forward: ({ comesIn, goesOut }) => [flow(names(comesIn), "in"), flow(names(goesOut), "out")].filter(Boolean).join(" "),
  backward({ comesIn, goesOut }, isPassed) {
    const withGradient = (doors) => names(doors.filter(({ edges }) => edges.some(isPassed)));
    const gradients = (list, way) => list.length ? flow([`the gradient${list.length > 1 ? "s" : ""} of ${listed(list)}`], way) : "";
    return [gradients(withGradient(goesOut), "in"), gradients(withGradient(comesIn), "out")].filter(Boolean).join(" ");
  },
};

const names = (doors) => [...new Set(doors.map(({ name }) => name))];
const flow = (list, way) => (list.length ? `${way === "in" ? "In" : "Out"}: ${listed(list)}.` : "");

function listed(list) {
  const shown = list.length > NAMED ? [...list.slice(0, NAMED - 1), `${list.length - NAMED + 1} more`] : list;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : shown[0];
}
