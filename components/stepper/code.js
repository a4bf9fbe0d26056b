/* The program's source, with the line and the sub-expression of the step marked, and a button that copies it. */

const CODE_LINE_HEIGHT = 22; // px; player.css sets the same

function createCode() {
  const lines = html("code");
  const frame = html("pre", { class: "lines", tabindex: "0", "aria-label": "Source" }, lines);
  const copied = html("span", { class: "copied", role: "status" });
  const press = () => copyProgram();
  const copy = html("button", { type: "button", class: "button copy", click: press }, icon("copy"), "Copy");
  const heading = html("div", { class: "heading" }, html("h3", null, "The program in PyTorch"), copied, copy);
  const element = html("div", { class: "code" }, heading, frame);
  let source = null;
  let texts = [];
  let marked = [];
  let timer = 0;
  let room = 0; // px, the visible height

  async function copyProgram() {
    const done = await copyText(source, lines);
    copied.textContent = done ? "Copied" : "Press Ctrl+C to copy";
    clearTimeout(timer);
    timer = setTimeout(() => (copied.textContent = ""), 2000);
  }

  function setSource(text) {
    if (text === source) return;
    source = text;
    texts = text.replace(/\n$/, "").split("\n");
    marked = [];
    lines.replaceChildren(...texts.map((line) => html("span", { class: "line" }, line + "\n")));
  }

  function mark(number, from, to) {
    const line = lines.children[number];
    if (!line) return;
    const letters = [...texts[number]]; // columns count characters, not UTF-16 units
    const piece = (start, end) => letters.slice(start, end).join("");
    line.classList.add("current");
    line.replaceChildren(piece(0, from), html("mark", null, piece(from, to)), piece(to) + "\n");
    marked.push(number);
  }

  function show(span) {
    for (const number of marked) {
      lines.children[number].classList.remove("current");
      lines.children[number].replaceChildren(texts[number] + "\n");
    }
    marked = [];
    if (!span) return;
    const [line, column, endLine, endColumn] = span;
    for (let number = line; number <= endLine; number++) {
      mark(number - 1, number === line ? column - 1 : 0, number === endLine ? endColumn - 1 : Infinity);
    }
    reveal(line);
  }

  function reveal(line) {
    if (texts.length * CODE_LINE_HEIGHT <= room) return;
    const above = Math.floor(room / CODE_LINE_HEIGHT / 2);
    frame.scrollTop = Math.max(0, line - 1 - above) * CODE_LINE_HEIGHT;
  }

  const resize = () => (room = frame.clientHeight);

  return { element, setSource, show, resize };
}

/** Copy by the clipboard; where a page may not use it (plain http), by selecting the text. */
async function copyText(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(shown);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}
