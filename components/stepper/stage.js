/* A stage shows one picture at a legible size, scrolls to what a step is about, and plays any step on it. */

const LEGIBLE = 1; // below this scale the smallest text would be under 11 px: rather scroll
const ZOOM = { step: 1.25, least: 0.1, most: 4 };
const FOLLOW_MARGIN = 24; // px of the view's edge that do not count as seen

function createStage(name, pick) {
  const viewport = html("div", { class: "view", keydown: (event) => moveAmongBoxes(event) });
  const element = html("div", { class: "stage" }, viewport);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let picture = null;
  let placed = null;
  let shown = new Map(); // slot → the lines it shows, and whether they are fresh
  let lit = [];
  let focus = null;
  let scale = 1;
  let zoom = "auto";
  let room = { width: 0, height: 0, most: 1 };
  let view = { width: 0, height: 0 };
  let goal = { left: 0, top: 0 }; // where the last scroll ends, though it may still be on its way
  let resting = 0;
  viewport.addEventListener("scroll", () => {
    showMore(viewport.scrollLeft);
    clearTimeout(resting);
    resting = setTimeout(() => (goal = { left: viewport.scrollLeft, top: viewport.scrollTop }), 150);
  }, { passive: true });

  function draw(next, tall) {
    if (next === placed) return;
    placed = next;
    picture = next && drawPicture(next, name, tall, pick);
    viewport.replaceChildren(...(picture ? [picture.element] : []));
    shown = new Map();
    lit = [];
    focus = null;
    if (!picture) return;
    setTabStop(picture.boxes[0]);
    resize();
  }

  /** The text of every slot is a function of the step alone; only what differs from what is shown is touched. */
  function show(story, step) {
    if (!picture) return;
    for (const [slot, write] of picture.slots) {
      const entries = story.slots[slot];
      const index = entries ? entryAt(entries, step) : -1;
      const fresh = index >= 0 && step > 0 && entries[index][0] === step;
      const content = index < 0 ? null : entries[index][1];
      const before = shown.get(slot);
      if (before && before.fresh === fresh && sameLines(before.content, content)) continue;
      write(content, fresh);
      shown.set(slot, { content, fresh });
    }
    light(story.steps[step]);
  }

  function light(step) {
    const now = new Set(step.now.flatMap((id) => picture.lights.get(id) || []));
    for (const thing of lit) if (!now.has(thing)) thing.classList.remove("now");
    for (const thing of now) thing.classList.add("now");
    lit = [...now];
    const box = picture.find([step.focus, ...step.now]);
    if (!box || box === focus) return;
    setTabStop(picture.lights.get(box.id)[0]);
    follow(box);
  }

  function fitting() {
    return Math.min(room.width / picture.width, room.height / picture.height);
  }

  function resize(next) {
    room = next || room;
    if (!picture || !room.width) return;
    const whole = fitting();
    const readable = Math.min(Math.max(whole, LEGIBLE), room.most);
    scale = zoom === "auto" ? readable : zoom === "whole" ? Math.min(whole, room.most) : zoom;
    const [width, height] = [Math.floor(picture.width * scale), Math.floor(picture.height * scale)];
    picture.element.style.width = `${width}px`;
    picture.element.style.height = `${height}px`;
    const bar = 14; // a scroll bar's own room
    const needed = height + (width > room.width ? bar : 0);
    view.width = room.width;
    view.height = Math.min(needed, room.height);
    element.style.width = `${view.width}px`;
    viewport.style.height = `${view.height}px`;
    showMore(viewport.scrollLeft);
    follow(focus, "instant");
  }

  function showMore(left) {
    const right = left + view.width < picture.width * scale - 2;
    setAttribute(element, "data-more", [left > 2 ? "before" : "", right ? "after" : ""].join(" "));
  }

  function follow(box, behavior) {
    focus = box;
    if (!box || !view.width) return;
    const target = {
      left: aim(box.x, box.w, goal.left, view.width, picture.width),
      top: aim(box.y, box.h, goal.top, view.height, picture.height),
    };
    if (target.left === goal.left && target.top === goal.top) return;
    goal = target;
    viewport.scrollTo({ ...target, behavior: behavior || (calm.matches ? "instant" : "smooth") });
  }

  /** Where to scroll along one axis: nowhere when the box is in sight, else so that it stands in the middle. */
  function aim(from, size, at, length, whole) {
    const start = (from + PICTURE_MARGIN) * scale;
    const end = start + size * scale;
    if (whole * scale <= length) return at;
    if (start >= at + FOLLOW_MARGIN && end <= at + length - FOLLOW_MARGIN) return at;
    return Math.round(Math.min(Math.max(0, (start + end - length) / 2), whole * scale - length));
  }

  function setZoom(change) {
    if (change === "whole") zoom = zoom === "whole" ? "auto" : "whole";
    else zoom = Math.min(Math.max(scale * (change === "larger" ? ZOOM.step : 1 / ZOOM.step), ZOOM.least), ZOOM.most);
    resize();
  }

  /** One box at a time can be reached by Tab; up and down move among the boxes, Enter goes to the box's step. */
  function setTabStop(box) {
    viewport.querySelector('.box[tabindex="0"]')?.setAttribute("tabindex", "-1");
    box?.setAttribute("tabindex", "0");
  }

  function moveAmongBoxes(event) {
    const at = picture ? picture.boxes.indexOf(event.target) : -1;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") picture.boxes[at].pick();
    else if (by) {
      const next = picture.boxes[(at + by + picture.boxes.length) % picture.boxes.length];
      setTabStop(next);
      next.focus();
    } else return;
    event.preventDefault();
  }

  return { element, draw, show, resize, setZoom, get empty() { return !picture; }, get whole() { return zoom === "whole"; } };
}

const sameLines = (one, other) =>
  one === other || (one !== null && other !== null && one.length === other.length && one.every((line, number) => line === other[number]));
