"""The minimal LSTM's equations.

Forward, with `z_t = W x_t + b` in the parts f, i, h, and φ as in the minimal GRU:

    f_t = σ(z_t^f)      i_t = σ(z_t^i)      h̃_t = φ(z_t^h)
    f'_t = f_t / (f_t + i_t)      i'_t = i_t / (f_t + i_t)      h_t = f'_t ⊙ h_{t-1} + i'_t ⊙ h̃_t

As f' + i' = 1, the derivatives of f' with respect to f and i are i' / (f + i) and -f' / (f + i). So with a = f', b = i' h̃ and
δf' = δa - h̃ δb:

    δz^f = δf' f' i' (1 - f)      δz^i = -δf' f' i' (1 - i)      δz^h = i' δb φ'(z^h)

Source: Feng et al. 2024, "Were RNNs all we needed?", sections 3.2 and B.
"""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import HState
from toolkit.layers.recurrent.backpropagation.linear import LinearEquations
from toolkit.layers.recurrent.backpropagation.min_gru import candidate_of


class _Gates(NamedTuple):
    f: tf.Tensor
    i: tf.Tensor
    keep: tf.Tensor  # f'
    candidate: tf.Tensor
    slope: tf.Tensor | float  # φ'


@dataclasses.dataclass(frozen=True)
class MinLSTMEquations(LinearEquations):
    """Forward and backward equations of the minimal LSTM.

    Attributes:
        positive: Whether the candidate is positive, as in the log-space form.
    """

    positive: bool = False
    State = HState
    blocks = 3

    def open(self, z: tf.Tensor) -> _Gates:
        """Returns the gates and the candidate."""
        f, i, candidate = tf.split(z, 3, -1)
        # With σ(x) = 1 / (1 + e^-x), f' = (1 + e^-i) / ((1 + e^-f) + (1 + e^-i)); all divided by the largest, so that nothing overflows.
        largest = tf.maximum(tf.maximum(-f, -i), 0)
        one = tf.exp(-largest)
        over_f, over_i = one + tf.exp(-f - largest), one + tf.exp(-i - largest)
        return _Gates(tf.sigmoid(f), tf.sigmoid(i), over_i / (over_f + over_i), *candidate_of(candidate, self.positive))

    def coefficients(self, gates: _Gates, weights: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns `f'` and `i' h̃`."""
        return gates.keep, (1 - gates.keep) * gates.candidate

    def back(self, δh, c, δa, δb, gates: _Gates, weights) -> tf.Tensor:
        """Returns δz."""
        f, i, keep, candidate, slope = gates
        shared = (δa - candidate * δb) * keep * (1 - keep)
        return tf.concat([shared * (1 - f), -shared * (1 - i), (1 - keep) * δb * slope], -1)

    def gates(self, kept: _Gates) -> dict[str, tf.Tensor]:
        """Returns f and i, and the share that is kept, f'."""
        return {"f": kept.f, "i": kept.i, "f'": kept.keep}

    def keeps(self, gates: dict[str, tf.Tensor]) -> tf.Tensor:
        """Returns f'."""
        return gates["f'"]
