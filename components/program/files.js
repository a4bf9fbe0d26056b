// Files: a notebook or a Python file is read here and opened by the server; what is saved is a file made here.

import { html } from "../../gradwalk/player/dom.js";
import { endsFor, endsOf } from "./line_ends.js";

const MOST_BYTES = 30_000_000; // of a notebook with all its pictures
const MOST_TEXT = 6_000_000; // characters of what is sent

const MARK = "\ufeff"; // what some editors begin a file with

/** How a file was written, beside its text: see `writtenAs`. `ends` is what all its lines end with, or how each does. */
export const PLAIN = { kind: "", marked: false, ends: "\n" };

/** The file's name and text, how it was written, and whether its stored outputs were left out; throws a sentence. */
export async function readFile(file) {
  if (file.size > MOST_BYTES) throw `${file.name} has more than ${MOST_BYTES / 1e6} MB.`;
  const raw = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await file.arrayBuffer());
  const text = raw.startsWith(MARK) ? raw.slice(1) : raw;
  const kind = /\.ipynb$/i.test(file.name) ? "ipynb" : "py";
  const without = text.length > MOST_TEXT && /\.ipynb$/i.test(file.name) ? withoutOutputs(text) : text;
  if (without.length > MOST_TEXT) throw `${file.name} has more than ${MOST_TEXT.toLocaleString("en")} characters of text.`;
  return { name: file.name.slice(-200), text: without, lighter: without !== text, form: { kind, marked: text !== raw, ends: kind === "py" ? endsOf(text) : "\n" } };
}

function withoutOutputs(text) {
  try {
    const whole = JSON.parse(text);
    for (const cell of whole.cells) if (cell.outputs) [cell.outputs, cell.execution_count] = [[], null];
    return `${JSON.stringify(whole, null, 1)}\n`;
  } catch {
    return text.slice(0, MOST_TEXT); // the server says what is wrong with it
  }
}

/** A text as the file of its kind was written that it was opened from: a program is lines, a notebook file has its own. */
export function writtenAs(form, kind, text) {
  if (form.kind !== kind) return text;
  const lines = kind === "py" ? endsFor(form.ends, text) : text;
  return form.marked ? MARK + lines : lines;
}

export function saveFile({ name, text }) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const MOST_CODE = 4000; // characters of a program in an address, as gradwalk/address/program.py has it

/** The program for an address; null where it is too long for one. */
export async function codeOf(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const code = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const plain = code.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return plain.length <= MOST_CODE ? plain : null;
}
