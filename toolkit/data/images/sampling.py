"""Images at other places and in other sizes, from products of matrices, which every runtime has."""

import tensorflow as tf


def area_weights(centres: tf.Tensor, cell: tf.Tensor | float, number: int, side: int) -> tf.Tensor:
    """Returns how much each pixel of a row counts in each cell of a grid over it.

    A cell is the mean of what it covers. Cells smaller than a pixel, and those between pixels, are interpolated linearly.

        w_ij = min(1, max(0, (s + 1) / 2 - |c_i - j|)) / s,    s = max(1, cell)

    Args:
        centres: Centre of each grid, in pixels, where the centre of the first pixel is 0; `[batch]`.
        cell: Width of the cells in pixels, a number or `[batch]`.
        number: Cells of a grid.
        side: Pixels of a row. What is beyond them counts as zero.

    Returns:
        The weights w, of the dtype of the centres, `[batch, number, side]`.
    """
    cell = tf.reshape(tf.cast(cell, centres.dtype), [-1, 1, 1])
    offsets = tf.reshape(tf.range(number, dtype=centres.dtype) - (number - 1) / 2, [1, -1, 1])
    places = tf.reshape(centres, [-1, 1, 1]) + offsets * cell
    distances = tf.abs(places - tf.reshape(tf.range(side, dtype=centres.dtype), [1, 1, -1]))
    width = tf.maximum(cell, tf.ones_like(cell))
    return tf.minimum(tf.maximum((width + 1) / 2 - distances, tf.zeros_like(distances)), tf.ones_like(distances)) / width


def sample(images: tf.Tensor, centres: tf.Tensor, cells: tf.Tensor | float, side: int) -> tf.Tensor:
    """Returns what a square grid sees of each image.

    Args:
        images: `[batch, height, width, channels]`, zero outside.
        centres: Row and column of the grid's centre, in pixels, `[batch, 2]`, float32 or more precise.
        cells: Height and width of its cells, `[batch, 2]`, or one number.
        side: Cells of a side.

    Returns:
        `[batch, side, side, channels]`.
    """
    _, height, width, channels = images.shape
    down, across = (cells[:, 0], cells[:, 1]) if isinstance(cells, tf.Tensor) else (cells, cells)
    weights = (area_weights(centres[:, 0], down, side, height), area_weights(centres[:, 1], across, side, width))
    of_rows, of_columns = (tf.cast(part, images.dtype) for part in weights)  # places need more digits than half precision has
    rows = of_rows @ tf.reshape(images, [-1, height, width * channels])
    columns = tf.transpose(tf.reshape(rows, [-1, side, width, channels]), [0, 2, 1, 3])
    seen = of_columns @ tf.reshape(columns, [-1, width, side * channels])
    return tf.transpose(tf.reshape(seen, [-1, side, side, channels]), [0, 2, 1, 3])
