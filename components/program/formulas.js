// Formulas as lecturers type them for MathJax, for Temml: what the two call otherwise, and definitions that a notebook shares.

const DEFINES = /\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|def)\b/;
const HEAD = /\\(?:((?:re)?newcommand|providecommand)\*?\s*(?:\{\s*(\\[a-zA-Z]+)\s*\}|(\\[a-zA-Z]+))\s*(?:\[\d\])?|(DeclareMathOperator)(\*?)\s*\{\s*(\\[a-zA-Z]+)\s*\}|def\s*(\\[a-zA-Z]+)(?:#\d)*)\s*(?=\{)/g;
const ROWS = /\\(begin|end)\{eqnarray\*?\}/g; // a sum's left side, its sign and its right side, in three columns
const NAMES = { "\\mbox": "\\text", "\\hbox": "\\text" };

/** The definitions in the cells' texts, by name; the same object as before where they are the same. */
export function createDefinitions() {
  let [known, macros] = ["", {}];
  return function definitionsOf(cells) {
    const texts = cells.filter(({ kind, source }) => kind === "markdown" && DEFINES.test(source)).map(({ source }) => source).join("\n\n");
    if (texts !== known) [known, macros] = [texts, defined(texts).macros];
    return macros;
  };
}

/** A formula as Temml reads it, and what it and the notebook define. */
export function prepared(tex, macros) {
  const own = DEFINES.test(tex) ? defined(tex) : { rest: tex, macros: {} };
  const rows = own.rest.replace(ROWS, (_, side) => (side === "begin" ? "\\begin{array}{rcl}" : "\\end{array}"));
  const named = rows.replace(/\\[mh]box(?![a-zA-Z])/g, (name) => NAMES[name]);
  return { tex: named, macros: { ...macros, ...own.macros } };
}

/** What a text defines, and what is left of it. Definitions that are not closed are left as they are. */
function defined(text) {
  const macros = {};
  let [rest, at] = ["", 0];
  for (const found of text.matchAll(HEAD)) {
    if (found.index < at) continue; // inside of another one
    const start = found.index + found[0].length;
    const end = closing(text, start);
    if (end === null) continue;
    const body = text.slice(start + 1, end);
    const name = found[2] ?? found[3] ?? found[6] ?? found[7];
    macros[name] = found[4] ? `\\operatorname${found[5]}{${body}}` : body;
    rest += text.slice(at, found.index);
    at = end + 1;
  }
  return { macros, rest: rest + text.slice(at) };
}

/** Where the brace ends that opens here. */
function closing(text, start) {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return null;
}
