/* The scrubber: all steps on one line, in the colours of the phases. A range input serves keys and screen readers. */

const SEGMENT_ROOM = 9; // px; with less for each step the line is continuous
const NAME_GAP = 10; // px between two names

function createScrubber(go) {
  const changed = () => go(Number(range.value));
  const range = html("input", { type: "range", class: "steps", min: 0, step: 1, "aria-label": "Step", input: changed });
  const phases = html("div", { class: "phases", "aria-hidden": "true" });
  const start = html("div", { class: "start" });
  const line = html("div", { class: "line" }, start, phases);
  const element = html("div", { class: "scrubber" }, range, line);
  let story = null;
  let parts = [];
  let segmented = null;
  let width = 0;
  let font = "";

  function draw() {
    segmented = width / Math.max(1, lastStep(story)) >= SEGMENT_ROOM;
    parts = story.phases.map((phase) => {
      const name = html("span", { class: "name" });
      const fill = html("i", { class: "fill" });
      const thumb = html("i", { class: "thumb" });
      const segments = segmented ? Array.from({ length: phase.count }, () => html("i", { class: "segment" })) : [];
      const track = html("div", { class: "track" }, ...(segmented ? segments : [fill, thumb]));
      const about = { class: "phase", "data-kind": phase.kind, style: `flex-grow: ${phase.count}` };
      const whole = html("div", about, name, track);
      return { phase, whole, name, track, segments, fill, thumb };
    });
    phases.replaceChildren(...parts.map((part) => part.whole));
  }

  function setStory(next) {
    const same = story && JSON.stringify(next.phases) === JSON.stringify(story.phases);
    story = next;
    range.max = lastStep(story);
    if (!same) draw();
  }

  function resize(next) {
    width = next;
    font = `600 13px ${getComputedStyle(phases).fontFamily}`;
    if (segmented !== width / Math.max(1, lastStep(story)) >= SEGMENT_ROOM) draw();
  }

  function show(step) {
    const here = phaseAt(story, step);
    range.value = step;
    const said = here ? placeInPhase(here, step) : "Start";
    setAttribute(range, "aria-valuetext", `Step ${step} of ${lastStep(story)}, ${said}: ${story.steps[step].title}`);
    start.classList.toggle("current", step === 0);
    const current = here && parts[story.phases.indexOf(here)];
    for (const part of parts) showPart(part, step, part === current);
    placeNames(current);
  }

  /** The current phase's name is always whole; the others' show where they find room beside it. */
  function placeNames(current) {
    const each = width / Math.max(1, lastStep(story));
    const start = (phase) => (phase.first - 1) * each;
    const length = (name) => textWidth(name.textContent, font) + NAME_GAP;
    const from = current ? Math.max(0, Math.min(start(current.phase), width - length(current.name))) : 0;
    const to = current ? from + length(current.name) : 0;
    for (const part of parts) {
      const at = start(part.phase);
      const covered = (at < to && at + length(part.name) > from) || length(part.name) > part.phase.count * each;
      const left = `left: ${Math.round(from - at)}px`;
      setAttribute(part.name, "style", part === current ? left : covered ? "visibility: hidden" : null);
    }
  }

  function showPart({ phase, whole, name, segments, fill, thumb }, step, here) {
    const done = Math.min(Math.max(0, step - phase.first + 1), phase.count);
    setText(name, here ? placeInPhase(phase, step) : phase.title);
    whole.classList.toggle("current", here);
    segments.forEach((segment, number) => {
      segment.classList.toggle("done", number < done);
      segment.classList.toggle("current", here && number === done - 1);
    });
    fill.style.width = thumb.style.left = `${(100 * done) / phase.count}%`;
  }

  /** The step under the pointer: left of every phase is the start, inside one it is the segment that is hit. */
  function stepAt(x) {
    let step = 0;
    for (const { phase, track } of parts) {
      const box = track.getBoundingClientRect();
      if (x < box.left) break;
      step = phase.first - 1 + Math.min(phase.count, Math.ceil(((x - box.left) / box.width) * phase.count));
    }
    return step;
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true });
    go(stepAt(event.clientX));
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) go(stepAt(event.clientX));
  });

  return { element, setStory, resize, show };
}
