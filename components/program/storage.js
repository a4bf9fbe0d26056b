// What is typed outlives a reload, a way back, a refused program, a dead process and a dead server: the browser keeps for
// its tab the notebooks that were last open there, each with the text of the file that it was opened from.

import { came, life } from "../../gradwalk/player/address.js";

const LIST = "gradwalk notebooks"; // [{id, of, by}], the newest first; `by` are the names that it was open by, see `nameOf`
const [MOST, MOST_NAMES] = [12, 20];
const nameOf = (life, opened) => `${life} ${opened}`;
const cellsOf = (id) => `gradwalk notebook ${id}`;
const runOf = (id) => `gradwalk notebook run ${id}`;
const fileOf = (id) => `gradwalk notebook file ${id}`;

/** The program that an address names, whatever step or picture it names beside. */
function programIn(search) {
  const params = new URLSearchParams(search);
  return params.get("code") ?? params.get("lesson") ?? "";
}

const named = (query) => programIn(query ? `?${query}` : "");

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

const list = () => read(LIST) ?? [];

/** Write what may be too much, and let the oldest of the others go for it; says whether it is kept. */
function written(key, text, id) {
  const others = list().filter((one) => one.id !== id);
  for (;;) {
    try {
      sessionStorage.setItem(key, text);
      return true;
    } catch {
      if (!others.length) return false; // what was kept before stays
      forget(others.pop().id);
    }
  }
}

function forget(id) {
  for (const key of [cellsOf(id), runOf(id), fileOf(id)]) sessionStorage.removeItem(key);
  sessionStorage.setItem(LIST, JSON.stringify(list().filter((one) => one.id !== id)));
}

/**
 * Says whether it is kept: a browser keeps some 5 MB. `opened` is the server's name for what is open, `query` its address as
 * the server knows it: the one in the address bar may come a moment later.
 */
export function keepDraft(id, { opened, query }, draft) {
  if (!written(cellsOf(id), JSON.stringify(draft), id)) return false;
  const kept = list();
  const by = new Set([nameOf(life(), opened), ...(kept.find((one) => one.id === id)?.by ?? [])]);
  const entry = { id, of: [programIn(location.search), named(query)], by: [...by].slice(0, MOST_NAMES) };
  const known = [entry, ...kept.filter((one) => one.id !== id)];
  for (const { id: old } of known.slice(MOST)) forget(old);
  return written(LIST, JSON.stringify(known.slice(0, MOST)), id);
}

/** What was kept of the program that is open: the server has it open still, or the address or the entry of the browser's
 *  history leads to it. Null where there is nothing. */
export function keptDraft(opened) {
  const drafts = list();
  const here = programIn(location.search);
  const { moved, life: before, key } = came();
  const entry = drafts.find((one) => before && one.by.includes(nameOf(before, key.split(" ")[0])));
  const still = drafts.find((one) => one.by.includes(nameOf(life(), opened)));
  const other = drafts.find(({ of }) => of[1] === here);
  // The address bar may be behind what was open, but not where "back" or "forward" led to it.
  const last = drafts[0]?.of.includes(here) ? drafts[0] : null;
  const found = moved ? (entry ?? still ?? other) : (still ?? last ?? entry);
  const draft = found && read(cellsOf(found.id));
  return Array.isArray(draft?.cells) ? { id: found.id, ...draft, run: read(runOf(found.id)) } : null;
}

/** What ran last and what its cells showed before, which may go without its older outputs where they are too much. */
export function keepRun(id, run) {
  if (!written(runOf(id), JSON.stringify(run), id)) written(runOf(id), JSON.stringify({ ...run, older: [] }), id);
}

/** The text of the file that the cells were opened from; empty where there is none. Says whether it is kept. */
export function keepFile(id, text) {
  return !text || written(fileOf(id), text, id);
}

export function keptFile(id) {
  try {
    return sessionStorage.getItem(fileOf(id)) ?? "";
  } catch {
    return "";
  }
}

export const newDraft = () => Math.random().toString(36).slice(2, 10);
