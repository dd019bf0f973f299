import { element, percent } from "./element.js";
import { overPicture, seenPicture, squareImage } from "./square.js";

const SHADE = 200; // opacity, of 255, of what the model did not look at

/**
 * Shows the caption of a picture, and where the model looked for each word.
 * @param {Object} answer What `Captioner.answer` gives.
 * @returns {Node[]}
 */
export function captionView(answer) {
  const caption = element("p", { class: "result", id: "result" }, answer.words.join(" "));
  if (!answer.words.length) return [caption, element("p", { class: "hint" }, "The model has no words for this picture.")];
  if (!answer.attention) return [caption, element("p", { class: "hint" }, "This model has no attention to show.")];
  const maps = answer.words.map((word, i) => map(word, answer.attention[i], answer));
  return [caption, element("div", { class: "maps" }, ...maps)];
}

function map(word, weights, { pixels, side }) {
  const cells = Math.sqrt(weights.length);
  const most = Math.max(...weights);
  const shade = squareImage(side, cells, (place) => [0, 0, 0, SHADE * (1 - weights[place] / most)], "attention");
  const words = `Where the model looked for “${word}”: at most ${percent(most)} at one of ${weights.length} places`;
  const attributes = { "data-weights": Array.from(weights).join(" ") };
  return element("figure", attributes, overPicture(side, words, seenPicture(pixels, side), shade), element("figcaption", {}, word));
}
