"""The batches of a plan, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from toolkit.data.batch_plan import BatchPlan

MakeBatch = Callable[[tf.Tensor, tf.Tensor], tuple]
"""From positions of examples, int64 `[rows]`, and a boundary, int64 or int64 `[2]`, to a batch."""


def planned_batches(
    plan: BatchPlan, make_batch: MakeBatch, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1
) -> tf.data.Dataset:
    """Makes the batches of an epoch.

    Args:
        plan: Which examples go together.
        make_batch: Makes a batch; a row of filler has the position after the last example.
        epoch: Number of the epoch.
        start: How many batches to leave out at the beginning; they cost nothing.
        replica: Which of the rows of each batch to take: `replica`, `replica + replicas` and so on.
        replicas: Number of replicas.

    Returns:
        A dataset of what `make_batch` returns.

    Raises:
        ValueError: An argument is out of range.
    """
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
    batches = slices.map(lambda begin, end, boundary: make_batch(rows[begin:end], boundary), num_parallel_calls=2, deterministic=True)
    return batches.prefetch(tf.data.AUTOTUNE)
