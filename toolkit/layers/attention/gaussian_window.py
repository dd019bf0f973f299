"""A window on an image that a gradient can move and resize: a grid of Gaussian filters."""

from typing import NamedTuple

import tensorflow as tf

PARAMETERS = 5
"""Numbers that a window is made of."""


class Window(NamedTuple):
    """Where the filters of a grid are, in pixels, where the centre of the first pixel is 0; all of the shape `[batch]`.

    Attributes:
        row: Centre of the grid.
        column: Centre of the grid.
        stride: Distance of neighbouring filters.
        variance: Of each filter.
        intensity: What is read is multiplied by, and what is written divided.
    """

    row: tf.Tensor
    column: tf.Tensor
    stride: tf.Tensor
    variance: tf.Tensor
    intensity: tf.Tensor

    @property
    def geometry(self) -> tf.Tensor:
        """Row, column, stride and standard deviation, `[batch, 4]`."""
        return tf.stack([self.row, self.column, self.stride, tf.sqrt(self.variance)], -1)


def window_of(parameters: tf.Tensor, size: int, side: int) -> Window:
    """Makes a window of any five numbers.

        g = (side + 1) / 2 (g̃ + 1) - 1        row, and likewise column; the paper counts pixels from 1
        δ = (side - 1) / (size - 1) exp(log δ̃)
        σ² = exp(log σ²)                      γ = exp(log γ)

    So where all five are zero, the grid covers the whole image.

    Args:
        parameters: g̃ of row and column, log σ², log δ̃ and log γ, `[batch, 5]`.
        size: Filters of a side of the grid, at least 2.
        side: Pixels of a side of the image.

    Source: Gregor et al. 2015, "DRAW: A recurrent neural network for image generation", equations 21 to 24.
    """
    down, across, log_variance, log_stride, log_intensity = tf.unstack(parameters, axis=-1)
    half = (side + 1) / 2
    stride = (side - 1) / (size - 1) * tf.exp(log_stride)
    return Window(half * (down + 1) - 1, half * (across + 1) - 1, stride, tf.exp(log_variance), tf.exp(log_intensity))


def filter_banks(window: Window, size: int, side: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns how much each row of pixels, and each column, counts in each row and column of the grid.

        μ_i = g + (i - size / 2 - 0.5) δ      i from 1 to size
        F_ia = exp(-(a - μ_i)² / 2σ²) / Z_i   Z_i so that Σ_a F_ia = 1

    Args:
        window: The window.
        size: As for `window_of`.
        side: As for `window_of`.

    Returns:
        F_Y and F_X, `[batch, size, side]`.

    Source: As `window_of`, equations 19, 20, 25 and 26.
    """
    return tuple(_filter_bank(centre, window.stride, window.variance, size, side) for centre in (window.row, window.column))


def read(images: tf.Tensor, banks: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Returns what a grid sees of images: F_Y x F_Xᵀ, without γ, `[batch, size, size]`.

    Args:
        images: `[batch, side, side]`.
        banks: What `filter_banks` returned.
    """
    of_rows, of_columns = banks
    return tf.matmul(tf.matmul(of_rows, images), of_columns, transpose_b=True)


def write(patches: tf.Tensor, banks: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Returns images of what a grid writes: F_Yᵀ w F_X, without 1 / γ, `[batch, side, side]`.

    Args:
        patches: `[batch, size, size]`.
        banks: What `filter_banks` returned.
    """
    of_rows, of_columns = banks
    return tf.matmul(tf.matmul(of_rows, patches, transpose_a=True), of_columns)


def _filter_bank(centre: tf.Tensor, stride: tf.Tensor, variance: tf.Tensor, size: int, side: int) -> tf.Tensor:
    offsets = tf.range(size, dtype=centre.dtype) - (size - 1) / 2
    centres = tf.expand_dims(centre, -1) + tf.expand_dims(stride, -1) * offsets
    distances = tf.expand_dims(centres, -1) - tf.range(side, dtype=centre.dtype)
    precision = tf.reshape(0.5 / variance, [-1, 1, 1])
    return tf.nn.softmax(-tf.square(distances) * precision)  # which is F, and divides by no zero where a filter is far outside
