// The editor: a text area with its letters drawn behind it, examples, files, and what the program showed.
//
// The text belongs to the person who types. An answer from the server writes into it only when another program was opened
// (`opened` changed); otherwise it says what was refused, and what each cell showed.

import { html } from "../../gradwalk/player/dom.js";
import { createPost } from "../shared/post.js";
import { readFile, saveFile } from "./files.js";
import { createLines, offsetOf } from "./lines.js";
import { createOutputs } from "./outputs.js";
import { listenToTyping, replaceText } from "./typing.js";

const KEPT = "gradwalk program";
const PAUSE = 400; // ms without a key before what was typed runs

const editors = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!editors.has(parentElement)) editors.set(parentElement, createEditor(parentElement));
  const editor = editors.get(parentElement);
  editor.update(data, (entry) => setStateValue("entry", entry));
  return () => {
    editors.delete(parentElement);
    editor.remove();
  };
}

function createEditor(root) {
  const find = (id) => root.querySelector(`#${id}`);
  const [area, frame, use, told, example, save, file] = ["source", "frame", "use", "told", "example", "save", "file"].map(find);
  const lines = createLines(find("layer"));
  const outputs = createOutputs(find("outputs"), goTo, (edit) => apply(edit));
  let data = null;
  let send = null;
  let extra = {}; // what the next entry asks for beside its text
  let sent = ""; // the text of the latest entry
  let fits = false; // whether what the server said is about the text as it stands
  let at = null; // the player's step
  let saved = 0;
  let timer = 0;

  const post = createPost((count) => {
    sent = area.value;
    send({ text: sent, opened: data.opened, count, example: null, file: null, save: null, ...extra });
    extra = {};
  });

  function ask(what) {
    extra = { ...extra, ...what };
    post.now();
  }

  // ---- what comes back

  function update(next, sender) {
    const first = !data;
    const opened = first || next.opened !== data.opened;
    data = next;
    send = sender;
    if (opened) open(first);
    if (first) document.dispatchEvent(new Event("gradwalk:where"));
    fits = post.answered(data.answered) && area.value === sent;
    if (data.save && data.save.count > saved) saveFile(data.save);
    saved = Math.max(saved, data.save?.count ?? 0);
    if (data.wrong) tell(data.wrong, true);
    showRefusal();
    if (fits) keep();
    outputs.show(data.cells);
    outputs.age(!fits || !ran());
    draw();
    if (opened) follow();
  }

  function open(first) {
    post.restart(data.answered);
    saved = data.answered;
    const early = first ? area.value : ""; // typed before this script was here
    sent = area.value = data.text;
    if (early) retype(early);
    else if (first && !/[?&](code|lesson)=/.test(location.search)) restore();
    at = null;
    tell("");
    fillExamples(example, data.groups);
    example.value = data.lesson ?? "";
    frame.scrollTo(0, 0);
  }

  /** A program that is too long for the address outlives a reload all the same. */
  function keep() {
    if (data.query) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, area.value);
  }

  function restore() {
    const kept = sessionStorage.getItem(KEPT);
    if (kept !== null) retype(kept);
  }

  function retype(text) {
    if (text === area.value) return;
    area.value = text;
    post.now();
  }

  /** Whether the text ran; a text that is only too large to be drawn did. */
  const ran = () => !data.refusal || data.refusal.ran;

  function showRefusal() {
    const { refusal } = data;
    const said = find("refusal");
    if (said.textContent !== (refusal?.message ?? "")) said.textContent = refusal?.message ?? "";
    area.setAttribute("aria-invalid", refusal ? "true" : "false");
    use.hidden = !(fits && refusal?.suggestion && refusal.span);
    use.replaceChildren("Use ", html("code", {}, refusal?.suggestion ?? ""));
  }

  function tell(text, wrong = false) {
    clearTimeout(timer);
    told.textContent = text;
    told.classList.toggle("wrong", wrong);
    if (text && !wrong) timer = setTimeout(() => tell(""), 4000);
  }

  // ---- the text and its marks

  function draw() {
    const now = fits && !data.refusal && at?.span ? [{ kind: "now", phase: at.kind, span: at.span }] : [];
    const failed = fits && ran() ? data.failed.map((span) => ({ kind: "wrong", span })) : [];
    const wrong = fits && data.refusal?.span ? [{ kind: "wrong", span: data.refusal.span }] : [];
    lines.draw(area.value, [...failed, ...wrong, ...now]);
  }

  function typed() {
    example.value = "";
    if (told.classList.contains("wrong")) tell("");
    fits = fits && area.value === sent;
    use.hidden = use.hidden || !fits;
    outputs.age(!fits || !ran());
    draw();
    post.soon(PAUSE);
  }

  function onStep({ detail }) {
    at = detail;
    if (!data) return;
    draw();
    follow();
  }

  /** Bring the step into sight, but not under the hands of somebody who types. */
  function follow() {
    if (!at?.span || !fits || area.getRootNode().activeElement === area) return;
    reveal(at.span[0]);
  }

  function reveal(number) {
    const line = lines.line(number);
    if (!line) return;
    const [top, bottom] = [line.offsetTop - frame.offsetTop, line.offsetTop - frame.offsetTop + line.offsetHeight];
    const seen = top >= frame.scrollTop && bottom <= frame.scrollTop + frame.clientHeight;
    if (!seen) frame.scrollTop = top - frame.clientHeight / 2;
  }

  /** On a narrow page the program's text is folded away, so that the picture comes first. */
  function fold(folded) {
    find("editor").classList.toggle("folded", folded);
    find("fold").setAttribute("aria-expanded", String(!folded));
    find("fold").textContent = folded ? "Edit" : "Hide";
  }

  function goTo(number) {
    fold(false);
    const start = area.value.split("\n").slice(0, number - 1).reduce((length, line) => length + line.length + 1, 0);
    area.focus({ preventScroll: true });
    area.setSelectionRange(start, start);
    reveal(number);
  }

  function offset(number, column) {
    const texts = area.value.split("\n");
    const before = texts.slice(0, number - 1).reduce((length, line) => length + line.length + 1, 0);
    return before + offsetOf(texts[number - 1] ?? "", column);
  }

  function useSuggestion() {
    const [line, column, endLine, endColumn] = data.refusal.span;
    replaceText(area, offset(line, column), offset(endLine, endColumn), data.refusal.suggestion);
    post.now();
  }

  /** A change of the text as the server counts it: in characters. */
  function apply({ start, end, text }) {
    if (!fits) return;
    const letters = [...area.value];
    const unit = (count) => letters.slice(0, count).join("").length;
    replaceText(area, unit(start), unit(end), text);
    post.now();
    reveal(area.value.slice(0, area.selectionEnd).split("\n").length);
  }

  // ---- examples, files, links

  async function openFile(chosen) {
    if (!chosen) return;
    tell("");
    try {
      ask({ file: await readFile(chosen) });
    } catch (sentence) {
      tell(typeof sentence === "string" ? sentence : `${chosen.name} cannot be read.`, true);
    }
  }

  function saveAs() {
    const kind = save.value;
    save.value = "";
    if (kind === "py") saveFile({ name: `${data.name}.py`, text: area.value });
    else if (kind) ask({ save: kind });
  }

  async function share() {
    if (!fits || post.pending()) return tell("One moment: the program has not run yet.");
    if (!data.query) return tell("This program is too long for a link. Save it as a file, and share that.", true);
    const link = `${location.origin}${location.pathname}?${data.query}${at?.step ? `&step=${at.step}` : ""}`;
    try {
      await navigator.clipboard.writeText(link);
      tell("The link is copied. It opens this program at this step.");
    } catch {
      tell("The link is in the address bar.");
    }
  }

  // ---- assembling

  area.addEventListener("input", typed);
  area.addEventListener("blur", () => post.pending() && post.now());
  listenToTyping(area, () => post.now());
  use.addEventListener("click", useSuggestion);
  example.addEventListener("change", () => example.value && ask({ example: example.value }));
  find("open").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [chosen] = file.files;
    openFile(chosen);
    file.value = "";
  });
  frame.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  frame.addEventListener("drop", (event) => {
    const [dropped] = event.dataTransfer.files;
    if (!dropped) return;
    event.preventDefault();
    openFile(dropped);
  });
  save.addEventListener("change", saveAs);
  find("fold").addEventListener("click", () => fold(!find("editor").classList.contains("folded")));
  find("share").addEventListener("click", share);
  document.addEventListener("gradwalk:step", onStep);

  function remove() {
    post.restart(0);
    clearTimeout(timer);
    document.removeEventListener("gradwalk:step", onStep);
  }

  return { update, remove };
}

function fillExamples(select, groups) {
  const option = ([value, title]) => html("option", { value }, title);
  const group = ([label, lessons]) => html("optgroup", { label }, ...lessons.map(option));
  select.replaceChildren(option(["", "Choose an example"]), ...groups.map(group));
}
