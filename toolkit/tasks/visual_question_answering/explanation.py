"""Which words of a question and which pixels its answer hangs on, and where attention looked before it was given."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.inspection.attribution import by_gradients, margin, of_pixels, with_gradient
from toolkit.inspection.explained import Attended, Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.layers.replacing import replaced
from toolkit.models.embedding import embedding_of
from toolkit.tasks.explainer import ImageExplainer
from toolkit.tasks.explaining import check_one_answer, samples_to_explain, two_best, with_occlusion, without_each
from toolkit.text.words import words_of


class AnswerExplainer(ImageExplainer):
    """Says which words of the question and which pixels an answer hangs on: its logit minus that of the next best one.

    Of a model that does not embed words in one layer that is known, it is the pixels alone.

    Args:
        training: The `VisualQuestionAnswering` of a finished run.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        size, self.embedding = self.model.image_size, embedding_of(self.model)
        images, tokens = tf.TensorSpec([None, 1, size, size, 3], tf.float32), tf.TensorSpec([None, None], tf.int32)
        best = tf.TensorSpec([2], tf.int32)
        self._by_pixels = with_gradient(self._score, [images, tokens, best])
        self._all = tf.function(self._logits, input_signature=[images, tokens], autograph=False)
        if self.embedding:
            vectors = tf.TensorSpec([None, None, self.embedding.output_dim], tf.float32)
            self._by_words = with_gradient(self._score_of_vectors, [vectors, images, tokens, best])

    def explained(self, number: int, item: dict[str, str], most_steps: int) -> list[Explained]:
        """Explains the answer to a question: by the words of the question, then by the pixels of the image."""
        question, images = item["question"], decode_image(base64.b64decode(item["image"]), self.model.image_size)[np.newaxis]
        tokens = self.predictor.vocabulary.padded([question])
        best = two_best(self.predictor.probabilities(images, [question])[0][0])
        score, found = of_pixels(lambda rows: self._by_pixels(rows, tokens, np.array(best, "int32")), images, most_steps)
        answer, other = (self.predictor.names[place] for place in best)
        by_pixels = Explained(question, "", answer, other, score, [], found, [], images)
        if not self.embedding:
            return [by_pixels]
        pixels = images[np.newaxis].astype("float32")
        weights = by_gradients(
            lambda rows: self._by_words(rows, pixels, tokens, np.array(best, "int32")), np.asarray(self.embedding(tokens[0])), most_steps
        )
        shorter = np.pad(without_each(tokens[0]), [(0, 0), (0, 1)])  # padding, so that of a single word something is left
        without = np.asarray(self._all(pixels, shorter))
        by_words = Explained(question, "", answer, other, score, words_of(question), weights, [])
        return [with_occlusion(by_words, without, best, self.predictor.names.__getitem__), by_pixels]

    def _score_of_vectors(self, vectors, images, tokens, best):
        with replaced(self.embedding, vectors):
            return self._score(images, tf.repeat(tokens, tf.shape(vectors)[0], 0), best)

    def _score(self, images, tokens, best):
        return margin(self._logits(images, tokens), best[0], best[1])

    def _logits(self, images, tokens):
        """Returns the logits of questions about images, of either of which there may be one for all of the others."""
        rows = tf.maximum(tf.shape(images)[0], tf.shape(tokens)[0])
        shown, asked = (tf.repeat(part, rows // tf.shape(part)[0], 0) for part in (images, tokens))
        with backend("graph"):
            logits = self.model({"images": shown[:, 0], "tokens": asked[:, tf.newaxis]}, training=False)["logits"]
        return tf.cast(logits[:, 0], tf.float32)


def attention_of(training: Any) -> Any:
    """Returns what says where a run looked before it answered, hop by hop, `(text, examples, hypothesis) -> list[Attended]`."""

    def attended(text: str | None, examples: int, hypothesis: int) -> list[Attended]:
        check_one_answer(hypothesis)
        predictor, found = training.predictor(), []
        for sample in samples_to_explain(training, text, examples):
            image = decode_image(base64.b64decode(sample["image"]), predictor.image_size)
            [answered] = predictor.answered([""], image[np.newaxis], [sample["question"]])
            hops = [f"hop {number}" for number in range(1, len(answered.attention) + 1)]
            found.append(Attended(f"{answered.question} {answered.answer}", hops, [], answered.attention, image))
        return found

    return attended
