"""The independently recurrent network's equations: a simple recurrent network of rectifiers whose units do not see each other.

Forward, with `z_t = W x_t + b` and a vector u:

    h_t = max(0, z_t + u ⊙ h_{t-1})

Backward, where h_t > 0 and zero elsewhere:

    δz_t = δh_t      δh_{t-1} = u ⊙ δz_t      δu = Σ δz_t ⊙ h_{t-1}

Source: Li et al. 2018, "Independently recurrent neural network (IndRNN): building a longer and deeper RNN".
"""

import dataclasses

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.diagonal import DiagonalEquations
from toolkit.layers.recurrent.backpropagation.elementwise import HState, Vectors


@dataclasses.dataclass(frozen=True)
class IndRNNEquations(DiagonalEquations):
    """Forward and backward equations of the independently recurrent network; its vector is u."""

    State = HState
    blocks = 1
    vectors = 1
    reads = ("h",)

    def advance(self, blocks: list[tf.Tensor], state: HState, weights: Vectors) -> tuple[HState, HState]:
        """Returns the state after a step, and that for the way back."""
        [z] = blocks
        h = HState(tf.nn.relu(z + weights.recurrent_kernel * state.h))
        return h, h

    def step_back(self, δ_state: HState, state: HState, kept: HState, weights: Vectors) -> tuple[list[tf.Tensor], HState]:
        """Carries the errors back over one step."""
        δz = tf.where(kept.h > 0, δ_state.h, tf.zeros_like(kept.h))
        return [δz], HState(weights.recurrent_kernel * δz)

    def vector_errors(self, δ_blocks: list[tf.Tensor], state: HState) -> list[tf.Tensor]:
        """Returns that of u."""
        return [δ_blocks[0] * state.h]
