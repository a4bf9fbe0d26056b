// The editor of one cell: CodeMirror, behind the few words that the notebook needs of it. Caret and selection are the
// browser's own: drawn by CodeMirror, they took a third of the time of each key.

import { libraries } from "./libraries.js";

const {
  EditorState, StateEffect, StateField, Compartment, Prec, EditorView, Decoration, keymap, lineNumbers,
  defaultKeymap, indentMore, indentLess, indentUnit, bracketMatching, indentOnInput, syntaxHighlighting, HighlightStyle,
  closeBrackets, closeBracketsKeymap, python, tags,
} = libraries;

const LETTERS = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword, tags.operatorKeyword, tags.bool, tags.null], fontWeight: "600" },
  { tag: tags.comment, color: "var(--dim)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: tags.number, color: "var(--number)" },
  { tag: tags.heading, fontWeight: "600" },
]);

const empty = new WeakMap(); // by the text: the empty lines that it begins with

/** Lines are counted as in a Traceback of Jupyter's, which leaves out the empty ones that a cell begins with. */
function numberOf(number, { doc }) {
  if (!empty.has(doc)) {
    let lines = 0;
    while (lines < doc.lines && !doc.line(lines + 1).text.trim()) lines++;
    empty.set(doc, lines < doc.lines ? lines : 0);
  }
  return number > empty.get(doc) ? String(number - empty.get(doc)) : "";
}

const setMarks = StateEffect.define();
const marks = StateField.define({
  create: () => Decoration.none,
  update: (shown, change) => change.effects.reduce((now, effect) => (effect.is(setMarks) ? effect.value : now), shown.map(change.changes)),
  provide: (field) => EditorView.decorations.from(field),
});

/** `on` is told of what happens: changed(text, by single keys), clicked(line, column), focused(), and of keys by their names. */
export function createCodeEditor({ parent, text, code, on }) {
  const about = new Compartment();
  let silent = false; // while the notebook itself writes

  const key = (name, run) => ({ key: name, run: () => (run(), true) });
  const atEdge = (name, here, go) => ({ key: name, run: (view) => (here(view) ? (go(), true) : false) });
  const lineOf = (view) => view.state.doc.lineAt(view.state.selection.main.head).number;
  const keys = [
    key("Shift-Enter", on.runAndGo), key("Mod-Enter", on.run), key("Ctrl-Enter", on.run), key("Alt-Enter", on.runAndAdd),
    key("Escape", on.leave), key("Ctrl-Shift--", () => on.split(view.state.selection.main.head)), key("Ctrl-Shift-_", () => on.split(view.state.selection.main.head)),
    key("Mod-z", on.undo), key("Mod-Shift-z", on.redo), key("Mod-y", on.redo),
    { key: "Tab", run: indentMoreOrFill, shift: indentLess },
    atEdge("ArrowUp", (v) => v.state.selection.main.empty && lineOf(v) === 1, on.up),
    atEdge("ArrowDown", (v) => v.state.selection.main.empty && lineOf(v) === v.state.doc.lines, on.down),
  ];
  const language = code ? [python(), indentOnInput(), bracketMatching(), closeBrackets(), keymap.of(closeBracketsKeymap)] : [];
  const view = new EditorView({
    parent,
    root: parent.getRootNode(),
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of(keys)),
        keymap.of(defaultKeymap),
        EditorState.tabSize.of(4),
        indentUnit.of("    "),
        language,
        syntaxHighlighting(LETTERS),
        EditorView.lineWrapping,
        code ? lineNumbers({ formatNumber: numberOf }) : [],
        about.of(EditorView.contentAttributes.of({})),
        marks,
        EditorView.updateListener.of((change) => {
          const keys = change.transactions.every((one) => one.isUserEvent("input.type") || one.isUserEvent("delete"));
          if (change.docChanged && !silent) on.changed(view.state.doc.toString(), keys);
          if (change.focusChanged && view.hasFocus) on.focused();
        }),
        EditorView.domEventHandlers({ click: clicked }),
      ],
    }),
  });

  function clicked(event) {
    const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (event.button !== 0 || event.detail > 1 || at === null || !view.state.selection.main.empty) return false;
    const line = view.state.doc.lineAt(at);
    on.clicked(line.number, [...line.text.slice(0, at - line.from)].length + 1);
    return false;
  }

  /** Write what the notebook has, where it is another text; the caret stays where it is among what is kept. */
  function setText(next) {
    const now = view.state.doc.toString();
    if (now === next) return;
    let start = 0;
    while (start < now.length && start < next.length && now[start] === next[start]) start++;
    let same = 0;
    while (same < now.length - start && same < next.length - start && now.at(-1 - same) === next.at(-1 - same)) same++;
    silent = true;
    const insert = next.slice(start, next.length - same);
    view.dispatch({ changes: { from: start, to: now.length - same, insert }, ...(view.hasFocus ? { selection: { anchor: start + insert.length } } : {}) });
    silent = false;
  }

  function setAbout(attributes) {
    view.dispatch({ effects: about.reconfigure(EditorView.contentAttributes.of(attributes)) });
  }

  /** Marks are {kind, span, phase}: spans count lines and characters from 1 in this cell, the end exclusive. */
  function mark(wanted) {
    const found = wanted.flatMap((one) => rangesOf(one));
    view.dispatch({ effects: setMarks.of(Decoration.set(found, true)) });
  }

  function rangesOf({ kind, phase, span: [line, column, endLine, endColumn] }) {
    const doc = view.state.doc;
    if (line < 1 || line > doc.lines) return [];
    const [from, to] = [offset(line, column), offset(Math.min(endLine, doc.lines), endColumn)];
    const classes = `marked ${kind} ${phase ?? ""}`.trim();
    const ranges = to > from ? [Decoration.mark({ class: classes, tagName: "mark" }).range(from, to)] : [];
    return kind === "now" ? [Decoration.line({ class: `line-now ${phase ?? ""}`.trim() }).range(doc.line(line).from), ...ranges] : ranges;
  }

  /** Columns count characters; the editor counts UTF-16 units. */
  function offset(number, column) {
    const line = view.state.doc.line(number);
    return line.from + Math.min(line.length, [...line.text].slice(0, column - 1).join("").length);
  }

  function focus(where) {
    const anchor = { start: 0, end: view.state.doc.length }[where];
    if (anchor !== undefined) view.dispatch({ selection: { anchor } });
    view.focus();
  }

  function select(from, to) {
    view.dispatch({ selection: { anchor: from, head: to } });
  }

  /** Where a line stands on the page, in px. */
  function lineBox(number) {
    const at = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines)).from;
    const block = view.lineBlockAt(at);
    return { top: view.documentTop + block.top, height: block.height, one: view.defaultLineHeight };
  }

  return { setText, setAbout, mark, focus, select, offset, lineBox, hasFocus: () => view.hasFocus, remove: () => view.destroy() };
}

/** Tab at the end of a line's beginning indents; inside a line it fills up to the next stop. */
function indentMoreOrFill(view) {
  const { main } = view.state.selection;
  if (!main.empty) return indentMore(view);
  const line = view.state.doc.lineAt(main.head);
  const fill = 4 - ((main.head - line.from) % 4);
  view.dispatch(view.state.replaceSelection(" ".repeat(fill)), { scrollIntoView: true, userEvent: "input" });
  return true;
}
