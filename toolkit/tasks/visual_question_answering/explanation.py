"""Which pixels the answer to a question hangs on, and where attention looked before it was given."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.inspection.attribution import margin, of_pixels, with_gradient
from toolkit.inspection.explained import Attended, Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.explainer import ImageExplainer
from toolkit.tasks.explaining import check_one_answer, samples_to_explain, two_best


class AnswerExplainer(ImageExplainer):
    """Says which pixels an answer hangs on: its logit minus that of the next best one.

    Args:
        training: The `VisualQuestionAnswering` of a finished run.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        images = tf.TensorSpec([None, 1, self.model.image_size, self.model.image_size, 3], tf.float32)
        tokens = tf.TensorSpec([1, None], tf.int32)
        self._graded = with_gradient(self._score, [images, tokens, tf.TensorSpec([2], tf.int32)])

    def explained(self, number: int, item: dict[str, str], most_steps: int) -> list[Explained]:
        """Explains the answer to a question."""
        question, images = item["question"], decode_image(base64.b64decode(item["image"]), self.model.image_size)[np.newaxis]
        tokens = self.predictor.vocabulary.padded([question])
        best = two_best(self.predictor.probabilities(images, [question])[0][0])
        score, found = of_pixels(lambda rows: self._graded(rows, tokens, np.array(best, "int32")), images, most_steps)
        answer, other = (self.predictor.names[place] for place in best)
        return [Explained(question, "", answer, other, score, [], found, [], images)]

    def _score(self, images, tokens, best):
        asked = tf.repeat(tokens[:, tf.newaxis], tf.shape(images)[0], 0)
        with backend("graph"):
            logits = tf.cast(self.model({"images": images[:, 0], "tokens": asked}, training=False)["logits"][:, 0], tf.float32)
        return margin(logits, best[0], best[1])


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
