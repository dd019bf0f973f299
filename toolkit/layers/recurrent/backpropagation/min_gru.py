"""The minimal GRU's equations.

Forward, with `z_t = W x_t + b` in the parts z, h:

    z_t = σ(z_t^z)      h̃_t = φ(z_t^h)      h_t = (1 - z_t) ⊙ h_{t-1} + z_t ⊙ h̃_t

φ is the identity, or in the paper's log-space form positive, so that the recurrence can be run on logarithms:

    φ(x) = x + 0.5 where x ≥ 0, σ(x) elsewhere

What follows from a = 1 - z and b = z h̃:

    δz^z = (h̃ δb - δa) z (1 - z)      δz^h = z δb φ'(z^h)

Source: Feng et al. 2024, "Were RNNs all we needed?", sections 3.1 and B.
"""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import HState
from toolkit.layers.recurrent.backpropagation.linear import LinearEquations


class _Gates(NamedTuple):
    z: tf.Tensor
    candidate: tf.Tensor
    slope: tf.Tensor | float  # φ'


@dataclasses.dataclass(frozen=True)
class MinGRUEquations(LinearEquations):
    """Forward and backward equations of the minimal GRU.

    Attributes:
        positive: Whether the candidate is positive, as in the log-space form.
    """

    positive: bool = False
    State = HState
    blocks = 2

    def open(self, z: tf.Tensor) -> _Gates:
        """Returns the gate and the candidate."""
        gate, candidate = tf.split(z, 2, -1)
        return _Gates(tf.sigmoid(gate), *candidate_of(candidate, self.positive))

    def coefficients(self, gates: _Gates, weights: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns `1 - z` and `z h̃`."""
        return 1 - gates.z, gates.z * gates.candidate

    def back(self, δh, c, δa, δb, gates: _Gates, weights) -> tf.Tensor:
        """Returns δz."""
        z, candidate, slope = gates
        return tf.concat([(candidate * δb - δa) * z * (1 - z), z * δb * slope], -1)

    def gates(self, kept: _Gates) -> dict[str, tf.Tensor]:
        """Returns z."""
        return {"z": kept.z}

    def keeps(self, gates: dict[str, tf.Tensor]) -> tf.Tensor:
        """Returns `1 - z`."""
        return 1 - gates["z"]


def candidate_of(z: tf.Tensor, positive: bool) -> tuple[tf.Tensor, tf.Tensor | float]:
    """Returns `φ(z)` and its slope; φ is the identity unless it is to be positive."""
    if not positive:
        return z, 1.0
    σ = tf.sigmoid(z)
    return tf.where(z >= 0, z + 0.5, σ), tf.where(z >= 0, tf.ones_like(z), σ * (1 - σ))
