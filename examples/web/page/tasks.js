import { captionView } from "./caption_view.js";
import { classificationView } from "./classification_view.js";
import { glimpseView } from "./glimpse_view.js";
import { translationView } from "./translation_view.js";

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const tokens = ({ length }) => counted(length, "token");

/**
 * What the page can show, by the task that `model.json` names: what goes in and what it is called, the model, its answer and how large that
 * is. Modules that load libraries are imported when they are needed, so that what fails there can be told in words.
 */
export const TASKS = {
  classification: {
    input: "text",
    label: "Text to classify",
    load: async () => (await import("./classifier.js")).Classifier,
    view: classificationView,
    size: tokens,
  },
  translation: {
    input: "text",
    label: "Text to translate",
    load: async () => (await import("./translator.js")).Translator,
    view: translationView,
    size: tokens,
  },
  glimpses: {
    input: "picture",
    label: "Picture to look at",
    load: async () => (await import("./glimpse_classifier.js")).GlimpseClassifier,
    view: glimpseView,
    size: ({ glimpses }) => counted(glimpses.length, "glimpse"),
  },
  captioning: {
    input: "picture",
    label: "Picture to describe",
    load: async () => (await import("./captioner.js")).Captioner,
    view: captionView,
    size: ({ words }) => counted(words.length, "word"),
  },
};
