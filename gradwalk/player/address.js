/* The address bar says what is shown: the document's query, the picture and the step. Written without a word to the server. */

import { ALONE } from "./frame.js";

const ADDRESS_PAUSE = 400; // ms; browsers refuse more than 100 changes in 30 s

/** `address(parts)` says what stands in the address bar for these parts, such as `step=3`: a query, or what stands behind #. */
export function createAddress(address = inQuery) {
  let wanted = null;
  let timer = 0;
  let last = -Infinity;
  let known = null; // what stands there, or will in a moment
  let named = false; // whether it names what is shown

  function write() {
    timer = 0;
    last = performance.now();
    if (wanted === location.pathname + location.search + location.hash) return;
    try {
      history.replaceState(history.state, "", wanted);
    } catch {
      return; // a frame without an address of its own
    }
  }

  function show(query, picture, density, step, predict = "") {
    const parts = [query, picture && `picture=${picture}`, density === "pytorch" && !picture && `density=${density}`, predict && `predict=${predict}`, step > 0 ? `step=${step}` : "", ALONE && "view=player"].filter(Boolean);
    wanted = address(parts);
    [known, named] = [wanted, Boolean(query)];
    if (!timer) timer = setTimeout(write, Math.max(0, last + ADDRESS_PAUSE - performance.now()));
  }

  /** Leaving the page: the address is another one's now. */
  const stop = () => clearTimeout(timer);

  /** The address of what is shown; null where none opens it: a file, or a program that is too long for one. */
  const here = () => (address === inQuery && named ? known : null);

  return { show, stop, here };
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
