/* Bringing the step that was asked for into sight. */

const HEAD = 76; // px of the page's own head, which lies over what is scrolled

/** Bring the step that was asked for into sight as soon as the page has drawn it, and go on from there with the keys. */
export function reveal() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = new MutationObserver(look);
  const grown = new ResizeObserver(scroll); // the player below it takes its room later
  /** @type {HTMLElement | null} */
  let title = null;

  function look() {
    title = document.querySelector(".st-key-training-inside h3");
    if (!title || title.closest("[data-stale=true]")) return;
    drawn.disconnect();
    title.tabIndex = -1;
    title.style.outline = "none"; // it is no control
    title.style.scrollMarginTop = `${HEAD}px`;
    title.focus({ preventScroll: true });
    grown.observe(title.closest("[data-testid=stMainBlockContainer]") ?? document.body);
    for (const kind of ["wheel", "touchstart", "keydown"]) addEventListener(kind, leave, { once: true, passive: true });
  }

  function scroll() {
    const page = title.closest("[data-testid=stMain]") ?? document.scrollingElement;
    const room = page.scrollHeight - page.clientHeight - page.scrollTop;
    const way = title.getBoundingClientRect().top - HEAD;
    title.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    if (way <= room) leave();
  }

  function leave() {
    drawn.disconnect();
    grown.disconnect();
  }

  drawn.observe(document.body, { subtree: true, childList: true, characterData: true });
  look(); // when one is open already
  return leave;
}
