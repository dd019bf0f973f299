"""What the matrices between one step and the next do to a vector, and to a gradient."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from toolkit.layers.recurrent.backpropagation.linear import LinearEquations

GATES = {"LSTMCell": ("i", "f", "g", "o"), "GRUCell": ("z", "r", "h"), "SimpleRNNCell": ("h",)}
"""The blocks in the recurrent kernels of Keras's cells; ours say theirs themselves."""

STEEPEST = {"tanh": 1.0, "relu": 1.0, "linear": 1.0, "sigmoid": 0.25}
"""The largest derivative of an activation, γ."""


@dataclasses.dataclass(frozen=True)
class Kernel:
    """The block of a recurrent kernel that belongs to one gate.

    Attributes:
        singular_values: From the largest to the smallest.
        spectral_radius: The largest absolute value of an eigenvalue.
    """

    singular_values: list[float]
    spectral_radius: float

    @classmethod
    def of(cls, block: np.ndarray) -> "Kernel":
        """Measures a square matrix."""
        return cls(np.linalg.svd(block, compute_uv=False).tolist(), float(np.abs(np.linalg.eigvals(block)).max()))


def kernels_of(layer: Any) -> dict[str, Kernel]:
    """Returns the blocks of the recurrent kernels of a layer, by the names of their gates.

    Args:
        layer: A recurrent layer; its `cell` may hold others. Where they are several, their numbers stand before the names.
    """
    cells = [cell for cell in layer.cell._flatten_layers() if getattr(cell, "recurrent_kernel", None) is not None]
    return {
        f"{number} {name}" if len(cells) > 1 else name: Kernel.of(block)
        for number, cell in enumerate(cells, start=1)
        for name, block in _blocks(cell)
    }


def _blocks(cell: Any) -> Iterator[tuple[str, np.ndarray]]:
    kernel = np.asarray(cell.recurrent_kernel, "float64")
    if kernel.ndim == 1:  # a cell without a product in its loop: the diagonals of the matrices that it would have
        if not isinstance(cell.equations, LinearEquations):  # the vector of RG-LRU, Λ, multiplies no state
            yield from zip(cell.recurrent_gates, map(np.diag, np.split(kernel, len(cell.recurrent_gates))), strict=True)
        return
    number = kernel.shape[1] // kernel.shape[0]
    names = getattr(cell, "recurrent_gates", None) or GATES.get(type(cell).__name__, ())
    names = names if len(names) == number else [f"block {place}" for place in range(1, number + 1)]
    yield from zip(names, np.split(kernel, number, 1), strict=True)
    if getattr(cell, "gate_kernel", None) is not None:  # full gate recurrence
        yield "from gate to gate", np.asarray(cell.gate_kernel, "float64")


def bound_of(loop: Any) -> float | None:
    """Returns what the gradient of a simple recurrent network is multiplied with in a step back, at most.

        |δh_{t-1}| ≤ γ σ_max(U) |δh_t|      γ = max |φ'|, 1 for tanh and relu

    With the zoneout z, of which a layer outside of training has the expectation, it is (1 - z) γ σ_max(U) + z.

    Args:
        loop: The `ObservedLoop`.

    Returns:
        The factor; `None` for a cell that has no such bound.

    Source: Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", section 2.1.
    """
    cell = loop.layer.cell
    steepest = STEEPEST.get(getattr(getattr(cell, "activation", None), "__name__", ""))
    if type(cell).__name__ != "SimpleRNNCell" or len(loop.states) != 1 or steepest is None:
        return None
    zoneout = loop.layer.zoneout if isinstance(loop.layer.zoneout, float) else loop.layer.zoneout[0]
    return (1 - zoneout) * steepest * kernels_of(loop.layer)["h"].singular_values[0] + zoneout
