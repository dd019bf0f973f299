"""Cells whose gates see the state before, unit by unit: a diagonal recurrence, which has to be run step by step."""

import abc
from typing import Any

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import ElementwiseEquations
from toolkit.layers.recurrent.backpropagation.linear_loops import with_row
from toolkit.layers.recurrent.backpropagation.through_time import held_back, split_errors, time_major


class DiagonalEquations(ElementwiseEquations):
    """The equations of a cell with a diagonal recurrence, forward and backward, for one step of a batch.

    A loop takes each block of z at a step straight from the memory: XLA is slower at a slice of a slice. What
    `advance` makes of the blocks is made again on the way back: that is cheaper than to write and read it.

    Attributes:
        reads: Parts of the state that a step reads; the others are not kept for the way back.
    """

    reads: tuple[str, ...]

    @abc.abstractmethod
    def advance(self, blocks: list[tf.Tensor], state: Any, weights: Any) -> tuple[Any, Any]:
        """Advances a batch by one step.

        Args:
            blocks: The blocks of z, each `[batch, units]`.
            state: State before the step.
            weights: The vectors.

        Returns:
            The state after the step, and what `step_back` needs of it.
        """

    @abc.abstractmethod
    def step_back(self, δ_state: Any, state: Any, kept: Any, weights: Any) -> tuple[list[tf.Tensor], Any]:
        """Carries the errors back over one step.

        Args:
            δ_state: Errors of the state after the step.
            state: State before the step, zero in what it does not read.
            kept: What `advance` kept.
            weights: The vectors.

        Returns:
            The errors of the blocks of z, and of the state before.
        """

    @abc.abstractmethod
    def vector_errors(self, δ_blocks: list[tf.Tensor], state: Any) -> list[tf.Tensor]:
        """Returns what a step adds to the gradient of each vector, `[batch, units]`.

        Args:
            δ_blocks: Errors of the blocks of z.
            state: State before the step.
        """

    def step(self, z, recurrent_h, state, weights) -> tuple[Any, Any]:
        """Returns the state after a step, and what is kept of it."""
        return self.advance(tf.split(z, self.blocks, -1), state, weights)

    def run(self, z, state, weights, noise, time, *, all_outputs, keep) -> tuple:
        """Runs the steps."""
        noise = time_major(noise)
        empty = tf.zeros([*tf.unstack(tf.shape(z)[:2]), state[0].shape[-1]], z.dtype)
        names = self.reads if keep else ()

        def body(t, state, kept, outputs):
            new = self.advance(self._blocks_at(z, t), state, weights)[0]
            new = self.State(*held_back(new, state, noise, t))
            kept = [with_row(rows, t, getattr(state, name)) for rows, name in zip(kept, names, strict=True)]
            return t + 1, new, kept, [with_row(rows, t, new[0]) for rows in outputs]

        start = (0, state, [empty] * len(names), [empty] * all_outputs)
        _, last, kept, outputs = tf.while_loop(lambda t, *_: t < time, body, start)
        return outputs[0] if all_outputs else None, last, kept

    def run_back(self, kept, z, state, weights, noise, time, δ_outputs, δ_last) -> tuple:
        """Carries the errors back over the steps."""
        noise = time_major(noise)
        states = dict(zip(self.reads, kept, strict=True))

        def body(t, δ_state, δz, δ_vectors):
            before = self.State(*(states[name][:, t] if name in states else tf.zeros_like(state[0]) for name in self.State._fields))
            if δ_outputs is not None:
                δ_state = δ_state._replace(h=δ_state.h + δ_outputs[:, t])
            into, past = split_errors(δ_state, noise, t)
            made = self.advance(self._blocks_at(z, t), before, weights)[1]
            at_step, δ_before = self.step_back(self.State(*into), before, made, weights)
            δ_state = self.State(*(tf.add_n(parts) for parts in zip(δ_before, *past, strict=True)))
            for i, block in enumerate(at_step):
                δz = with_row(δz, t, block, i)
            δ_vectors = [total + more for total, more in zip(δ_vectors, self.vector_errors(at_step, before), strict=True)]
            return t - 1, δ_state, δz, δ_vectors

        start = (time - 1, δ_last, tf.zeros_like(z), [tf.zeros_like(state[0])] * self.vectors)
        _, δ_state, δz, δ_vectors = tf.while_loop(lambda t, *_: t >= 0, body, start)
        δ_vectors = tf.concat([tf.reduce_sum(total, 0) for total in δ_vectors], 0)
        return δz, δ_state, self.Weights(δ_vectors)

    def _blocks_at(self, z: tf.Tensor, t: tf.Tensor) -> list[tf.Tensor]:
        batch, units = tf.shape(z)[0], z.shape[-1] // self.blocks
        return [tf.slice(z, [0, t, i * units], [batch, 1, units])[:, 0] for i in range(self.blocks)]
