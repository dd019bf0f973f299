"""The equations of the real-gated linear recurrent unit.

Forward, with `z_t = W x_t + b` in the parts r, i, x, and a vector Λ:

    r_t = σ(z_t^r)      i_t = σ(z_t^i)
    a_t = σ(Λ)^(8 r_t)      h_t = a_t ⊙ h_{t-1} + √(1 - a_t²) ⊙ (i_t ⊙ z_t^x)

The power is taken of logarithms: log a = -8 r softplus(-Λ), and 1 - a² = -tanh(log a) (1 + a²), which is exact where a is nearly 1. With
s = √(1 - a²) and b = s i z^x, the error of log a is

    δl = δa a - i z^x δb a² / s

where 1 / s is at most 1,000, as in the authors' code: the square root is steep where next to nothing is forgotten. Then

    δz^r = -8 δl softplus(-Λ) r (1 - r)      δz^i = s z^x δb i (1 - i)      δz^x = s i δb      δΛ = Σ 8 δl r σ(-Λ)

In the paper r, i and x see an input that a linear layer has made; here that layer is W^x, and the gates see what it sees.

Source: De et al. 2024, "Griffin: mixing gated linear recurrences with local attention for efficient language models", section 2.4.
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import HState, Vectors, summed
from toolkit.layers.recurrent.backpropagation.linear import LinearEquations

SHARPNESS = 8.0  # c in the paper
STEEPEST = 1000.0


class _Gates(NamedTuple):
    r: tf.Tensor
    i: tf.Tensor
    x: tf.Tensor


@dataclasses.dataclass(frozen=True)
class RGLRUEquations(LinearEquations):
    """Forward and backward equations of the real-gated linear recurrent unit; its vector is Λ."""

    State = HState
    blocks = 3
    vectors = 1

    def open(self, z: tf.Tensor) -> _Gates:
        """Returns r, i and x."""
        r, i, x = tf.split(z, 3, -1)
        return _Gates(tf.sigmoid(r), tf.sigmoid(i), x)

    def coefficients(self, gates: _Gates, weights: Vectors) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns `a` and `√(1 - a²) i x`."""
        a, square = _a(gates.r, weights)
        return a, tf.sqrt(square) * gates.i * gates.x

    def back(self, δh, c, δa, δb, gates: _Gates, weights: Vectors) -> tf.Tensor:
        """Returns δz."""
        r, i, x = gates
        s = tf.sqrt(_a(r, weights)[1])
        δl = _δl(δa, δb, gates, weights)
        δr = -SHARPNESS * δl * tf.nn.softplus(-weights.recurrent_kernel)
        return tf.concat([δr * r * (1 - r), s * x * δb * i * (1 - i), s * i * δb], -1)

    def vector_gradients(self, δa, δb, gates: _Gates, weights: Vectors) -> Vectors:
        """Returns δΛ."""
        return Vectors(SHARPNESS * summed(_δl(δa, δb, gates, weights) * gates.r) * tf.sigmoid(-weights.recurrent_kernel))

    def gates(self, kept: _Gates) -> dict[str, tf.Tensor]:
        """Returns r and i."""
        return {"r": kept.r, "i": kept.i}

    def keeps(self, gates: dict[str, tf.Tensor]) -> None:
        """Returns `None`: what is kept hangs on Λ, too."""


def _a(r: tf.Tensor, weights: Vectors) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns a and 1 - a²."""
    log_a = -SHARPNESS * r * tf.nn.softplus(-weights.recurrent_kernel)
    a = tf.exp(log_a)
    return a, -tf.tanh(log_a) * (1 + a**2)


def _δl(δa: tf.Tensor, δb: tf.Tensor, gates: _Gates, weights: Vectors) -> tf.Tensor:
    a, square = _a(gates.r, weights)
    return δa * a - gates.i * gates.x * δb * a**2 * tf.minimum(tf.math.rsqrt(square), STEEPEST)
