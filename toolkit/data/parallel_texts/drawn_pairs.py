"""Pairs that are cut into tokens anew in each epoch."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.pair_batches import PairBatches, pair_lengths

ROOM = 1.15  # how much longer than in one drawing a pair may be in the others

Tokens = Sequence[np.ndarray]


class DrawnPairs:
    """The batches of a parallel split whose tokens are drawn anew in each epoch, which all have the plan of one.

    A pair that is drawn longer than the plan has room for is taken as it is without drawing.

    Args:
        draw: `(epoch) -> (sources, targets)`, as `PairBatches` takes them; the same in each call.
        undrawn: Sources and targets that always fit.
        plan: Which pairs go together, made for `planned_lengths`.
        begin_id: As in `PairBatches`.
        end_id: As in `PairBatches`.
    """

    def __init__(
        self, draw: Callable[[int], tuple[Tokens, Tokens]], undrawn: tuple[Tokens, Tokens], plan: BatchPlan, begin_id: int, end_id: int
    ):
        self.plan = plan
        self._draw, self._undrawn, self._ids = draw, undrawn, (begin_id, end_id)
        self._last: tuple[int, PairBatches] | None = None

    def steps(self, epoch: int) -> int:
        """Returns the number of batches of an epoch."""
        return len(self.plan)

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch, as `PairBatches.batches` does."""
        if self._last is None or self._last[0] != epoch:
            self._last = epoch, self._of(epoch)
        return self._last[1].batches(epoch, start, replica, replicas)

    def _of(self, epoch: int) -> PairBatches:
        drawn = self._draw(epoch)
        fits = (pair_lengths(*drawn) <= self.plan.limits).all(1)
        both = zip(drawn, self._undrawn, strict=True)
        sources, targets = ([new if fit else old for new, old, fit in zip(*side, fits, strict=True)] for side in both)
        return PairBatches(sources, targets, self.plan, *self._ids)


def planned_lengths(drawn: tuple[Tokens, Tokens], undrawn: tuple[Tokens, Tokens]) -> np.ndarray:
    """Returns lengths to plan for, int64 `[pairs, 2]`: those of one drawing, and some room.

    Args:
        drawn: Sources and targets of one drawing.
        undrawn: Sources and targets without drawing.
    """
    return np.maximum(np.ceil(ROOM * pair_lengths(*drawn)).astype(np.int64), pair_lengths(*undrawn))
