"""Backpropagation through time: any `Equations`, run over a sequence and back, compiled by XLA.

The frame around a cell's equations. On the way forward, `z_t = W x_t + b` and the cell's step; on the way back, for t = T … 1,

    δh_t = δy_t + δh_t          from the layer above, and from the step after
    δz_t, δh_{t-1}, …           by the cell's equations
    δx_t = Wᵀ δz_t              to the layer below

and after the loop the weights' gradients, each one matrix product over all steps; none is accumulated inside it:

    δW = Σ_t x_t ⊗ δz_t         δU = Σ_t h_{t-1} ⊗ δz_t         δb = Σ_t δz_t

A step can be held back in part, by a share ρ_t between 0 and 1: `s_t = ρ_t s_t + (1 - ρ_t) s_{t-1}`. A mask is ρ ∈ {0, 1} for a whole row,
zoneout is ρ drawn for every unit. The errors split the same way: ρ_t δs_t goes into the cell's equations and (1 - ρ_t) δs_t past them.

Source: Werbos 1990, "Backpropagation through time: what it does and how to do it"; Williams & Zipser 1995.
"""

import functools
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Equations, Weights

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
    zoneout: tuple[tf.Tensor, ...] | None = None


class _Trace(NamedTuple):
    x: tf.Tensor  # time-major, as all below
    states: Any  # before each step
    kept: Any


def through_time(
    equations: Equations, x: tf.Tensor, state: Any, weights: Weights, noise: Noise, *, all_outputs: bool, training: bool
) -> tuple[tf.Tensor | None, Any]:
    """Runs a cell over a batch of sequences, with the gradient above.

    When a graph trains, the rows of a batch are run in as many parts as there are cores, side by side: rows are independent, and two loops
    on two cores wait less than one loop that divides each of its small steps.

    Args:
        equations: The cell.
        x: Inputs, `[batch, time, features]`.
        state: Initial state, `equations.State`.
        weights: The cell's weights.
        noise: Mask, recurrent dropout and zoneout.
        all_outputs: Whether the output of every step is asked for.
        training: Whether a gradient is likely: keep what it needs. Without, a gradient costs a second run forward.

    Returns:
        `h` after every step, `[batch, time, units]` (`None` without `all_outputs`), and the last state.
    """
    parts = _number_of_parts(x.shape[0]) if training else 1
    if parts == 1:
        return _run(equations, x, state, weights, noise, all_outputs, training)
    slices = [_split(arguments, parts, x.shape[0]) for arguments in (x, state, noise)]
    done = [_run(equations, *rows[:2], weights, rows[2], all_outputs, training) for rows in zip(*slices, strict=True)]
    outputs = tf.concat([part for part, _ in done], 0) if all_outputs else None
    return outputs, equations.State(*(tf.concat(rows, 0) for rows in zip(*(last for _, last in done), strict=True)))


