"""The LSTM's equations.

Forward, with `z_t = W x_t + b`:

    i_t = σ(z_t^i + U^i h_{t-1})        f_t = σ(z_t^f + U^f h_{t-1})
    g_t = tanh(z_t^g + U^g h_{t-1})     o_t = σ(z_t^o + U^o h_{t-1})
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t     h_t = o_t ⊙ tanh(c_t)

Backward, `δ` being the derivative of the loss:

    δo_t = δh_t ⊙ tanh(c_t) ⊙ o_t (1 - o_t)
    δc_t = δc_t + δh_t ⊙ o_t (1 - tanh²(c_t))
    δi_t = δc_t ⊙ g_t ⊙ i_t (1 - i_t)      δf_t = δc_t ⊙ c_{t-1} ⊙ f_t (1 - f_t)      δg_t = δc_t ⊙ i_t (1 - g_t²)
    δh_{t-1} = Uᵀ [δi_t δf_t δg_t δo_t]    δc_{t-1} = δc_t ⊙ f_t

Source: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; the gate order i, f, g (Keras's c), o is Keras's.
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Equations, Errors, Weights


class LSTMState(NamedTuple):
    """The output `h` and the cell `c`, each `[batch, units]`."""

    h: tf.Tensor
    c: tf.Tensor


class _Kept(NamedTuple):
    gates: tf.Tensor  # i, f, g, o


@dataclasses.dataclass(frozen=True)
class LSTMEquations(Equations):
    """Forward and backward equations of the LSTM; `Weights` hold four gates, i, f, g, o."""

    State = LSTMState
    Kept = _Kept

    def step(self, z: tf.Tensor, recurrent_h: tf.Tensor, state: LSTMState, weights: Weights) -> tuple[LSTMState, _Kept]:
        """Returns the state after a step, and what the way back needs of it."""
        i, f, g, o = tf.split(z + tf.matmul(recurrent_h, weights.recurrent_kernel), 4, axis=-1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        c = f * state.c + i * g
        return LSTMState(o * tf.tanh(c), c), _Kept(tf.concat([i, f, g, o], -1))

    def gates(self, kept: _Kept) -> dict[str, tf.Tensor]:
        """Returns the input, forget and output gate."""
        i, f, _, o = tf.split(kept.gates, 4, axis=-1)
        return {"i": i, "f": f, "o": o}

    def step_back(self, δ_state, recurrent_h, state, kept, transposed) -> tuple[Errors, tf.Tensor, LSTMState]:
        """Carries the errors back over one step."""
        i, f, g, o = tf.split(kept.gates, 4, axis=-1)
        δh, tanh_c = δ_state.h, tf.tanh(f * state.c + i * g)
        δc = δ_state.c + δh * o * (1 - tanh_c**2)
        δi, δf, δg, δo = δc * g * i * (1 - i), δc * state.c * f * (1 - f), δc * i * (1 - g**2), δh * tanh_c * o * (1 - o)
        δz = tf.concat([δi, δf, δg, δo], -1)
        return Errors(δz), tf.matmul(δz, transposed.recurrent_kernel), LSTMState(tf.zeros_like(δh), δc * f)
