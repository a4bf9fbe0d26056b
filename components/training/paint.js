/* Painting a plane: what a unit answers, blue above 0 and grey below, and the two classes in their colours. */

/** Of the two classes, the same in light and dark: told apart by everybody, and always with their shapes. */
export const CLASSES = ["#cc79a7", "#f0e442"];
const STRENGTH = 0.78;
const SHADES = 510; // of the two classes: no step between two is seen

/** The theme's colours as three numbers each. */
export function colours(element) {
  const style = getComputedStyle(element);
  const of = (name) => rgb(style.getPropertyValue(name).trim());
  return { ground: of("--ground"), above: of("--value"), below: of("--under"), classes: CLASSES.map(rgb) };
}

export function rgb(text) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  probe.fillStyle = text;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

export const mix = (from, to, share) => from.map((part, place) => Math.round(part + (to[place] - part) * share));

/** The bytes of all units' planes of a picture, unpacked once. */
export function bytes(picture) {
  return (picture.bytes ??= Uint8Array.from(atob(picture.planes), (letter) => letter.charCodeAt(0)));
}

/** How far each place says class 1, from 0 to 1: two bytes each, low byte first; nan is the largest. */
export function shares(picture) {
  if (picture.shares) return picture.shares;
  const text = atob(picture.field);
  return (picture.shares = Float64Array.from({ length: text.length / 2 }, (_, place) => {
    const packed = text.charCodeAt(2 * place) + 256 * text.charCodeAt(2 * place + 1);
    return packed === 65535 ? NaN : packed / 65534;
  }));
}

/** A byte a place: 127 is 0, 0 and 254 the greatest below and above, 255 no number. */
export function paintPlane(canvas, values, side, theme) {
  const { ground, above, below } = theme;
  const shades = (theme.plane ??= Array.from({ length: 256 }, (_, value) => {
    if (value === 255) return ground;
    return value >= 127 ? mix(ground, above, ((value - 127) / 127) * 0.72) : mix(ground, below, ((127 - value) / 127) * 0.72);
  }));
  paint(canvas, side, (place) => shades[values[place]]);
}

export function paintField(canvas, values, side, theme) {
  const { ground, classes } = theme;
  const shades = (theme.field ??= Array.from({ length: SHADES + 1 }, (_, step) => {
    const share = step / SHADES;
    return share < 0.5 ? mix(ground, classes[0], (1 - 2 * share) * STRENGTH) : mix(ground, classes[1], (2 * share - 1) * STRENGTH);
  }));
  paint(canvas, side, (place) => (Number.isFinite(values[place]) ? shades[Math.round(values[place] * SHADES)] : ground));
}

/** The lowest row of the plane at the bottom. */
function paint(canvas, side, colourAt) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = (canvas.brush ??= canvas.getContext("2d"));
  const image = (canvas.image = canvas.image?.width === side ? canvas.image : context.createImageData(side, side));
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [red, green, blue] = colourAt(row * side + column);
      const at = 4 * ((side - 1 - row) * side + column);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Shares by rank, so that a deep valley and a high wall both leave room for what lies between; no number is the ground. */
export function paintRanks(canvas, grid, side, ground, dark) {
  const order = grid.map((_, place) => place).filter((place) => Number.isFinite(grid[place])).sort((a, b) => grid[a] - grid[b]);
  const ranks = grid.map(() => 0);
  order.forEach((place, rank) => (ranks[place] = rank / Math.max(1, order.length - 1)));
  paint(canvas, side, (place) => mix(ground, dark, ranks[place]));
}
