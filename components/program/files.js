// Files: a notebook or a Python file is read here, without its pictures; what is saved is a file made here.

import { html } from "../../gradwalk/player/dom.js";

const MOST_BYTES = 30_000_000; // of a notebook with all its pictures
const MOST_TEXT = 1_000_000; // characters of what is sent

/** The file's name and text; throws a sentence. Stored outputs stay behind: only what was typed is sent. */
export async function readFile(file) {
  if (file.size > MOST_BYTES) throw `${file.name} has more than ${MOST_BYTES / 1e6} MB.`;
  const text = await file.text();
  const kept = /\.ipynb$/i.test(file.name) ? withoutOutputs(text) : text;
  if (kept.length > MOST_TEXT) throw `${file.name} has more than ${MOST_TEXT.toLocaleString("en")} characters of text.`;
  return { name: file.name.slice(-200), text: kept };
}

function withoutOutputs(text) {
  try {
    const { cells, worksheets } = JSON.parse(text);
    const typed = (cell) => ({ cell_type: cell.cell_type, source: cell.source ?? cell.input });
    return JSON.stringify({ cells: (cells ?? worksheets[0].cells).map(typed) });
  } catch {
    return text.slice(0, MOST_TEXT); // the server says what is wrong with it
  }
}

export function saveFile({ name, text }) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
