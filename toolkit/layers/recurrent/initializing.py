"""How a cell's recurrent kernel starts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from keras import ops

from toolkit.layers.precision import at_least_single


def started_in_single(initializer: Callable) -> Callable:
    """Returns an initializer that works in single precision or more, whatever its result is in.

    An orthogonal matrix comes of a decomposition, which TensorFlow does not have for bfloat16.
    """

    def start(shape, dtype=None):
        return ops.cast(initializer(shape, dtype=at_least_single(dtype)), dtype)

    return start


@contextmanager
def building(cell) -> Iterator[None]:
    """Lets a Keras cell, or cells stacked in one, make its weights in bfloat16, too."""
    swapped = {each: each.recurrent_initializer for each in cell._flatten_layers() if _needs_single(each)}
    for each, initializer in swapped.items():
        each.recurrent_initializer = started_in_single(initializer)
    try:
        yield
    finally:
        for each, initializer in swapped.items():
            each.recurrent_initializer = initializer


def _needs_single(cell) -> bool:
    return hasattr(cell, "recurrent_initializer") and cell.variable_dtype == "bfloat16"
