"""A linear recurrence over time, and its gradient, which is the same recurrence from the end.

    h_t = a_t ⊙ h_{t-1} + b_t

Backward, `δ` being the derivative of the loss, for t = T … 1:

    δb_t = δh_t + a_{t+1} ⊙ δb_{t+1}      δa_t = δb_t ⊙ h_{t-1}      δh_0 = a_1 ⊙ δb_1

No step has a matrix product, so all that a cell computes from its inputs is done for all steps at once, before. What is left is bound by
the memory. A CPU reads each number once, step by step, with the rows of a batch divided among the cores. A GPU or TPU, for which T steps
one after the other take too long, combines neighbouring steps, which is associative, in log₂ T rounds:

    (a, b) then (a', b')  =  (a' ⊙ a, a' ⊙ b + b')

Source: Blelloch 1990, "Prefix sums and their applications"; Martin & Cundy 2018, "Parallelizing linear recurrent neural nets over sequence
length".
"""

import functools
from typing import Literal

import tensorflow as tf

from toolkit.arguments import check_choice
from toolkit.layers.recurrent.backpropagation.blocks import padding_of
from toolkit.layers.recurrent.backpropagation.linear_loops import backward_scan, forward_scan, shifted
from toolkit.layers.recurrent.backpropagation.over_time import SMALLEST_PART
from toolkit.layers.recurrent.backpropagation.through_time import NO_NOISE, parts_of, split_rows
from toolkit.layers.recurrent.backpropagation.written_gradient import with_written_gradient
from toolkit.layers.recurrent.time_loop import current_backend, scan, swap_batch_and_time

METHODS = ("auto", "sequential", "parallel")

Method = Literal["auto", "sequential", "parallel"]


def linear_scan(
    a: tf.Tensor,
    b: tf.Tensor,
    initial: tf.Tensor | None = None,
    *,
    mask: tf.Tensor | None = None,
    reverse: bool = False,
    method: Method = "auto",
) -> tf.Tensor:
    """Runs `h_t = a_t ⊙ h_{t-1} + b_t` over the axis of time.

    It works eagerly, in a graph, compiled by XLA, in a SavedModel and in LiteRT, of built-in operators, and has derivatives of any order.
    A sequence can be read in chunks: the last step of one is the `initial` of the next.

    Args:
        a: Factors, `[batch, time, units]`, of any floating dtype.
        b: Summands, likewise.
        initial: `h_0`, `[batch, units]`; zeros by default.
        mask: Boolean `[batch, time]`; where it is `False` the step before is carried over.
        reverse: Whether to start from the last step.
        method: `"sequential"`, `"parallel"`, or `"auto"`: parallel where there is a GPU or a TPU.

    Returns:
        `h` after every step, `[batch, time, units]`, in the order of the inputs.

    Raises:
        ValueError: The shapes do not fit, or the method is not known.

    Example:
        >>> linear_scan(np.full((1, 3, 1), 0.5), np.ones((1, 3, 1)))[0, :, 0]
        <tf.Tensor: shape=(3,), dtype=float64, numpy=array([1.  , 1.5 , 1.75])>
    """
    check_choice("method", method, METHODS)
    a = tf.convert_to_tensor(a)
    b = tf.convert_to_tensor(b, a.dtype)
    if a.shape.rank != 3 or not a.shape.is_compatible_with(b.shape):
        raise ValueError(
            f"Arguments `a` and `b` must have one shape, [batch, time, units]. Received: {tuple(a.shape)} and {tuple(b.shape)}"
        )
    if initial is None:
        initial = tf.zeros([tf.shape(a)[0], a.shape[-1] or tf.shape(a)[-1]], a.dtype)
    initial = tf.convert_to_tensor(initial, a.dtype)
    if not tf.TensorShape([a.shape[0], a.shape[2]]).is_compatible_with(initial.shape):
        raise ValueError(f"Argument `initial` must have the shape [batch, units] of {tuple(a.shape)}. Received: {tuple(initial.shape)}")
    if mask is not None:
        mask = tf.convert_to_tensor(mask, tf.bool)
        if not a.shape[:2].is_compatible_with(mask.shape):
            raise ValueError(f"Argument `mask` must have the shape [batch, time] of {tuple(a.shape)}. Received: {tuple(mask.shape)}")
        is_read = tf.expand_dims(mask, -1)  # LiteRT has no new axis in a slice of booleans
        a, b = tf.where(is_read, a, 1), tf.where(is_read, b, 0)
    if reverse:
        a, b = tf.reverse(a, [1]), tf.reverse(b, [1])
    h = _scan(a, b, initial, method)
    return tf.reverse(h, [1]) if reverse else h


