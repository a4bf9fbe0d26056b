/* The run, as it comes from the server: asked for piece by piece, and no further than somebody looks. */

const AGAIN = 700; // ms until an answer that did not come is asked for again

/** `changed()` is called whenever something has come. */
export function createFeed(address, changed) {
  const feed = { address, told: [], pictures: [], between: null, ended: false, remark: null, trouble: "", gone: false };
  let [wanted, asking, alive, sought, seeking] = [-1, false, true, -1, false];

  /** Let the run go on until this place can be shown; `Infinity`: to its end. */
  function want(place) {
    wanted = Math.max(wanted, place);
    if (!asking) void ask();
  }

  const enough = () => feed.gone || (feed.ended ? feed.remark !== null : feed.told.length > wanted);

  async function ask() {
    asking = true;
    while (alive && !enough()) {
      const upto = Number.isFinite(wanted) ? wanted : 1e6;
      const found = await fetched(`from=${feed.told.length}&upto=${upto}`);
      if (!alive) return;
      if (found) take(found);
      else if (!feed.gone) await new Promise((resolve) => setTimeout(resolve, AGAIN));
      changed();
    }
    asking = false;
  }

  async function fetched(query) {
    try {
      const answer = await fetch(new URL(`${address}?${query}`, document.baseURI));
      if (answer.ok) return await answer.json();
      if (answer.status === 404) Object.assign(feed, { gone: true, trouble: (await answer.json()).gone });
      return null;
    } catch {
      feed.trouble = "The server cannot be reached; it is asked again.";
      return null;
    }
  }

  function take(found) {
    feed.trouble = found.busy;
    feed.told.push(...found.told.slice(feed.told.length - found.from));
    feed.pictures.push(...found.pictures.filter(({ place }) => place > (feed.pictures.at(-1)?.place ?? -1)));
    feed.ended = found.ended;
    if (found.over) feed.remark = found.remark;
  }

  /** The network at a place between two pictures: the last one that was looked for, and one request at a time. */
  async function seek(place) {
    sought = place;
    if (seeking) return;
    seeking = true;
    for (let at = -1; alive && !feed.gone && at !== sought;) {
      at = sought;
      const found = await fetched(`drawn=${at}`);
      if (alive && found) feed.between = found;
      else if (alive && !feed.gone) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
        at = -1;
      }
      if (alive) changed();
    }
    seeking = false;
  }

  /** The loss over two of the numbers, all others as they are at a place; null where none can be had. */
  const surface = (at, pair) => fetched(`at=${at}${pair ? `&first=${pair[0]}&second=${pair[1]}` : ""}`);

  return Object.assign(feed, { want, seek, surface, leave: () => (alive = false) });
}
