/* A small map of a picture that is larger than its room: where one is in it, and a press leads to another place. */

import { html, setAttribute, svg } from "./dom.js";
import { round } from "./geometry.js";

const ROOM = { width: 220, height: 44 }; // px
const LARGER = 1.3; // times as large as its room: what is cut off by less is seen at a glance

/** `lead(x, y)` brings this place of the picture into the middle. It is for the hand alone: keys lead from box to box. */
export function createMap(lead) {
  const boxes = svg("path", { class: "map-boxes" });
  const here = svg("rect", { class: "map-here", rx: 2 });
  const lit = svg("path", { class: "map-lit" });
  const drawing = svg("svg", { "aria-hidden": "true" }, boxes, lit, here);
  const element = html("div", { class: "map", hidden: true, title: "Where this is in the picture" }, drawing);
  let size = { width: 1, height: 1, margin: 0 };

  const to = (event) => {
    const { left, top, width, height } = drawing.getBoundingClientRect();
    lead(((event.clientX - left) / width) * size.width, ((event.clientY - top) / height) * size.height);
  };
  drawing.addEventListener("pointerdown", (event) => {
    drawing.setPointerCapture(event.pointerId);
    to(event);
  });
  drawing.addEventListener("pointermove", (event) => drawing.hasPointerCapture(event.pointerId) && to(event));

  const outlines = (list) => list.map(({ x, y, w, h }) => `M${round(x)},${round(y)}h${round(w)}v${round(h)}h${-round(w)}z`).join("");

  function draw(list, width, height, margin) {
    size = { width, height, margin };
    const scale = Math.min(ROOM.width / width, ROOM.height / height);
    setAttribute(drawing, "viewBox", `${-margin} ${-margin} ${round(width)} ${round(height)}`);
    setAttribute(drawing, "preserveAspectRatio", "none"); // a long chain is told as a chain, not as a hair
    drawing.style.width = `${Math.max(60, Math.round(width * scale))}px`;
    drawing.style.height = `${Math.max(14, Math.round(height * scale))}px`;
    setAttribute(boxes, "d", outlines(list));
  }

  const light = (list) => setAttribute(lit, "d", outlines(list));

  /** What is in view: px of the scrolled picture, which is `scale` times its natural size. */
  function show({ left, top }, view, scale) {
    const larger = Math.max((size.width * scale) / view.width, (size.height * scale) / view.height) > LARGER;
    element.hidden = !larger;
    if (!larger) return;
    const place = { x: left / scale - size.margin, y: top / scale - size.margin };
    const [width, height] = [Math.min(size.width, view.width / scale), Math.min(size.height, view.height / scale)];
    for (const [name, value] of Object.entries({ ...place, width, height })) setAttribute(here, name, round(value));
  }

  return { element, draw, light, show, hide: () => (element.hidden = true) };
}
