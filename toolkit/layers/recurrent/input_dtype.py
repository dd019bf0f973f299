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
    """
    return tf.nest.map_structure(lambda tensor: None if tensor is None else ops.cast(tensor, dtype), tensors)
