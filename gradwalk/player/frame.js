/* A player alone in a frame of somebody's page (`?view=player`): it tells the page around it how tall it is, and leads to the whole one. */

import { html, scroller } from "./dom.js";

const VIEW = "view=player";

/** Whether this page shows the player alone; the address keeps the word. */
export const ALONE = new URLSearchParams(location.search).get("view") === "player";

/** An address of the whole page, as one of its player alone, or the other way round. */
export function addressWith(address, alone) {
  const [before, hash = ""] = address.split("#");
  const [path, query = ""] = before.split("?");
  const parts = query.split("&").filter((part) => part && part !== VIEW);
  const all = alone ? [...parts, VIEW] : parts;
  return new URL(`${path}${all.length ? `?${all.join("&")}` : ""}${hash && `#${hash}`}`, location.href).href;
}

/** The HTML that shows this player in another page. */
export function frameHtml(address, height) {
  const quoted = addressWith(address, true).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const style = `width: 100%; height: ${height}px; border: 0`;
  return `<iframe src="${quoted}" title="Gradwalk" style="${style}" allow="fullscreen; clipboard-write" loading="lazy"></iframe>`;
}

/** The link from a player alone to its whole page, in a window of its own. */
export function wholePage() {
  const link = html("a", { target: "_blank", rel: "noopener" }, "Open in Gradwalk ↗");
  const element = html("p", { class: "whole-page" }, link);
  return { element, show: (address) => link.setAttribute("href", addressWith(address, false)) };
}

/** Tell the page around a frame how tall the player is, now and whenever that changes: `{ gradwalk: "height", height }`. */
export function tellHeight(root) {
  if (!ALONE || parent === window) return () => {};
  let told = 0;
  const observer = new ResizeObserver(() => {
    const height = Math.ceil(root.getBoundingClientRect().bottom + scroller(root).scrollTop);
    if (height > 0 && height !== told) parent.postMessage({ gradwalk: "height", height: (told = height) }, "*"); // whoever frames us may know
  });
  observer.observe(root);
  return () => observer.disconnect();
}
