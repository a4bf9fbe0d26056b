/* How far the slider of a number goes: to both sides of 0, or over what a target may be. */

import { reachOf, tidy } from "../expression/slider.js";

/** `limits` are [lowest, highest, step]; null for a number without any. */
export function spanOf(value, limits) {
  if (limits) return { low: limits[0], high: limits[1], step: limits[2] };
  const reach = reachOf(value);
  return { low: -reach, high: reach, step: reach / 100 };
}

export const within = ({ low, high }, value) => Math.min(high, Math.max(low, value));

/** Where it stands between the ends: −1 to 1. */
export const shareOf = ({ low, high }, value) => (2 * value - low - high) / (high - low);

/** The number on the slider's grid, as short text. */
export const onGrid = ({ low, step }, value) => tidy(low + Math.round((value - low) / step) * step, Math.min(step, 1));

/** The value that a key on the slider asks for; null for keys that are not the slider's. */
export function spanKey(key, span, value) {
  const moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  if (key === "Home") return span.low;
  if (key === "End") return span.high;
  return key in moves ? within(span, value + moves[key] * span.step) : null;
}
