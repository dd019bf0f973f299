"""Labeled texts in a TensorFlow Datasets set, our own or any other that has a text and a label."""

from collections.abc import Sequence

import tensorflow_datasets as tfds

from toolkit.data.labeled_texts.example import Example, Parts
from toolkit.data.reading.columns import Columns
from toolkit.data.reading.tfds_source import described, find_set, read_features, text_features
from toolkit.errors import UserError


def read_tfds(name: str, columns: Columns, data_dir: str | None) -> tuple[str, Parts, list[str], list[str]]:
    """Reads a set, preparing it first if need be.

    Args:
        name: Its TFDS name, such as `"imdb_reviews"`, `"glue/sst2"` or `"imdb_reviews:1.0.0"`.
        columns: The features to read; those that are `None` are found by their types and names.
        data_dir: Where TFDS keeps its sets; `None` for its own default.

    Returns:
        The full name with the version; examples by split; the label names in the set's own order; and notes for the report.

    Raises:
        UserError: There is no such set, it has no text or no label, or it cannot be prepared.
    """
    builder = find_set(name, data_dir)
    columns = _find_columns(builder, columns)
    keys = [columns.text, columns.label, *([columns.source] if columns.source else [])]
    parts, notes = read_features(builder, keys)
    examples = {split: _examples(values, f"{builder.info.full_name}[{split}]") for split, values in parts.items()}
    return builder.info.full_name, examples, list(builder.info.features[columns.label].names), notes


def _examples(values: Sequence[Sequence[str]], place: str) -> list[Example]:
    """Makes examples of the texts, the labels and, if there are any, the sources of one split."""
    texts, labels, sources = values if len(values) == 3 else (*values, [""] * len(values[0]))
    return [Example(text, label, source, place) for text, label, source in zip(texts, labels, sources, strict=True)]


def _find_columns(builder: tfds.core.DatasetBuilder, columns: Columns) -> Columns:
    name, features = builder.info.full_name, builder.info.features
    texts = text_features(builder)
    labels = [key for key, feature in features.items() if isinstance(feature, tfds.features.ClassLabel)]
    if not texts or not labels:
        raise UserError(f"{name}: expected a Text and a ClassLabel among the features, found {described(builder)}; choose another set")
    usual_text, usual_label = (builder.info.supervised_keys or (None, None))[:2]
    text = columns.text or _choose(texts, usual_text)
    label = columns.label or _choose(labels, usual_label)
    wanted = Columns(text, label, columns.source)
    return Columns(wanted.find("text", texts, name), wanted.find("label", labels, name), wanted.find("source", texts + labels, name))


def _choose(keys: Sequence[str], usual: object) -> str | None:
    return keys[0] if len(keys) == 1 else usual if usual in keys else None
