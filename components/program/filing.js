// The notebook as a file: what it was opened from, how it is saved, what the browser keeps of it for a reload, and its link.

import { codeOf, PLAIN, readFile, saveFile, writtenAs } from "./files.js";
import { programOf } from "./program.js";
import { keepDraft, keepFile, keepRun, keptDraft, keptFile, newDraft } from "./storage.js";

const TOO_MUCH = "This notebook is larger than what the browser keeps for a reload, some 5 MB: save it as a file before you leave the page.";
const LIGHTER = "The file is large: its stored outputs are left out, here and when you save it.";

/** `tell` says a sentence, `ask` asks the server; `cells()` are those of now, `shown()` what the server knows: {text, query, step}. */
export function createFiling({ tell, ask, cells, shown }) {
  let id = newDraft(); // what the browser keeps it under
  let original = ""; // the text of the notebook file that the cells were opened from
  let name = "program"; // as a file
  let form = PLAIN; // how that file was written
  let pending = null; // the file that is being opened
  let saved = 0;
  let step = 0; // the player's
  let fileFits = true; // whether the browser keeps the file that the cells were opened from
  let fits = true; // whether it keeps that and the cells

  /** Another program is open. Gives what the browser has kept of it from before a reload, if nothing was `typed` since. */
  function begin(data, first, typed) {
    saved = data.answered;
    tell(pending?.lighter ? LIGHTER : "");
    const draft = first && !typed ? keptDraft(data.opened) : null;
    id = draft?.id ?? newDraft();
    original = draft ? keptFile(id) : pending && /\.ipynb$/i.test(pending.name) ? pending.text : "";
    fileFits = Boolean(draft) || keepFile(id, original);
    name = draft?.name ?? data.name;
    form = draft?.form ?? pending?.form ?? PLAIN;
    step = draft?.step ?? 0;
    pending = null;
    return draft;
  }

  /** The server has written a file, or says why one cannot be opened. */
  function answered(data) {
    if (data.save && data.save.count > saved) saveFile({ text: writtenAs(form, "ipynb", data.save.text), name: `${name}.ipynb` });
    saved = Math.max(saved, data.save?.count ?? 0);
    if (data.wrong) [pending] = [null, tell(data.wrong, true)];
  }

  /** `open` is what the server has open: {opened, query}. */
  function keep(open) {
    const before = fits;
    step = shown().step ?? step;
    fits = keepDraft(id, open, { cells: cells(), step, name, form }) && fileFits;
    if (before && !fits) tell(TOO_MUCH, true);
  }

  /** The browser asks before it leaves what it cannot keep. */
  function stay(event) {
    if (!fits) event.preventDefault();
  }

  async function open(chosenFile) {
    if (!chosenFile) return;
    tell("");
    try {
      pending = await readFile(chosenFile);
      ask({ file: { name: pending.name, text: pending.text } });
    } catch (sentence) {
      tell(typeof sentence === "string" ? sentence : `${chosenFile.name} cannot be read.`, true);
    }
  }

  function save(kind) {
    if (kind === "py") return saveFile({ name: `${name}.py`, text: writtenAs(form, "py", programOf(cells()).text) });
    if (!kind) return;
    const known = cells().map(({ kind: what, source, origin }) => ({ kind: what, source, origin: original ? origin : null }));
    ask({ save: { cells: known, original, outputs: kind === "outputs" } });
  }

  async function share() {
    const { text } = programOf(cells());
    const now = shown();
    const code = text === now.text ? now.query : await codeOf(text).then((found) => found && `code=${found}`);
    if (!code) return tell("This notebook is too long for a link. Save it as a file, and share that.", true);
    const step = text === now.text && now.step ? `&step=${now.step}` : "";
    const link = `${location.origin}${location.pathname}?${code}${step}`;
    try {
      await navigator.clipboard.writeText(link);
      tell(step ? "The link is copied. It opens this notebook at this step." : "The link is copied. It opens this notebook.");
    } catch {
      tell(link);
    }
  }

  /** The buttons of files and links, and files that are dropped on the notebook. */
  function listen(frame, find) {
    const [file, kind] = [find("file"), find("save")];
    find("open").addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      open(file.files[0]);
      file.value = "";
    });
    kind.addEventListener("change", () => {
      save(kind.value);
      kind.value = "";
    });
    find("share").addEventListener("click", share);
    frame.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    frame.addEventListener("drop", (event) => {
      const [dropped] = event.dataTransfer.files;
      if (!dropped) return;
      event.preventDefault();
      open(dropped);
    }, true);
  }

  return { begin, answered, keep, keepRun: (run) => keepRun(id, run), stay, listen };
}
