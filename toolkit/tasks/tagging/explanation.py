"""Which words of a sentence the tag of each word hangs on."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from toolkit.inspection.attribution import Graded, by_gradients, integrated_gradients, margin, with_gradient
from toolkit.inspection.explained import Attribution, Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.layers.replacing import replaced
from toolkit.models.embedding import embedding_of
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import runner_up, with_occlusion
from toolkit.tasks.tagging.crf import marginal_logits
from toolkit.tasks.tagging.functions import chain_of
from toolkit.tasks.tagging.predictor import TaggedText
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

    def integrated(self, tagged: TaggedText) -> list[Explained]:
        """Explains each tag of a text by integrated gradients.

        Args:
            tagged: The text, as the run tags it.
        """
        return self._explained(tagged, len(tagged.words), lambda graded, vectors: [integrated_gradients(graded, vectors)])

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains the tag of each word of a text."""
        tagged, names = self.predictor.predict([item])[0], self.model.tag_names
        found = self._explained(tagged, MOST_WORDS, lambda graded, vectors: by_gradients(graded, vectors, most_steps))
        without = np.asarray(self._all({name: _unknown(values[0]) for name, values in self._inputs(tagged).items()}))
        chosen = [[names.index(each.answer), names.index(each.other)] for each in found]
        return [with_occlusion(each, without[:, place], chosen[place], names.__getitem__) for place, each in enumerate(found)]

    def _explained(self, tagged: TaggedText, most: int, attribute: Callable[[Graded, np.ndarray], list[Attribution]]) -> list[Explained]:
        """Explains up to `most` tags of a text, by what `attribute` makes of the score and of the vectors of the words."""
        if not tagged.words:
            return []
        inputs, names, found = self._inputs(tagged), self.model.tag_names, []
        logits = np.asarray(self._all(inputs))[0].astype("float64")
        with backend("graph"):
            vectors = np.asarray(self.vectors(inputs, training=False))[0]
        for place, (word, tag) in enumerate(zip(tagged.words[:most], tagged.tags[:most], strict=True)):
            answer = names.index(tag)
            other = runner_up(logits[place], answer)
            weights = attribute(self._given(inputs, place, answer, other), vectors)
            score = float(logits[place, answer] - logits[place, other])
            found.append(Explained(tagged.text, f"word {place + 1}, {word}", tag, names[other], score, tagged.words, weights, []))
        return found

    def _inputs(self, tagged: TaggedText) -> dict[str, np.ndarray]:
        encoded = Vocabulary.of_model(self.model).encode(tagged.words)._asdict()
        return {name: encoded[name][np.newaxis] for name in self.model.input}

    def _given(self, inputs: dict[str, np.ndarray], *chosen: int) -> Graded:
        """Returns the score of a tag as a function of the words' vectors; the tag is given by its place, itself and the next best one."""

        def graded(vectors):
            rows = {name: np.broadcast_to(values, (len(vectors), *values.shape[1:])) for name, values in inputs.items()}
            return self._graded(vectors, rows, np.array(chosen, "int32"))

        return graded

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
