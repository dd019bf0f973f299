"""Running text in a TensorFlow Datasets set, our own or any other that has a text."""

from collections.abc import Callable, Iterator
from functools import partial

import tensorflow_datasets as tfds

from toolkit.data.reading.columns import Columns
from toolkit.data.reading.tfds_source import described, find_set, prepared_splits, read_batches, text_features
from toolkit.data.running_text.stretch import Document, in_parts
from toolkit.errors import UserError

_BATCH = 64  # a text may be long


def tfds_documents(
    name: str, text_column: str | None, data_dir: str | None
) -> tuple[str, dict[str, list[Callable[[], Iterator[Document]]]], list[str]]:
    """Finds a set, preparing it first if need be, and reads it when it is iterated.

    Args:
        name: Its TFDS name, such as `"tiny_shakespeare"` or `"lm1b"`.
        text_column: Feature of the text; `None` to find it by its usual names, or because it is the only text.
        data_dir: Where TFDS keeps its sets; `None` for its own default.

    Returns:
        The full name with the version; what reads the documents, by split; and notes for the report.

    Raises:
        UserError: There is no such set, it has no text, several could be meant, or it cannot be prepared.
    """
    builder = find_set(name, data_dir)
    key = _text_feature(builder, text_column)
    splits, notes = prepared_splits(builder)
    return builder.info.full_name, {split: [partial(_read, builder, theirs, key)] for split, theirs in splits.items()}, notes


def _text_feature(builder: tfds.core.DatasetBuilder, chosen: str | None) -> str:
    texts = text_features(builder)
    if not texts:
        raise UserError(f"{builder.info.full_name}: expected a Text among the features, found {described(builder)}; choose another set")
    return Columns(text=chosen or (texts[0] if len(texts) == 1 else None)).find("text", texts, builder.info.full_name)


def _read(builder: tfds.core.DatasetBuilder, split: str, key: str) -> Iterator[Document]:
    for [texts] in read_batches(builder, split, [key], _BATCH):
        yield from map(in_parts, texts)
