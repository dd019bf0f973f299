"""The equations of the simple recurrent unit, in both versions.

Forward, with `z_t = W x_t + b` in the parts g, f, r, and a highway for the input x'_t, which is x_t, or W^x x_t where x has another size:

    f_t = σ(z_t^f + v^f ⊙ c_{t-1})      r_t = σ(z_t^r + v^r ⊙ c_{t-1})
    c_t = f_t ⊙ c_{t-1} + (1 - f_t) ⊙ z_t^g
    h_t = r_t ⊙ c_t + (1 - r_t) ⊙ x'_t

So it is in the paper (2018). In its first version (2017) the gates do not see c, and h_t = r_t ⊙ tanh(c_t) + (1 - r_t) ⊙ x'_t: that is a
linear recurrence with a = f and b = (1 - f) z^g. Backward, with φ the identity or tanh:

    δc_t = δc_t + r_t φ'(c_t) δh_t
    δz^g = (1 - f_t) δc_t      δz^f = (c_{t-1} - z_t^g) δc_t f_t (1 - f_t)      δz^r = (φ(c_t) - x'_t) δh_t r_t (1 - r_t)
    δx'_t = (1 - r_t) δh_t
    δc_{t-1} = f_t δc_t + v^f δz^f + v^r δz^r      δv^f = Σ c_{t-1} δz^f      δv^r = Σ c_{t-1} δz^r

Source: Lei et al. 2018, "Simple recurrent units for highly parallelizable recurrence", equations 1 to 4; the first version is Lei & Zhang
2017, "Training RNNs as fast as CNNs".
"""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.diagonal import DiagonalEquations
from toolkit.layers.recurrent.backpropagation.elementwise import HCState, Vectors
from toolkit.layers.recurrent.backpropagation.linear import LinearEquations


class _Gates(NamedTuple):
    g: tf.Tensor
    f: tf.Tensor
    r: tf.Tensor
    x: tf.Tensor


class SRUGates:
    """What both versions tell of their gates."""

    def gates(self, kept: _Gates) -> dict[str, tf.Tensor]:
        """Returns f and r."""
        return {"f": kept.f, "r": kept.r}


@dataclasses.dataclass(frozen=True)
class SRUEquations(SRUGates, DiagonalEquations):
    """Forward and backward equations of the simple recurrent unit; its vectors are v^f, v^r."""

    State = HCState
    blocks = 4
    vectors = 2
    reads = ("c",)

    def advance(self, blocks: list[tf.Tensor], state: HCState, weights: Vectors) -> tuple[HCState, _Gates]:
        """Returns the state after a step, and the gates."""
        g, f, r, x = blocks
        v_f, v_r = tf.split(weights.recurrent_kernel, 2, -1)
        f, r = tf.sigmoid(f + v_f * state.c), tf.sigmoid(r + v_r * state.c)
        c = f * state.c + (1 - f) * g
        return HCState(r * c + (1 - r) * x, c), _Gates(g, f, r, x)

    def step_back(self, δ_state: HCState, state: HCState, kept: _Gates, weights: Vectors) -> tuple[list[tf.Tensor], HCState]:
        """Carries the errors back over one step."""
        g, f, r, x = kept
        v_f, v_r = tf.split(weights.recurrent_kernel, 2, -1)
        δh, c = δ_state.h, f * state.c + (1 - f) * g
        δc = δ_state.c + r * δh
        δf, δr = (state.c - g) * δc * f * (1 - f), (c - x) * δh * r * (1 - r)
        δz = [(1 - f) * δc, δf, δr, (1 - r) * δh]
        # Not `zeros_like`: where `pfor` vectorizes the loop, errors have to stay as they come in.
        return δz, HCState(0 * δh, f * δc + v_f * δf + v_r * δr)

    def vector_errors(self, δ_blocks: list[tf.Tensor], state: HCState) -> list[tf.Tensor]:
        """Returns those of v^f and v^r."""
        _, δf, δr, _ = δ_blocks
        return [δf * state.c, δr * state.c]


@dataclasses.dataclass(frozen=True)
class FirstSRUEquations(SRUGates, LinearEquations):
    """Forward and backward equations of the first version."""

    State = HCState
    blocks = 4

    def open(self, z: tf.Tensor) -> _Gates:
        """Returns the candidate, the gates, and the input."""
        g, f, r, x = tf.split(z, 4, -1)
        return _Gates(g, tf.sigmoid(f), tf.sigmoid(r), x)

    def coefficients(self, gates: _Gates, weights: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns f and `(1 - f) g`."""
        return gates.f, (1 - gates.f) * gates.g

    def output(self, c: tf.Tensor, gates: _Gates) -> tf.Tensor:
        """Returns `r ⊙ tanh(c) + (1 - r) ⊙ x'`."""
        return gates.r * tf.tanh(c) + (1 - gates.r) * gates.x

    def memory_errors(self, δh: tf.Tensor, c: tf.Tensor, gates: _Gates) -> tf.Tensor:
        """Returns what comes to c."""
        return gates.r * (1 - tf.tanh(c) ** 2) * δh

    def back(self, δh, c, δa, δb, gates: _Gates, weights) -> tf.Tensor:
        """Returns δz."""
        g, f, r, x = gates
        return tf.concat([(1 - f) * δb, (δa - g * δb) * f * (1 - f), (tf.tanh(c) - x) * δh * r * (1 - r), (1 - r) * δh], -1)
