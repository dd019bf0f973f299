"""The IndyLSTM's equations: an LSTM whose recurrent kernels are diagonal.

Forward, with `z_t = W x_t + b` in the parts i, f, g, o, and a vector u for each:

    i_t = σ(z_t^i + u^i ⊙ h_{t-1})      f_t = σ(z_t^f + u^f ⊙ h_{t-1})      o_t = σ(z_t^o + u^o ⊙ h_{t-1})
    g_t = tanh(z_t^g + u^g ⊙ h_{t-1})      c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t      h_t = o_t ⊙ tanh(c_t)

Backward as in the LSTM, but for

    δh_{t-1} = Σ_k u^k ⊙ δz_t^k      δu^k = Σ_t δz_t^k ⊙ h_{t-1}

Source: Gonnet & Deselaers 2019, "IndyLSTMs: independently recurrent LSTMs".
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.diagonal import DiagonalEquations
from toolkit.layers.recurrent.backpropagation.elementwise import HCState, Vectors


class _Gates(NamedTuple):
    i: tf.Tensor
    f: tf.Tensor
    g: tf.Tensor
    o: tf.Tensor


@dataclasses.dataclass(frozen=True)
class IndyLSTMEquations(DiagonalEquations):
    """Forward and backward equations of the IndyLSTM; its vectors are those of i, f, g and o."""

    State = HCState
    blocks = 4
    vectors = 4
    reads = ("h", "c")

    def advance(self, blocks: list[tf.Tensor], state: HCState, weights: Vectors) -> tuple[HCState, _Gates]:
        """Returns the state after a step, and the gates."""
        i, f, g, o = (z + u * state.h for z, u in zip(blocks, tf.split(weights.recurrent_kernel, 4, -1), strict=True))
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        c = f * state.c + i * g
        return HCState(o * tf.tanh(c), c), _Gates(i, f, g, o)

    def step_back(self, δ_state: HCState, state: HCState, kept: _Gates, weights: Vectors) -> tuple[list[tf.Tensor], HCState]:
        """Carries the errors back over one step."""
        i, f, g, o = kept
        δh, tanh_c = δ_state.h, tf.tanh(f * state.c + i * g)
        δc = δ_state.c + δh * o * (1 - tanh_c**2)
        δz = [δc * g * i * (1 - i), δc * state.c * f * (1 - f), δc * i * (1 - g**2), δh * tanh_c * o * (1 - o)]
        δh = tf.add_n([u * δ for u, δ in zip(tf.split(weights.recurrent_kernel, 4, -1), δz, strict=True)])
        return δz, HCState(δh, δc * f)

    def vector_errors(self, δ_blocks: list[tf.Tensor], state: HCState) -> list[tf.Tensor]:
        """Returns those of the vectors of i, f, g and o."""
        return [δ * state.h for δ in δ_blocks]

    def gates(self, kept: _Gates) -> dict[str, tf.Tensor]:
        """Returns i, f and o."""
        return {"i": kept.i, "f": kept.f, "o": kept.o}
