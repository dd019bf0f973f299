"""The GRU's equations, in both forms.

Forward, with `z_t = W x_t + b` in the parts z, r, h (Keras's order), the update gate u_t (Keras's z) and the reset gate r_t:

    u_t = σ(z_t^z + U^z h_{t-1} + b'^z)      r_t = σ(z_t^r + U^r h_{t-1} + b'^r)
    g_t = tanh(z_t^h + r_t ⊙ (U^h h_{t-1} + b'^h))      with `reset_after`
    g_t = tanh(z_t^h + U^h (r_t ⊙ h_{t-1}))             without
    h_t = u_t ⊙ h_{t-1} + (1 - u_t) ⊙ g_t

Backward, `δ` being the derivative of the loss:

    δz_t^z = δh_t ⊙ (h_{t-1} - g_t) ⊙ u_t (1 - u_t)      δz_t^h = δh_t ⊙ (1 - u_t) ⊙ (1 - g_t²)

with `reset_after`, where a_t = U^h h_{t-1} + b'^h,

    δz_t^r = δz_t^h ⊙ a_t ⊙ r_t (1 - r_t)                δa_t = δz_t^h ⊙ r_t
    δh_{t-1} = δh_t ⊙ u_t + Uᵀ [δz_t^z δz_t^r δa_t]

and without, where q_t = r_t ⊙ h_{t-1} and δq_t = U^hᵀ δz_t^h,

    δz_t^r = δq_t ⊙ h_{t-1} ⊙ r_t (1 - r_t)
    δh_{t-1} = δh_t ⊙ u_t + δq_t ⊙ r_t + [U^z U^r]ᵀ [δz_t^z δz_t^r]

Source: Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for statistical machine translation", which is the form
without `reset_after`; the other is cuDNN's.
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Equations, Weights


class GRUState(NamedTuple):
    """The output `h`, `[batch, units]`."""

    h: tf.Tensor


class _Kept(NamedTuple):
    gates: tf.Tensor  # u, r, g
    candidate: tf.Tensor  # a with `reset_after`, q without


class _Errors(NamedTuple):
    ur: tf.Tensor  # δz^z, δz^r
    g: tf.Tensor  # δz^h
    a: tf.Tensor  # δa with `reset_after`, δz^h without

    @property
    def z(self) -> tf.Tensor:
        return tf.concat([self.ur, self.g], -1)


@dataclasses.dataclass(frozen=True)
class GRUEquations(Equations):
    """Forward and backward equations of the GRU; `Weights` hold the gates z, r, h in Keras's order.

    Attributes:
        reset_after: Whether the reset gate acts after the matrix product.
    """

    reset_after: bool = True
    State = GRUState
    Kept = _Kept
    Errors = _Errors

    def step(self, z: tf.Tensor, recurrent_h: tf.Tensor, state: GRUState, weights: Weights) -> tuple[GRUState, _Kept]:
        """Returns the state after a step, and what the way back needs of it."""
        z_u, z_r, z_g = tf.split(z, 3, axis=-1)
        if self.reset_after:
            to_u, to_r, a = tf.split(tf.matmul(recurrent_h, weights.recurrent_kernel) + weights.recurrent_bias, 3, axis=-1)
            u, r = tf.sigmoid(z_u + to_u), tf.sigmoid(z_r + to_r)
            candidate, g = a, tf.tanh(z_g + r * a)
        else:
            units = state.h.shape[-1]
            kernel_ur, kernel_g = tf.split(weights.recurrent_kernel, [2 * units, units], axis=1)
            to_u, to_r = tf.split(tf.matmul(recurrent_h, kernel_ur), 2, axis=-1)
            u, r = tf.sigmoid(z_u + to_u), tf.sigmoid(z_r + to_r)
            candidate = r * recurrent_h
            g = tf.tanh(z_g + tf.matmul(candidate, kernel_g))
        return GRUState(u * state.h + (1 - u) * g), _Kept(tf.concat([u, r, g], -1), candidate)

    def gates(self, kept: _Kept) -> dict[str, tf.Tensor]:
        """Returns the update gate, which Keras calls z, and the reset gate."""
        u, r, _ = tf.split(kept.gates, 3, axis=-1)
        return {"z": u, "r": r}

    def keeps(self, gates: dict[str, tf.Tensor]) -> tf.Tensor:
        """Returns the update gate: where it is open, the state stays."""
        return gates["z"]

    def step_back(self, δ_state, recurrent_h, state, kept, transposed) -> tuple[_Errors, tf.Tensor, GRUState]:
        """Carries the errors back over one step."""
        u, r, g = tf.split(kept.gates, 3, axis=-1)
        δh, units = δ_state.h, u.shape[-1]
        δz_u, δz_g = δh * (state.h - g) * u * (1 - u), δh * (1 - u) * (1 - g**2)
        if self.reset_after:
            δz_r, δa = δz_g * kept.candidate * r * (1 - r), δz_g * r
            δur = tf.concat([δz_u, δz_r], -1)
            δrecurrent_h = tf.matmul(tf.concat([δur, δa], -1), transposed.recurrent_kernel)
        else:
            kernel_ur, kernel_g = tf.split(transposed.recurrent_kernel, [2 * units, units], axis=0)
            δq, δa = tf.matmul(δz_g, kernel_g), δz_g
            δz_r = δq * recurrent_h * r * (1 - r)
            δur = tf.concat([δz_u, δz_r], -1)
            δrecurrent_h = δq * r + tf.matmul(δur, kernel_ur)
        return _Errors(δur, δz_g, δa), δrecurrent_h, GRUState(δh * u)

    def kernel_gradient(self, x: tf.Tensor, errors: _Errors) -> tf.Tensor:
        """Returns the gradient of `W`, one sum over all steps."""
        return tf.concat([tf.matmul(x, errors.ur, transpose_a=True), tf.matmul(x, errors.g, transpose_a=True)], -1)

    def recurrent_gradients(self, recurrent_h: tf.Tensor, kept: _Kept, errors: _Errors) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Returns the gradients of `U`, `b` and `b'`, each one sum over all steps."""
        into_candidate = recurrent_h if self.reset_after else kept.candidate
        δ_kernels = tf.matmul(recurrent_h, errors.ur, transpose_a=True), tf.matmul(into_candidate, errors.a, transpose_a=True)
        δ_bias_ur, δ_bias_g, δ_bias_a = (tf.reduce_sum(rows, 0) for rows in errors)
        δ_recurrent_bias = tf.concat([δ_bias_ur, δ_bias_a], -1)
        if not self.reset_after:
            δ_recurrent_bias = tf.zeros_like(δ_recurrent_bias)
        return tf.concat(δ_kernels, -1), tf.concat([δ_bias_ur, δ_bias_g], -1), δ_recurrent_bias
