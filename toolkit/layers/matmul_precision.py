"""In what precision large matrices are multiplied while a model trains.

Some processors have instructions that multiply twice as many numbers of bfloat16 at once as of float32. It pays if both matrices are
large. So are two kinds of products: those over all steps of a sequence at once, which only cells without a product in their loop have, and
those with a whole vocabulary. In bfloat16 their factors are rounded to eight binary digits, multiplied, summed in single precision, and the
sum is rounded. All else stays as it is: weights, states, losses, the optimizer, evaluation and exports are of single precision.

`torch.set_float32_matmul_precision("medium")` and JAX's `jax_default_matmul_precision` mean the same.

Source: Kalamkar et al. 2019, "A study of BFLOAT16 for deep learning training".
"""

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from toolkit.arguments import check_choice

PRECISIONS = ("float32", "bfloat16")

_in_force = "float32"  # not of a thread: the replicas of a strategy are traced in threads of their own


@contextlib.contextmanager
def matmul_precision(name: str) -> Iterator[None]:
    """Lets what is traced or run meanwhile multiply in this precision, its gradients too.

    Args:
        name: `"float32"` or `"bfloat16"`.

    Raises:
        InvalidArgument: It is another.
    """
    global _in_force
    check_choice("matmul_precision", name, PRECISIONS)
    before, _in_force = _in_force, name
    try:
        yield
    finally:
        _in_force = before


def matmul_dtype(dtype: tf.DType | str) -> tf.DType:
    """Returns in what a product of numbers of this dtype is made: bfloat16 or, if it is not asked for or these are not float32, they."""
    dtype = tf.as_dtype(dtype)
    return tf.as_dtype(_in_force) if dtype == tf.float32 else dtype


def product(a: tf.Tensor, b: tf.Tensor, *, transpose_b: bool = False) -> tf.Tensor:
    """Returns the product of two large matrices, in their dtype.

    Args:
        a: `[rows, inner]`.
        b: `[inner, columns]`.
        transpose_b: Whether b comes as `[columns, inner]`.
    """
    multiplied = matmul_dtype(a.dtype)
    return tf.cast(tf.matmul(tf.cast(a, multiplied), tf.cast(b, multiplied), transpose_b=transpose_b), a.dtype)


def affine(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | None = None, *, dtype: tf.DType) -> tf.Tensor:
    """Returns `x W + b` in the dtype in which it is made, which is what passes fastest through the memory.

    Args:
        x: `[rows, features]`.
        kernel: W, `[features, columns]`.
        bias: b, `[columns]`.
        dtype: That of x, or bfloat16.
    """
    if dtype != x.dtype:
        return _rounded_affine(x, kernel, tf.zeros_like(kernel[0]) if bias is None else bias)
    z = tf.matmul(x, kernel)
    return z if bias is None else tf.nn.bias_add(z, bias)


@tf.custom_gradient
def _rounded_affine(x, kernel, bias):
    dtype, (x, kernel) = x.dtype, (tf.cast(part, tf.bfloat16) for part in (x, kernel))

    def back(δz):
        ones = tf.ones([1, tf.shape(δz)[0]], δz.dtype)  # a product is summed in single precision, `reduce_sum` is not
        δ = tf.matmul(δz, kernel, transpose_b=True), tf.matmul(x, δz, transpose_a=True), tf.matmul(ones, δz)[0]
        return tuple(tf.cast(part, dtype) for part in δ)

    return tf.nn.bias_add(tf.matmul(x, kernel), tf.cast(bias, tf.bfloat16)), back
