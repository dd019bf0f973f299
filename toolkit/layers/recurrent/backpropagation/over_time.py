"""A cell without a matrix product in its loop, run over a batch of sequences and back, compiled by XLA.

The rows of a batch are run in as many parts as there are cores, side by side, and each loop goes over memory that was read just before.
"""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.blocks import padding_of
from toolkit.layers.recurrent.backpropagation.elementwise import ElementwiseEquations
from toolkit.layers.recurrent.backpropagation.through_time import NO_NOISE, Noise, padded, parts_of, plain_loop, split_rows
from toolkit.layers.recurrent.backpropagation.written_gradient import with_written_gradient

SMALLEST_PART = 4  # rows


def over_time(
    equations: ElementwiseEquations,
    project: Callable[[tf.Tensor], tf.Tensor],
    inputs: tf.Tensor,
    state: Any,
    weights: Any,
    noise: Noise = NO_NOISE,
    *,
    all_outputs: bool,
    training: bool,
) -> tuple[tf.Tensor | None, Any]:
    """Runs a cell over a batch of sequences, with its written gradient.

    Args:
        equations: The cell.
        project: Returns what its gates see of the inputs, z, `[batch, time, blocks * units]`, in the precision that products are made in.
        inputs: `[batch, time, features]`.
        state: Initial state, `equations.State`.
        weights: The vectors in its loop, `equations.Weights`.
        noise: Mask and zoneout.
        all_outputs: Whether the output of every step is asked for.
        training: Whether a gradient is likely: keep what it needs. Without, a gradient costs a second run forward.

    Returns:
        `h` after every step, `[batch, time, units]` (`None` without `all_outputs`), and the last state.
    """
    known = inputs.shape[1]
    length = tf.shape(inputs)[1] if known is None else known
    time = tf.constant(length) if isinstance(length, int) else length

    def run(inputs, state, noise):
        z, noise = padded(project(inputs), noise, padding_of(length))
        return _differentiable(equations, all_outputs, training, tuple(z.shape))([*weights, z, *state], (noise, time))

    done = [run(*rows) for rows in split_rows((inputs, state, noise), parts_of(inputs, SMALLEST_PART))]
    results = [rows[0] if len(rows) == 1 else tf.concat(rows, 0) for rows in zip(*done, strict=True)]
    if not all_outputs:
        return None, equations.State(*results)
    outputs, *last = results
    outputs = outputs[:, :length]
    outputs.set_shape([None, known, None])  # XLA's results have lost it
    return outputs, equations.State(*last)


@functools.cache
def _differentiable(equations: ElementwiseEquations, all_outputs: bool, training: bool, shape: tuple) -> Callable:
    """Returns the loops of a cell as one function with its gradient: `(vectors, z and initial state; noise and time) -> results`."""
    run, run_and_keep, run_back = _compiled(equations, all_outputs)

    def forward(x, constants):
        return run_and_keep(*_apart(equations, x), *constants) if training else (run(*_apart(equations, x), *constants)[0], None)

    def backward(kept, x, constants, δ_results):
        arguments = *_apart(equations, x), *constants
        kept = kept or run_and_keep(*arguments)[1]
        δz, δ_state, δ_weights = run_back(kept, *arguments, list(δ_results))
        return *δ_weights, δz, *δ_state

    def plain(x, constants):
        weights, z, state = _apart(equations, x)
        return plain_loop(equations, all_outputs, weights, tf.cast(z, state[0].dtype), state, None, *constants)

    return with_written_gradient(forward, backward, plain)


@functools.cache
def _compiled(equations: ElementwiseEquations, all_outputs: bool) -> tuple[Callable, Callable, Callable]:
    """Returns the compiled functions of a cell: forward alone, forward with what is kept for the way back, and back."""

    def run(weights, z, state, noise, time, *, keep):
        outputs, last, kept = equations.run(tf.cast(z, state[0].dtype), state, weights, noise, time, all_outputs=all_outputs, keep=keep)
        return (*([outputs] if all_outputs else []), *last), kept

    def run_back(kept, weights, z, state, noise, time, errors):
        δ_outputs, δ_last = (errors[0] if all_outputs else None), equations.State(*errors[int(all_outputs) :])
        δz, *others = equations.run_back(kept, tf.cast(z, state[0].dtype), state, weights, noise, time, δ_outputs, δ_last)
        return tf.cast(δz, z.dtype), *others

    functions = functools.partial(run, keep=False), functools.partial(run, keep=True), run_back
    return tuple(tf.function(function, jit_compile=True, autograph=False) for function in functions)


def _apart(equations: ElementwiseEquations, tensors: list[tf.Tensor]) -> tuple[Any, tf.Tensor, Any]:
    """Returns vectors, z and initial state from a flat list of them."""
    number = len(equations.Weights._fields)
    return equations.Weights(*tensors[:number]), tensors[number], equations.State(*tensors[number + 1 :])
