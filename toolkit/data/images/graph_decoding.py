"""From the bytes of image files to pixels inside of a TensorFlow graph, as `decode_image` has them in Python."""

import numpy as np
import tensorflow as tf

from toolkit.data.images.image_corpus import LUMINANCE
from toolkit.errors import UserError

PNG, JPEG = b"\x89PNG", b"\xff\xd8\xff"
"""How the files begin that a graph reads."""

TOLD_APART = 4
"""Most that a pixel may differ from the one in Python: Pillow rounds twice where TensorFlow keeps fractions, and once more in a JPEG."""


def decode_images(contents: tf.Tensor, size: int, channels: int = 3) -> tf.Tensor:
    """Decodes and resizes images.

    Transparency shows white, of 16 bits the higher eight are taken, as in Python. EXIF data are not read: a picture has to be upright.

    Args:
        contents: PNG or JPEG files, strings `[batch]`; a graph stops at anything else.
        size: Side of the square that each is stretched to.
        channels: 1 for shades of grey, 3 for red, green and blue.

    Returns:
        From 0 to 255, float32 `[batch, size, size, channels]`.
    """
    spec = tf.TensorSpec([size, size, 3], tf.float32)
    pixels = tf.map_fn(lambda content: _decode(content, size), contents, fn_output_signature=spec)
    return pixels if channels == 3 else tf.reduce_sum(pixels * (tf.constant(LUMINANCE, tf.float32) / 2**16), -1, keepdims=True)


def check_seen(seen: np.ndarray, pixels: np.ndarray, most: int = TOLD_APART) -> None:
    """Checks that a graph sees images as they are seen in Python.

    Args:
        seen: Pixels that the graph makes of files.
        pixels: Those that Python makes of them.
        most: How much one may differ at most.

    Raises:
        UserError: One differs more.
    """
    if not (apart := np.abs(seen - pixels).max()) <= most:
        raise UserError(f"SavedModel: expected the pixels of each image to within {most} of 255, found a difference of {apart:.3g}")


def _decode(content: tf.Tensor, size: int) -> tf.Tensor:
    is_png, is_jpeg = (tf.equal(tf.strings.substr(content, 0, len(start)), start) for start in (PNG, JPEG))
    check = tf.debugging.Assert(is_png | is_jpeg, ["expected a PNG or JPEG file, found something else"])
    with tf.control_dependencies([check]):
        pixels = tf.cond(is_png, lambda: _of_png(content), lambda: _of_jpeg(content))
    return tf.ensure_shape(tf.image.resize(pixels, [size, size], "bilinear", antialias=True), [size, size, 3])


def _of_png(content: tf.Tensor) -> tf.Tensor:
    pixels = tf.cast(tf.io.decode_png(content, channels=4), tf.float32)
    colour, opacity = pixels[..., :3], pixels[..., 3:] / 255
    return colour * opacity + 255 * (1 - opacity)


def _of_jpeg(content: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.io.decode_jpeg(content, channels=3, dct_method="INTEGER_ACCURATE"), tf.float32)
