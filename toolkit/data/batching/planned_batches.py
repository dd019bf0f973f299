"""The batches of a plan, as a `tf.data` pipeline that can begin anywhere."""

import abc

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.prefetching import prefetched


class PlannedBatches(abc.ABC):
    """What training reads: the batches of a plan, by epoch and position. A subclass makes one batch.

    Args:
        plan: Which examples go together.
    """

    def __init__(self, plan: BatchPlan):
        self.plan = plan

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
            A dataset of what `make_batch` returns.

        Raises:
            ValueError: An argument is out of range.
        """
        plan = self.plan
        if not (0 <= start <= len(plan) and 0 <= replica < replicas):
            raise ValueError(
                f"`start` must be in [0, {len(plan)}] and `replica` in [0, replicas). "
                f"Received: start={start}, replica={replica}, replicas={replicas}"
            )
        planned = plan.epoch(epoch)[start:]
        indices = [batch.indices[replica::replicas] for batch in planned]
        ends = np.cumsum([0, *map(len, indices)])
        rows = np.concatenate([np.empty(0, np.int64), *indices])
        rows = tf.constant(np.where(rows < 0, len(plan.lengths), rows))
        boundaries = np.array([batch.boundary for batch in planned], np.int64).reshape(-1, *np.shape(plan.boundaries)[1:])
        slices = tf.data.Dataset.from_tensor_slices((ends[:-1], ends[1:], boundaries))
        batches = slices.map(
            lambda begin, end, boundary: self.make_batch(rows[begin:end], boundary), num_parallel_calls=2, deterministic=True
        )
        return prefetched(batches)

    @abc.abstractmethod
    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple:
        """Makes a batch.

        Args:
            indices: Positions of the examples, int64 `[rows]`; a row of filler has the position after the last example.
            boundary: Of the batch, int64, or int64 `[2]` for pairs.
        """
