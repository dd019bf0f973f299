"""A sequence in blocks of steps: XLA compiles one block, whatever the length of the sequence.

A length that is known when a graph is made is one block. Where it is not, and in eager mode, a block has `BLOCK` steps, and what the steps
hand on goes from block to block in a loop outside of XLA. The last block is filled up.
"""

import dataclasses
from collections.abc import Callable, Sequence

import tensorflow as tf

BLOCK = 32
"""Steps in a block of a sequence of any length. Known lengths are padded to a multiple of it."""

Tensors = Sequence[tf.Tensor]
Rows = tuple[tf.Tensor, ...] | tf.TensorArray
"""Tensors of all blocks."""


def padding_of(length: int | tf.Tensor) -> int | tf.Tensor:
    """Returns how many steps are missing to whole blocks, of which there is at least one."""
    most = max if isinstance(length, int) else tf.maximum
    return BLOCK * most(1, -(-length // BLOCK)) - length


@dataclasses.dataclass(frozen=True)
class Blocks:
    """How a sequence is divided.

    Attributes:
        steps: In each block.
        number: How many blocks there are.
    """

    steps: int
    number: int | tf.Tensor

    @classmethod
    def of(cls, x: tf.Tensor, steps: int | None = None) -> "Blocks":
        """Divides `x`, `[batch, time, …]`, padded by `padding_of`, into blocks of so many steps; by default as the module says."""
        known = x.shape[1]
        if steps is None:
            steps = BLOCK if known is None or tf.executing_eagerly() else known
        return cls(steps, (tf.shape(x)[1] if known is None else known) // steps)

    def rows(self, rows: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
        """Returns what `[batch, time, …]` has of block `k`."""
        if rows.shape[1] == self.steps:
            return rows
        others = rows.shape.rank - 2
        return tf.slice(rows, [0, k * self.steps, *[0] * others], [-1, self.steps, *[-1] * others])

    def steps_before(self, time: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
        """Returns how many steps of block `k` come before step `time`."""
        return tf.clip_by_value(time - k * self.steps, 0, self.steps)

    def run(
        self,
        block: Callable[[int | tf.Tensor, Tensors], tuple[Tensors, Tensors]],
        carried: Tensors,
        specs: Callable[[], Sequence[tf.TensorSpec]],
        *,
        backward: bool = False,
    ) -> tuple[list[tf.Tensor], list[Rows]]:
        """Runs a function on one block after the other.

        Args:
            block: `(k, carried) -> (carried, rows)`.
            carried: What the first one gets.
            specs: Returns those of `rows`.
            backward: Whether to begin with the last block.

        Returns:
            What the last one handed on; and the rows of all blocks, see `at` and `joined`.
        """
        if isinstance(self.number, int):
            rows = [()] * self.number
            for k in reversed(range(self.number)) if backward else range(self.number):
                carried, rows[k] = block(k, carried)
            return list(carried), list(zip(*rows, strict=True))
        shapes = [part.shape for part in carried]

        def body(i, carried, arrays):
            k = self.number - 1 - i if backward else i
            carried, rows = block(k, carried)
            carried = [tf.ensure_shape(part, shape) for part, shape in zip(carried, shapes, strict=True)]
            return i + 1, carried, [array.write(k, part) for array, part in zip(arrays, rows, strict=True)]

        arrays = [tf.TensorArray(spec.dtype, self.number, element_shape=spec.shape) for spec in specs()]
        return tf.while_loop(lambda i, *_: i < self.number, body, (0, list(carried), arrays), maximum_iterations=self.number)[1:]


def at(rows: Rows, k: int | tf.Tensor) -> tf.Tensor:
    """Returns what there is of block `k`."""
    return rows.read(k) if isinstance(rows, tf.TensorArray) else rows[k]


def joined(rows: Rows) -> tf.Tensor:
    """Returns `[batch, time, features]` of blocks `[batch, steps, features]`."""
    if not isinstance(rows, tf.TensorArray):
        return rows[0] if len(rows) == 1 else tf.concat(rows, 1)
    blocks = tf.transpose(tf.ensure_shape(rows.stack(), [None] * 4), [1, 0, 2, 3])
    number, steps = tf.shape(blocks)[1], tf.shape(blocks)[2]
    return tf.reshape(blocks, [tf.shape(blocks)[0], number * steps, tf.shape(blocks)[3]])
