"""The loop over time, and the choice of what runs it.

A recurrent layer has one set of weights and one definition of a step. How the steps are run is chosen when the graph is traced:

| backend | for | the loop | gradient |
|---|---|---|---|
| `"compiled"` | training and evaluation in Python (the default) | XLA's | written by hand for LSTM, GRU and SimpleRNN, else automatic |
| `"graph"` | a SavedModel: any shape, nothing compiled at run time | TensorFlow's, into a `TensorArray`, live rows only | automatic |
| `"litert"` | LiteRT: built-in operators, any batch and length | TensorFlow's, into blocks of `[steps, batch, units]` | none |
| `"fused"` | LiteRT: its fused LSTM operator where there is one (a static batch), else as `"litert"` | the operator's | none |

The fused operator knows no mask. A single sequence is taken for unpadded; several that have a mask are not fused.
"""

import contextlib
import contextvars
import functools
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from keras import ops

from toolkit.arguments import check_choice
from toolkit.layers.recurrent.backpropagation.equations import StepEquations
from toolkit.layers.recurrent.backpropagation.through_time import NO_NOISE, Noise, dropped, held_back, plain_rows, time_major, write
from toolkit.layers.recurrent.live_rows import has_only_mask, run_live_rows

LITERT_BLOCK = 64  # steps
BACKENDS = ("compiled", "graph", "litert", "fused")

_backend = contextvars.ContextVar("time_loop_backend", default="compiled")


@contextlib.contextmanager
def backend(name: str) -> Iterator[None]:
    """Chooses the time-loop backend of every recurrent layer called in this context.

    Args:
        name: One of `BACKENDS`.

    Raises:
        ValueError: The name is not known.
    """
    check_choice("name", name, BACKENDS)
    token = _backend.set(name)
    try:
        yield
    finally:
        _backend.reset(token)


def current_backend() -> str:
    """Returns the name of the time-loop backend in force."""
    return _backend.get()


def scan(
    step: Callable[[Any, list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor]]],
    inputs: tf.Tensor,
    state: list[tf.Tensor],
    noise: Noise,
    *,
    output_size: int,
    all_outputs: bool,
    project: Callable[[tf.Tensor], Any] = tf.identity,
    plain: bool = False,
) -> tuple[tf.Tensor, tf.Tensor | None, list[tf.Tensor]]:
    """Runs a step over time as TensorFlow's own loop.

    For LiteRT the outputs are kept in tensors, else in a `TensorArray`, which has a gradient. In a graph for batches of any size the
    loop runs in blocks of steps, and leaves out of a block the rows that are masked throughout.

    Args:
        step: `(project(inputs)[t], state) -> (output, state)`.
        inputs: Time-major: `[time, batch, features]`.
        state: Initial state, tensors `[batch, ...]`.
        noise: Mask and zoneout, batch-major. With zoneout the first part of the state must be the output.
        output_size: Size of an output.
        all_outputs: Whether the output of every step is asked for.
        project: What can be done with the inputs of many steps at once.
        plain: Whether it is to be differentiated twice, see `through_time.plain_rows`.

    Returns:
        The output after the last step, `[batch, units]`; the outputs after every step, `[batch, time, units]` (`None` without
        `all_outputs`); and the last state. A masked step gives the output of the step before it, zeros if there is none.
    """
    run = functools.partial(_run, step, project, all_outputs, plain)
    carried = [tf.zeros([tf.shape(inputs)[1], output_size], state[0].dtype), *state]
    if current_backend() == "graph" and inputs.shape[1] is None and has_only_mask(noise):
        (output, *state), outputs = run_live_rows(run, inputs, carried, time_major(noise), all_outputs=all_outputs)
    else:
        (output, *state), outputs = run(inputs, carried, time_major(noise))
        outputs = swap_batch_and_time(outputs) if all_outputs else None
    return output, outputs, state


