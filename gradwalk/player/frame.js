/* What stands alone in a frame of somebody's page (`?view=player`, of a page's views `player-hand` …): it tells the page around it how tall it is, and leads to the whole one. */

import { html, scroller, setText } from "./dom.js";

const VIEW = /^view=(?:player(?:-(hand|train))?|(hand|train))$/;
const FRAME_HEIGHT = 680; // px, until the frame has told its own
const PAGE = '[data-testid="stMainBlockContainer"]'; // what a page of a server has in it, when that is more than what tells

/** Whether this page shows one thing alone; the address keeps the word. */
export const ALONE = location.search.slice(1).split("&").some((part) => part.startsWith("view=player") && VIEW.test(part));

/** A query, as that of one thing alone, or of the whole page. */
export function queryWith(query, alone) {
  const parts = query.split("&").filter(Boolean);
  const [, framed, plain] = parts.map((part) => VIEW.exec(part)).find(Boolean) ?? [];
  const view = [alone && "player", framed ?? plain].filter(Boolean).join("-");
  return [...parts.filter((part) => !VIEW.test(part)), ...(view ? [`view=${view}`] : [])].join("&");
}

/** An address of the whole page, as one of its player alone, or the other way round. */
export function addressWith(address, alone) {
  const [before, hash = ""] = address.split("#");
  const [path, query = ""] = before.split("?");
  const there = queryWith(query, alone);
  return new URL(`${path}${there && `?${there}`}${hash && `#${hash}`}`, location.href).href;
}

/** The HTML that shows this in another page. */
export function frameHtml(address, height) {
  const quoted = addressWith(address, true).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const style = `width: 100%; height: ${height}px; border: 0`;
  return `<iframe src="${quoted}" title="Gradwalk" style="${style}" allow="fullscreen; clipboard-write" loading="lazy"></iframe>`;
}

/** The button that gives the HTML of a frame, into the clipboard and to be seen, and what it says: `button`, `code` and, where nobody else says it, `said`. */
export function createEmbed(here, said = html("span", { class: "take-said", role: "status" })) {
  const button = html("button", { type: "button", class: "button", title: "The HTML of a frame that shows this in another page", click: () => give() }, "Embed");
  const code = html("input", { type: "text", class: "take-code", readonly: true, hidden: true, "aria-label": "HTML of the frame" });

  async function give() {
    code.value = frameHtml(here(), FRAME_HEIGHT);
    code.hidden = false;
    code.select();
    try {
      await navigator.clipboard.writeText(code.value);
      setText(said, "The frame’s HTML is copied.");
    } catch {
      setText(said, "Copy the frame’s HTML.");
    }
  }

  return { button, code, said };
}

/** The link from a player alone to its whole page, in a window of its own. */
export function wholePage() {
  const link = html("a", { target: "_blank", rel: "noopener" }, "Open in Gradwalk ↗");
  const element = html("p", { class: "whole-page", hidden: !ALONE }, link);
  return { element, show: (address) => link.setAttribute("href", addressWith(address, false)) };
}

/** At the foot of a view that has no player: how to embed it, or, where it is embedded, the link to the whole page. */
export function footOfView() {
  const [embed, whole] = [createEmbed(() => location.href), wholePage()];
  const element = html("div", { class: "foot" }, html("div", { class: "embed", hidden: ALONE }, embed.button, embed.said, embed.code), whole.element);
  return { element, show: (address = location.href) => whole.show(address) };
}

/** Tell the page around a frame how tall this is, now and whenever that changes: `{ gradwalk: "height", height }`. */
export function tellHeight(root) {
  if (!ALONE || parent === window) return () => {};
  let [told, page] = [0, null];
  const observer = new ResizeObserver(() => {
    const there = document.querySelector(PAGE); // another one, when the server's page was made anew
    if (there && there !== page) observer.observe((page = there));
    const height = Math.ceil(Math.max(...[root, there].map((each) => each?.getBoundingClientRect().bottom ?? 0)) + scroller(root).scrollTop);
    if (height > 0 && height !== told) parent.postMessage({ gradwalk: "height", height: (told = height) }, "*"); // whoever frames us may know
  });
  observer.observe(root);
  return () => observer.disconnect();
}
