// What is typed outlives a reload, a refused program, a dead process and a dead server: the browser keeps it for its tab.

const DRAFT = "gradwalk notebook";
const FILE = "gradwalk notebook file";
const MOVED = "gradwalk moved"; // written by address.js

/** The program that an address names, whatever step or picture it names beside. */
function programIn(search) {
  const params = new URLSearchParams(search);
  return params.get("code") ?? params.get("lesson") ?? "";
}

const named = (query) => programIn(query ? `?${query}` : "");

/**
 * Says whether it is kept: a browser keeps some 5 MB. `query` is the program's address as the server knows it: the one in
 * the address bar may come a moment later.
 */
export function keepDraft(cells, name, form, query) {
  const draft = { of: [programIn(location.search), named(query)], cells, name, form };
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    return true;
  } catch {
    return false; // what was kept before stays
  }
}

/** Whether "back" or "forward" led here: then the address bar is not behind, and what was kept may be another program's. */
function movedHere() {
  const there = sessionStorage.getItem(MOVED);
  sessionStorage.removeItem(MOVED);
  return there === location.href;
}

/** What was kept of the program that the address names; null where there is nothing. */
export function keptDraft() {
  try {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT));
    const [, known] = draft?.of ?? [];
    const mine = movedHere() ? known === programIn(location.search) : draft?.of.includes(programIn(location.search));
    return mine && Array.isArray(draft.cells) ? draft : null;
  } catch {
    return null;
  }
}

/** The text of the file that the cells were opened from; empty where there is none. Says whether it is kept. */
export function keepFile(text) {
  try {
    sessionStorage.setItem(FILE, text);
    return true;
  } catch {
    sessionStorage.removeItem(FILE);
    return false;
  }
}

export function keptFile() {
  try {
    return sessionStorage.getItem(FILE) ?? "";
  } catch {
    return "";
  }
}
