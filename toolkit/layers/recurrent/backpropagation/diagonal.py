"""Cells whose gates see the state before, unit by unit: a diagonal recurrence, which has to be run step by step."""

import abc
from typing import Any

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import ElementwiseEquations
from toolkit.layers.recurrent.backpropagation.linear_loops import with_row
from toolkit.layers.recurrent.backpropagation.through_time import held_back, split_errors, time_major


class DiagonalEquations(ElementwiseEquations):
    """The equations of a cell with a diagonal recurrence, forward and backward, for one step of a batch.

    What `step` makes of z is made again on the way back: that is cheaper than to write and read it.

    Attributes:
        reads: Parts of the state that a step reads; the others are not kept for the way back.
    """

    reads: tuple[str, ...]

    @abc.abstractmethod
    def step_back(self, δ_state: Any, state: Any, kept: Any, weights: Any) -> tuple[tf.Tensor, Any]:
        """Carries the errors back over one step.

        Args:
            δ_state: Errors of the state after the step.
            state: State before the step, zero in what it does not read.
            kept: What `step` kept.
            weights: The vectors.

        Returns:
            δz, and the errors of the state before.
        """

    @abc.abstractmethod
    def vector_gradients(self, δz: tf.Tensor, states: dict[str, tf.Tensor]) -> tf.Tensor:
        """Returns the gradient of the vectors, one after the other, each one sum over all steps.

        Args:
            δz: `[batch, time, blocks * units]`.
            states: What a step reads, before each step, `[batch, time, units]`.
        """

    def run(self, z, state, weights, noise, time, *, all_outputs, keep) -> tuple:
        """Runs the steps."""
        noise = time_major(noise)
        empty = tf.zeros([*z.shape[:2], state[0].shape[-1]], z.dtype)
        names = self.reads if keep else ()

        def body(t, state, kept, outputs):
            new = self.step(z[:, t], state[0], state, weights)[0]
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
        unread = tf.zeros_like(state[0])

        def body(t, δ_state, δz):
            before = self.State(*(states[name][:, t] if name in states else unread for name in self.State._fields))
            if δ_outputs is not None:
                δ_state = δ_state._replace(h=δ_state.h + δ_outputs[:, t])
            into, past = split_errors(δ_state, noise, t)
            row, δ_before = self.step_back(self.State(*into), before, self.step(z[:, t], before[0], before, weights)[1], weights)
            δ_state = self.State(*(tf.add_n(parts) for parts in zip(δ_before, *past, strict=True)))
            return t - 1, δ_state, with_row(δz, t, row)

        _, δ_state, δz = tf.while_loop(lambda t, *_: t >= 0, body, (time - 1, δ_last, tf.zeros_like(z)))
        return δz, δ_state, self.Weights(self.vector_gradients(δz, states))
