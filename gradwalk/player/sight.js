/* Where a view has to scroll for something to be in sight: functions of the picture, its scale, and the view's size. */

const FOLLOW_MARGIN = 48; // px of the view's edge that do not count as seen
const LEADING = 0.18; // of the view: room before an open group that is wider than it
const FRAME_AIR = 8; // px above one that is higher

/** Where to scroll along one axis: nowhere when it is in sight, else so that it stands in the middle; null without room. */
function aim([from, to], now, length, whole, scale, margin) {
  const [start, end] = [(from + margin) * scale, (to + margin) * scale];
  if (whole * scale <= length) return now;
  if (end - start > length) return null;
  const clear = Math.min(FOLLOW_MARGIN, (length - (end - start)) / 2);
  if (start >= now + clear && end <= now + length - clear) return now;
  return Math.round(Math.min(Math.max(0, (start + end - length) / 2), whole * scale - length));
}

/** Where to scroll for a box to be in sight, and with it what is around it, where that has room. */
export function sight({ picture, scale, view }, box, extent, from) {
  const side = (near, size, now, length, whole) => aim([extent[near], extent[near] + extent[size]], now, length, whole, scale, picture.margin)
    ?? aim([box[near], box[near] + box[size]], now, length, whole, scale, picture.margin)
    ?? Math.round(Math.min((box[near] + picture.margin) * scale, whole * scale - length)); // its beginning, where it is larger than the view
  return { left: side("x", "w", from.left, view.width, picture.width), top: side("y", "h", from.top, view.height, picture.height) };
}

/** Where to scroll for a group that has opened: in the middle where there is room, else so that what leads into it is seen. */
export function sightOfOpened({ picture, scale, view }, { left, top }, { w, h }) {
  const goTo = (start, length, whole, all, before) => {
    const spare = whole - length;
    const first = spare > 2 * FOLLOW_MARGIN ? spare / 2 : before;
    return Math.round(Math.min(Math.max(0, start - first), Math.max(0, all * scale - whole)));
  };
  return {
    left: goTo(left, w * scale, view.width, picture.width, LEADING * view.width),
    top: goTo(top, h * scale, view.height, picture.height, FRAME_AIR),
  };
}

/** The box with which a picture begins: a large one has none in its corner. */
export function beginning(picture) {
  const [along, across] = picture.along === "x" ? ["x", "y"] : ["y", "x"];
  return picture.boxes.reduce((first, box) => (box[along] - first[along] || box[across] - first[across]) < 0 ? box : first);
}
