// Resizes as Pillow does (`Image.resize` with `BILINEAR`), to the last bit: so the model sees here what it sees in Python.

const BITS = 22; // of the fraction of a weight
const HALF = 2 ** (BITS - 1);
const STRIP = 2 ** 22; // pixels that are taken out of a picture at a time: a phone has no canvas for more than a few of these

/**
 * Returns a picture stretched to a square; where it is larger, each pixel is a weighted mean of all that it stands for.
 * @param {{width: number, height: number, rows: (top: number, count: number) => Uint8ClampedArray}} picture What gives some of its rows as
 *   RGBA.
 * @param {number} side Of the square.
 * @returns {Uint8ClampedArray} RGB, row by row.
 */
export function resized(picture, side) {
  const { width, height } = picture;
  const narrow = new Uint8ClampedArray(side * height * 3);
  const across = cells(width, side);
  const count = Math.max(1, Math.floor(STRIP / width));
  for (let top = 0; top < height; top += count) {
    squeeze(picture.rows(top, Math.min(count, height - top)), 4, width, across, narrow, height, top);
  }
  const square = new Uint8ClampedArray(side * side * 3);
  squeeze(narrow, 3, height, cells(height, side), square, side, 0);
  return square;
}

/** Returns where each of `to` cells begins in a row of `from` pixels, and how much each pixel from there on counts in it. */
function cells(from, to) {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, cell) => {
    const centre = (cell + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const heights = Array.from({ length: end - first }, (_, i) => Math.max(0, 1 - Math.abs((i + first - centre + 0.5) * (1 / reach))));
    const sum = heights.reduce((total, height) => total + height, 0);
    return { first, weights: heights.map((height) => Math.trunc(0.5 + (height / sum) * 2 ** BITS)) };
  });
}

/** Makes cells of the pixels of each row. What comes of a row is a column of `into`, which has `height` of them, from `at` on. */
function squeeze(pixels, channels, width, cells, into, height, at) {
  const count = pixels.length / (channels * width);
  for (let row = 0; row < count; row++) {
    cells.forEach(({ first, weights }, cell) => {
      for (let color = 0; color < 3; color++) {
        let sum = HALF;
        let place = (row * width + first) * channels + color;
        for (let i = 0; i < weights.length; i++, place += channels) sum += pixels[place] * weights[i];
        into[(cell * height + at + row) * 3 + color] = sum >> BITS;
      }
    });
  }
}
