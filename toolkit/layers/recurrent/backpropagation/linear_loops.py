"""The loops of a linear recurrence, there and back, for XLA: each reads and writes every number once.

    h_t = ρ_t ⊙ (a_t ⊙ h_{t-1} + b_t) + (1 - ρ_t) ⊙ h_{t-1}

ρ is the share of a step that is not held back by a mask or by zoneout, 1 without. Backward, e_t being the error that comes to h_t from
elsewhere than the next step, d_t that of what is in brackets, and δ_t all that comes there:

    s_t = e_t + s_t      δ_t = d_t + ρ_t ⊙ s_t      s_{t-1} = a_t ⊙ δ_t + (1 - ρ_t) ⊙ s_t
"""

import tensorflow as tf
from keras import ops


def forward_scan(a: tf.Tensor, b: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Returns `h` after every step, `[batch, time, units]`.

    Args:
        a: Factors, `[batch, time, units]`. What is held back is in them: `ρ a + 1 - ρ`.
        b: Summands, likewise: `ρ b`.
        initial: `h_0`, `[batch, units]`.
    """

    def body(t, h, rows):
        h = a[:, t] * h + b[:, t]
        return t + 1, h, with_row(rows, t, h)

    return tf.while_loop(lambda t, *_: t < tf.shape(a)[1], body, (0, initial, tf.zeros_like(a)))[2]


def backward_scan(
    a: tf.Tensor,
    last: tf.Tensor,
    time: tf.Tensor,
    *,
    errors: tf.Tensor | None = None,
    fresh_errors: tf.Tensor | None = None,
    share: tf.Tensor | float | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns δ of every step, `[batch, time, units]`, and the error of `h_0`, `[batch, units]`.

    Args:
        a: Factors, `[batch, time, units]`.
        last: The error of the last `h`, `[batch, units]`.
        time: Number of steps; what is behind them is padding, of which the result is zero.
        errors: e, of every `h`, as `a`.
        fresh_errors: d, likewise.
        share: ρ, `[batch, time, units]` or `[batch, time, 1]`, or one number; 1 if `None`.
    """

    def body(t, s, rows):
        s = s if errors is None else s + errors[:, t]
        ρ = None if share is None else at_step(share, t)
        δ = s if ρ is None else ρ * s
        δ = δ if fresh_errors is None else δ + fresh_errors[:, t]
        s = a[:, t] * δ if ρ is None else a[:, t] * δ + (1 - ρ) * s
        return t - 1, s, with_row(rows, t, δ)

    _, first, rows = tf.while_loop(lambda t, *_: t >= 0, body, (time - 1, last, tf.zeros_like(a)))
    return rows, first


def at_step(share: tf.Tensor | float, t: tf.Tensor) -> tf.Tensor | float:
    """Returns the share of a step, `[batch, units]` or `[batch, 1]`, or the number that it is for all."""
    return share[:, t] if tf.is_tensor(share) else share


def with_row(rows: tf.Tensor, t: tf.Tensor, row: tf.Tensor, block: int = 0) -> tf.Tensor:
    """Returns `[batch, time, blocks * units]` with another block of step `t`, `[batch, units]`; XLA writes in place."""
    return ops.slice_update(rows, (0, t, block * row.shape[-1]), tf.expand_dims(row, 1))


def shifted(rows: tf.Tensor, initial: tf.Tensor) -> tf.Tensor:
    """Returns what there is before every step, of what there is after every step and before the first."""
    return tf.concat([tf.expand_dims(initial, 1), rows[:, :-1]], 1)
