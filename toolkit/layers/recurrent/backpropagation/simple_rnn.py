"""The equations of the simple (vanilla, Elman) recurrent network.

Forward, with `z_t = W x_t + b`:

    h_t = φ(z_t + U h_{t-1})

Backward, `δ` being the derivative of the loss; φ' is 1 - h_t² for tanh, and 1 where h_t > 0 for the rectifier:

    δz_t = δh_t ⊙ φ'      δh_{t-1} = Uᵀ δz_t

So δh_{t-k} holds the product of k matrices Uᵀ diag(φ'): it vanishes or explodes with the size of their singular values.

Source: Elman 1990, "Finding structure in time"; Werbos 1990, "Backpropagation through time: what it does and how to do it".
"""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Equations, Errors, Weights

ACTIVATIONS = {"tanh": tf.tanh, "relu": tf.nn.relu}


class SimpleRNNState(NamedTuple):
    """The output `h`, `[batch, units]`."""

    h: tf.Tensor


class _Kept(NamedTuple):
    h: tf.Tensor  # after the step, before masks and zoneout


@dataclasses.dataclass(frozen=True)
class SimpleRNNEquations(Equations):
    """Forward and backward equations of the simple recurrent network.

    Attributes:
        activation: φ, a key of `ACTIVATIONS`.
    """

    activation: str = "tanh"
    State = SimpleRNNState
    Kept = _Kept

    def step(self, z: tf.Tensor, recurrent_h: tf.Tensor, state: SimpleRNNState, weights: Weights) -> tuple[SimpleRNNState, _Kept]:
        """Returns the state after a step, and what the way back needs of it."""
        h = ACTIVATIONS[self.activation](z + tf.matmul(recurrent_h, weights.recurrent_kernel))
        return SimpleRNNState(h), _Kept(h)

    def step_back(self, δ_state, recurrent_h, state, kept, transposed) -> tuple[Errors, tf.Tensor, SimpleRNNState]:
        """Carries the errors back over one step."""
        h, δh = kept.h, δ_state.h
        δz = δh * (1 - h**2) if self.activation == "tanh" else tf.where(h > 0, δh, tf.zeros_like(δh))
        return Errors(δz), tf.matmul(δz, transposed.recurrent_kernel), SimpleRNNState(tf.zeros_like(δh))
