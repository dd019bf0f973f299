"""Which pixels each word of a caption hangs on, and where attention looked for it."""

import base64
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.decoding import decode_image
from toolkit.inspection.attribution import margin, of_pixels, with_gradient
from toolkit.inspection.explained import Attended, Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.captioner import BEGIN
from toolkit.tasks.captioning.functions import SERVED
from toolkit.tasks.explainer import ImageExplainer
from toolkit.tasks.explaining import runner_up, samples_to_explain, search_for

MOST_WORDS = 16  # words of a caption that are explained


class CaptionExplainer(ImageExplainer):
    """Says which pixels each word of the best caption hangs on, given the words before it.

    The score is the logit of the word minus that of the next best one.

    Args:
        training: The `Captioning` of a finished run.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        images = tf.TensorSpec([None, 1, self.model.image_size, self.model.image_size, 3], tf.float32)
        tokens = tf.TensorSpec([None], tf.int32)
        self._graded = with_gradient(self._score, [images, tokens, tf.TensorSpec([3], tf.int32)])
        self._all = tf.function(self._logits, input_signature=[images, tokens], autograph=False)

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains each word of the caption of an image."""
        images = decode_image(base64.b64decode(item), self.model.image_size)[np.newaxis]
        pixels = images.astype("float32")
        numbers = self.predictor.runner.run(SERVED, images=pixels)["tokens"][0]
        written = [int(token) for token in numbers if self.predictor.table[token]][:MOST_WORDS]
        read = np.array([BEGIN, *written[:-1]], "int32")
        logits = np.asarray(self._all(pixels[np.newaxis], read))[0] if written else []
        caption, found = " ".join(self.predictor.table[token] for token in written), []
        for place, token in enumerate(written):
            other = runner_up(logits[place], token)
            chosen = np.array([place, token, other], "int32")
            score, weights = of_pixels(lambda rows, chosen=chosen: self._graded(rows, read, chosen), images, most_steps)
            answer, second = self.predictor.table[token], self.predictor.table[other] or "(the end)"
            shown = f"held-out image {number}: {caption}"
            found.append(Explained(shown, f"word {place + 1}", answer, second, score, [], weights, [], images))
        return found

    def _score(self, images, read, chosen):
        logits = self._logits(images, read)[:, chosen[0]]
        return margin(logits, chosen[1], chosen[2])

    def _logits(self, images, read):
        tokens = tf.repeat(read[tf.newaxis, tf.newaxis], tf.shape(images)[0], 0)
        with backend("graph"):
            return tf.cast(self.model({"images": images[:, 0], "tokens": tokens}, training=False)["logits"][:, 0], tf.float32)


def attention_of(training: Any) -> Any:
    """Returns what says where a run looked for each word, `(text, examples, hypothesis) -> list[Attended]`; `None` without attention."""
    if training.load_model().attention == "none":
        return None

    def attended(text: str | None, examples: int, hypothesis: int) -> list[Attended]:
        predictor, found = training.predictor(search_for(training.search, hypothesis), rank=hypothesis - 1), []
        for number, sample in enumerate(samples_to_explain(training, text, examples), start=1):
            image = decode_image(base64.b64decode(sample), predictor.image_size)
            [caption] = predictor.described([""], [image])
            if caption.words:  # a beam may end with fewer captions than were asked for
                item = f"held-out image {number}: {caption.text} ({caption.score:.3f})"
                found.append(Attended(item, caption.words, [], caption.attention, image))
        return found

    return attended
