"""Backpropagation through time: any `Equations`, run over a sequence and back, compiled by XLA.

The frame around a cell's equations. On the way forward, `z_t = W x_t + b` and the cell's step; on the way back, for t = T … 1,

    δh_t = δy_t + δh_t          from the layer above, and from the step after
    δz_t, δh_{t-1}, …           by the cell's equations
    δx_t = Wᵀ δz_t              to the layer below

and after the loop the weights' gradients, each one matrix product over all steps; none is accumulated inside it:

    δW = Σ_t x_t ⊗ δz_t         δU = Σ_t h_{t-1} ⊗ δz_t         δb = Σ_t δz_t

A step can be held back in part, by a share ρ_t between 0 and 1: `s_t = ρ_t s_t + (1 - ρ_t) s_{t-1}`. A mask is ρ ∈ {0, 1} for a whole row,
zoneout is ρ drawn for every unit. The errors split the same way: ρ_t δs_t goes into the cell's equations and (1 - ρ_t) δs_t past them.

A sequence whose length is not known in advance is run in `blocks`, there and back, and the weights' gradients are summed over these.

Source: Werbos 1990, "Backpropagation through time: what it does and how to do it"; Williams & Zipser 1995.
"""

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.blocks import Blocks, at, joined, padding_of
from toolkit.layers.recurrent.backpropagation.equations import Equations, StepEquations
from toolkit.layers.recurrent.backpropagation.written_gradient import with_written_gradient

SMALLEST_PART = 16  # rows; below that, a matrix product per step is too small to be worth its own loop


class Noise(NamedTuple):
    """What holds a sequence's steps back, and what is drawn once for it; each may be `None`.

    Attributes:
        mask: Boolean `[batch, time]`; where it is `False` the state is carried over.
        recurrent_dropout: Factor on `h_{t-1}` in the matrix products, `[batch, units]`.
        zoneout: For each part of the state, the share of it that is new: `[batch, time, units]`, or one number.
    """

    mask: tf.Tensor | None = None
    recurrent_dropout: tf.Tensor | None = None
    zoneout: tuple[tf.Tensor | float, ...] | None = None


NO_NOISE = Noise()


class _Trace(NamedTuple):
    x: tf.Tensor  # time-major, as all below
    states: Any  # before each step
    kept: Any


def through_time(
    equations: Equations,
    x: tf.Tensor,
    state: Any,
    weights: Any,
    noise: Noise = NO_NOISE,
    memory: tf.Tensor | None = None,
    *,
    all_outputs: bool,
    training: bool,
) -> tuple[tf.Tensor | None, Any]:
    """Runs a cell over a batch of sequences, with the gradient above.

    When a graph trains, the rows of a batch are run in as many parts as there are cores, side by side: rows are independent, and two loops
    on two cores wait less than one loop that divides each of its small steps.

    Args:
        equations: The cell.
        x: Inputs, `[batch, time, features]`.
        state: Initial state, `equations.State`.
        weights: The cell's weights, `equations.Weights`.
        noise: Mask, recurrent dropout and zoneout.
        memory: What a cell with attention reads, `[batch, positions, size]`.
        all_outputs: Whether the output of every step is asked for.
        training: Whether a gradient is likely: keep what it needs. Without, a gradient costs a second run forward.

    Returns:
        `h` after every step, `[batch, time, units]` (`None` without `all_outputs`), and the last state.
    """
    known = x.shape[1]
    length = tf.shape(x)[1] if known is None else known
    x, noise = padded(x, noise, padding_of(length))
    run = functools.partial(_run, equations, weights, tf.constant(length) if isinstance(length, int) else length, all_outputs, training)
    done = [run(*rows) for rows in split_rows(((x, state, memory), noise), parts_of(x) if training else 1)]
    results = [rows[0] if len(rows) == 1 else tf.concat(rows, 0) for rows in zip(*done, strict=True)]
    if not all_outputs:
        return None, equations.State(*results)
    outputs, *last = results
    outputs = outputs[:, :length]
    outputs.set_shape([None, known, None])  # XLA's results have lost it
    return outputs, equations.State(*last)


