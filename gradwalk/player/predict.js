/* Predict: before a step is shown, the reader says what it will give. Everything stays in the browser; nothing is sent. */

import { html, setAttribute, setText } from "./dom.js";
import { hints, judge, manner, question } from "./prediction.js";

const PHASES = ["forward", "local", "backward"];
const finger = matchMedia("(pointer: coarse)");

/** Which phases the address asks for: `predict=all`, or some of them with commas; null where it asks for none. */
export function phasesAsked(text) {
  if (!text) return null;
  const named = PHASES.filter((phase) => text.split(",").includes(phase));
  return named.length ? named : PHASES;
}

/** What Predict says before its first question: `asked` are the steps that can be asked about, `all` also those inside of closed boxes. */
function invitation(next, asked, all) {
  const [first] = asked.filter((number) => number >= next);
  if (first === next) return "Press →, and say each number before you see it.";
  if (first) return `Press →: the first question comes before step ${first}.`;
  if (asked.length) return `From here on nothing is asked. ${finger.matches ? "Go back to the start" : "Press Home, then →,"} to be asked from the first step on.`;
  return all.length ? "What can be asked is inside closed boxes: open one." : "Here is no number to predict.";
}

/** `reveal(step)` shows a step; `changed()` is called when a question comes or goes; `begin()` asks about the next step, if it can be asked; `leave()` takes the question away. */
export function createPredict({ reveal, changed, begin, leave }) {
  const asked = html("p", { class: "question-asked" });
  const field = html("input", { keydown: (event) => leaveField(event), type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: 40 });
  const about = html("p", { class: "manner" });
  const check = html("button", { type: "submit", class: "button main" }, "Check");
  const hint = html("button", { type: "button", class: "button", click: () => giveHint() }, "Hint");
  const show = html("button", { type: "button", class: "button", click: () => giveUp() }, "Show me");
  const said = html("p", { class: "judged", role: "status" });
  const told = html("ol", { class: "hints" });
  const choices = html("span", { class: "choices" });
  const submit = (event) => { event.preventDefault(); answer(field.value); };
  const form = html("form", { submit, novalidate: true }, field, choices, check, hint, show);
  const element = html("div", { class: "ask", role: "group", "aria-label": "Predict", hidden: true }, asked, form, about, said, html("div", { role: "status" }, told));
  const result = html("p", { class: "predicted", role: "status", hidden: true });
  const button = html("button", { type: "button", class: "button predict", "aria-pressed": "false", title: "Predict: say what comes before you see it (P)", click: () => toggle() }, "Predict");
  let phases = phasesAsked(inAddress());
  let on = Boolean(phases);
  let story = null;
  let open = null; // the step that is asked about
  let tries = 0;
  let looked = ""; // the answer that was looked at last
  let warned = false; // → was pressed without a new answer
  let hinted = 0;
  let invited = on; // nothing was asked yet
  let seen = new Set(); // the steps that were answered, or shown
  let count = { first: 0, all: 0 };
  mark();

  function mark() {
    setAttribute(button, "aria-pressed", on);
    if (!phases) phases = PHASES;
  }

  function toggle(now = !on) {
    on = now;
    mark();
    [seen, count, phases] = [new Set(), { first: 0, all: 0 }, on ? phases : PHASES];
    close();
    invite();
    changed();
    if (on) begin();
  }

  function invite() {
    invited = on;
    result.hidden = true;
    delete result.dataset.verdict;
  }

  /** At a step, before the first question: say where that comes. `next` is the step after it, `alone(step)` whether one is stopped at by itself. */
  function at(next, alone) {
    if (!invited) return;
    const all = story.steps.map((_, number) => number).filter(askOf);
    setText(result, invitation(next, all.filter(alone), all));
    result.hidden = false;
  }

  /** The question about a step; null where there is none, or it was answered. */
  function askOf(step) {
    const about = on && story?.steps[step];
    if (!about?.ask || seen.has(step)) return null;
    return phases.includes(story.phases[about.phase]?.kind) ? about.ask : null;
  }

  /** Ask about a step before it is shown; says whether there is something to ask. */
  function ask(step) {
    const found = askOf(step);
    if (!found) return false;
    close();
    [open, tries, hinted, looked, warned, invited] = [step, 0, 0, "", false, false];
    setText(asked, question(found));
    setText(about, manner(found));
    setAttribute(field, "aria-label", `${question(found)} ${manner(found)}`);
    told.replaceChildren();
    tell("", "");
    field.value = "";
    hint.hidden = false;
    const boxes = found.kind === "next" ? found.parts : [];
    choices.replaceChildren(...boxes.map(([box, name]) => html("button", { type: "button", class: "button", click: () => answer(box) }, name)));
    field.hidden = check.hidden = boxes.length > 0;
    element.hidden = false;
    changed();
    focus();
    return true;
  }

  function focus() {
    if (finger.matches) return; // its keyboard would cover the picture that one reads from
    (field.hidden ? choices.querySelector("button") : field).focus({ preventScroll: true });
  }

  function close() {
    open = null;
    field.blur(); // hidden, it would keep the keys until the next frame
    element.hidden = result.hidden = true;
  }

  function tell(verdict, text) {
    element.dataset.verdict = verdict;
    setText(said, text);
  }

  function answer(text) {
    const asks = story.steps[open].ask;
    [looked, warned] = [text, false];
    const { verdict, said: why } = judge(asks, text, past(open));
    if (verdict === "right") return finish(true);
    if (verdict === "wrong") tries += 1;
    tell(verdict, why || (asks.kind === "next" ? "Not that one." : "Not yet. A hint may help."));
    if (!field.hidden) field.select();
  }

  /** What was asked of the steps before: of each thing its newest number. */
  function past(step) {
    const { episode } = story.steps[step];
    const found = new Map();
    for (const { ask: one, episode: where } of story.steps.slice(0, step)) {
      if (one && where === episode && typeof one.answer === "number") found.set(`${one.kind} ${one.of}`, one);
    }
    return [...found.values()];
  }

  function giveHint() {
    const all = hints(story.steps[open].ask);
    if (hinted < all.length) told.append(html("li", null, all[hinted]));
    hinted += 1;
    hint.hidden = hinted >= all.length;
    if (hint.hidden) focus();
  }

  const giveUp = () => finish(false);

  /** → at a question: looks at a new answer; without one it says so first, and shows the step when it is pressed again. */
  function forth() {
    if (!field.hidden && field.value.trim() && field.value !== looked) return answer(field.value);
    if (warned) return giveUp();
    warned = true;
    tell("unread", `${field.hidden ? "Choose a box" : looked ? "Try another answer" : "Your answer first"}, or press → once more to see it.`);
  }

  /** In the field → and ← move the caret; where it stands at the end, or nothing is typed, they are the player's. */
  function leaveField(event) {
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const forward = event.key === "ArrowRight" && field.selectionEnd === field.value.length;
    if (!forward && !(event.key === "ArrowLeft" && !field.value)) return;
    event.preventDefault();
    if (forward) forth();
    else leave();
  }

  function finish(right) {
    const step = open;
    const first = right && !tries && !hinted;
    const { text } = story.steps[step].ask;
    seen.add(step);
    count = { first: count.first + Number(first), all: count.all + 1 };
    close();
    const more = story.steps.some((_, number) => number > step && askOf(number));
    const verdict = right ? (first ? "Right, at the first try" : "Right") : "It is";
    const tally = `${count.first} of ${count.all} at the first try.`;
    result.dataset.verdict = right ? "right" : "shown";
    result.replaceChildren(html("b", null, `${verdict}${right ? ":" : ""} ${text}.`), ` ${more ? "So far" : "That was the last one:"} ${tally}`);
    reveal(step);
    result.hidden = false;
  }

  return {
    element, result, button, toggle, at, ask, close, focus,
    isOn: () => on,
    isOpen: () => open !== null,
    asks: () => open,
    /** Whether curves say what is to be found: at any question, and before the values are known. */
    covers: (step) => on && (open !== null || !["forward", "local", "backward", "seed", "accumulate", "free"].includes(story.steps[step].kind)),
    asksForBox: () => open !== null && story.steps[open].ask.kind === "next",
    /** What is to be looked at for the question: where the number will stand, but not which box comes next. */
    lit: () => (open === null || story.steps[open].ask.kind === "next" ? [] : lightsOf(story.steps[open])),
    text: () => asked.textContent,
    answer, forth,
    name: () => (on ? (phases.length === PHASES.length ? "all" : phases.join(",")) : ""),
    setStory(next, another) {
      const same = story && JSON.stringify(next.steps.map(({ ask: one }) => one)) === JSON.stringify(story.steps.map(({ ask: one }) => one));
      story = next;
      if (same && !another) return;
      seen = new Set();
      if (another) count = { first: 0, all: 0 };
      close();
      invite();
    },
  };
}

/** The box that a step is about, after the arrows that the number will stand at. */
const lightsOf = ({ ask, now, focus }) => [...(ask.at ? [ask.at] : ask.kind === "local" ? now.filter((id) => id.startsWith("e")) : []), focus];

function inAddress() {
  const text = location.search || location.hash.replace("#", "?");
  return new URLSearchParams(text).get("predict");
}