def _run(step, project, all_outputs, plain, inputs, carried, noise):
    inputs = project(inputs)
    time = tf.shape(inputs)[0]

    def after(t, carried):
        _, *state = carried
        output, new_state = step(_at(inputs, t), state)
        new_state = held_back(new_state, state, noise._replace(mask=None), t)
        if noise.zoneout is not None:
            output = new_state[0]
        new = [output, *new_state]
        if noise.mask is not None:
            return _where(_at(noise.mask, t), new, carried)
        if current_backend() == "compiled":
            # TensorFlow cannot vectorize the way back through a loop that carries what it never reads.
            new[0] = tf.where(t < time, output, carried[0])
        return new

    if inputs.shape[0] == 1:  # decoders read one token at a time, and need no loop for it
        carried = after(0, carried)
        return carried, carried[0][None] if all_outputs else None

    def run(first, last, carried, rows):
        def body(t, carried, rows):
            new = after(t, carried)
            return t + 1, new, _write(rows, t - first, new[0]) if all_outputs else ()

        return tf.while_loop(lambda t, *_: t < last, body, (first, carried, rows), maximum_iterations=last - first)[1:]

    if not all_outputs:
        return run(0, time, carried, ())[0], None
    if _for_litert() and (inputs.shape[0] is None or inputs.shape[0] > LITERT_BLOCK):
        return _in_blocks(run, time, carried)
    carried, rows = run(0, time, carried, plain_rows(time, carried[0]) if plain else _rows(time, carried[0]))
    return carried, rows.stack() if isinstance(rows, tf.TensorArray) else rows


def _in_blocks(run, time, carried):
    """Runs a loop block by block. At each step LiteRT copies all of the tensor that it writes a row to, so that should be a small one."""
    block = tf.maximum(tf.minimum(LITERT_BLOCK, time), 1)
    number = -(-time // block)

    def body(k, carried, blocks):
        first = k * block
        carried, rows = run(first, tf.minimum(first + block, time), carried, _rows(block, carried[0]))
        return k + 1, carried, ops.slice_update(blocks, (first, 0, 0), rows)

    start = (0, carried, _rows(number * block, carried[0]))
    _, carried, blocks = tf.while_loop(lambda k, *_: k < number, body, start, maximum_iterations=number)
    return carried, blocks[:time]


def scan_equations(
    equations: StepEquations, inputs: tf.Tensor, state: Any, weights: Any, noise: Noise = NO_NOISE, *, all_outputs: bool
) -> tuple[tf.Tensor, tf.Tensor | None, list[tf.Tensor]]:
    """Runs a cell's written equations forward in `scan`, the inputs of many steps projected at once.

    Args:
        equations: The cell.
        inputs: Time-major, `[time, batch, features]`.
        state: Initial state, `equations.State`.
        weights: The cell's weights.
        noise: Mask, recurrent dropout and zoneout, batch-major.
        all_outputs: Whether the output of every step is asked for.

    Returns:
        As `scan`.
    """

    def project(inputs):
        return equations.project(inputs, weights)

    def step(z, state):
        new = equations.step(z, dropped(state[0], noise), equations.State(*state), weights)[0]
        return new[0], list(new)

    size = state[0].shape[-1]
    return scan(step, inputs, list(state), noise, output_size=size, all_outputs=all_outputs, project=project)


def swap_batch_and_time(sequences: tf.Tensor) -> tf.Tensor:
    """Returns `[time, batch, features]` of `[batch, time, features]`, and the other way round.

    A single step, such as a decoder reads, only gets another shape. That is cheaper, and the LiteRT converter takes it inside of a loop:
    where transposed tensors are added there, as in residual connections, it moves the transposition outside and then fails with "operand
    does not dominate this use".

    Args:
        sequences: Tensor of rank 3.
    """
    for axis in (0, 1):
        if sequences.shape[axis] == 1:
            return tf.expand_dims(tf.squeeze(sequences, [axis]), 1 - axis)
    return tf.transpose(sequences, [1, 0, 2])


def _for_litert() -> bool:
    return current_backend() in ("litert", "fused")


def _at(sequence: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
    """Returns what there is at a step; LiteRT gathers faster than it slices."""
    return tf.gather(sequence, t) if _for_litert() else sequence[t]


def _where(mask: tf.Tensor, new: list[tf.Tensor], before: list[tf.Tensor]) -> list[tf.Tensor]:
    """Returns the rows of `new` where the mask, `[batch, 1]`, is true; LiteRT copies whole rows faster than it broadcasts a mask."""
    if not _for_litert():
        return [tf.where(mask, now, then) for now, then in zip(new, before, strict=True)]
    rows = tf.squeeze(mask, 1)
    return [tf.raw_ops.Select(condition=rows, x=now, y=then) for now, then in zip(new, before, strict=True)]


def _rows(time: tf.Tensor, row: tf.Tensor):
    if _for_litert():
        return tf.zeros([time, tf.shape(row)[0], row.shape[-1]], row.dtype)
    return tf.TensorArray(row.dtype, time, element_shape=row.shape)


def _write(kept, t, row):
    if _for_litert():
        return ops.slice_update(kept, (t, 0, 0), tf.expand_dims(row, 0))
    return write(kept, t, row)
