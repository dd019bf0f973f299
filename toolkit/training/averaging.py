"""The averaged weights, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def averaged_weights(optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Puts the exponential moving averages in place of the trained weights, and the trained weights back on leaving, whatever happened.

    Args:
        optimizer: The built optimizer that keeps the averages; without `use_ema` nothing changes.
    """
    if not optimizer.use_ema:
        yield
        return
    variables = optimizer._trainable_variables
    trained = [variable.value.numpy() for variable in variables]
    try:
        optimizer.finalize_variable_values(variables)
        yield
    finally:
        for variable, value in zip(variables, trained, strict=True):
            variable.assign(value)
