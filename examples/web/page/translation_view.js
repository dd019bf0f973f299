import { element, percent } from "./element.js";

/**
 * Shows a translation, and what attention looked at.
 * @param {Object} answer What `Translator.answer` gives.
 * @returns {Node[]}
 */
export function translationView(answer) {
  const translation = element("p", { class: "result", id: "result", "data-tokens": answer.tokens.join(" ") }, answer.translation);
  if (!answer.tokens.length) return [translation, element("p", { class: "hint" }, "The model translates this text by nothing.")];
  if (!answer.alignments) return [translation, element("p", { class: "hint" }, "This model has no attention to show.")];
  return [translation, heatMap(answer)];
}

function heatMap({ pieces, sourcePieces, alignments }) {
  const head = element("tr", {}, element("td"), ...sourcePieces.map((piece) => element("th", { scope: "col" }, upright(piece))));
  const rows = pieces.map((piece, i) => {
    const cells = sourcePieces.map((source, j) => cell(alignments[i][j], `${readable(piece)} looked at ${readable(source)}`));
    return element("tr", {}, element("th", { scope: "row" }, readable(piece)), ...cells);
  });
  const words = "How much each token of the translation (left) looked at each token of the text (top)";
  const table = element("table", { class: "heat" }, element("thead", {}, head), element("tbody", {}, ...rows));
  return element("figure", {}, element("figcaption", {}, words), element("div", { class: "scroll", tabindex: 0 }, table));
}

function cell(weight, words) {
  const shown = `${words}: ${percent(weight)}`;
  return element("td", { style: `--weight: ${weight}`, "data-weight": weight, title: shown, "aria-label": percent(weight) });
}

function upright(piece) {
  return element("span", {}, readable(piece));
}

/** Returns a piece as it is read: a space is a low dash only where there is nothing else. */
function readable(piece) {
  return piece.replace(/^\u2581(?=.)/u, "").replaceAll("\u2581", "␣");
}
