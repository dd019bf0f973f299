"""Padded batches of sentences and their translations, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.packed_tokens import PackedTokens
from toolkit.data.batching.planned_batches import PlannedBatches


def pair_lengths(sources: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the lengths that pairs have in a batch, int64 `[pairs, 2]`: the source's, and the target's with one of its special ids."""
    lengths = [(len(source), len(target) + 1) for source, target in zip(sources, targets, strict=True)]
    return np.array(lengths, np.int64).reshape(-1, 2)


class PairBatches(PlannedBatches):
    """Holds the tokens of a parallel split once, and pads them batch by batch for teacher forcing.

    The decoder reads `begin, y_1, ..., y_n` and is to predict `y_1, ..., y_n, end`.

    Args:
        sources: Token ids of each source. Id 0 is for padding.
        targets: Token ids of each target, without the ids that begin and end it.
        plan: Which pairs go together; made for `pair_lengths(sources, targets)`, or for what is no shorter.
        begin_id: Id that begins what the decoder reads.
        end_id: Id that ends what it is to predict.

    Raises:
        ValueError: The arguments do not have the same number of pairs, a pair is longer than it may be by the plan, or an id is that of
            the padding.
    """

    def __init__(self, sources: Sequence[np.ndarray], targets: Sequence[np.ndarray], plan: BatchPlan, begin_id: int = 2, end_id: int = 3):
        if not len(sources) == len(targets) == len(plan.lengths) or np.any(pair_lengths(sources, targets) > plan.limits):
            raise ValueError(
                "`sources`, `targets` and `plan` must describe the same pairs, the plan with lengths as of `pair_lengths`, or longer. "
                f"Received: {len(sources)}, {len(targets)} and {len(plan.lengths)} pairs"
            )
        if begin_id < 1 or end_id < 1:
            raise ValueError(f"`begin_id` and `end_id` must be positive. Received: begin_id={begin_id}, end_id={end_id}")
        super().__init__(plan)
        self.begin_id = begin_id
        self._sources = PackedTokens(sources)
        self._targets = PackedTokens([np.append(target, end_id) for target in targets])

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[tuple[tf.Tensor, tf.Tensor], tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`.
            boundary: As in `PlannedBatches`.

        Returns:
            ((source int32 `[rows, S]`, what the decoder reads int32 `[rows, T]`), what it predicts int32 `[rows, T]`, weights float32
            `[rows, T]`), where `(S, T)` is a boundary of the plan. Weights are 1 where there is something to predict and 0 elsewhere. A row
            of filler is all zeros.
        """
        source, _ = self._sources.pad(indices, boundary[0])
        predicted, inside = self._targets.pad(indices, boundary[1])
        shifted = tf.pad(predicted[:, :-1], [[0, 0], [1, 0]], constant_values=self.begin_id)
        read = tf.where(inside, shifted, 0)
        return (source, read), predicted, tf.cast(inside, tf.float32)
