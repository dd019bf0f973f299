"""What a layer inside of a model gives, changed for a call."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras


@contextlib.contextmanager
def replaced(layer: keras.layers.Layer, *values: Any) -> Iterator[None]:
    """Lets the next calls of a layer give something else than they would; their masks stay. Later calls are as ever.

    Args:
        layer: The layer.
        *values: What the calls give, in their order.
    """
    call, left = layer.call, iter(values)

    def next_value(*inputs, **options):
        for value in left:
            return value
        return call(*inputs, **options)

    with _calling(layer, next_value):
        yield


@contextlib.contextmanager
def changed(layer: keras.layers.Layer, change: Callable[[Any], Any]) -> Iterator[None]:
    """Lets a layer give what a function makes of what it would; its masks stay.

    Args:
        layer: The layer.
        change: From what a call gives to what is to come of it.
    """
    call = layer.call
    with _calling(layer, lambda *inputs, **options: change(call(*inputs, **options))):
        yield


@contextlib.contextmanager
def _calling(layer: keras.layers.Layer, function: Callable) -> Iterator[None]:
    layer.call = function
    try:
        yield
    finally:
        del layer.call  # the instance's own, in the place of its class's
