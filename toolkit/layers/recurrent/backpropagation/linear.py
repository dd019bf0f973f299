"""Cells whose memory is a linear recurrence: everything but its one line is done for all steps at once."""

import abc
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import ElementwiseEquations, NoVectors
from toolkit.layers.recurrent.backpropagation.linear_loops import backward_scan, forward_scan, shifted
from toolkit.layers.recurrent.backpropagation.through_time import Noise


class LinearEquations(ElementwiseEquations):
    """The equations of a cell whose memory is a linear recurrence, with factors that the inputs alone decide, forward and backward.

        c_t = a_t ⊙ c_{t-1} + b_t

    The memory is the last part of the state. Where the state has one part it is the output. The methods below work unit by unit, on
    tensors of any number of axes: a step, or all steps at once.
    """

    @abc.abstractmethod
    def open(self, z: tf.Tensor) -> Any:
        """Returns gates and candidates, a named tuple, of z."""

    @abc.abstractmethod
    def coefficients(self, gates: Any, weights: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns a and b."""

    def output(self, c: tf.Tensor, gates: Any) -> tf.Tensor:
        """Returns h of the memory after a step."""
        return c

    def memory_errors(self, δh: tf.Tensor, c: tf.Tensor, gates: Any) -> tf.Tensor:
        """Returns what comes of the error of the output to the memory after the step."""
        return δh

    @abc.abstractmethod
    def back(self, δh: tf.Tensor, c: tf.Tensor, δa: tf.Tensor, δb: tf.Tensor, gates: Any, weights: Any) -> tf.Tensor:
        """Returns δz of the errors of the output, of a and of b; c is the memory after the step."""

    def vector_gradients(self, δa: tf.Tensor, δb: tf.Tensor, gates: Any, weights: Any) -> Any:
        """Returns the gradients of the vectors, sums over all steps; the arguments are `[batch, time, units]`."""
        return NoVectors()

    @property
    def _tells(self) -> bool:
        """Whether the output is another part of the state than the memory."""
        return len(self.State._fields) > 1

    def step(self, z, recurrent_h, state, weights) -> tuple[Any, Any]:
        """Returns the state after a step, and the gates."""
        gates = self.open(z)
        a, b = self.coefficients(gates, weights)
        c = a * state[-1] + b
        return self.State(self.output(c, gates), c) if self._tells else self.State(c), gates

    def over_all_steps(
        self, z: tf.Tensor, state: Any, weights: Any, noise: Noise, scan: Callable[..., tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns outputs and memory after every step, each `[batch, time, units]`.

        Args:
            z: `[batch, time, blocks * units]`.
            state: Initial state.
            weights: The vectors.
            noise: Mask and zoneout, batch-major.
            scan: The linear recurrence: `(a, b, initial) -> h`.
        """
        gates = self.open(z)
        a, b = self.coefficients(gates, weights)
        shares = self._shares(noise, z.dtype)
        c = scan(*_held(a, b, shares[-1]), state[-1])
        if not self._tells:
            return c, c
        h = self.output(_fresh(a, b, c, state[-1], noise), gates)
        return h if shares[0] is None else scan(*_held(tf.zeros_like(h), h, shares[0]), state.h), c

    def run(self, z, state, weights, noise, time, *, all_outputs, keep) -> tuple:
        """Runs the steps."""
        h, c = self.over_all_steps(z, state, weights, noise, forward_scan)
        last = self.State(*(part[:, time - 1] for part in ((h, c) if self._tells else (c,))))
        return h if all_outputs else None, last, [c] if keep else []

    def run_back(self, kept, z, state, weights, noise, time, δ_outputs, δ_last) -> tuple:
        """Carries the errors back over the steps."""
        [c], gates = kept, self.open(z)
        a, b = self.coefficients(gates, weights)
        shares = self._shares(noise, z.dtype)
        if self._tells:
            δh, δh_first = _output_errors(c, δ_outputs, δ_last.h, time, shares[0])
            new = _fresh(a, b, c, state[-1], noise)
            δb, δc_first = backward_scan(a, δ_last[-1], time, fresh_errors=self.memory_errors(δh, new, gates), share=shares[-1])
            δ_first = self.State(δh_first, δc_first)
        else:
            new = _fresh(a, b, c, state[-1], noise)
            δb, δc_first = backward_scan(a, δ_last[-1], time, errors=δ_outputs, share=shares[-1])
            δh, δ_first = δb, self.State(δc_first)
        δa = δb * shifted(c, state[-1])
        return self.back(δh, new, δa, δb, gates, weights), δ_first, self.vector_gradients(δa, δb, gates, weights)

    def _shares(self, noise: Noise, dtype: tf.DType) -> list[tf.Tensor | float | None]:
        """Returns for each part of the state the share of a step that is not held back; `None` if all of it is new."""
        mask = None if noise.mask is None else tf.expand_dims(tf.cast(noise.mask, dtype), -1)
        zoneout = noise.zoneout or (None,) * len(self.State._fields)
        return [mask if share is None else share if mask is None else mask * share for share in zoneout]


def _output_errors(c, δ_outputs, δ_last, time, share) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the errors of the outputs before any is held back, and that of the output before the first step."""
    if share is not None:
        return backward_scan(tf.zeros_like(c), δ_last, time, errors=δ_outputs, share=share)
    at_last = tf.one_hot(time - 1, c.shape[1], dtype=c.dtype)[:, tf.newaxis] * δ_last[:, tf.newaxis]
    return at_last if δ_outputs is None else δ_outputs + at_last, tf.zeros_like(δ_last)


def _held(a: tf.Tensor, b: tf.Tensor, share: tf.Tensor | float | None) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns a and b of a recurrence of which a share is new: `ρ (a c + b) + (1 - ρ) c`."""
    return (a, b) if share is None else (share * a + (1 - share), share * b)


def _fresh(a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, initial: tf.Tensor, noise: Noise) -> tf.Tensor:
    """Returns the memory after each step before zoneout holds it back; where a mask holds it back nothing comes of it."""
    return c if noise.zoneout is None else a * shifted(c, initial) + b
