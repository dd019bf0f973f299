"""Backpropagation through time for the LSTM, written out.

Forward, for t = 1 … T, with `z_t = W x_t + b` computed for all steps at once before the loop:

    i_t = σ(z_t^i + U^i h_{t-1})        f_t = σ(z_t^f + U^f h_{t-1})
    g_t = tanh(z_t^g + U^g h_{t-1})     o_t = σ(z_t^o + U^o h_{t-1})
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t     h_t = o_t ⊙ tanh(c_t)

Backward, for t = T … 1, `δ` being the derivative of the loss:

    δo_t = δh_t ⊙ tanh(c_t) ⊙ o_t (1 - o_t)
    δc_t = δc_t + δh_t ⊙ o_t (1 - tanh²(c_t))
    δi_t = δc_t ⊙ g_t ⊙ i_t (1 - i_t)      δf_t = δc_t ⊙ c_{t-1} ⊙ f_t (1 - f_t)      δg_t = δc_t ⊙ i_t (1 - g_t²)
    δh_{t-1} = Uᵀ [δi_t δf_t δg_t δo_t]    δc_{t-1} = δc_t ⊙ f_t

The weights' gradient is one matrix product over all steps after the loop, `δU = Σ_t h_{t-1} ⊗ δz_t`; none is accumulated inside it.

Source: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; the gate order i, f, g (Keras's c), o is Keras's.
"""

import functools
from typing import NamedTuple

import tensorflow as tf


class LSTMState(NamedTuple):
    """The output `h` and the cell `c`, each `[batch, units]`."""

    h: tf.Tensor
    c: tf.Tensor


class LSTMTrace(NamedTuple):
    """What the backward pass reads of the forward pass: every step's gates and states, `[time, batch, units]`."""

    i: tf.Tensor
    f: tf.Tensor
    g: tf.Tensor
    o: tf.Tensor
    h: tf.Tensor
    c: tf.Tensor


def lstm_gates(projected: tf.Tensor, h: tf.Tensor, recurrent_kernel: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Returns the gates i, f, g, o of one step, each `[batch, units]`, from `projected` (`[batch, 4 * units]`)."""
    i, f, g, o = tf.split(projected + tf.matmul(h, recurrent_kernel), 4, axis=-1)
    return tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)


def lstm_step(projected: tf.Tensor, state: LSTMState, recurrent_kernel: tf.Tensor) -> LSTMState:
    """Returns the state after one step."""
    h, c = state
    i, f, g, o = lstm_gates(projected, h, recurrent_kernel)
    c = f * c + i * g
    return LSTMState(o * tf.tanh(c), c)


def lstm(projected: tf.Tensor, mask: tf.Tensor | None, state: LSTMState, recurrent_kernel: tf.Tensor) -> tuple[tf.Tensor, LSTMState]:
    """Runs an LSTM over time, compiled, with the gradient above.

    Args:
        projected: `W x_t + b` of all steps, `[time, batch, 4 * units]`.
        mask: Boolean `[time, batch]`; where it is `False` the state is carried over. `None` for no mask.
        state: Initial state.
        recurrent_kernel: `U`, `[units, 4 * units]`.

    Returns:
        `h` after every step, `[time, batch, units]`, and the last state.
    """

    @tf.custom_gradient
    def run(projected, h0, c0, recurrent_kernel):
        # Eager tapes record inside a custom gradient too, and would ask for the loop's automatic gradient: hide the inputs from them.
        projected, h0, c0, recurrent_kernel = map(tf.stop_gradient, (projected, h0, c0, recurrent_kernel))
        trace = _forward(projected, mask, LSTMState(h0, c0), recurrent_kernel)
        gradient = functools.partial(_backward, trace, mask, LSTMState(h0, c0), recurrent_kernel)
        return (trace.h, trace.h[-1], trace.c[-1]), gradient

    h, *last = run(projected, *state, recurrent_kernel)
    return h, LSTMState(*last)


@tf.function(jit_compile=True)
def _forward(projected, mask, state, recurrent_kernel) -> LSTMTrace:
    time = tf.shape(projected)[0]
    rows = tf.TensorArray(projected.dtype, time, element_shape=[None, 6 * recurrent_kernel.shape[0]])

    def body(t, h, c, rows):
        i, f, g, o = lstm_gates(projected[t], h, recurrent_kernel)
        new_c = f * c + i * g
        new_h = o * tf.tanh(new_c)
        if mask is not None:
            is_token = mask[t][:, tf.newaxis]
            new_h, new_c = tf.where(is_token, new_h, h), tf.where(is_token, new_c, c)
        return t + 1, new_h, new_c, rows.write(t, tf.concat([i, f, g, o, new_h, new_c], -1))

    *_, rows = tf.while_loop(lambda t, *_: t < time, body, (0, *state, rows), maximum_iterations=time)
    return LSTMTrace(*tf.split(rows.stack(), 6, axis=-1))


@tf.function(jit_compile=True)
def _backward(trace, mask, state, recurrent_kernel, d_outputs, d_last_h, d_last_c):
    time = tf.shape(trace.h)[0]
    units = recurrent_kernel.shape[0]
    transposed = tf.transpose(recurrent_kernel)
    h_before = tf.concat([state.h[tf.newaxis], trace.h[:-1]], axis=0)
    c_before = tf.concat([state.c[tf.newaxis], trace.c[:-1]], axis=0)
    rows = tf.TensorArray(trace.h.dtype, time, element_shape=[None, 4 * units])

    def body(steps, dh, dc, rows):
        t = time - 1 - steps
        i, f, g, o, tanh_c = trace.i[t], trace.f[t], trace.g[t], trace.o[t], tf.tanh(trace.c[t])
        dh = dh + d_outputs[t]
        dc_in = dc + dh * o * (1 - tanh_c**2)
        dz = tf.concat([dc_in * g * i * (1 - i), dc_in * c_before[t] * f * (1 - f), dc_in * i * (1 - g**2), dh * tanh_c * o * (1 - o)], -1)
        dc_out = dc_in * f
        if mask is None:
            return steps + 1, tf.matmul(dz, transposed), dc_out, rows.write(t, dz)
        is_token = mask[t][:, tf.newaxis]
        dz = tf.where(is_token, dz, tf.zeros_like(dz))
        dh = tf.matmul(dz, transposed) + tf.where(is_token, tf.zeros_like(dh), dh)
        return steps + 1, dh, tf.where(is_token, dc_out, dc), rows.write(t, dz)

    *_, dh, dc, rows = tf.while_loop(lambda t, *_: t < time, body, (0, d_last_h, d_last_c, rows), maximum_iterations=time)
    dz = rows.stack()
    d_recurrent_kernel = tf.matmul(tf.reshape(h_before, [-1, units]), tf.reshape(dz, [-1, 4 * units]), transpose_a=True)
    return dz, dh, dc, d_recurrent_kernel
