"""A graph reads images as Python does."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.graph_decoding import TOLD_APART, decode_images
from toolkit.data.images.probes import probe_images


def file_of(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def picture(width, height):
    """Smooth, as photographs are: at the edges of colours, JPEG decoders differ most."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([255 * x / width, 255 * y / height, 128 + 100 * np.sin(x / 9)], -1).astype(np.uint8))


FILES = {
    **probe_images(),
    "jpeg": file_of(picture(90, 70), "JPEG"),
    "grey jpeg": file_of(picture(90, 70).convert("L"), "JPEG"),
    "palette": file_of(picture(50, 60).convert("P"), "PNG"),
    "transparent": file_of(Image.new("RGBA", (9, 9), (0, 100, 0, 100)), "PNG"),
    "sixteen bits": file_of(Image.fromarray(np.arange(0, 60000, 600, np.uint16).reshape(10, 10)), "PNG"),
}


def test_pixels_are_those_of_python():
    found = decode_images(tf.constant(list(FILES.values())), 32).numpy()
    for name, pixels in zip(FILES, found, strict=True):
        assert np.abs(pixels - decode_image(FILES[name], 32)).max() <= TOLD_APART, name


def test_something_else_is_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected a PNG or JPEG file"):
        tf.function(decode_images)(tf.constant([b"hello"]), 32)
