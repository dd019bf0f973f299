"""Pairs of English and French sentences from a grammar, as a TFDS set."""

from collections.abc import Iterator

import tensorflow_datasets as tfds

from toolkit.data.datasets.phrasebook.grammar import draw_splits

_SIZES = {"train": 60_000, "validation": 2_000, "test": 2_000}
_SEED = 2014


class Builder(tfds.core.GeneratorBasedBuilder):
    """English sentences and their French translations, from a grammar; the test combines words as training never does. Needs no network."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}  # noqa: RUF012 (TFDS reads this name from the class)

    def _info(self) -> tfds.core.DatasetInfo:
        features = tfds.features.FeaturesDict({"en": tfds.features.Text(), "fr": tfds.features.Text()})
        return self.dataset_info_from_configs(features=features, supervised_keys=("en", "fr"))

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterator]:
        return {split: self._generate_examples(pairs) for split, pairs in draw_splits(_SIZES, _SEED).items()}

    def _generate_examples(self, pairs: list[tuple[str, str]]) -> Iterator[tuple[int, dict]]:
        for key, (english, french) in enumerate(pairs):
            yield key, {"en": english, "fr": french}
