/* Numbers as a reader wants them beside a picture. */

/** Four digits, a true minus, powers of ten where they are shorter. */
export function told(value, digits = 4) {
  if (typeof value !== "number") return String(value).replace("-", "−");
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? scientific(value, digits) : Number(value.toPrecision(digits)).toString();
  return text.replace("-", "−");
}

/** Short enough for a place in a drawing: two decimals, or three digits. */
export function short(value) {
  if (typeof value !== "number") return String(value).replace("-", "−");
  const size = Math.abs(value);
  if (size >= 1000) return scientific(value, 3).replace("-", "−");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace("-", "−").replace(/^−(0(\.0+)?)$/, "$1");
}

function scientific(value, digits) {
  const [front, power] = value.toExponential(Math.max(0, digits - 2)).split("e");
  const up = [...String(Number(power))].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
  const digit = Number(front);
  return Math.abs(digit) === 1 ? `${digit < 0 ? "-" : ""}10${up}` : `${digit}·10${up}`;
}

export const epochs = (count) => `${count.toLocaleString("en")} ${count === 1 ? "epoch" : "epochs"}`;
