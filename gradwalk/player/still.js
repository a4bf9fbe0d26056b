/*
 * A picture as a file: the whole graph as it stands at a step, as SVG that needs no style sheet and holds its font, as PNG,
 * or on a page of its own that the browser prints as PDF. gradwalk/export draws the same where there is no browser.
 */

import { html, svg } from "./dom.js";
import { base64 } from "./unpack.js";

const SPACE = "http://www.w3.org/2000/svg";
const SANS = '"Gradwalk Sans", "Source Sans 3", "Source Sans Pro", "Source Sans", Helvetica, Arial, sans-serif';
const MONOSPACED = '"DejaVu Sans Mono", ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace';
const MARGIN = 16;
const LEGEND = { height: 34, width: 550, entries: [["value", "● value", 0], ["local-text", "× local gradient", 75], ["grad-text", "∇ gradient, flowing back", 205]], dashed: ["dim", "dashed: needs no gradient", 385] };
const PNG = { scale: 2, most: 16000 }; // pixels for each of the picture's; of its longer side

/** The colours of page.css, for pictures that are to look otherwise than the page does: a test compares them. */
export const THEMES = {
  light: { background: "#ffffff", "secondary-background": "#f7f7f5", text: "#1d1f23", border: "#e3e3df", "gray-text": "#676c74", blue: "#0b6fb8", "blue-background": "#e6f1fa", orange: "#9f5d00", "orange-text": "#9f5d00", "orange-background": "#fbf0dc", red: "#bf400c", "red-text": "#bf400c", "red-background": "#fdeae1", green: "#1f7a4d", violet: "#7a3fc4" },
  dark: { background: "#111418", "secondary-background": "#171b20", text: "#e9ecef", border: "#2a3037", "gray-text": "#98a0a9", blue: "#6cb8f2", "blue-background": "#14293b", orange: "#f0b35a", "orange-text": "#f0b35a", "orange-background": "#33270f", red: "#ff8f66", "red-text": "#ff8f66", "red-background": "#3a1d12", green: "#4fc389", violet: "#b58cf2" },
};

const KEPT = ["x", "y", "dy", "width", "height", "rx", "d", "x1", "x2", "y1", "y2", "textLength", "lengthAdjust"];
const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity"];
const WRITTEN = ["font-size", "font-weight", "text-anchor", "paint-order"];
const PLAIN = { stroke: "none", "stroke-dasharray": "none", "stroke-linejoin": "miter", opacity: "1", "paint-order": "normal" };

/** A still picture of a stage as an SVG element of its own, in a theme. `root` is the player, whose styles it has. */
export function drawnStill({ element, width, height, name, numbers }, root, theme) {
  const host = root.cloneNode(false);
  host.classList.remove("on-screen", "filled", "stale");
  host.style.cssText = "position: absolute; width: 2000px; height: 0; overflow: hidden; border: 0";
  for (const [part, colour] of Object.entries(THEMES[theme])) host.style.setProperty(`--st-${part}-color`, colour);
  const area = html("div", { class: "area", "data-saved": root.querySelector(".area").dataset.saved }, html("div", { class: "stage" }, element));
  host.append(area);
  root.after(host);
  try {
    const colours = getComputedStyle(host);
    const [wide, high] = numbers ? [Math.max(width, LEGEND.width), height + LEGEND.height] : [width, height];
    const drawn = document.implementation.createDocument(SPACE, "svg").documentElement;
    const set = { viewBox: `${-MARGIN} ${-MARGIN} ${wide} ${high}`, width: wide, height: high, role: "img" };
    for (const [attribute, value] of Object.entries(set)) drawn.setAttribute(attribute, value);
    const title = drawn.ownerDocument.createElementNS(SPACE, "title");
    title.textContent = `${name} at step ${root.dataset.step}`;
    const ground = svg("rect", { class: "ground", x: -MARGIN, y: -MARGIN, width: wide, height: high, fill: colours.getPropertyValue("--ground") });
    drawn.append(title, ground, ...[...element.children].map(plain), ...(numbers ? legend(colours, height, element) : []));
    return drawn;
  } finally {
    host.remove();
  }
}

