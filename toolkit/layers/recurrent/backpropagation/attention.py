"""A cell that attends to a memory at every step, and reads what it found at the next one (input feeding).

Forward, over the equations of any inner cell with the state s_t and the output h_t, for a memory m_1 … m_S:

    s_t = cell(W x_t + W' a_{t-1} + b, s_{t-1})
    e_ts = h_t · m_s        α_ts = exp(e_ts) / Σ_s' exp(e_ts')        scores and weights of the attention
    v_t = Σ_s α_ts m_s                                                the context
    a_t = tanh(C [v_t; h_t])                                          the output

The sum goes over the positions that may be seen; α_ts = 0 at the others, so that no error reaches them on the way back.

Backward, `δ` being the derivative of the loss, with q_t for what tanh is taken of:

    δq_t = δa_t ⊙ (1 - a_t²)            [δv_t; δh_t] = Cᵀ δq_t
    δα_ts = δv_t · m_s                  δe_ts = α_ts (δα_ts - Σ_s' α_ts' δα_ts')
    δh_t = δh_t + Σ_s δe_ts m_s         then the inner cell's way back gives δz_t, and δa_{t-1} = W'ᵀ δz_t

After the loop, besides the inner cell's sums: δW' = Σ_t a_{t-1} ⊗ δz_t, δC = Σ_t [v_t; h_t] ⊗ δq_t, δm_s = Σ_t α_ts δv_t + δe_ts h_t.

Source: Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine translation", dot score, section 3.3.
"""

import dataclasses
import functools
from collections import namedtuple
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Equations


class AttentionWeights(NamedTuple):
    """The weights of the cell with attention.

    Attributes:
        kernel: `W`, `[features, gates * units]`.
        recurrent_kernel: `U` of the inner cell.
        bias: `b` of the inner cell.
        recurrent_bias: `b'` of the inner cell.
        feed_kernel: `W'`, `[attention_units, gates * units]`.
        output_kernel: `C`, `[size + units, attention_units]`, for a memory of vectors of `size`, which for the dot score is `units`.
    """

    kernel: tf.Tensor
    recurrent_kernel: tf.Tensor
    bias: tf.Tensor
    recurrent_bias: tf.Tensor
    feed_kernel: tf.Tensor
    output_kernel: tf.Tensor


@functools.cache
def _state_type(inner: type) -> type:
    return namedtuple("AttentionState", ["h", *(f"cell_{name}" for name in inner._fields)])


@functools.cache
def _kept_type(inner: type) -> type:
    return namedtuple("AttentionKept", ["a", "α", "vh", *(f"cell_{name}" for name in inner._fields)])


@functools.cache
def _errors_type(inner: type) -> type:
    class AttentionErrors(namedtuple("AttentionErrors", ["q", "e", "v", *(f"cell_{name}" for name in inner._fields)])):
        @property
        def z(self) -> tf.Tensor:
            return self.cell.z

        @property
        def cell(self):
            return inner(*self[3:])

    return AttentionErrors


@dataclasses.dataclass(frozen=True)
class AttentionEquations(Equations):
    """Forward and backward equations of a cell with dot attention and input feeding.

    Attributes:
        cell: Equations of the inner cell.
        masked: Whether the memory carries a mask, as from `Attending.apart`.
    """

    cell: Equations
    masked: bool = False
    Weights = AttentionWeights

    @property
    def State(self) -> type:  # noqa: D102
        return _state_type(self.cell.State)

    @property
    def Kept(self) -> type:  # noqa: D102
        return _kept_type(self.cell.Kept)

    @property
    def Errors(self) -> type:  # noqa: D102
        return _errors_type(self.cell.Errors)

    def with_memory(self, memory: tf.Tensor | None) -> "Attending":
        """Returns the equations with a memory, `[batch, positions, units]`; with `masked`, one from `Attending.apart`."""
        if not self.masked:
            return Attending(self.cell, memory=memory)
        return Attending(self.cell, memory=memory[..., :-1], visible=memory[..., -1] > 0)

    def step(self, z, recurrent_h, state, weights) -> tuple[Any, Any]:
        """Not for equations without a memory."""
        raise TypeError("attention needs a memory: with_memory(...)")

    step_back = step

    def weight_gradients(self, x, recurrent_h, state, kept, errors) -> AttentionWeights:
        """Returns the gradients of the weights: each one sum over all steps."""
        inner_state, inner_kept = self.cell.State(*state[1:]), self.cell.Kept(*kept[3:])
        δ_kernel, δ_feed_kernel = (self.cell.kernel_gradient(rows, errors.cell) for rows in (x, recurrent_h))
        δ_output_kernel = tf.matmul(kept.vh, errors.q, transpose_a=True)
        δ_recurrent = self.cell.recurrent_gradients(inner_state[0], inner_kept, errors.cell)
        return AttentionWeights(δ_kernel, *δ_recurrent, δ_feed_kernel, δ_output_kernel)

    def memory_gradient(self, kept, errors) -> tf.Tensor:
        """Returns the gradient of the memory: one sum over all steps; zero for a mask that it carries."""
        h = kept.vh[:, :, errors.v.shape[-1] :]
        δ_memory = tf.einsum("tbs,tbu->bsu", kept.α, errors.v) + tf.einsum("tbs,tbu->bsu", errors.e, h)
        return tf.pad(δ_memory, [[0, 0], [0, 0], [0, 1]]) if self.masked else δ_memory


