"""The loop over time, and the choice of what runs it.

A recurrent layer has one set of weights and one definition of a step. How the steps are run is chosen when the graph is traced:

| backend | for | outputs are kept in | gradient |
|---|---|---|---|
| `"compiled"` | training and evaluation in Python (the default) | an XLA loop | written by hand |
| `"graph"` | a SavedModel: any server, any shape, nothing compiled at run time | a `TensorArray` | automatic |
| `"litert"` | LiteRT: built-in operators, any batch and length | one `[time, batch, units]` buffer | none |
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator

import tensorflow as tf
from keras import ops

BACKENDS = ("compiled", "graph", "litert")

_backend = contextvars.ContextVar("time_loop_backend", default="compiled")


@contextlib.contextmanager
def backend(name: str) -> Iterator[None]:
    """Chooses the time-loop backend of every recurrent layer called in this context.

    Args:
        name: One of `BACKENDS`.

    Raises:
        ValueError: The name is not known.
    """
    if name not in BACKENDS:
        raise ValueError(f"Argument `name` must be one of {BACKENDS}. Received: name={name!r}")
    token = _backend.set(name)
    try:
        yield
    finally:
        _backend.reset(token)


def current_backend() -> str:
    """Returns the name of the time-loop backend in force."""
    return _backend.get()


def scan(
    step: Callable, projected: tf.Tensor, mask: tf.Tensor | None, state: tuple[tf.Tensor, ...]
) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
    """Runs a step over time outside of XLA, for the backends `"graph"` and `"litert"`.

    Args:
        step: `(projected[t], state) -> state`; the first part of the state is the output.
        projected: The part of the step that depends on the input alone, `[time, batch, ...]`.
        mask: Boolean `[time, batch]`; where it is `False` the state is carried over. `None` for no mask.
        state: Initial state, a tuple of `[batch, units]`.

    Returns:
        The first part of the state after every step, `[time, batch, units]`, and the last state.
    """
    time = tf.shape(projected)[0]
    rows = _buffer(projected, state[0]) if current_backend() == "litert" else _array(time, state[0])

    def body(t, kept, *state):
        new = step(projected[t], state)
        if mask is not None:
            is_token = tf.expand_dims(mask[t], -1)
            new = tuple(tf.where(is_token, now, before) for now, before in zip(new, state, strict=True))
        return t + 1, _write(kept, t, new[0]), *new

    _, rows, *state = tf.while_loop(lambda t, *_: t < time, body, (0, rows, *state), maximum_iterations=time)
    return (rows.stack() if isinstance(rows, tf.TensorArray) else rows), tuple(state)


def _array(time: tf.Tensor, row: tf.Tensor) -> tf.TensorArray:
    return tf.TensorArray(row.dtype, time, element_shape=row.shape)


def _buffer(projected: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
    return tf.zeros([tf.shape(projected)[0], tf.shape(projected)[1], row.shape[-1]], row.dtype)


def _write(kept, t, row):
    if isinstance(kept, tf.TensorArray):
        return kept.write(t, row)
    return ops.slice_update(kept, (t, 0, 0), tf.expand_dims(row, 0))