/** An element as it looks, without classes: its style as attributes, which every program that reads SVG knows. */
function plain(element) {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return "";
  const made = svg(element.tagName, {});
  if (style.transform !== "none") made.setAttribute("transform", style.transform);
  if (element.tagName === "g") {
    made.append(...[...element.children].map(plain));
    return made;
  }
  for (const name of KEPT) if (element.hasAttribute(name)) made.setAttribute(name, element.getAttribute(name));
  const text = element.tagName === "text";
  for (const name of text ? [...DRAWN, ...WRITTEN] : DRAWN) setLook(made, name, style.getPropertyValue(name));
  if (!text) return made;
  made.append(...[...element.childNodes].map((child) => document.importNode(child, true)).filter((child) => child.nodeType === Node.TEXT_NODE || child.textContent !== "^"));
  made.setAttribute("font-family", style.fontFamily.includes("monospace") ? MONOSPACED : SANS);
  made.setAttribute("xml:space", "preserve");
  if (style.textDecorationLine !== "none") made.setAttribute("text-decoration", style.textDecorationLine);
  return made;
}

function setLook(made, name, value) {
  if (PLAIN[name] === value) return;
  const [colour, opacity] = name === "fill" || name === "stroke" ? colourOf(value) : [value, 1];
  made.setAttribute(name, colour);
  if (opacity < 1) made.setAttribute(`${name}-opacity`, opacity);
}

/** A mixed colour, which a browser writes as `color(srgb 0.1 0.2 0.3 / 0.4)`, as others can read it, and how opaque it is. */
function colourOf(text) {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/.exec(text);
  if (mixed) return [`rgb(${mixed.slice(1, 4).map((part) => Math.round(Number(part) * 255)).join(", ")})`, Number(mixed[4] ?? 1)];
  const clear = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(text);
  return clear ? [`rgb(${clear.slice(1, 4).join(", ")})`, Number(clear[4])] : [text, 1];
}

/** The words of the page's legend; `element` is the picture. */
function legend(colours, y, element) {
  /** @param {any[]} of */
  const entry = ([part, text, x]) => {
    const look = { fill: colours.getPropertyValue(`--${part}`), "font-family": SANS, "font-size": "13px", "font-weight": part === "grad-text" ? 600 : 400 };
    return svg("text", { class: "legend", x, y, ...look }, text);
  };
  const dashed = element.querySelector(".box:is(.input, .untracked)") ? [LEGEND.dashed] : [];
  return [...LEGEND.entries, ...dashed].map(entry);
}

/** The text of an SVG file. `font` is the address of the font's data, or empty. */
export function svgText(drawn, font) {
  const copy = drawn.cloneNode(true);
  if (font) {
    const style = copy.ownerDocument.createElementNS(SPACE, "style");
    style.textContent = `@font-face { font-family: "Gradwalk Sans"; font-weight: 400 700; src: url(${font}) }`;
    copy.prepend(style);
  }
  return new XMLSerializer().serializeToString(copy);
}

/** A PNG of an SVG file. */
export async function pngOf(drawn, font) {
  const [width, height] = ["width", "height"].map((side) => Number(drawn.getAttribute(side)));
  const scale = Math.min(PNG.scale, PNG.most / Math.max(width, height));
  const image = html("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(drawn, font))}` });
  await image.decode();
  const canvas = html("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("There is no room for so large a picture."))), "image/png"));
}

/** Print the picture alone, on a page of its own size. */
export function printStill(drawn) {
  const [width, height] = ["width", "height"].map((side) => Math.ceil(Number(drawn.getAttribute(side))));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.gradwalk-paper { display: none; } @media print { @page { size: ${width}px ${height}px; margin: 0; }
    html, body { margin: 0 !important; padding: 0 !important; background: none !important; } body > :not(.gradwalk-paper) { display: none !important; }
    .gradwalk-paper { display: block; height: ${height}px; overflow: hidden; print-color-adjust: exact; } .gradwalk-paper > svg { display: block; } }`);
  const paper = html("div", { class: "gradwalk-paper", "aria-hidden": "true" }, document.importNode(drawn, true));
  document.adoptedStyleSheets.push(sheet);
  document.body.append(paper);
  addEventListener("afterprint", () => {
    paper.remove();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  }, { once: true });
  print();
}

/**
 * The font's data, where the page itself holds it.
 * @returns {string | Promise<string>}
 */
export function fontOfPage() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const face = rules.find((rule) => rule instanceof CSSFontFaceRule && rule.cssText.includes("Gradwalk Sans"));
  return /url\("?(data:font\/woff2;base64,[\w+/=]+)/.exec(face?.cssText ?? "")?.[1] ?? "";
}

/** The font's data from where it is served; without it a picture falls back to other fonts. */
export async function fontFrom(address) {
  const answer = await fetch(address);
  if (!answer.ok) return "";
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return `data:font/woff2;base64,${base64(bytes)}`;
}
