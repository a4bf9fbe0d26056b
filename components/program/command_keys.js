// Jupyter's keys, where a cell is chosen and nobody writes in it.

const TWICE = 800; // ms between the two keys of D D

/** `does` has what is done, by name; each is told nothing: it is about the chosen cell. */
export function createCommandKeys(does) {
  let last = { key: "", time: 0 };

  const plain = {
    Enter: does.edit, ArrowUp: does.up, k: does.up, ArrowDown: does.down, j: does.down, a: does.addAbove, b: does.addBelow,
    m: does.toText, y: does.toCode, r: does.toRaw, x: does.cut, c: does.copy, v: does.paste, z: does.undo,
  };
  const shifted = { M: does.join, Enter: does.runAndGo, Z: does.redo, V: does.pasteAbove };
  const commanded = { Enter: does.run, z: does.undo, y: does.redo };

  /** Does what a key asks for; says whether that was anything. */
  return function press(event) {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const time = performance.now();
    const before = time - last.time < TWICE ? last.key : "";
    last = { key, time };
    let action = null;
    if (altKey) action = key === "Enter" ? does.runAndAdd : null;
    else if (ctrlKey || metaKey) action = shiftKey ? (key === "Z" || key === "z" ? does.redo : null) : commanded[key];
    else if (shiftKey) action = shifted[key];
    else if (key === "d") action = before === "d" ? does.remove : () => {};
    else action = plain[key];
    if (!action) return false;
    if (key === "d" && before === "d") last.key = "";
    action();
    return true;
  };
}
