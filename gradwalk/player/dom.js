/* Building elements. All text goes in as text nodes: nothing is ever parsed as HTML. */

const SPACES = {
  html: "http://www.w3.org/1999/xhtml",
  svg: "http://www.w3.org/2000/svg",
  math: "http://www.w3.org/1998/Math/MathML",
};

/**
 * @param {keyof typeof SPACES} space
 * @param {string} tag
 * @param {Record<string, any> | null | undefined} attributes functions listen, all else is an attribute
 * @param {(Node | string)[]} children
 * @returns {any} an element of the space
 */
export function build(space, tag, attributes, children) {
  const made = document.createElementNS(SPACES[space], tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (name === "style") /** @type {HTMLElement} */ (made).style.cssText = value; // as an attribute, a page's policy may forbid it
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const html = (tag, attributes, ...children) => build("html", tag, attributes, children);
/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[T]}
 */
export const svg = (tag, attributes, ...children) => build("svg", tag, attributes, children);

/** Touching the page costs a frame its time, so text and attributes change only where they differ. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

const ruler = document.createElement("canvas").getContext("2d");

/** The width of a text in px, measured beside the page, so that no layout is forced. */
export function textWidth(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}

export const IMAGES = new Set(["image/svg+xml", "image/png"]);

/** A picture that a program drew: an image, whose text never becomes part of the page. A PNG comes as base64; of a dense one
 *  several pixels stand in one of the page's. */
export function pictureOf(mime, text, alternative, density = 1) {
  const bytes = () => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  const data = mime === "image/png" ? text : btoa(bytes().join(""));
  const source = `data:${mime};base64,${data}`;
  const dense = density > 1 ? { srcset: `${source} ${density}x` } : {};
  return html("img", { class: "drawn", src: source, ...dense, alt: alternative || "A picture" });
}

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  previous: "M7.4 2.6 2 8l5.4 5.4 1.4-1.4L5.8 9H14V7H5.8l3-3z",
  play: "M5 3v10l7-5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  next: "M8.6 2.6 14 8l-5.4 5.4-1.4-1.4L10.2 9H2V7h8.2l-3-3z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z",
  screen: "M2 2h5v2H4v3H2zM9 2h5v5h-2V4H9zM2 9h2v3h3v2H2zM12 9h2v5H9v-2h3z",
  smaller: "M3 7h10v2H3z",
  larger: "M7 3h2v4h4v2H9v4H7V9H3V7h4z",
  whole: "M2 4h12v8H2zM4 6v4h8V6z",
  take: "M7 2h2v6h2.5L8 11.5 4.5 8H7zM2 11h2v2h8v-2h2v4H2z",
  copy: "M5 2h9v9h-2V4H5zM2 5h9v9H2zM4 7v5h5V7z",
};

export function icon(name) {
  const shape = svg("path", { d: ICONS[name], "fill-rule": "evenodd" });
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "icon" }, shape);
}

export function iconButton(name, label, press) {
  const attributes = { type: "button", class: "button", "aria-label": label, title: label, click: press };
  return html("button", attributes, icon(name));
}

export function setIcon(button, name, label) {
  button.firstChild.firstChild.setAttribute("d", ICONS[name]);
  setAttribute(button, "aria-label", label);
  setAttribute(button, "title", label);
}

/** What scrolls an element: the nearest around it that can, out of its shadow too, else the page. */
export function scroller(element) {
  const around = element.parentElement || element.getRootNode().host;
  if (!around) return document.scrollingElement;
  const scrolls = /auto|scroll/.test(getComputedStyle(around).overflowY) && around.scrollHeight > around.clientHeight;
  return scrolls ? around : scroller(around);
}

/** An element and all that it stands in, out of its shadow too. */
export function lineage(element) {
  const around = element.parentElement || element.getRootNode().host;
  return around ? [element, ...lineage(around)] : [element];
}

/** A field that was set by mouse or finger gives the keys back to the player. */
export function leave(field) {
  if (!field.matches(":focus-visible")) field.blur();
  return field;
}

/** Calls back, a frame later, when one of the elements changes its size; returns what ends the watch. */
export function watchSizes(elements, changed) {
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(changed);
  });
  for (const element of elements) observer.observe(element);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}
