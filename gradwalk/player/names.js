/* The table of names: what each is bound to at a step, its .grad, and whether autograd tracks it. */

import { html, setText } from "./dom.js";
import { entryAt } from "./story.js";

const SHORT_NAME = 16; // letters, as in model.0.weight
const NOT_TENSORS = new Set(["number", "text", "object"]);

const NONE = "No tensor or number has a name yet.";
export const LOST = "Of this program only what it has shown is known: its process did not come to hand over the rest.";

export function createNames() {
  const heads = ["Name", "Value", ".grad", "Autograd"].map((head) => html("th", { scope: "col" }, head));
  const body = html("tbody");
  const caption = html("caption", { class: "unseen" }, "Names and what they are bound to");
  const table = html("table", null, caption, html("thead", null, html("tr", null, ...heads)), body);
  const nothing = html("p", { class: "nothing" }, NONE);
  const note = html("p", { class: "names-note", hidden: true }, "A name with a point or brackets stands for the leaf that was last used under it.");
  const data = html("p", { class: "names-note" }, "Functions, classes and imports have no row.");
  const about = { class: "names", tabindex: "0", role: "region", "aria-label": "Names", "data-scrolls": true };
  const element = html("div", about, table, nothing, note, data);
  let rows = [];
  let built = "";

  function setNames(names) {
    const key = JSON.stringify(names.rows);
    if (key !== built) rows = names.rows.map(({ name, member }) => nameRow(name, Boolean(member)));
    if (key !== built) body.replaceChildren(...rows.map((row) => row.element));
    built = key;
    setText(nothing, names.lost ? LOST : NONE);
    for (const row of rows) row.entries = names.cells[row.name] || [];
  }

  /** Says how many names change at this very step. */
  function show(step) {
    const changed = rows.filter((row) => row.show(step));
    const bound = rows.some((row) => !row.element.hidden);
    [table.hidden, nothing.hidden] = [!bound, bound];
    data.hidden = !bound;
    note.hidden = !rows.some((row) => row.member && !row.element.hidden);
    if (changed.length) reveal(changed[0].element);
    return changed.length;
  }

  function reveal(row) {
    const room = element.clientHeight;
    if (!room || element.scrollHeight <= room) return;
    const seen = row.offsetTop >= element.scrollTop && row.offsetTop + row.offsetHeight <= element.scrollTop + room;
    if (!seen) element.scrollTop = row.offsetTop - Math.floor(room / 2);
  }

  return { element, setNames, show };
}

function nameRow(name, member) {
  const news = html("span", { class: "news", hidden: true }, html("span", { "aria-hidden": "true" }, "●"),
    html("span", { class: "unseen" }, "changed"));
  const value = html("td", { class: "value" });
  const grad = html("td", { class: "grad" });
  const kind = html("td", { class: "kind" });
  const element = html("tr", { hidden: true }, html("th", { scope: "row" }, ...wayOf(name), news), value, grad, kind);
  const row = { name, member, element, entries: [], show };
  let shown = null;
  let wasFresh = false;

  /** Says whether the name changes at this step. */
  function show(step) {
    const index = entryAt(row.entries, step);
    const bound = index < 0 ? null : row.entries[index][1];
    const fresh = index >= 0 && step > 0 && row.entries[index][0] === step;
    if (bound !== shown || fresh !== wasFresh) write(bound, fresh ? row.entries[index - 1]?.[1] : null);
    if (fresh !== wasFresh) {
      element.classList.toggle("fresh", fresh);
      news.hidden = !fresh;
    }
    [shown, wasFresh] = [bound, fresh];
    return fresh;
  }

  function write(bound, before) {
    element.hidden = !bound;
    if (!bound) return;
    const changed = (part) => before && JSON.stringify(before[part]) !== JSON.stringify(bound[part]);
    const was = (part) => (changed(part) && before[part]?.length === 1 ? [html("small", null, `was ${before[part][0]}`)] : []);
    value.replaceChildren(...linesOf(bound.value, bound.kind === "object"), ...was("value"));
    grad.replaceChildren(...gradientOf(bound), ...was("grad"));
    const cells = { value, grad, kind };
    for (const [part, cell] of Object.entries(cells)) cell.classList.toggle("changed", Boolean(changed(part)));
    kind.replaceChildren(...kindOf(bound));
  }

  return row;
}

const linesOf = (lines, words = false) => (lines || []).map((line) => html("span", { class: "number" }, ...(words ? inWords(line) : [line])));

function gradientOf(bound) {
  if (bound.grad) return linesOf(bound.grad);
  return NOT_TENSORS.has(bound.kind) ? [] : [html("span", { class: "none" }, "None")];
}

/** A long name may go on below where one of its words ends. */
const inWords = (name) => name.split(/(?<=[a-z0-9])(?=[A-Z])/).flatMap((word, number) => (number ? [html("wbr"), word] : [word]));

function kindOf(bound) {
  const kind = html("code", null, ...inWords(bound.kind));
  if (NOT_TENSORS.has(bound.kind)) return [html("span", { class: "none" }, bound.kind)];
  const flag = html("small", null, "requires_", html("wbr"), "grad=", html("wbr"), bound.requires_grad ? "True" : "False");
  const more = [
    bound.local ? "inside the function" : "",
    bound.version ? `version ${bound.version}: changed in place` : "",
    bound.shares ? `same memory as ${bound.shares}` : "",
  ];
  return [kind, flag, ...more.filter(Boolean).map((text) => html("small", { class: "more" }, text))];
}

/** A long way, such as encoder.layers.0.weight, may go on in the next line behind a point or an underscore. */
const wayOf = (name) => (name.length <= SHORT_NAME ? [name] : name.split(/(?<=[._])/).flatMap((part, place) => (place ? [html("wbr"), part] : [part])));
