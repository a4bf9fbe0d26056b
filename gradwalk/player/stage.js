/* A stage shows one picture at a legible size, scrolls to what a step is about, and plays any step on it. */

import { html, setAttribute } from "./dom.js";
import { round } from "./geometry.js";
import { listenToHand } from "./hand.js";
import { createMap } from "./map.js";
import { createMovement } from "./movement.js";
import { createPicture, marginOf } from "./picture.js";
import { pressed, scaleFor, within } from "./scale.js";
import { beginning, sight, sightOfOpened } from "./sight.js";
import { curvesAt, leavesOf } from "./slope.js";
import { showUnborn, writeSlots } from "./writing.js";

const SCROLL_BAR = 14; // px
const BOX_AIR = 4; // px of the picture above and below a box: the second outline of one that is lit

/** `changed()` is called when the hand has made the picture larger or smaller. */
export function createStage({ name, numbers, pick, changed }) {
  const viewport = html("div", { class: "view", keydown: (event) => moveAmongBoxes(event) });
  const element = html("div", { class: "stage" }, viewport);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let picture = null;
  let placed = null;
  let playing = null; // the story and step on show
  let lit = [];
  let focus = null;
  let around = null; // what is to be seen together with it
  let scale = 1;
  /** @type {"auto" | "whole" | number} */
  let zoom = "auto";
  let room = { width: 0, height: 0, phone: false, most: 1 };
  let held = null; // what was brought into sight, which stays there until another step is shown
  const drawn = new Map(); // pictures that were shown before: an iteration's picture is built once
  let view = { width: 0, height: 0 };
  let at = { left: 0, top: 0 };
  let goal = at; // where the last scroll ends, though it may still be on its way
  let resting = 0;
  let starting = 0;
  let byHand = false; // somebody has moved the picture at this step: it stays so until another one is shown
  const map = createMap((x, y) => {
    byHand = true;
    place(x * scale - view.width / 2, y * scale - view.height / 2);
  });
  listenToHand(viewport, { zoom: zoomAround, moved: () => (byHand = true) });
  const movement = createMovement((yes) => element.toggleAttribute("data-moving", yes));

  viewport.addEventListener("scroll", () => {
    at = { left: viewport.scrollLeft, top: viewport.scrollTop };
    reveal();
    clearTimeout(resting);
    resting = setTimeout(() => (goal = at), 150);
  }, { passive: true });

  function draw(next, tall) {
    if (next === placed) return;
    stand();
    placed = next;
    if (next && !drawn.has(next)) drawn.set(next, createPicture(next, { name, tall, numbers, pick }));
    picture = next && drawn.get(next);
    if (picture) map.draw(picture.boxes, picture.width, picture.height, picture.margin);
    else map.hide();
    viewport.replaceChildren(...(picture ? [picture.element] : []));
    for (const thing of lit) thing.classList.remove("now", "asked");
    lit = [];
    focus = around = null;
    at = goal = { left: 0, top: 0 };
    if (picture) resize();
    if (picture && view.width) at = goal = sight(frame(), beginning(picture), beginning(picture), { left: 0, top: 0 });
    viewport.scrollTo({ ...at, behavior: "instant" }); // a new picture begins at its inputs
  }

  /** `moves`: the step is taken forwards, and its movement leads the eye. `asked` is where the next number will stand, `also` what is lit beside what the step is about. */
  function show(story, step, moves, asked = [], also = []) {
    if (playing?.story !== story || playing.step !== step) byHand = false;
    playing = { story, step, lit: also.length ? [...story.steps[step].now, ...also] : story.steps[step].now, asked };
    stand();
    if (!picture) return;
    const { focus: about, now } = asked.length ? { focus: asked.at(-1), now: asked } : aboutOf(story, step);
    const box = picture.find(about, now);
    if (byHand) [focus, around] = [box, box && picture.extent(box, now)];
    else if (held && held.step === step) follow(held.thing, held.thing, "instant");
    else if (box) follow(box, picture.extent(box, now));
    else if (step === 0) scrollTo(sight(frame(), beginning(picture), beginning(picture), goal));
    write();
    if (!moves || !numbers || document.hidden) return;
    element.toggleAttribute("data-moving", true);
    // Before the same frame is painted, and once a frame, however many keys were pressed in it.
    starting = requestAnimationFrame(() => movement.play(picture, story, step) || stand());
  }

  /** What a step is about. In Learn a pass ends with what its gradients mean, which speaks of a leaf. */
  function aboutOf(story, step) {
    const { kind, focus, now } = story.steps[step];
    const [leaf] = numbers && kind === "free" && viewport.closest('[data-density="learn"]') ? leavesOf(curvesAt(story, step)) : [];
    return leaf ? { focus: leaf, now: [leaf] } : { focus, now };
  }

  /** Whatever moves is at its end. */
  function stand() {
    cancelAnimationFrame(starting);
    movement.stop();
    element.removeAttribute("data-moving");
  }

  function write() {
    if (!playing) return;
    const { story, step, asked, lit: all } = playing;
    writeSlots(picture, story, step);
    if (!numbers) showUnborn(picture, story, step);
    const now = new Set(picture.litBy(asked.length ? asked : all));
    for (const thing of lit) if (!now.has(thing)) thing.classList.remove("now", "asked");
    for (const thing of now) {
      thing.classList.add("now");
      thing.classList.toggle("asked", asked.length > 0);
    }
    lit = [...now];
    map.light(focus ? [focus] : []);
    const stop = focus ?? picture.boxes[0]; // before the first step nothing is lit, and the boxes can be reached all the same
    if (stop) setTabStop(stop);
  }

  /** The whole picture as it is at this step, with nothing cut off, moving or to be pressed. */
  function still() {
    const whole = createPicture(placed, { name, tall: picture.tall, numbers, pick: () => {} });
    whole.reveal(-Infinity, Infinity);
    writeSlots(whole, playing.story, playing.step);
    if (!numbers) showUnborn(whole, playing.story, playing.step);
    for (const thing of playing.lit.flatMap(whole.lights)) thing.classList.add("now");
    return { name, numbers, element: whole.element, width: whole.width, height: whole.height };
  }

  /** Build what is in view now or will be when the scroll ends, and fade the edges where the picture goes on. */
  function reveal() {
    const [side, length] = picture.along === "x" ? ["left", view.width] : ["top", view.height];
    const from = Math.min(at[side], goal[side]) / scale;
    const to = (Math.max(at[side], goal[side]) + length) / scale;
    if (picture.reveal(from, to)) write();
    const right = at.left + view.width < picture.width * scale - 2;
    const below = at.top + view.height < picture.height * scale - 2;
    setAttribute(element, "data-more", [at.left > 2 ? "before" : "", right ? "after" : "", at.top > 2 ? "above" : "", below ? "below" : ""].join(" "));
    map.show(at, view, scale);
  }

  function resize(next) {
    room = next || room;
    if (!picture || !room.width) return;
    const whole = Math.min(room.width / picture.width, room.height / picture.height);
    scale = zoom === "auto" ? scaleIn(picture.width, picture.height) : zoom === "whole" ? Math.min(whole, room.most) : zoom;
    const width = Math.floor(picture.width * scale);
    scale = width / picture.width; // exactly as it is drawn, so that what is under the pointer stays there
    const height = round(picture.height * scale);
    view = { width: room.width, height: Math.min(height + (width > room.width ? SCROLL_BAR : 0), room.height) };
    picture.element.style.width = `${width}px`;
    picture.element.style.height = `${height}px`;
    element.style.width = `${view.width}px`;
    viewport.style.height = `${view.height}px`;
    viewport.toggleAttribute("data-larger", width > view.width || height > view.height);
    if (next) at = goal = { left: viewport.scrollLeft, top: viewport.scrollTop }; // what is hidden does not scroll
    reveal();
    if (focus && !byHand) follow(focus, around, "instant");
  }

  /** Words that are longer at one step take room of the picture, and not of its size. */
  const scaleIn = (wide, high) => scaleFor(wide, high, { ...room, height: room.height + (room.spare ?? 0) });
  const frame = () => ({ picture, scale, view });

  /** Bring a box into sight, and with it what else is lit, where all of that has room. */
  function follow(box, extent, behavior) {
    [focus, around] = [box, extent];
    if (view.width) scrollTo(sight(frame(), box, extent, goal), behavior);
  }

  function scrollTo(next, behavior) {
    if (next.left === goal.left && next.top === goal.top) return;
    const far = Math.abs(next.left - at.left) > 2 * view.width || Math.abs(next.top - at.top) > 2 * view.height;
    goal = next;
    if (far) at = goal;
    reveal();
    viewport.scrollTo({ ...goal, behavior: behavior || (far || calm.matches ? "instant" : "smooth") });
  }

  function setZoom(change) {
    if (change === "whole") zoom = zoom === "whole" ? "auto" : "whole";
    else if (change === "usual") zoom = "auto";
    else zoom = pressed(scale, change === "larger");
    byHand = false;
    resize();
  }

  /** Larger or smaller by a factor; what stands at this point of the window stays there. */
  function zoomAround(factor, x, y) {
    if (!picture) return;
    const before = picture.element.getBoundingClientRect();
    const [across, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
    byHand = true;
    zoom = within(scale * factor);
    resize();
    changed();
    const after = picture.element.getBoundingClientRect();
    const left = viewport.scrollLeft + after.left + across * after.width - x;
    const top = viewport.scrollTop + after.top + down * after.height - y;
    place(left, top);
  }

  function place(left, top) {
    viewport.scrollTo({ left, top, behavior: "instant" });
    at = goal = { left: viewport.scrollLeft, top: viewport.scrollTop };
    reveal();
  }

  /** One box at a time can be reached by Tab; up and down move among the boxes, Enter goes to the box's step. */
  function setTabStop(box) {
    viewport.querySelector('.box[tabindex="0"]')?.setAttribute("tabindex", "-1");
    picture.lights(box.id)[0]?.setAttribute("tabindex", "0");
  }

  function moveAmongBoxes(event) {
    const number = picture.boxes.findIndex((box) => box.id === event.target.dataset.box);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (number < 0) return;
    if (event.key === "Enter" || event.key === " ") pick([picture.boxes[number].id, picture.boxes[number].group]);
    else if (by) focusBox(picture.boxes[(number + by + picture.boxes.length) % picture.boxes.length]);
    else return;
    event.preventDefault();
  }

  function focusBox(box) {
    follow(box, box, "instant");
    setTabStop(box);
    picture.lights(box.id)[0].focus({ preventScroll: true });
  }

  const thingOf = (id) => placed && [...placed.boxes, ...(placed.frames || [])].find((thing) => thing.id === id);

  /** Where a box, or the frame of an open group, stands in the view. */
  function whereIs(id) {
    const found = thingOf(id);
    return found ? { left: (found.x + picture.margin) * scale - at.left, top: (found.y + picture.margin) * scale - at.top } : null;
  }

  /** Bring a box, or the frame of an open group, into sight, from where it `was` before it opened or closed; what leads into it stays in sight. */
  function bring(id, was = null) {
    const found = thingOf(id);
    if (!found) return;
    const corner = { left: (found.x + picture.margin) * scale, top: (found.y + picture.margin) * scale };
    if (was) place(corner.left - was.left, corner.top - was.top);
    scrollTo(sightOfOpened(frame(), corner, found));
    focus = around = found;
    held = { thing: found, step: playing?.step };
    /** @type {SVGElement | null} */ (viewport.querySelector(`[data-fold="${id}"], [data-box="${id}"]`))?.focus({ preventScroll: true });
  }

  /** Forget the pictures that were drawn. */
  function clear() {
    drawn.clear();
    draw(null);
  }

  /** How tall a picture would stand here, at its legible size. */
  function heightOf(next) {
    if (!room.width) return 0;
    const [wide, high] = [next.width, next.height].map((length) => length + 2 * marginOf(next));
    const fitting = scaleIn(wide, high);
    return Math.min(Math.ceil(high * fitting) + (wide * fitting > room.width ? SCROLL_BAR : 0), room.height);
  }

  /** How high a view has to be for any one box to be whole in it. */
  const tallest = () => (picture ? Math.min(Math.max(...picture.boxes.map(({ h }) => h)) + 2 * BOX_AIR, picture.height) * scale : 0);

  /** How wide the picture is where it is as large as this height lets it be. */
  const widthAt = (height, most) => (picture ? picture.width * Math.min(height / picture.height, most) : 0);
  const isEmpty = () => !picture;

  /** Where a box stands in the window, once the picture has scrolled to where it is on its way to. */
  function standing(box) {
    const drawn = box && picture ? picture.lights(box.id)[0]?.getBoundingClientRect() : null;
    const coming = goal.top - viewport.scrollTop;
    return drawn ? { top: drawn.top - coming, bottom: drawn.bottom - coming } : null;
  }

  const fits = () => Boolean(picture) && zoom === "auto" && picture.width * scale <= room.width + 1 && picture.height * scale <= room.height + 1;
  const isWhole = () => zoom === "whole";
  return { element, map: map.element, draw, clear, show, still, bring, whereIs, resize, setZoom, heightOf, tallest, widthAt, isEmpty, isWhole, fits, litBox: () => standing(focus), firstBox: () => standing(picture && beginning(picture)) };
}
