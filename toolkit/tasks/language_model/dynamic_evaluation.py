"""Dynamic evaluation: a language model whose weights follow the text that it reads.

Each token is predicted before anything is learned from it, so this is an honest measure. But it is not that of the model alone: its result
stands beside the static one and never in its place.

Source: Krause et al. 2018, "Dynamic evaluation of neural sequence models".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.coordinate_search import lowest
from toolkit.tasks.language_model.predicted import Predicted, nats_of, predicted, read_row
from toolkit.tasks.language_model.reading import windows

SEGMENT = 20  # tokens that are predicted before the weights change
LEARNING_RATE, DECAY = 1e-3, 3e-3  # what is usual; a search begins there


@dataclass(frozen=True)
class Dynamic:
    """How the weights follow a text.

    After each segment, whose mean loss has the gradient g,

        θ ← θ - η g / (r + ρ) + min(λ r / ρ, 1) (θ_0 - θ)

    where r is the root of the mean square of such gradients on the training text, weight by weight, and ρ the same of all weights together.
    So a weight moves by about η, and those that matter return to what was trained, θ_0, the fastest.

    Attributes:
        learning_rate: η.
        decay: λ.
    """

    learning_rate: float
    decay: float

    def __str__(self):
        return f"dynamic evaluation (learning rate {self.learning_rate:.2g}, decay {self.decay:.2g})"


class Learner:
    """A language model whose weights follow what it reads.

    Args:
        model: The model, whose weights are θ_0.
        trained: Stretches of the text that it was trained on, of each the ids, a begin id first.
        segment: Tokens after which the weights change.
    """

    def __init__(self, model: LanguageModel, trained: Iterable[np.ndarray], segment: int = SEGMENT):
        self.model, self.segment = model, segment
        self._variables = model.trainable_variables
        self._start = [tf.identity(variable) for variable in self._variables]
        squares = [tf.zeros_like(variable) for variable in self._variables]
        count = 0
        for document in trained:
            state = model.initial_state(1)
            for tokens, labels in windows([document], segment):
                _, _, state, gradients = self._read_and_differentiate(tokens, labels, state)
                squares = [square + gradient**2 for square, gradient in zip(squares, gradients, strict=True)]
                count += 1
        sizes = sum(float(tf.size(square, tf.int64)) for square in squares)
        self._ρ = tf.sqrt(sum(tf.reduce_sum(square) for square in squares) / (count * sizes))
        self._r = [tf.sqrt(square / count) for square in squares]

    def read(self, documents: Iterable[np.ndarray], dynamic: Dynamic) -> Iterator[Predicted]:
        """Reads documents and learns from each segment once it is predicted; in the end the model is what it was.

        Args:
            documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`.
            dynamic: How it learns.
        """
        try:
            yield from self._following(documents, dynamic)
        finally:
            for variable, start in zip(self._variables, self._start, strict=True):
                variable.assign(start)

    def learn(self, documents: Iterable[np.ndarray], dynamic: Dynamic) -> None:
        """Learns from documents as `read` does, and keeps what it has learned.

        Args:
            documents: As for `read`.
            dynamic: Likewise.
        """
        for _ in self._following(documents, dynamic):
            pass

    def _following(self, documents: Iterable[np.ndarray], dynamic: Dynamic) -> Iterator[Predicted]:
        rate, decay = tf.constant(dynamic.learning_rate), tf.constant(dynamic.decay)
        for document in documents:
            state = self.model.initial_state(1)
            for tokens, labels in windows([document], self.segment):
                log_p, features, state, gradients = self._read_and_differentiate(tokens, labels, state)
                yield predicted(labels, log_p, features)
                self._step(gradients, rate, decay)

    @tf.function(autograph=False)
    def _read_and_differentiate(self, tokens, labels, state):
        with tf.GradientTape() as tape:
            log_p, features, state = read_row(self.model, tokens, labels, state)
            weights = tf.cast(labels > 0, log_p.dtype)
            loss = -tf.math.divide_no_nan(tf.reduce_sum(weights * log_p), tf.reduce_sum(weights))
        gradients = tape.gradient(loss, self._variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return log_p, features, state, [tf.convert_to_tensor(gradient) for gradient in gradients]

    @tf.function(autograph=False)
    def _step(self, gradients, rate, decay):
        for variable, start, gradient, r in zip(self._variables, self._start, gradients, self._r, strict=True):
            variable.assign(_moved(variable.value, start, gradient, r, self._ρ, rate, decay))


@tf.function(autograph=False, jit_compile=True)
def _moved(weights, start, gradient, r, ρ, rate, decay):
    """Returns the weights after a step of `Dynamic`; in one pass over the memory."""
    return weights - rate * gradient / (r + ρ) + tf.minimum(decay * r / ρ, 1.0) * (start - weights)


def choose_dynamic(learner: Learner, documents: Sequence[np.ndarray]) -> Dynamic:
    """Returns the numbers with which documents cost least."""

    def nats(*numbers: float) -> float:
        return nats_of(segment.log_p for segment in learner.read(documents, Dynamic(*numbers)))

    return Dynamic(*lowest(nats, (LEARNING_RATE, DECAY)))
