"""Padded batches of tokens, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batch_plan import BatchPlan


class TokenBatches:
    """Holds the tokens of a split once, end to end, and pads them batch by batch.

    Args:
        token_lists: Token ids of each example, none longer than the last boundary of the plan. Id 0 is for padding.
        labels: Label of each example.
        weights: Weight of each example in the loss, such as that of its class; `None` for 1.
        plan: Which examples go together; made for the lengths of `token_lists`.

    Raises:
        ValueError: The arguments do not have the same number of examples, or not the lengths of the plan.
    """

    def __init__(
        self,
        token_lists: Sequence[np.ndarray],
        labels: Sequence[int] | np.ndarray,
        weights: Sequence[float] | np.ndarray | None,
        plan: BatchPlan,
    ):
        self.plan = plan
        weights = np.ones(len(labels)) if weights is None else weights
        lengths = np.array([len(tokens) for tokens in token_lists], np.int64)
        if not len(lengths) == len(labels) == len(weights) or not np.array_equal(lengths, plan.lengths):
            raise ValueError(
                "`token_lists`, `labels`, `weights` and `plan` must describe the same examples. "
                f"Received: {len(lengths)}, {len(labels)}, {len(weights)} and {len(plan.lengths)} examples"
            )
        # One example more, empty and of weight 0, is what index -1 takes: a row of filler.
        self._tokens = tf.constant(np.concatenate([*token_lists, [0]], dtype=np.int32))
        self._lengths = tf.constant(np.append(lengths, 0))
        self._offsets = tf.constant(np.append(np.cumsum(lengths) - lengths, 0))
        self._labels = tf.constant(np.append(labels, 0).astype(np.int32))
        self._weights = tf.constant(np.append(weights, 0).astype(np.float32))

    def steps(self, epoch: int) -> int:
        """Returns the number of batches of an epoch."""
        return len(self.plan)

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch.

        Args:
            epoch: Number of the epoch.
            start: How many batches to leave out at the beginning; they cost nothing.
            replica: Which of the rows of each batch to take: `replica`, `replica + replicas` and so on.
            replicas: Number of replicas.

        Returns:
            A dataset of (tokens int32 `[rows, boundary]`, labels int32 `[rows]`, weights float32 `[rows]`). A row of filler is all zeros.

        Raises:
            ValueError: An argument is out of range.
        """
        if not (0 <= start <= len(self.plan) and 0 <= replica < replicas):
            raise ValueError(
                f"`start` must be in [0, {len(self.plan)}] and `replica` in [0, replicas). "
                f"Received: start={start}, replica={replica}, replicas={replicas}"
            )
        planned = self.plan.epoch(epoch)[start:]
        indices = [batch.indices[replica::replicas] for batch in planned]
        ends = np.cumsum([0, *map(len, indices)])
        rows = tf.constant(np.concatenate([np.empty(0, np.int64), *indices]))
        slices = tf.data.Dataset.from_tensor_slices((ends[:-1], ends[1:], np.array([batch.boundary for batch in planned], np.int64)))
        padded = slices.map(lambda begin, end, boundary: self._pad(rows[begin:end], boundary), num_parallel_calls=2, deterministic=True)
        return padded.prefetch(tf.data.AUTOTUNE)

    def _pad(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        filler = tf.size(self._lengths, tf.int64) - 1
        indices = tf.where(indices < 0, filler, indices)
        columns = tf.range(boundary)
        inside = columns < tf.gather(self._lengths, indices)[:, tf.newaxis]
        positions = tf.gather(self._offsets, indices)[:, tf.newaxis] + columns
        padding = tf.size(self._tokens, tf.int64) - 1
        tokens = tf.gather(self._tokens, tf.where(inside, positions, padding))
        return tokens, tf.gather(self._labels, indices), tf.gather(self._weights, indices)
