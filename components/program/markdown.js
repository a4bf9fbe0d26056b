// Text as its author means it: Markdown, with formulas between dollar signs. What comes out can neither run nor load anything.

import { html } from "../../gradwalk/player/dom.js";
import { prepared } from "./formulas.js";
import { libraries } from "./libraries.js";

const { markdownIt, purify, temml } = libraries;

const MOST_FORMULA = 4000; // characters
const LINKS = /^(?:https?:|mailto:|attachment:|data:image\/(?:png|jpe?g|gif|webp);|#)/i;
const UNWANTED = {
  FORBID_TAGS: "style form input button select textarea option label dialog video audio source picture track iframe object embed svg math template slot".split(" "),
  FORBID_ATTR: ["style", "class", "id", "name", "srcset", "background", "slot", "part", "tabindex", "contenteditable", "is"],
};

const reader = markdownIt({ html: true, linkify: false });
reader.block.ruler.before("fence", "formula", blockFormula, { alt: ["paragraph", "reference", "blockquote", "list"] });
reader.inline.ruler.before("escape", "formula", inlineFormula);
// The page has one title of its own, so headings begin one level lower.
reader.renderer.rules.heading_open = reader.renderer.rules.heading_close = (tokens, at) => {
  const { nesting, tag } = tokens[at];
  return `<${nesting < 0 ? "/" : ""}h${Math.min(6, Number(tag[1]) + 1)}>`;
};
reader.renderer.rules.formula = (tokens, at) => {
  const { content, block } = tokens[at];
  return `<span data-tex="${reader.utils.escapeHtml(content)}"${block ? ' data-block="1"' : ""}></span>`;
};

// The cleaning takes handlers of events away too, but the browser reports them to the page's policy while it reads them.
const withoutHandlers = (text) => text.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/[\s/"']on\w+\s*=/gi, " data-off="));
reader.renderer.rules.html_inline = (tokens, at) => withoutHandlers(tokens[at].content);
reader.renderer.rules.html_block = (tokens, at) => withFormulas(withoutHandlers(tokens[at].content));

const SIGNS = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Formulas in a block of HTML, between its tags. */
function withFormulas(text) {
  if (/<(?:pre|code|script|style|textarea)\b/i.test(text)) return text;
  return text.split(/(<[/!]?[a-z][^>]*>)/i).map((part, number) => (number % 2 ? part : part.replace(/\$\$([^$]+?)\$\$|\$((?:\\.|[^$\\])+)\$(?!\d)/g, (_, whole, inside) => {
    const tex = (whole ?? inside).replace(/&(?:amp|lt|gt);/g, (sign) => SIGNS[sign]);
    return `<span data-tex="${reader.utils.escapeHtml(tex)}"${whole ? ' data-block="1"' : ""}></span>`;
  }))).join("");
}

/** `$$ … $$` and `\begin{…} … \end{…}` that begin a line. */
function blockFormula(state, first, last, silent) {
  const start = state.bMarks[first] + state.tShift[first];
  const text = state.src.slice(start, state.eMarks[last - 1]);
  const found = /^\$\$([\s\S]+?)\$\$[ \t]*(?=\n|$)/.exec(text) ?? /^(\\begin\{(\w+\*?)\}[\s\S]+?\\end\{\2\})[ \t]*(?=\n|$)/.exec(text);
  if (!found) return false;
  if (silent) return true;
  state.line = first + found[0].split("\n").length;
  const token = state.push("formula", "", 0);
  [token.content, token.block, token.map] = [found[1], true, [first, state.line]];
  return true;
}

/** `$…$`, `$$…$$`, `\(…\)`, `\[…\]` inside of a text. */
function inlineFormula(state, silent) {
  const text = state.src.slice(state.pos);
  const found = /^\$\$([^$]+?)\$\$/.exec(text) ?? /^\$(?![\s$])((?:\\.|[^$\\])*?[^\s\\]|[^\s\\$])\$(?!\d)/.exec(text)
    ?? /^\$(?= *[^\s$])((?:\\.|[^$\\\n])+)\$(?!\d)/.exec(text) // spaces inside, as Jupyter has them
    ?? /^\$\s*\n((?:\\.|[^$\\])+)\n\s*\$(?!\d)/.exec(text) // each sign in a line of its own
    ?? /^(\\begin\{(\w+\*?)\}[\s\S]+?\\end\{\2\})/.exec(text)
    ?? /^\\\\?\(([\s\S]+?)\\\\?\)/.exec(text) ?? /^\\\\?\[([\s\S]+?)\\\\?\]/.exec(text);
  if (!found) return false;
  if (!silent) {
    const token = state.push("formula", "", 0);
    [token.content, token.block] = [found[1], /^(\$\$|\\\\?\[|\\begin)/.test(found[0])];
  }
  state.pos += found[0].length;
  return true;
}

/** The text as elements. `attachments` are its pictures, and `macros` what the notebook's formulas define, by name. */
export const rendered = (source, attachments, macros = {}) => cleaned(reader.render(source), attachments, macros);

const LAID_OUT = {
  "text/html": (text) => cleaned(withoutHandlers(text)),
  "text/markdown": (text) => rendered(text),
  "text/latex": (text) => rendered(text),
};

/** What a cell showed as HTML, Markdown or LaTeX: cleaned as a text is. Null where nothing of it remains to be seen. */
export function laidOut(mime, text) {
  const found = LAID_OUT[mime]?.(text);
  // The empty corner of a table of pandas' heads nothing.
  for (const corner of found?.querySelectorAll("th:empty") ?? []) corner.replaceWith(html("td", { colspan: corner.colSpan }));
  return found && (found.textContent.trim() || found.querySelector("img, math")) ? found : null;
}

function cleaned(markup, attachments, macros = {}) {
  const found = purify.sanitize(markup, { ...UNWANTED, ALLOWED_URI_REGEXP: LINKS, RETURN_DOM_FRAGMENT: true });
  for (const image of found.querySelectorAll("img")) showImage(image, attachments);
  for (const link of found.querySelectorAll("a[href]")) {
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  for (const place of found.querySelectorAll("[data-tex]")) place.replaceWith(formulaOf(place.dataset.tex, "block" in place.dataset, macros));
  return found;
}

/** Pictures that the notebook carries are shown; others stay where they are, and a link leads there. */
function showImage(image, attachments) {
  const address = image.getAttribute("src") ?? "";
  const name = address.startsWith("attachment:") ? decodeURIComponent(address.slice(11)) : null;
  const [type, data] = Object.entries(attachments?.[name] ?? {})[0] ?? [];
  if (name !== null && LINKS.test(`data:${type};`)) image.setAttribute("src", `data:${type};base64,${[].concat(data).join("")}`);
  else if (!address.startsWith("data:")) {
    const words = image.getAttribute("alt") || address.split("/").at(-1) || "a picture";
    image.replaceWith(/^https?:/.test(address) ? html("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, `Picture: ${words}`) : html("em", null, `Picture: ${words}`));
  }
}

const LEAST_SIZE = 0.6; // of a formula's letters beside those of the text; one that is wider still is scrolled
const PADDING = 18; // pixels beside a formula in a line of its own
const fitting = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));

/** A formula in a line of its own is set smaller where it is wider than its column. */
function fit(place) {
  const width = place.clientWidth;
  if (!width || place.dataset.width === String(width)) return; // only its height is another
  place.dataset.width = String(width);
  place.style.fontSize = "";
  const part = (width - PADDING) / (place.scrollWidth - PADDING);
  if (part < 1) place.style.fontSize = `${Math.max(LEAST_SIZE, part)}em`;
}

function formulaOf(tex, block, shared) {
  const place = html("span", { class: block ? "formula block" : "formula" });
  if (tex.length <= MOST_FORMULA) {
    try {
      const { tex: text, macros } = prepared(tex, shared);
      temml.render(text, place, { displayMode: block, throwOnError: true, trust: false, maxExpand: 200, macros });
      if (block) fitting.observe(place);
      return place;
    } catch {
      // What is no formula stays readable as it was typed.
    }
  }
  place.replaceChildren(html("code", null, tex.trim()));
  return place;
}