def padded(x: tf.Tensor, noise: Noise, padding: int | tf.Tensor) -> tuple[tf.Tensor, Noise]:
    """Pads what has an axis of time; the loops stop before the padding."""
    if isinstance(padding, int) and not padding:
        return x, noise

    def pad(rows):
        return tf.pad(rows, [[0, 0], [0, padding], *[[0, 0]] * (rows.shape.rank - 2)])

    return pad(x), _at_all_steps(pad, noise)


def _at_all_steps(function: Callable[[tf.Tensor], tf.Tensor], noise: Noise) -> Noise:
    """Changes what has an axis of time."""
    mask = None if noise.mask is None else function(noise.mask)
    zoneout = None if noise.zoneout is None else tuple(function(share) if tf.is_tensor(share) else share for share in noise.zoneout)
    return noise._replace(mask=mask, zoneout=zoneout)


def parts_of(x: tf.Tensor, smallest: int = SMALLEST_PART) -> int | tf.Tensor:
    """Returns into how many parts the rows divide evenly, or if their number is not known yet, the sizes of parts, the last maybe empty.

    Args:
        x: Its first axis is the rows.
        smallest: The least number of rows that are worth a part of their own.
    """
    if tf.executing_eagerly():
        return 1
    cores = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count() or 1
    if (batch := x.shape[0]) is None:
        rows = tf.shape(x)[0]
        size = tf.maximum(-(-rows // cores), smallest)
        return tf.clip_by_value(rows - size * tf.range(cores), 0, size)
    return max(parts for parts in range(1, cores + 1) if parts == 1 or (batch % parts == 0 and batch // parts >= smallest))


def split_rows(arguments: Any, parts: int | tf.Tensor) -> list[Any]:
    """Splits every tensor of a nest along the batch; a single number is handed to each part."""
    number = parts if isinstance(parts, int) else parts.shape[0]
    slices = [tf.split(tensor, parts, 0) if tf.is_tensor(tensor) else [tensor] * number for tensor in tf.nest.flatten(arguments)]
    return [tf.nest.pack_sequence_as(arguments, rows) for rows in zip(*slices, strict=True)]


def _run(equations, weights, time, all_outputs, training, rows, noise) -> tuple[tf.Tensor, ...]:
    """Returns what `_forward` does, with the written gradient."""
    x = [tensor for tensor in tf.nest.flatten((weights, *rows)) if tensor is not None]  # weights, x, initial state, memory
    return _differentiable(equations, all_outputs, training, tuple(rows[0].shape))(x, (noise, time))


@functools.cache
def _differentiable(equations: Equations, all_outputs: bool, training: bool, shape: tuple) -> Callable:
    """Returns the loops of a cell as one function with its gradient: `(weights, x, initial state and memory; noise and time) -> results`.

    XLA compiles for every shape of the inputs anyway; one function for each keeps TensorFlow from warning that it is traced too often.
    """
    run, run_and_trace, run_back = _compiled(equations, all_outputs, shape)
    given = int(all_outputs)

    def forward(x, constants, keep=training):
        weights, x, state, memory = _apart(equations, x)
        blocks = Blocks.of(x)

        def arguments(k, state):
            return weights, blocks.rows(x, k), equations.State(*state), memory, *_of_block(blocks, k, *constants)

        def flat(results, trace=()):
            return [*results[:given], *tf.nest.flatten(trace)]

        def block(k, state):
            results, trace = run_and_trace(*arguments(k, state)) if keep else (run(*arguments(k, state)), ())
            return results[given:], flat(results, trace)

        def specs():
            made = (run_and_trace if keep else run).get_concrete_function(*arguments(0, state)).structured_outputs
            return flat(*made) if keep else flat(made)

        last, rows = blocks.run(block, state, specs)
        return [*map(joined, rows[:given]), *last], (blocks.steps, rows[given:]) if keep else None

    def backward(kept, x, constants, δ_results):
        steps, trace = kept or forward(x, constants, keep=True)[1]
        weights, x, state, memory = _apart(equations, x)
        blocks = Blocks.of(x, steps)
        parts = len(state)

        def block(k, carried):
            noise, time = _of_block(blocks, k, *constants)
            δ_last, sums = carried[:parts], carried[parts:]
            x_k, *others = (at(rows, k) for rows in trace)
            there = _Trace(x_k, others[:parts], others[parts:])
            δ_outputs = [blocks.rows(errors, k) for errors in δ_results[:given]]
            δx, δ_state, δ = run_back(there, weights, memory, noise, time, [*δ_outputs, *δ_last])
            # Without the state after the last step, and without the padding; to XLA only the former has a known size.
            there, δ = tf.nest.map_structure(lambda rows: rows[:steps][:time], (there, δ))
            δ_memory = equations.memory_gradient(equations.Kept(*there.kept), δ)
            gradients = [*_weight_gradients(equations, there, noise, δ), *([] if δ_memory is None else [δ_memory])]
            return [*δ_state, *(map(tf.add, sums, gradients) if sums else gradients)], [δx]

        def specs():
            return [tf.TensorSpec([x.shape[0], steps, x.shape[2]], x.dtype)]

        first = [] if isinstance(blocks.number, int) else map(tf.zeros_like, [*weights, *([] if memory is None else [memory])])
        results, [δx] = blocks.run(block, [*δ_results[given:], *first], specs, backward=True)
        δ_state, gradients = results[:parts], results[parts:]
        return *gradients[: len(weights)], joined(δx), *δ_state, *gradients[len(weights) :]

    def plain(x, constants):
        return plain_loop(equations, all_outputs, *_apart(equations, x), *constants)

    return with_written_gradient(forward, backward, plain)


def _of_block(blocks: Blocks, k: int | tf.Tensor, noise: Noise, time: tf.Tensor) -> tuple[Noise, tf.Tensor]:
    """Returns the noise of a block, and how many of its steps are no padding."""
    return _at_all_steps(lambda rows: blocks.rows(rows, k), noise), blocks.steps_before(time, k)


def plain_loop(
    equations: StepEquations,
    all_outputs: bool,
    weights: Any,
    x: tf.Tensor,
    state: Any,
    memory: tf.Tensor | None,
    noise: Noise,
    time: tf.Tensor,
) -> tuple[tf.Tensor, ...]:
    """Runs a cell in a loop that TensorFlow differentiates, more than once, and whose derivatives it vectorizes; not a fast one.

    Args:
        equations: The cell.
        all_outputs: Whether the output of every step is asked for.
        weights: Its weights.
        x: `[batch, time, features]`.
        state: Initial state.
        memory: What a cell with attention reads, or `None`.
        noise: What holds its steps back.
        time: Number of steps; what is behind them is padding.

    Returns:
        The parts of the last state, after all outputs if these are asked for.
    """
    return _forward(equations, all_outputs, weights, x, state, memory, noise, time, keep=False, plain=True)


@functools.cache
def _compiled(equations: Equations, all_outputs: bool, shape: tuple) -> tuple:
    """Returns the compiled functions of a cell: forward alone, forward with a trace for the way back, and back."""
    return (
        tf.function(functools.partial(_forward, equations, all_outputs, keep=False), jit_compile=True, autograph=False),
        tf.function(functools.partial(_forward, equations, all_outputs, keep=True), jit_compile=True, autograph=False),
        tf.function(functools.partial(_backward, equations, all_outputs), jit_compile=True, autograph=False),
    )


def _apart(equations: Equations, tensors: Sequence[tf.Tensor]) -> tuple[Any, tf.Tensor, Any, tf.Tensor | None]:
    """Returns weights, x, initial state and memory, if there is one, from a flat list of them."""
    weights, states = len(equations.Weights._fields), len(equations.State._fields)
    kernel, x, state, memory = tensors[:weights], tensors[weights], tensors[weights + 1 :][:states], tensors[weights + 1 + states :]
    return equations.Weights(*kernel), x, equations.State(*state), memory[0] if memory else None


def _forward(equations, all_outputs, weights, x, state, memory, noise, time, *, keep: bool, plain: bool = False):
    """Returns the results, and with `keep` the trace; the results are the last state, after all outputs if these are asked for.

    With `plain` TensorFlow can differentiate the loop, more than once, and vectorize what comes out.
    """
    equations, noise = equations.with_memory(memory), time_major(noise)
    x = tf.transpose(x, [1, 0, 2])
    # One row alone waits for the weights to be read: read W once for all steps. For more rows z is better made in the loop, and stays in
    # the cache.
    hoisted = equations.project(x, weights) if x.shape[1] == 1 else None

    def step(t, state):
        z = equations.project(x[t], weights) if hoisted is None else hoisted[t]
        return equations.step(z, dropped(state[0], noise), state, weights)

    def body(t, state, rows):
        new, kept = step(t, state)
        new = equations.State(*held_back(new, state, noise, t))
        written = [*state, *kept] if keep else new[: int(all_outputs)]
        return t + 1, new, [write(array, t, row) for array, row in zip(rows, written, strict=True)]

    examples = [*state, *step(0, state)[1]] if keep else state[: int(all_outputs)]
    size = tf.shape(x)[0] + int(keep)  # before each step, and after the last
    rows = [
        plain_rows(size, example) if plain else tf.TensorArray(example.dtype, size, element_shape=example.shape) for example in examples
    ]
    most = tf.shape(x)[0] if plain else None  # without it XLA differentiates no loop
    _, last, rows = tf.while_loop(lambda t, *_: t < time, body, (0, state, rows), maximum_iterations=most)
    if plain:
        return *(tf.transpose(outputs, [1, 0, 2]) for outputs in rows), *last
    if not keep:
        return *(tf.transpose(array.stack(), [1, 0, 2]) for array in rows), *last
    rows = [rows[0].write(time, last[0]).stack(), *(array.stack() for array in rows[1:])]
    results = (*([tf.transpose(rows[0][1:], [1, 0, 2])] if all_outputs else []), *last)
    return results, _Trace(x, rows[: len(state)], rows[len(state) :])


def _backward(equations, all_outputs, trace, weights, memory, noise, time, errors):
    """Returns the errors of x, of the initial state, and those that the weights' gradients are made of, the last time-major."""
    equations, noise = equations.with_memory(memory), time_major(noise)
    size = tf.shape(trace.x)[0]
    δ_last = equations.State(*errors[int(all_outputs) :])
    transposed = equations.Weights(*(tf.transpose(weight) for weight in weights))

    def step_back(t, δ_state):
        state, kept = equations.State(*(part[t] for part in trace.states)), equations.Kept(*(part[t] for part in trace.kept))
        return equations.step_back(δ_state, dropped(state[0], noise), state, kept, transposed)

    def body(t, δ_state, δx, rows):
        if all_outputs:
            δ_state = δ_state._replace(h=δ_state.h + errors[0][:, t])
        into, past = split_errors(δ_state, noise, t)
        δ, δh, δ_before = step_back(t, equations.State(*into))
        δ_before = δ_before._replace(h=δ_before.h + dropped(δh, noise))
        δ_state = equations.State(*(tf.add_n(errors) for errors in zip(δ_before, *past, strict=True)))
        rows = [array.write(t, row) for array, row in zip(rows, δ, strict=True)]
        return t - 1, δ_state, δx.write(t, tf.matmul(δ.z, transposed.kernel)), rows

    δx = tf.TensorArray(trace.x.dtype, size, element_shape=trace.x.shape[1:])
    rows = [tf.TensorArray(trace.x.dtype, size, element_shape=example.shape) for example in step_back(0, δ_last)[0]]
    _, δ_state, δx, rows = tf.while_loop(lambda t, *_: t >= 0, body, (time - 1, δ_last, δx, rows))
    return tf.transpose(δx.stack(), [1, 0, 2]), δ_state, equations.Errors(*(array.stack() for array in rows))


def _weight_gradients(equations: Equations, trace: _Trace, noise: Noise, errors: Any) -> Any:
    def all_steps(rows):
        size = rows.shape[-1]  # not known of what has one number for each position of a memory
        return tf.reshape(rows, [-1, tf.shape(rows)[-1] if size is None else size])

    h = all_steps(dropped(trace.states[0], noise))
    states, kept = equations.State(*map(all_steps, trace.states)), equations.Kept(*map(all_steps, trace.kept))
    return equations.weight_gradients(all_steps(trace.x), h, states, kept, equations.Errors(*map(all_steps, errors)))


def plain_rows(size: tf.Tensor, example: tf.Tensor) -> tf.Tensor:
    """Returns where a loop writes what it has at each step: a tensor, where a `TensorArray` has no second derivative that vectorizes."""
    return tf.zeros(tf.concat([[size], tf.shape(example)], 0), example.dtype)


def write(rows: tf.Tensor | tf.TensorArray, t: tf.Tensor, row: tf.Tensor) -> tf.Tensor | tf.TensorArray:
    """Returns the rows with that of step `t`."""
    if isinstance(rows, tf.TensorArray):
        return rows.write(t, row)
    return tf.tensor_scatter_nd_update(rows, [[t]], tf.expand_dims(row, 0))


def time_major(noise: Noise) -> Noise:
    """Returns the noise with time as the first axis, for `held_back`; the mask with an axis for the units."""
    mask = None if noise.mask is None else tf.expand_dims(tf.transpose(noise.mask), -1)
    zoneout = (
        None
        if noise.zoneout is None
        else tuple(tf.transpose(share, [1, 0, 2]) if tf.is_tensor(share) else share for share in noise.zoneout)
    )
    return noise._replace(mask=mask, zoneout=zoneout)


def dropped(h: tf.Tensor, noise: Noise) -> tf.Tensor:
    """Returns the output before a step as the matrix products see it."""
    return h if noise.recurrent_dropout is None else h * noise.recurrent_dropout


def held_back(new: Iterable[tf.Tensor], before: Iterable[tf.Tensor], noise: Noise, t: tf.Tensor) -> list[tf.Tensor]:
    """Returns the state after step `t`, as far as mask and zoneout let it change."""
    if noise.zoneout is not None:
        shares = [_at(share, t) for share in noise.zoneout]
        new = [share * now + (1 - share) * then for share, now, then in zip(shares, new, before, strict=True)]
    if noise.mask is not None:
        new = [tf.where(noise.mask[t], now, then) for now, then in zip(new, before, strict=True)]
    return list(new)


def split_errors(δ_state: Any, noise: Noise, t: tf.Tensor) -> tuple[Any, list[Any]]:
    """Returns the errors that go into the step's equations, and lists of those that go past it."""
    into, past = δ_state, []
    if noise.mask is not None:
        past.append([tf.where(noise.mask[t], tf.zeros_like(errors), errors) for errors in into])
        into = [tf.where(noise.mask[t], errors, tf.zeros_like(errors)) for errors in into]
    if noise.zoneout is not None:
        shares = [_at(share, t) for share in noise.zoneout]
        past.append([(1 - share) * errors for share, errors in zip(shares, into, strict=True)])
        into = [share * errors for share, errors in zip(shares, into, strict=True)]
    return into, past


def _at(share: tf.Tensor | float, t: tf.Tensor) -> tf.Tensor | float:
    return share[t] if tf.is_tensor(share) else share
