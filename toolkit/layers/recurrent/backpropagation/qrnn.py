"""The QRNN's equations: pooling over time, with gates that the inputs alone open.

Forward, with `z_t = W x_t + b` in the parts g, f and then o and i where the pooling has them:

    g_t = tanh(z_t^g)      f_t = σ(z_t^f)      o_t = σ(z_t^o)      i_t = σ(z_t^i)

    f-pooling      h_t = f_t ⊙ h_{t-1} + (1 - f_t) ⊙ g_t
    fo-pooling     c_t = f_t ⊙ c_{t-1} + (1 - f_t) ⊙ g_t      h_t = o_t ⊙ c_t
    ifo-pooling    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t            h_t = o_t ⊙ c_t

so a = f and b = (1 - f) g or i g. Backward, `δ` being the derivative of the loss:

    δc_t = o_t ⊙ δh_t + …      δz^o = δh ⊙ c ⊙ o (1 - o)
    δz^f = (δa - g δb) f (1 - f)      δz^g = (1 - f) δb (1 - g²)      with f- and fo-pooling
    δz^f = δa f (1 - f)      δz^i = g δb i (1 - i)      δz^g = i δb (1 - g²)      with ifo-pooling

Source: Bradbury et al. 2017, "Quasi-recurrent neural networks", whose candidate z is g here.
"""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.elementwise import HCState, HState
from toolkit.layers.recurrent.backpropagation.linear import LinearEquations

POOLINGS = ("f", "fo", "ifo")


class _Gates(NamedTuple):
    g: tf.Tensor
    f: tf.Tensor
    o: tf.Tensor | None
    i: tf.Tensor | None


@dataclasses.dataclass(frozen=True)
class QRNNEquations(LinearEquations):
    """Forward and backward equations of the QRNN.

    Attributes:
        pooling: `"f"`, `"fo"` or `"ifo"`.
    """

    pooling: str = "fo"

    @property
    def State(self) -> type:
        """The type of the state: with f-pooling the output is the memory."""
        return HState if self.pooling == "f" else HCState

    @property
    def blocks(self) -> int:
        """The candidate's block, and one for each gate."""
        return 1 + len(self.pooling)

    def open(self, z: tf.Tensor) -> _Gates:
        """Returns g, f, o and i."""
        g, *others = tf.split(z, self.blocks, -1)
        return _Gates(tf.tanh(g), *map(tf.sigmoid, others), *[None] * (4 - self.blocks))

    def coefficients(self, gates: _Gates, weights: Any) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns f, and what comes in of g."""
        return gates.f, gates.g * (1 - gates.f if gates.i is None else gates.i)

    def output(self, c: tf.Tensor, gates: _Gates) -> tf.Tensor:
        """Returns `o ⊙ c`."""
        return gates.o * c

    def memory_errors(self, δh: tf.Tensor, c: tf.Tensor, gates: _Gates) -> tf.Tensor:
        """Returns `o ⊙ δh`."""
        return gates.o * δh

    def back(self, δh, c, δa, δb, gates: _Gates, weights) -> tf.Tensor:
        """Returns δz."""
        g, f, o, i = gates
        δg, δf = (δb * (1 - f), δa - g * δb) if i is None else (δb * i, δa)
        δz = [δg * (1 - g**2), δf * f * (1 - f)]
        if o is not None:
            δz.append(δh * c * o * (1 - o))
        if i is not None:
            δz.append(δb * g * i * (1 - i))
        return tf.concat(δz, -1)

    def gates(self, kept: _Gates) -> dict[str, tf.Tensor]:
        """Returns those of f, o and i that the pooling has."""
        return {name: gate for name, gate in kept._asdict().items() if name != "g" and gate is not None}
