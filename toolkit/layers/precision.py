"""How many digits what is more than a layer's own arithmetic needs."""

import keras
import tensorflow as tf


def at_least_single(dtype) -> str:
    """Returns `"float32"` for half precision and for what is no float, and a wider float as it is.

    Logits, losses, norms and variances are sums over many numbers: half precision has too few digits for them.

    Args:
        dtype: A dtype, as TensorFlow or Keras name it.
    """
    return keras.backend.result_type(tf.as_dtype(dtype).name, "float32")


def output_dtype() -> str:
    """Returns the dtype of a model's logits under the dtype policy in force."""
    return at_least_single(keras.config.dtype_policy().compute_dtype)