def _scan(a: tf.Tensor, b: tf.Tensor, initial: tf.Tensor, method: Method) -> tf.Tensor:
    if method == "parallel" or (method == "auto" and has_accelerator()):
        return _in_parallel(a, b, initial)
    if current_backend() != "compiled":
        return plain_scan(a, b, initial)
    time = tf.shape(a)[1] if a.shape[1] is None else a.shape[1]
    padding = [[0, 0], [0, padding_of(time)], [0, 0]]
    a, b = tf.pad(a, padding), tf.pad(b, padding)
    parts = split_rows([a, b, initial], parts_of(a, SMALLEST_PART))
    h = tf.concat([_differentiable()(rows, ())[0] for rows in parts], 0)
    return tf.ensure_shape(h, [None, None, None])[:, :time]


def plain_scan(a: tf.Tensor, b: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Runs the recurrence in TensorFlow's own loop, which is differentiated automatically, or for LiteRT not at all."""
    units = a.shape[-1]

    def step(row, state):
        factor, summand = tf.split(row, 2, -1)
        h = factor * state[0] + summand
        return h, [h]

    rows = swap_batch_and_time(tf.concat([a, b], -1))
    return scan(step, rows, [initial], NO_NOISE, output_size=units, all_outputs=True, plain=current_backend() == "compiled")[1]


def _in_parallel(a: tf.Tensor, b: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Combines each step with the one 1, 2, 4, … steps before it (Hillis & Steele 1986)."""
    time = tf.shape(a)[1]
    b = tf.concat([a[:, :1] * initial[:, tf.newaxis] + b[:, :1], b[:, 1:]], 1)

    def combine(distance, a, b):
        near = tf.minimum(distance, time)
        start = [[0, 0], [near, 0], [0, 0]]
        b = b + a * tf.pad(b[:, : time - near], start)
        return 2 * distance, a * tf.pad(a[:, : time - near], start, constant_values=1), b

    rounds = tf.cast(tf.math.ceil(tf.math.log(tf.cast(tf.maximum(time, 1), tf.float32)) / tf.math.log(2.0)), tf.int32) + 1
    shapes = tf.TensorShape([]), tf.TensorShape([None, None, a.shape[-1]]), tf.TensorShape([None, None, a.shape[-1]])
    _, _, h = tf.while_loop(lambda distance, *_: distance < time, combine, (1, a, b), shapes, maximum_iterations=rounds)
    return h


@functools.cache
def _differentiable():
    """Returns the recurrence and its gradient, compiled: `([a, b, initial], ()) -> [h]`."""

    @tf.function(jit_compile=True, autograph=False)
    def run(a, b, initial):
        return forward_scan(a, b, initial)

    @tf.function(jit_compile=True, autograph=False)
    def run_back(a, h, initial, errors):
        δb, δ_initial = backward_scan(a, tf.zeros_like(initial), tf.shape(a)[1], errors=errors)
        return δb * shifted(h, initial), δb, δ_initial

    def forward(x, _):
        h = run(*x)
        return [h], h

    def backward(h, x, _, errors):
        return run_back(x[0], h, x[2], errors[0])

    return with_written_gradient(forward, backward, lambda x, _: [plain_scan(*x)])


def has_accelerator() -> bool:
    """Says whether TensorFlow sees a GPU or a TPU."""
    return bool(tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("TPU"))
