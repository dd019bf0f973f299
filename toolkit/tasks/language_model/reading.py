"""What a language model itself says of texts, token by token."""

from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.tasks.language_model.graph import in_blocks

ROWS, WINDOW = 32, 128  # texts and tokens that the model reads at once
FILLER = np.zeros(1, np.int32)

Rows = list[np.ndarray]  # of each text a number for each token


class Reader:
    """Measures each token but the first of sequences, which the model reads with its compiled time loop.

    Args:
        model: A `LanguageModel`.
        *measures: `(tokens [rows], logits [rows, vocabulary]) -> float32 [rows]`; of several, each token has a row of numbers.
    """

    def __init__(self, model: keras.Model, *measures: Callable):
        @tf.function(autograph=False)
        def read(tokens, predicted, state):
            features, state = model(tokens, state=state, training=False, return_features=True)
            values = [in_blocks(measure, model, features, predicted) for measure in measures]
            return tf.stack(values, -1) if len(measures) > 1 else values[0], state

        self._model, self._read = model, read

    def __call__(self, sequences: Sequence[np.ndarray]) -> Rows:
        """Reads sequences, short ones first, so that little is read for padding.

        Args:
            sequences: Token ids of each, the begin id first.
        """
        results: dict[int, np.ndarray] = {}
        shortest_first = sorted(range(len(sequences)), key=lambda row: len(sequences[row]))
        for start in range(0, len(sequences), ROWS):
            rows = shortest_first[start : start + ROWS]
            found, state = [], self._model.initial_state(ROWS)
            filled = [*(sequences[row] for row in rows), *[FILLER] * (ROWS - len(rows))]
            for tokens, predicted in windows(filled, WINDOW):  # of one shape, as each is compiled
                part, state = self._read(tokens, predicted, state)
                found.append(part.numpy())
            results.update((row, part[: len(sequences[row]) - 1]) for row, part in zip(rows, np.concatenate(found, 1), strict=False))
        return [results[row] for row in range(len(sequences))]


def most_probable(_: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Measures, as it were, which token has the highest logit, float32 `[rows]`."""
    return tf.cast(tf.argmax(logits, 1), tf.float32)


def size_of_logits(_: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Measures the size of the largest logit, float32 `[rows]`."""
    return tf.reduce_max(tf.abs(logits), 1)


def windows(sequences: Sequence[np.ndarray], width: int) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
    """Yields what is read of sequences, and what is predicted, window by window: at least one.

    Args:
        sequences: Token ids of each. One that reads them from disk, slice by slice, will do.
        width: Tokens of a window.

    Yields:
        Both int32 `[len(sequences), width]`, 0 after the end of each row.
    """
    longest = max(map(len, sequences)) - 1
    for start in range(0, max(1, longest), width):
        tokens = padded([sequence[start : start + width + 1] for sequence in sequences], width + 1)
        read, predicted = tokens[:, :-1], tokens[:, 1:]
        yield tf.constant(np.where(predicted == 0, 0, read)), tf.constant(predicted)
