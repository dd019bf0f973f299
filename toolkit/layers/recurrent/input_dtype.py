"""The dtype of what a layer is given."""

from typing import Any

import tensorflow as tf
from keras import ops


def in_dtype(dtype: str, tensors: Any) -> Any:
    """Returns tensors, integers and booleans among them, in the dtype that a layer computes in.

    Keras casts what is a float, and leaves the others to each operation; a loop has one dtype for all of its steps.

    Args:
        dtype: The layer's `compute_dtype`.
        tensors: Tensors and `None`, in any structure.

    Raises:
        ValueError: A tensor holds no real numbers.
    """
    return tf.nest.map_structure(lambda tensor: None if tensor is None else _in_dtype(dtype, tensor), tensors)


def _in_dtype(dtype: str, tensor):
    own = tf.as_dtype(tensor.dtype)
    if not (own.is_floating or own.is_integer or own.is_bool):
        raise ValueError(f"Inputs and states must be floats, integers or booleans. Received: dtype={own.name}")
    return ops.cast(tensor, dtype)