@dataclasses.dataclass(frozen=True, eq=False)
class Attending(AttentionEquations):
    """The equations of a cell with attention to a memory.

    Attributes:
        memory: `[batch, positions, units]`.
        visible: Boolean `[batch, positions]`, `False` where nothing may be seen; `None` where everything may.
    """

    _: dataclasses.KW_ONLY
    memory: tf.Tensor
    visible: tf.Tensor | None = None

    def apart(self) -> tuple[AttentionEquations, tf.Tensor]:
        """Returns the equations without a memory, and a memory that carries the mask along, for `with_memory` to put together again.

        The mask is one more entry of each of the memory's vectors, 1 where it may be seen and 0 elsewhere, so that what runs the equations
        needs to know of one tensor only.
        """
        if self.visible is None:
            return AttentionEquations(self.cell), self.memory
        visible = tf.expand_dims(tf.cast(self.visible, self.memory.dtype), -1)
        return AttentionEquations(self.cell, masked=True), tf.concat([self.memory, visible], -1)

    def alignment(self, h: tf.Tensor) -> tf.Tensor:
        """Returns α after a step whose output is `h`, `[batch, positions]`: zero where nothing may be seen."""
        e = tf.linalg.matvec(self.memory, h)
        if self.visible is None:
            return tf.nn.softmax(e)
        α = tf.nn.softmax(tf.where(self.visible, e, tf.constant(e.dtype.min, e.dtype)))
        return tf.where(self.visible, α, tf.zeros_like(α))  # a row with nothing to see would get the mean of what is hidden

    def step(self, z, recurrent_h, state, weights) -> tuple[Any, Any]:
        """Returns the state after a step, and what the way back needs of it."""
        z = z + tf.matmul(recurrent_h, weights.feed_kernel)
        inner, inner_kept = self.cell.step(z, state[1], self.cell.State(*state[1:]), weights)
        α = self.alignment(inner[0])
        vh = tf.concat([tf.linalg.matvec(self.memory, α, transpose_a=True), inner[0]], -1)
        a = tf.tanh(tf.matmul(vh, weights.output_kernel))
        return self.State(a, *inner), self.Kept(a, α, vh, *inner_kept)

    def gates(self, kept) -> dict[str, tf.Tensor]:
        """Returns those of the cell."""
        return self.cell.gates(self.cell.Kept(*kept[3:]))

    def keeps(self, gates: dict[str, tf.Tensor]) -> tf.Tensor | None:
        """Returns what the cell keeps."""
        return self.cell.keeps(gates)

    def step_back(self, δ_state, recurrent_h, state, kept, transposed) -> tuple[Any, tf.Tensor, Any]:
        """Carries the errors back over one step."""
        δq = δ_state.h * (1 - kept.a**2)
        δv, δh = tf.split(tf.matmul(δq, transposed.output_kernel), [self.memory.shape[-1], state[1].shape[-1]], axis=-1)
        δα = tf.linalg.matvec(self.memory, δv)
        δe = kept.α * (δα - tf.reduce_sum(kept.α * δα, -1, keepdims=True))
        δh = δh + tf.linalg.matvec(self.memory, δe, transpose_a=True)
        δ_inner = self.cell.State(*δ_state[1:])
        δ_inner = δ_inner._replace(h=δ_inner.h + δh)
        δ, δ_recurrent, δ_before = self.cell.step_back(
            δ_inner, state[1], self.cell.State(*state[1:]), self.cell.Kept(*kept[3:]), transposed
        )
        δ_before = δ_before._replace(h=δ_before.h + δ_recurrent)
        return self.Errors(δq, δe, δv, *δ), tf.matmul(δ.z, transposed.feed_kernel), self.State(tf.zeros_like(δq), *δ_before)
