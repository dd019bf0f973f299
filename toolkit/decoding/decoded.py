"""What decoding gives."""

from typing import NamedTuple

import tensorflow as tf


class Decoded(NamedTuple):
    """Hypotheses. `greedy` and `sample` give one for each row, `beam_search` `n_best`: its shapes have that axis after the batch.

    Attributes:
        tokens: int32 `[batch, length]` or `[batch, n_best, length]`: without the begin id, with the end id where it was reached, then
            zeros. `length` is that of the longest hypothesis.
        lengths: int32 `[batch]` or `[batch, n_best]`: tokens of each hypothesis, the end id among them.
        scores: float32 `[batch]` or `[batch, n_best]`: log-probability under the model; of `beam_search` with its penalties.
        alignments: float32 `[batch, length, positions]` or `[batch, n_best, length, positions]`: where in the source each token looked,
            zeros after the end. `None` if the state holds no `"alignment"`.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    alignments: tf.Tensor | None = None
