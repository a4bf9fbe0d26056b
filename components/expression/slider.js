// What a slider of a number does, wherever it is drawn: its reach, its steps, its keys.

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** How far the slider of a number goes to either side: to 10, or to twice its size where that shows it better. */
export function reachOf(value) {
  const size = Math.abs(value);
  return size === 0 || (size >= 0.1 && size <= 10) ? 10 : rounded(2 * size);
}

/** A row's slider follows the number that is typed in its field. */
export function fitSlider(row) {
  const text = row.field.value;
  const scalar = NUMBER.test(text);
  row.field.title = text.length > 7 ? text : "";
  row.slider.hidden = /^\s*[[(]/.test(text);
  row.slider.disabled = !scalar;
  row.slider.classList.toggle("unset", !scalar);
  row.field.classList.toggle("long", row.slider.hidden);
  row.field.classList.toggle("many", scalar && text.length > 7);
  if (!scalar) return;
  const value = Number(text);
  row.reach = reachOf(value);
  row.step = row.reach / 100;
  row.slider.min = -row.reach;
  row.slider.max = row.reach;
  row.slider.value = value;
}

/** The next of 1, 2, 5, 10, 20, 50, … from `size` on, so that a hundredth of it is a handsome step. */
function rounded(size) {
  const ten = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((digit) => digit * ten).find((reach) => reach >= size * 0.999) ?? 10 * ten;
}

/** A number on the slider's grid as short text: 4.3 and not 4.300000000000001. */
export function tidy(value, step) {
  const places = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const text = (Math.round(value / step) * step).toFixed(Math.min(places, 100));
  return text.includes(".") ? text.replace(/\.?0+$/, "").replace(/^-0$/, "0") : text.replace(/^-0$/, "0");
}

/** The value that a key on the slider asks for; null for keys that are not the slider's. */
export function sliderKey(key, { reach, step }, value) {
  const moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  if (key === "Home") return -reach;
  if (key === "End") return reach;
  return key in moves ? Math.min(reach, Math.max(-reach, value + moves[key] * step)) : null;
}