def _number_of_parts(batch: int | None) -> int:
    if batch is None or tf.executing_eagerly():
        return 1
    cores = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count() or 1
    return max(parts for parts in range(1, cores + 1) if parts == 1 or (batch % parts == 0 and batch // parts >= SMALLEST_PART))


def _split(arguments: Any, parts: int, batch: int) -> list[Any]:
    """Splits every tensor of a nest along the batch; one that is the same for all rows is handed to each part."""
    slices = [
        [tensor] * parts if tensor is None or tensor.shape.rank == 0 or tensor.shape[0] != batch else tf.split(tensor, parts, 0)
        for tensor in tf.nest.flatten(arguments)
    ]
    return [tf.nest.pack_sequence_as(arguments, rows) for rows in zip(*slices, strict=True)]


def _run(equations, x, state, weights, noise, all_outputs, training) -> tuple[tf.Tensor | None, Any]:
    forward, trace, backward = _compiled(equations, all_outputs)

    @tf.custom_gradient
    def run(x, *state_and_weights):
        # Eager tapes record inside a custom gradient too, and would ask for the loop's automatic gradient: hide the inputs from them.
        x, *state_and_weights = map(tf.stop_gradient, (x, *state_and_weights))
        state, weights = equations.State(*state_and_weights[: -len(Weights._fields)]), Weights(*state_and_weights[-len(Weights._fields) :])
        results, kept = trace(x, state, weights, noise) if training else (forward(x, state, weights, noise), None)

        def gradient(*δ_results):
            known = trace(x, state, weights, noise)[1] if kept is None else kept
            δx, δ_state, δz = backward(known, weights, noise, δ_results)
            return δx, *δ_state, *_weight_gradients(equations, known, noise, δz)

        return results, gradient

    results = run(x, *state, *weights)
    return (results[0] if all_outputs else None), equations.State(*results[int(all_outputs) :])


@functools.cache
def _compiled(equations: Equations, all_outputs: bool) -> tuple:
    """Returns the compiled functions of a cell: forward alone, forward with a trace for the way back, and back."""
    with_trace = functools.partial(_forward, equations, all_outputs)
    return (
        tf.function(functools.partial(with_trace, keep=False), jit_compile=True),
        tf.function(functools.partial(with_trace, keep=True), jit_compile=True),
        tf.function(functools.partial(_backward, equations, all_outputs), jit_compile=True),
    )


def _forward(equations, all_outputs, x, state, weights, noise, *, keep: bool):
    """Returns the results, and with `keep` the trace; the results are the last state, after all outputs if these are asked for."""
    x = tf.transpose(x, [1, 0, 2])
    time = tf.shape(x)[0]
    noise = time_major(noise)

    def step(t, state):
        return equations.step(equations.project(x[t], weights), _dropped(state[0], noise), state, weights)

    def body(t, state, rows):
        new, kept = step(t, state)
        new = equations.State(*held_back(new, state, noise, t))
        written = [*state, *kept] if keep else new[:1]
        return t + 1, new, [array.write(t, row) for array, row in zip(rows, written, strict=False)]

    examples = [*state, *step(0, state)[1]] if keep else state[: int(all_outputs)]
    rows = [tf.TensorArray(example.dtype, time, element_shape=example.shape) for example in examples]
    _, last, rows = tf.while_loop(lambda t, *_: t < time, body, (0, state, rows), maximum_iterations=time)
    rows = [array.stack() for array in rows]
    if not keep:
        return *(tf.transpose(h, [1, 0, 2]) for h in rows), *last
    h = tf.concat([rows[0][1:], last[0][tf.newaxis]], 0)
    results = (*([tf.transpose(h, [1, 0, 2])] if all_outputs else []), *last)
    return results, _Trace(x, rows[: len(state)], rows[len(state) :])


def _backward(equations, all_outputs, trace, weights, noise, errors):
    """Returns the errors of x, of the initial state and of z, the last time-major."""
    time, features, gates = tf.shape(trace.x)[0], trace.x.shape[2], weights.kernel.shape[1]
    noise = time_major(noise)
    δ_outputs = tf.transpose(errors[0], [1, 0, 2]) if all_outputs else None
    δ_last = equations.State(*errors[int(all_outputs) :])
    transposed = weights._replace(kernel=tf.transpose(weights.kernel), recurrent_kernel=tf.transpose(weights.recurrent_kernel))

    def body(steps, δ_state, δx, δz):
        t = time - 1 - steps
        state, kept = equations.State(*(part[t] for part in trace.states)), equations.Kept(*(part[t] for part in trace.kept))
        if δ_outputs is not None:
            δ_state = δ_state._replace(h=δ_state.h + δ_outputs[t])
        into, past = _split_errors(δ_state, noise, t)
        δz_t, δh, δ_before = equations.step_back(equations.State(*into), _dropped(state[0], noise), state, kept, transposed)
        δ_before = δ_before._replace(h=δ_before.h + _dropped(δh, noise))
        δ_state = equations.State(*(tf.add_n(errors) for errors in zip(δ_before, *past, strict=True)))
        return steps + 1, δ_state, δx.write(t, tf.matmul(δz_t, transposed.kernel)), δz.write(t, δz_t)

    δx = tf.TensorArray(trace.x.dtype, time, element_shape=[None, features])
    δz = tf.TensorArray(trace.x.dtype, time, element_shape=[None, gates])
    _, δ_state, δx, δz = tf.while_loop(lambda t, *_: t < time, body, (0, δ_last, δx, δz), maximum_iterations=time)
    return tf.transpose(δx.stack(), [1, 0, 2]), δ_state, δz.stack()


def _weight_gradients(equations: Equations, trace: _Trace, noise: Noise, δz: tf.Tensor) -> Weights:
    def all_steps(rows):
        return tf.reshape(rows, [-1, rows.shape[-1]])

    recurrent_h, kept, δz = all_steps(_dropped(trace.states[0], noise)), equations.Kept(*map(all_steps, trace.kept)), all_steps(δz)
    δ_kernel = tf.matmul(all_steps(trace.x), δz, transpose_a=True)
    δ_recurrent_kernel, δ_recurrent_bias = equations.recurrent_gradient(recurrent_h, kept, δz)
    return Weights(δ_kernel, δ_recurrent_kernel, tf.reduce_sum(δz, 0), δ_recurrent_bias)


def time_major(noise: Noise) -> Noise:
    """Returns the noise with time as the first axis, for `held_back`; the mask with an axis for the units."""
    mask = None if noise.mask is None else tf.transpose(noise.mask)[:, :, tf.newaxis]
    zoneout = (
        None if noise.zoneout is None else tuple(tf.transpose(share, [1, 0, 2]) if share.shape.rank else share for share in noise.zoneout)
    )
    return noise._replace(mask=mask, zoneout=zoneout)


def _dropped(h: tf.Tensor, noise: Noise) -> tf.Tensor:
    return h if noise.recurrent_dropout is None else h * noise.recurrent_dropout


def held_back(new: Iterable[tf.Tensor], before: Iterable[tf.Tensor], noise: Noise, t: tf.Tensor) -> list[tf.Tensor]:
    """Returns the state after step `t`, as far as mask and zoneout let it change."""
    if noise.zoneout is not None:
        shares = [_at(share, t) for share in noise.zoneout]
        new = [share * now + (1 - share) * then for share, now, then in zip(shares, new, before, strict=True)]
    if noise.mask is not None:
        new = [tf.where(noise.mask[t], now, then) for now, then in zip(new, before, strict=True)]
    return list(new)


def _split_errors(δ_state: Any, noise: Noise, t: tf.Tensor) -> tuple[Any, list[Any]]:
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


def _at(share: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
    return share[t] if share.shape.rank else share
