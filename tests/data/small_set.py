"""A TFDS set that a test makes."""

import tensorflow_datasets as tfds


class SmallSet(tfds.core.GeneratorBasedBuilder):
    """A set of `sizes` examples, each what `example` makes of its split and its number."""

    VERSION = tfds.core.Version("1.0.0")
    features = {}  # noqa: RUF012
    sizes = {}  # noqa: RUF012

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(self.features))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.sizes}

    def _generate_examples(self, split):
        for number in range(self.sizes[split]):
            yield number, self.example(split, number)

    def example(self, split, number):
        raise NotImplementedError
