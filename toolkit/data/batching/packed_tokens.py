"""Lists of tokens, end to end in one tensor."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf


class PackedTokens:
    """Holds lists of tokens once, and pads any of them. After the last comes one more, empty: a row of filler takes that.

    Args:
        token_lists: Token ids of each example. Id 0 is for padding.
    """

    def __init__(self, token_lists: Sequence[np.ndarray]):
        lengths = np.array([len(tokens) for tokens in token_lists], np.int64)
        self._tokens = tf.constant(np.concatenate([*token_lists, [0]], dtype=np.int32))
        self._lengths = tf.constant(np.append(lengths, 0))
        self._offsets = tf.constant(np.append(np.cumsum(lengths) - lengths, 0))

    def pad(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Pads some of the lists to one length.

        Args:
            indices: int64 `[rows]`, positions of lists.
            boundary: int64, a length that none of them exceeds.

        Returns:
            Tokens, int32 `[rows, boundary]`, and where they are no padding, boolean `[rows, boundary]`.
        """
        columns = tf.range(boundary)
        inside = columns < tf.gather(self._lengths, indices)[:, tf.newaxis]
        positions = tf.gather(self._offsets, indices)[:, tf.newaxis] + columns
        padding = tf.size(self._tokens, tf.int64) - 1
        return tf.gather(self._tokens, tf.where(inside, positions, padding)), inside
