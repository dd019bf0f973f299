import { bars } from "./classification_view.js";
import { drawing, element } from "./element.js";
import { overPicture, seenPicture } from "./square.js";

const LIKELY = 5; // labels that are shown of an object

/**
 * Shows the labels of a picture with their probabilities, and the path of the glimpses over it.
 * @param {Object} answer What `GlimpseClassifier.answer` gives.
 * @returns {Node[]}
 */
export function glimpseView(answer) {
  const named = answer.objects.map(([best]) => best.label).join(" ");
  const likely = answer.objects.map((labels) => bars(labels.slice(0, LIKELY)));
  const columns = element("div", { class: "looked" }, path(answer), element("div", {}, ...likely));
  return [element("p", { class: "result", id: "result" }, named), columns];
}

function path({ glimpses, glimpseSize, pixels, side }) {
  const places = glimpses.map(({ row, column }) => [column, row].map((location) => ((location + 1) / 2) * (side - 1)));
  const line = drawing("polyline", { points: places.join(" "), class: "path" });
  const squares = glimpses.map((glimpse, i) => square(glimpse, i, places, glimpseSize, side));
  const listed = glimpses.map((glimpse, i) => `${i + 1}: ${described(glimpse)}`).join("; ");
  const words = `The glimpses one after another, by how far they are down and to the right. ${listed}`;
  const caption = element("figcaption", {}, "Where the model looked, from red to yellow");
  return element("figure", {}, overPicture(side, words, seenPicture(pixels, side), line, ...squares), caption);
}

function square({ row, column }, number, places, size, side) {
  const [x, y] = places[number];
  const share = places.length > 1 ? number / (places.length - 1) : 0;
  const style = `--color: rgb(255 ${Math.round(255 * (0.35 + 0.6 * share))} 26); --step: ${number}`;
  const box = { x: x - size / 2, y: y - size / 2, width: size, height: size };
  const label = { x, y, "font-size": side / 15, "text-anchor": "middle", "dominant-baseline": "central" };
  const parts = [drawing("rect", box), drawing("text", label, String(number + 1))];
  return drawing("g", { class: "glimpse", style, "data-row": row, "data-column": column }, ...parts);
}

function described({ row, column }) {
  return [row, column].map((location) => `${Math.round(50 * (location + 1))} %`).join(" and ");
}
