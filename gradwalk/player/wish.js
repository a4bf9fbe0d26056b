/* Whoever stops at a graph that is not here gets it, where there is a server to ask. */

const PAUSE = 250; // ms at one graph before it is asked for

export function createWish() {
  let drawing = null; // the episode whose graph was asked for
  let timer = 0;

  /** At this episode, whose graph is `missing` or not. */
  function at(episode, missing, draw) {
    clearTimeout(timer);
    if (missing && drawing !== episode) timer = setTimeout(() => draw((drawing = episode)), PAUSE);
  }

  return { at, forget: () => (drawing = null), stop: () => clearTimeout(timer) };
}
