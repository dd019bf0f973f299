"""Padded batches of tokens, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.packed_tokens import PackedTokens
from toolkit.data.batching.planned_batches import PlannedBatches


class TokenBatches(PlannedBatches):
    """Holds the tokens of a split once, end to end, and pads them batch by batch.

    Args:
        token_lists: Token ids of each example, none longer than the last boundary of the plan. Id 0 is for padding.
        labels: Label of each example, integers; or the probabilities of all labels, `[examples, labels]`.
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
        super().__init__(plan)
        weights = np.ones(len(labels)) if weights is None else weights
        lengths = np.array([len(tokens) for tokens in token_lists], np.int64)
        if not len(lengths) == len(labels) == len(weights) or not np.array_equal(lengths, plan.lengths):
            raise ValueError(
                "`token_lists`, `labels`, `weights` and `plan` must describe the same examples. "
                f"Received: {len(lengths)}, {len(labels)}, {len(weights)} and {len(plan.lengths)} examples"
            )
        self._tokens = PackedTokens(token_lists)
        # One example more, of weight 0, is what a row of filler takes.
        labels = np.asarray(labels)
        filler = np.zeros((1, *labels.shape[1:]), labels.dtype)
        self._labels = tf.constant(np.concatenate([labels, filler]).astype(np.int32 if labels.ndim == 1 else np.float32))
        self._weights = tf.constant(np.append(weights, 0).astype(np.float32))

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`.
            boundary: As in `PlannedBatches`.

        Returns:
            (tokens int32 `[rows, boundary]`, labels int32 `[rows]` or float32 `[rows, labels]`, weights float32 `[rows]`). A row of filler
            is all zeros.
        """
        tokens, _ = self._tokens.pad(indices, boundary)
        return tokens, tf.gather(self._labels, indices), tf.gather(self._weights, indices)
