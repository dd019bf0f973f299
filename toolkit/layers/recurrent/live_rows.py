"""A loop over time that leaves out the rows of a batch that are through."""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.through_time import Noise

BLOCK = 64  # steps; rows are picked once for a block


def has_only_mask(noise: Noise) -> bool:
    """Says whether there is a mask, and nothing else that would have to be picked with the rows."""
    return noise.mask is not None and noise.recurrent_dropout is None and noise.zoneout is None


def run_live_rows(
    run: Callable[[tf.Tensor, list[tf.Tensor], Noise], tuple[list[tf.Tensor], Any]],
    inputs: tf.Tensor,
    carried: list[tf.Tensor],
    noise: Noise,
    *,
    all_outputs: bool,
) -> tuple[list[tf.Tensor], tf.Tensor | None]:
    """Runs a loop over time in blocks of consecutive steps, each with only those rows that have a step in it that is not masked.

    In a batch of texts of all lengths, half of the steps may be padding. The results are those of one loop over all rows: where a row is
    masked its output and state are carried over. A single row runs in one block.

    Args:
        run: The loop over time: `(inputs, carried, noise) -> (carried, outputs)`, with what it gets as here, and its outputs time-major.
        inputs: Time-major, `[time, batch, features]`.
        carried: The output, zeros at first, and the parts of the state: `[batch, ...]`.
        noise: Mask, time-major.
        all_outputs: Whether the output of every step is asked for.

    Returns:
        `carried` after the last step, and the outputs after every step, `[batch, time, units]` (`None` without `all_outputs`).
    """
    time, batch = tf.unstack(tf.shape(inputs)[:2])
    block = tf.where(batch > 1, BLOCK, tf.maximum(time, 1))
    number = -(-time // block)

    def body(k, carried, places):
        steps = slice(k * block, (k + 1) * block)
        mask = noise.mask[steps]
        is_live = tf.reduce_any(mask, axis=[0, 2])
        live = tf.where(is_live)
        rows = tf.squeeze(live, 1)
        picked = [tf.gather(part, rows) for part in carried]
        new, outputs = run(tf.gather(inputs[steps], rows, axis=1), picked, noise._replace(mask=tf.gather(mask, rows, axis=1)))
        if all_outputs:
            places = places.with_block(k, outputs, is_live)
        return k + 1, [tf.tensor_scatter_nd_update(part, live, rows) for part, rows in zip(carried, new, strict=True)], places

    places = _Places.before(carried[0], number) if all_outputs else ()
    _, carried, places = tf.while_loop(lambda k, *_: k < number, body, (0, carried, places), maximum_iterations=number)
    return carried, places.outputs() if all_outputs else None


class _Places(NamedTuple):
    """The outputs so far, one after the other, and where among them is the one of each row at each step.

    Attributes:
        packed: By block, the outputs of its live rows, `[steps * live rows, units]`. Before the first block, the outputs to start with.
        index: By block, the number of an output in all of `packed`, int32 `[steps, batch]`.
        latest: Its last step, `[batch]`.
        total: Outputs in `packed`.
    """

    packed: tf.TensorArray
    index: tf.TensorArray
    latest: tf.Tensor
    total: tf.Tensor

    @classmethod
    def before(cls, output: tf.Tensor, number: tf.Tensor) -> "_Places":
        """Returns what there is before the first of a number of blocks: one output for each row."""
        batch = tf.shape(output)[0]
        packed = tf.TensorArray(output.dtype, number + 1, infer_shape=False, element_shape=[None, output.shape[-1]])
        index = tf.TensorArray(tf.int32, number, infer_shape=False, element_shape=[None, None])
        return cls(packed.write(0, output), index, tf.range(batch), batch)

    def with_block(self, k: tf.Tensor, outputs: tf.Tensor, is_live: tf.Tensor) -> "_Places":
        """Adds a block's outputs, `[steps, live rows, units]`; a row that has none keeps its latest."""
        steps, rows = tf.unstack(tf.shape(outputs)[:2])
        first = self.total + tf.cumsum(tf.cast(is_live, tf.int32), exclusive=True)
        index = tf.where(is_live, first + rows * tf.range(steps)[:, None], self.latest)
        packed = self.packed.write(k + 1, tf.reshape(outputs, [-1, outputs.shape[-1]]))
        return _Places(packed, self.index.write(k, index), index[-1], self.total + steps * rows)

    def outputs(self) -> tf.Tensor:
        """Returns the outputs of all rows, `[batch, time, units]`."""
        return tf.gather(self.packed.concat(), tf.transpose(self.index.concat()))
