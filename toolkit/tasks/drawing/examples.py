"""What the measuring of drawings has seen of each image, for the report of its run."""

import math

import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.evaluation.measured import Example, Measured, Ratio, worst_first


def measured_drawings(pixels: np.ndarray, reconstruction: np.ndarray, kl: np.ndarray) -> Measured:
    """Returns what became of each image.

    Args:
        pixels: The images, uint8 `[images, side, side, 1]`.
        reconstruction: Of each -log p(image | canvas), `[images]`.
        kl: Of each the divergence at each step, `[images, steps]`.
    """
    of_steps = kl.sum(-1)
    bounds, size = reconstruction + of_steps, pixels.shape[1] * pixels.shape[2]
    return Measured(
        "images",
        scores=[
            Ratio("bound in nats", bounds, percent=False),
            Ratio("reconstruction in nats", reconstruction, percent=False),
            Ratio("KL in nats", of_steps, percent=False),
            Ratio("bits per pixel", bounds / size / math.log(2), percent=False),
        ],
        slices={},
        worst=worst_first(bounds, np.isfinite(bounds)),
        example=lambda row: Example(f"test image {row + 1}", "", "", bounds[row]),
        picture=lambda row: to_png(pixels[row, ..., 0]),
        worst_are="images that cost the most: those that the model knows least",
        score="bound in nats",
    )
