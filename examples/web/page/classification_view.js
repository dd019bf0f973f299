import { element, percent } from "./element.js";

/**
 * Shows the labels of a text with their probabilities.
 * @param {Object} answer What `Classifier.answer` gives.
 * @returns {Node[]}
 */
export function classificationView(answer) {
  return [element("p", { class: "result", id: "result" }, answer.labels[0].label), bars(answer.labels)];
}

/**
 * Returns labels with their probabilities as a list of bars.
 * @param {{label: string, probability: number}[]} labels
 */
export function bars(labels) {
  const rows = labels.map(({ label, probability }) =>
    element(
      "li",
      { "data-label": label, "data-probability": probability },
      element("span", { class: "name" }, label),
      element("span", { class: "bar" }, element("span", { style: `width: ${100 * probability}%` })),
      element("span", { class: "number" }, percent(probability)),
    ),
  );
  return element("ol", { class: "bars" }, ...rows);
}
