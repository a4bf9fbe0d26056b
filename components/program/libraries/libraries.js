// What the notebook takes of CodeMirror, markdown-it, DOMPurify and Temml.

export { EditorState, StateEffect, StateField, Compartment, Prec } from "@codemirror/state";
export { EditorView, Decoration, keymap, lineNumbers } from "@codemirror/view";
export { defaultKeymap, indentMore, indentLess } from "@codemirror/commands";
export { indentUnit, bracketMatching, indentOnInput, syntaxHighlighting, HighlightStyle } from "@codemirror/language";
export { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
export { python } from "@codemirror/lang-python";
export { tags } from "@lezer/highlight";
export { default as markdownIt } from "markdown-it";
export { default as purify } from "dompurify";
export { default as temml } from "temml";
