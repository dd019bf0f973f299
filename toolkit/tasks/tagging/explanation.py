"""Which words of a sentence the tag of each word hangs on."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from toolkit.inspection.attribution import by_gradients, embedding_of, margin, replaced, with_gradient
from toolkit.inspection.explained import OCCLUSION, Attribution, Explained, Flip
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import runner_up
from toolkit.tasks.tagging.crf import marginal_logits
from toolkit.tasks.tagging.functions import chain_of
from toolkit.tasks.tagging.vocabulary import UNKNOWN, Vocabulary

MOST_WORDS = 32  # words of a sentence whose tags are explained


class TagExplainer(TextExplainer):
    """Says which words the tag of each word hangs on, by what the model knows of a word: its vector, and what was read in its characters.

    The score is the logarithm of how much more probable the tag is than the next best one, over all sequences of tags. A word that is left
    out becomes an unknown one of unknown characters: its own tag needs a word.

    Args:
        training: The `Tagging` of a finished run, with a layer that `_words_of` finds.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        self.layer = _words_of(self.model)
        self.vectors = keras.Model(self.model.input, self.layer.output)
        vectors = tf.TensorSpec([None, None, self.layer.output.shape[-1]], tf.float32)
        specs = {name: tf.TensorSpec(each.shape, tf.int32) for name, each in self.model.input.items()}
        self._graded = with_gradient(self._score, [vectors, specs, tf.TensorSpec([3], tf.int32)])
        self._all = tf.function(self._logits, input_signature=[specs], autograph=False)

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains the tag of each word of a text."""
        tagged, names = self.predictor.predict([item])[0], self.model.tag_names
        words = tagged.words
        encoded = Vocabulary.of_model(self.model).encode(words)._asdict()
        inputs = {name: encoded[name][np.newaxis] for name in self.model.input}
        logits = np.asarray(self._all(inputs))[0].astype("float64")
        without = np.asarray(self._all({name: _unknown(values[0]) for name, values in inputs.items()}))
        with backend("graph"):
            vectors, found = np.asarray(self.vectors(inputs, training=False))[0], []
        for place, tag in enumerate(tagged.tags[:MOST_WORDS]):
            answer = names.index(tag)
            other = runner_up(logits[place], answer)
            chosen = np.array([place, answer, other], "int32")

            def graded(vectors, chosen=chosen):
                rows = {name: np.broadcast_to(values, (len(vectors), *values.shape[1:])) for name, values in inputs.items()}
                return self._graded(vectors, rows, chosen)

            weights = by_gradients(graded, vectors, most_steps)
            score = logits[place, answer] - logits[place, other]
            weights.append(Attribution(OCCLUSION, score - (without[:, place, answer] - without[:, place, other]).astype("float64")))
            tags = without[:, place].argmax(-1)
            flips = [Flip(word, at, names[tags[at]]) for at, word in enumerate(words) if names[tags[at]] != tag]
            found.append(Explained(item, f"word {place + 1}, {words[place]}", tag, names[other], float(score), words, weights, flips))
        return found

    def _score(self, vectors, inputs, chosen):
        with replaced(self.layer, vectors):
            logits = self._logits(inputs)[:, chosen[0]]
        return margin(logits, chosen[1], chosen[2])

    def _logits(self, inputs):
        with backend("graph"):
            logits, chain = tf.cast(self.model(inputs, training=False), tf.float32), chain_of(self.model)
            return logits if chain is None else marginal_logits(logits, tf.not_equal(inputs["tokens"], 0), chain)


def explainer_of(training: Any) -> TagExplainer | None:
    """Returns what explains the tags of a run; `None` if it is not known which layer of its model says what each word is."""
    return None if _words_of(training.load_model()) is None else TagExplainer(training)


def _words_of(model: keras.Model) -> keras.layers.Layer | None:
    """Returns the layer that says what each word is: its vector, with what was read in its characters behind it if there are any."""
    return next((layer for layer in model.layers if layer.name == "word"), None) or embedding_of(model)


def _unknown(values: np.ndarray) -> np.ndarray:
    """Returns a sentence's numbers, each word unknown in one of the rows, `[words, words, ...]`."""
    rows = np.repeat(values[np.newaxis], len(values), 0)
    for place, row in enumerate(rows):
        row[place] = np.minimum(row[place], UNKNOWN)
    return rows
