// Keys that an editor of Python understands: Tab and Shift+Tab indent, Enter keeps the indentation.

const INDENT = 4;

export function listenToTyping(area, run) {
  let leaving = false; // after Escape, Tab goes to the next field as everywhere
  area.addEventListener("blur", () => (leaving = false));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return void (leaving = true);
    if (event.key === "Shift") return;
    const key = leaving && event.key === "Tab" ? null : editKey(area, event, run);
    leaving = false;
    if (key) event.preventDefault();
  });
}

/** Do what the key asks for; says whether there was anything. */
function editKey(area, event, run) {
  const { key } = event;
  const command = event.ctrlKey || event.metaKey;
  if (key === "Enter" && command) return run(), true;
  if (command || event.altKey || event.isComposing) return false;
  if (key === "Tab") return indent(area, event.shiftKey), true;
  if (key === "Enter" && !event.shiftKey) return newLine(area), true;
  return false;
}

/** Replace a piece of the text so that the browser can undo it. */
export function replaceText(area, start, end, text) {
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, end);
  const done = document.execCommand(text ? "insertText" : "delete", false, text);
  if (done && area.selectionEnd === start + text.length) return;
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new Event("input"));
}

function newLine(area) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const before = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
  const deeper = /:\s*(#.*)?$/.test(before) && !/^\s*#/.test(before) ? " ".repeat(INDENT) : "";
  replaceText(area, start, end, "\n" + /^[ \t]*/.exec(before)[0] + deeper);
}

function indent(area, less) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const first = value.lastIndexOf("\n", start - 1) + 1;
  if (!less && !value.slice(start, end).includes("\n")) {
    return replaceText(area, start, end, " ".repeat(INDENT - ((start - first) % INDENT)));
  }
  const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
  const stop = value.indexOf("\n", last) < 0 ? value.length : value.indexOf("\n", last);
  const lines = value.slice(first, stop).split("\n");
  const move = (line) => (less ? line.replace(/^( {1,4}|\t)/, "") : line && " ".repeat(INDENT) + line);
  const moved = lines.map(move);
  if (moved.join("\n") === value.slice(first, stop)) return;
  replaceText(area, first, stop, moved.join("\n"));
  const by = moved[0].length - lines[0].length;
  if (start === end) area.setSelectionRange(Math.max(first, start + by), Math.max(first, start + by));
  else area.setSelectionRange(first, first + moved.join("\n").length);
}
