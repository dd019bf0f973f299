"""Parallel texts in a TensorFlow Datasets set, our own or any other that has the same text in two languages."""

import tensorflow_datasets as tfds

from toolkit.data.parallel_texts.languages import Languages
from toolkit.data.parallel_texts.pair import Pair, PairParts
from toolkit.data.reading.tfds_source import described, find_set, read_features, text_features
from toolkit.errors import UserError


def read_tfds_pairs(name: str, languages: Languages, data_dir: str | None) -> tuple[str, PairParts, Languages, list[str]]:
    """Reads a set, preparing it first if need be.

    Args:
        name: Its TFDS name, such as `"phrasebook"` or `"ted_hrlr_translate/pt_to_en"`.
        languages: The features asked for. If nobody has said, they are the set's supervised keys, or the two texts that it has.
        data_dir: Where TFDS keeps its sets; `None` for its own default.

    Returns:
        The full name with the version; pairs by split; the languages; and notes for the report.

    Raises:
        UserError: There is no such set, it lacks a language, or it cannot be prepared.
    """
    builder = find_set(name, data_dir)
    languages = _find_languages(builder, languages)
    parts, notes = read_features(builder, languages)
    return builder.info.full_name, {split: list(map(Pair, *texts)) for split, texts in parts.items()}, languages, notes


def _find_languages(builder: tfds.core.DatasetBuilder, languages: Languages) -> Languages:
    name = builder.info.full_name
    texts = text_features(builder)
    if len(texts) < 2:
        raise UserError(f"{name}: expected a Text per language among the features, found {described(builder)}; choose another set")
    supervised = builder.info.supervised_keys or ()
    usual = supervised if len(supervised) == 2 and set(supervised) <= set(texts) else texts
    return languages.choose(texts, name, Languages(*usual) if len(usual) == 2 else None)
