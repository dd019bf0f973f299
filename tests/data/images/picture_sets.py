"""Small TFDS sets of images, for tests."""

import numpy as np
import tensorflow_datasets as tfds

from tests.data.small_set import SmallSet

SIDE, LABELS = 6, ["cat", "dog"]


def picture(number, side=SIDE):
    return np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)


class Pictures(SmallSet):
    features = {"image": tfds.features.Image(), "label": tfds.features.ClassLabel(names=LABELS)}  # noqa: RUF012
    sizes = {"train": 60, "test": 9, "extra": 2}  # noqa: RUF012

    def example(self, split, number):
        return {"image": picture(number, SIDE + number % 2), "label": number % 3 - 1 if split == "test" else number % 2}
