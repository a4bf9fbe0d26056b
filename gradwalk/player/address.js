/* The address bar says what is shown: the document's query, the picture and the step. Written without a word to the server. */

import { ALONE, queryWith } from "./frame.js";

const MOVED = "gradwalk moved";
const ADDRESS_PAUSE = 400; // ms; browsers refuse more than 100 changes in 30 s

/**
 * What the address bar was last given, by any script of the page: each of them has a copy of this module. `life` is a name
 * for this life of the page, `came` the entry of the browser's history that somebody came to last, as it was then.
 * @type {{ shown: string, path: string, search: string, listens: boolean, life: string, came: Came }}
 */
const page = globalThis[Symbol.for("gradwalk.address")] ??= {
  shown: "", path: location.pathname, search: location.search, listens: false, life: Math.random().toString(36).slice(2), came: first(),
};

/** @typedef {{ href: string, moved: boolean, life: string, key: string }} Came of an entry: its address, whether "back" or
 *  "forward" led there, and the life of the page and the document that wrote it */

/** @returns {Came} */
function entry(state, moved) {
  return { href: location.href, moved, life: state?.life ?? "", key: state?.gradwalk ?? "" };
}

function first() {
  let there = null;
  try {
    there = sessionStorage.getItem(MOVED);
    sessionStorage.removeItem(MOVED);
  } catch {
    // nothing is kept either
  }
  return entry(history.state, there === location.href);
}

/** The entry that is there, as somebody came to it; empty where a link led here. */
export const came = () => (page.came.href === location.href ? page.came : entry(null, false));

export const life = () => page.life;

/** Back and forward within a page open what that address names, as a reload does; Streamlit would write a new entry. */
function listen() {
  if (page.listens) return;
  page.listens = true;
  const moved = (event) => {
    page.came = entry(event.state, true);
    const another = location.search !== page.search || (page.came.key && page.came.key !== page.shown);
    if (location.pathname !== page.path || !another) return;
    event.stopImmediatePropagation();
    try {
      sessionStorage.setItem(MOVED, location.href); // for who keeps what was typed: it belongs to the entry before
    } catch {
      // nothing was kept either
    }
    location.reload();
  };
  addEventListener("popstate", moved, { capture: true });
}

/** `address(parts)` says what stands in the address bar for these parts, such as `step=3`: a query, or what stands behind #. */
export function createAddress(address = inQuery) {
  let wanted = null;
  let timer = 0;
  let last = -Infinity;
  let known = null; // what stands there, or will in a moment
  let named = false; // whether it names what is shown
  let shown = ""; // the document and the view that it is of
  if (address === inQuery) listen();

  /** Another document or view is another entry of the browser's history, so that "back" leads to the one before. */
  function write() {
    timer = 0;
    last = performance.now();
    const another = goesOn() && shown && shown !== page.shown;
    const key = shown || (goesOn() ? page.shown : "first");
    const same = wanted === location.pathname + location.search + location.hash && history.state?.gradwalk === key && history.state.life === page.life;
    if (same) note(key);
    else put(another ? "pushState" : "replaceState", key, wanted);
  }

  /** Whether this life of the page has written the entry that is there. */
  const goesOn = () => page.path === location.pathname && page.shown && history.state?.gradwalk === page.shown;

  function put(how, key, place) {
    try {
      history[how]({ ...history.state, gradwalk: key, life: page.life }, "", place);
    } catch {
      return; // a frame without an address of its own
    }
    note(key);
  }

  const note = (key) => Object.assign(page, { shown: key, path: location.pathname, search: location.search });

  /** What the page came with is shown, under the address that it came with. */
  function begin(of) {
    if (address === inQuery && !goesOn()) put("replaceState", of, location.href);
  }

  /** Whether the address bar names another document than `of`: one before it, or none, where a link led back to this page. */
  const behind = (of) => address === inQuery && Boolean(page.shown) && (goesOn() ? Boolean(of) && page.shown !== of : !location.search);

  /** `of` names the document and the view; where it is empty, what is shown belongs to the entry that is there. */
  function show(query, picture, density, step, predict = "", groups = "", of = "") {
    shown = of;
    const parts = [query, picture && `picture=${picture}`, density === "pytorch" && !picture && `density=${density}`, predict && `predict=${predict}`, groups && `groups=${groups}`, step > 0 ? `step=${step}` : ""].filter(Boolean);
    wanted = address(ALONE ? [queryWith(parts.join("&"), true)] : parts);
    [known, named] = [wanted, Boolean(query)];
    if (!timer) timer = setTimeout(write, Math.max(0, last + ADDRESS_PAUSE - performance.now()));
  }

  /** Leaving the page: the address is another one's now. */
  const stop = () => clearTimeout(timer);

  /** The address of what is shown; null where none opens it: a file, or a program that is too long for one. */
  const here = () => (address === inQuery && named ? known : null);

  return { show, begin, behind, stop, here };
}

const inQuery = (parts) => `${location.pathname}${parts.length ? `?${parts.join("&")}` : ""}${location.hash}`;

/** Pictures by the names that addresses have for them; the computation graph needs none. */
const PICTURES = {
  "computation-saved": { view: "computation", saved: true },
  grad_fn: { view: "grad_fn", saved: false },
  "grad_fn-saved": { view: "grad_fn", saved: true },
  both: { view: "both", saved: false },
  "both-saved": { view: "both", saved: true },
};

export const pictureName = (choice) =>
  Object.keys(PICTURES).find((name) => PICTURES[name].view === choice.view && PICTURES[name].saved === choice.saved) || "";

/** The picture that the address asks for; null where it shows nothing yet, and the reader's own habit decides. */
export function pictureInAddress() {
  if (!location.search) return null;
  const name = new URLSearchParams(location.search).get("picture");
  return Object.hasOwn(PICTURES, name) ? PICTURES[name] : { view: "computation", saved: false };
}

const GROUPS = /^(?:(\d{1,4}):)?g\d{1,5}(?:\.g\d{1,5})*$/; // of one graph
const MOST_GROUPS = 1000; // characters; an address with more is cut by some who carry it

/** The open groups of graphs as addresses have them: `g1.g5` of the first graph, `3:g2` of the fourth, `g0` where none is open. */
export function groupsName(open) {
  const text = open.map(([number, ids]) => `${number ? `${number}:` : ""}${ids.join(".") || "g0"}`).join(",");
  return text.length > MOST_GROUPS ? "" : text;
}

/** The groups that the address opens, by the number of their graph; no other is open in that graph. */
export function groupsInAddress() {
  const asked = new URLSearchParams(location.search).get("groups") ?? /[#&]groups=([^&]*)/.exec(location.hash)?.[1] ?? "";
  const found = asked.split(",").map((part) => GROUPS.exec(part)).filter(Boolean);
  return new Map(found.map(([part, number = "0"]) => [Number(number), part.slice(part.indexOf(":") + 1).split(".")]));
}
