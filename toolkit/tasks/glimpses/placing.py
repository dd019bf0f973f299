"""Images put on a canvas: moved, scaled, side by side, among pieces of others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.images.sampling import sample

AT_ONCE = 256  # images


@dataclass(frozen=True)
class Placing:
    """How images are put on a canvas. What is beside them is zero; where two are at one place, the brighter pixel shows.

    Attributes:
        canvas: Side of the canvas.
        objects: Images on it, side by side.
        shift: Pixels that each is moved by, at most.
        scale: Per cent that each is larger or smaller, at most.
        clutter: Pieces of other images.
        clutter_size: Side of such a piece.
        stretch: Per cent that height and width differ by besides, at most.
    """

    canvas: int
    objects: int = 1
    shift: int = 0
    scale: int = 0
    clutter: int = 0
    clutter_size: int = 8
    stretch: int = 0

    def drawn(self, number: int, size: int, seed: Any) -> dict[str, np.ndarray]:
        """Draws what is on each of so many canvases, and where.

        Args:
            number: How many, as many as there are images; the first object of each is the image of its number.
            size: Side of the images.
            seed: Of NumPy's generator.

        Returns:
            `images`, which they are, `[number, objects]`; `centres`, where the canvas's centre is on each, in its own pixels, and `cells`,
            how many of these a pixel of the canvas is, `[number, objects, 2]`; and likewise `pieces`, `[number, clutter]`, with `sources`,
            their centres on the images, and `targets`, on the canvas, `[number, clutter, 2]`.
        """
        chance = np.random.default_rng(seed)
        images = np.concatenate([np.arange(number)[:, np.newaxis], chance.integers(0, number, (number, self.objects - 1))], axis=1)
        larger = 1 + chance.uniform(-1, 1, (number, self.objects, 1)) * self.scale / 100
        cells = 1 / (larger * (1 + chance.uniform(-1, 1, (number, self.objects, 2)) * self.stretch / 100))
        corners = np.array([[(self.canvas - size) // 2, (self.canvas - size * self.objects) // 2 + size * i] for i in range(self.objects)])
        corners = corners + chance.integers(-self.shift, self.shift + 1, (number, self.objects, 2))
        middle = (size - 1) / 2
        half = (self.clutter_size - 1) / 2
        pairs = (number, self.clutter, 2)
        return {
            "images": images.astype(np.int32),
            "centres": (middle + ((self.canvas - 1) / 2 - corners - middle) * cells).astype(np.float32),
            "cells": cells.astype(np.float32),
            "pieces": chance.integers(0, number, pairs[:2]).astype(np.int32),
            "sources": (chance.integers(0, max(1, size - self.clutter_size + 1), pairs) + half).astype(np.float32),
            "targets": (chance.integers(0, self.canvas - self.clutter_size + 1, pairs) + half).astype(np.float32),
        }

    def place(self, pixels: tf.Tensor, drawn: dict[str, tf.Tensor]) -> tf.Tensor:
        """Makes canvases.

        Args:
            pixels: All images, uint8 `[images, size, size, channels]`.
            drawn: What `drawn` returned, of the canvases to make.

        Returns:
            From 0 to 255, float32 `[canvases, canvas, canvas, channels]`.
        """
        if self._leaves(pixels.shape[1]):
            return tf.cast(tf.gather(pixels, drawn["images"][:, 0]), tf.float32)
        shown = []
        for number in range(self.objects):
            images = tf.cast(tf.gather(pixels, drawn["images"][:, number]), tf.float32)
            shown.append(sample(images, drawn["centres"][:, number], drawn["cells"][:, number], self.canvas))
        for number in range(self.clutter):
            others = tf.cast(tf.gather(pixels, drawn["pieces"][:, number]), tf.float32)
            piece = sample(others, drawn["sources"][:, number], 1.0, self.clutter_size)
            where = (self.clutter_size - 1) / 2 + (self.canvas - 1) / 2 - drawn["targets"][:, number]
            shown.append(sample(piece, where, 1.0, self.canvas))
        return tf.reduce_max(tf.stack(shown), 0)

    def all_placed(self, pixels: np.ndarray, seed: Any) -> tuple[np.ndarray, np.ndarray]:
        """Makes a canvas of each image.

        Args:
            pixels: uint8 `[images, size, size, channels]`.
            seed: As for `drawn`.

        Returns:
            The canvases, uint8 `[images, canvas, canvas, channels]`, and which images are on each, `[images, objects]`.
        """
        drawn = self.drawn(len(pixels), pixels.shape[1], seed)
        canvases = np.empty((len(pixels), self.canvas, self.canvas, pixels.shape[-1]), np.uint8)
        for start in range(0, len(pixels), AT_ONCE):
            part = {name: tf.constant(values[start : start + AT_ONCE]) for name, values in drawn.items()}
            canvases[start : start + AT_ONCE] = np.rint(self.place(tf.constant(pixels), part))
        return canvases, drawn["images"]

    def _leaves(self, size: int) -> bool:
        """Returns whether images of a size stay as they are."""
        return size == self.canvas and self.objects == 1 and not (self.shift or self.scale or self.clutter or self.stretch)
