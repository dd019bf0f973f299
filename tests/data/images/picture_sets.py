"""Small TFDS sets of images, for tests."""

import numpy as np
import tensorflow_datasets as tfds

SIDE, LABELS = 6, ["cat", "dog"]


def picture(number, side=SIDE):
    return np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8)


class Pictures(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")
    features = {"image": tfds.features.Image(), "label": tfds.features.ClassLabel(names=LABELS)}  # noqa: RUF012
    sizes = {"train": 60, "test": 9, "extra": 2}  # noqa: RUF012

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(self.features))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.sizes}

    def _generate_examples(self, split):
        for number in range(self.sizes[split]):
            yield number, self.example(split, number)

    def example(self, split, number):
        return {"image": picture(number, SIDE + number % 2), "label": number % 3 - 1 if split == "test" else number % 2}
