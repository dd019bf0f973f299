import { drawing } from "./element.js";

/**
 * Returns a drawing over a square picture. Its unit is a pixel of the picture, and the centre of the first one is 0, 0.
 * @param {number} side Of the picture.
 * @param {string} words What it shows, for those who cannot see it.
 * @param {...SVGElement} parts
 * @returns {SVGElement}
 */
export function overPicture(side, words, ...parts) {
  return drawing("svg", { viewBox: `-0.5 -0.5 ${side} ${side}`, role: "img", "aria-label": words, class: "picture" }, ...parts);
}

/**
 * Returns what a model has seen, for a drawing.
 * @param {Uint8ClampedArray} pixels Grey or RGB, row by row.
 * @param {number} side
 */
export function seenPicture(pixels, side) {
  const channels = pixels.length / side ** 2;
  const color = (place) => [0, 1, 2].map((channel) => pixels[place * channels + (channel % channels)]);
  return squareImage(side, side, (place) => [...color(place), 255], "seen");
}

/**
 * Returns an image that covers a drawing over a picture.
 * @param {number} side Of the picture.
 * @param {number} cells Of a side of the image.
 * @param {(place: number) => number[]} rgba Color and opacity of each cell, row by row.
 * @param {string} name Its class.
 */
export function squareImage(side, cells, rgba, name) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = cells;
  const image = new ImageData(cells, cells);
  for (let place = 0; place < cells ** 2; place++) image.data.set(rgba(place), 4 * place);
  canvas.getContext("2d").putImageData(image, 0, 0);
  const box = { x: -0.5, y: -0.5, width: side, height: side };
  return drawing("image", { ...box, href: canvas.toDataURL(), preserveAspectRatio: "none", class: name });
}
