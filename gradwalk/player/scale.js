/* How large a picture is drawn: whole where that can be read, else as large as it has to be, or as the hand wants it. */

const ZOOM = { step: 1.25, least: 0.1, most: 4 };

// The numbers are then 10.6 px, 10, 11.8 and 12.9. Where it needs not be smaller, a picture is whole, or at least as wide
// as there is room; else it scrolls.
export const LEGIBLE = { whole: 0.76, across: 0.72, part: 0.84, phone: 0.92 };

/** On a projector a number of 14 px is 28 px at 1080 lines. */
export function legibleOn(lines) {
  const scale = (28 / 14) * (lines / 1080);
  return { whole: scale, across: scale, part: scale, phone: scale };
}

/** How large a picture of this size is drawn in a room. */
export function scaleFor(wide, high, { width, height, phone, most, legible = LEGIBLE }) {
  const [across, whole] = [width / wide, Math.min(width / wide, height / high)];
  if (phone) return Math.min(Math.max(whole, legible.phone), most);
  if (whole >= legible.whole) return Math.min(whole, most);
  return across >= legible.across ? Math.min(across, legible.part) : legible.part;
}

/** A scale that the hand asks for, within what can be used. */
export const within = (scale) => Math.min(Math.max(scale, ZOOM.least), ZOOM.most);

/** One press larger, or smaller. */
export const pressed = (scale, larger) => within(scale * (larger ? ZOOM.step : 1 / ZOOM.step));
