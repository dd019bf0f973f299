"""Images that are likely to go wrong, for all kinds of tasks that read images."""

import functools

import numpy as np

from toolkit.data.images.decoding import to_png

SIDE = 48


@functools.cache
def probe_images() -> dict[str, bytes]:
    """Returns PNG files by what they show: nothing black or white, noise, one pixel, a photograph's 12 million pixels, shades of grey."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    shades = np.linspace(0, 255, SIDE).astype(np.uint8)
    large = np.add.outer(np.arange(3000) // 24, np.arange(4000) // 32).astype(np.uint8)
    return {
        "black": to_png(np.zeros((SIDE, SIDE, 3), np.uint8)),
        "white": to_png(np.full((SIDE, SIDE, 3), 255, np.uint8)),
        "noise": to_png(noise),
        "one pixel": to_png(np.array([[[200, 30, 90]]], np.uint8)),
        "large": to_png(large),
        "greyscale": to_png(np.tile(shades, (SIDE, 1))),
    }
