"""Texts and classes of a TensorFlow Datasets set, our own or any other."""

import contextlib
import difflib
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import tensorflow_datasets as tfds

from toolkit.data import datasets
from toolkit.data.reading.local_files import SPLIT_NAMES
from toolkit.data.reading.network import reachable
from toolkit.data.splits.splitting import SPLITS
from toolkit.errors import UserError

_NAME = re.compile(r"\w+(/[\w.+-]+)?(:[\d.*]+)?")
_BATCH = 1024  # one by one, TFDS reads seven times slower


def find_set(name: str, data_dir: str | None) -> tfds.core.DatasetBuilder:
    """Finds a set, one of our own or of TFDS, without preparing it.

    Args:
        name: Its TFDS name, perhaps with a configuration and a version.
        data_dir: Where TFDS keeps its sets; `None` for its own default.

    Returns:
        The builder of the set.

    Raises:
        UserError: There is no such set, configuration or version.
    """
    for module in pkgutil.iter_modules(datasets.__path__):  # makes our sets known to TFDS by their names
        importlib.import_module(f"{datasets.__name__}.{module.name}.{module.name}_dataset_builder")
    set_name, _, config = name.partition(":")[0].partition("/")
    try:
        if not _NAME.fullmatch(name):
            raise tfds.core.DatasetNotFoundError(name)
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError:
        near = _near(set_name, tfds.list_builders(with_community_datasets=False))
        raise UserError(
            f'--data: expected a file, a folder or a TFDS set (NAME, NAME/CONFIG or NAME:1.0.0), received "{name}"{near}'
        ) from None
    except ValueError as error:
        near = _near(config, list(tfds.builder_cls(set_name).builder_configs))
        raise UserError(f'--data: the TFDS set "{set_name}" has no configuration "{config}"{near}') from error
    except AssertionError as error:
        version = tfds.builder(name.partition(":")[0], data_dir=data_dir).version
        raise UserError(f'--data: expected version {version} of the TFDS set "{set_name}", received "{name}"') from error


def _near(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, words, n=5)
    return f"; did you mean {', '.join(near)}?" if near else ""


def described(builder: tfds.core.DatasetBuilder) -> str:
    """Returns the names of all features with their types, for error messages."""
    return ", ".join(f"{key} ({type(feature).__name__})" for key, feature in builder.info.features.items())


def text_features(builder: tfds.core.DatasetBuilder) -> list[str]:
    """Returns the names of the features that are texts."""
    return [key for key, feature in builder.info.features.items() if isinstance(feature, tfds.features.Text)]


def read_features(builder: tfds.core.DatasetBuilder, keys: Sequence[str]) -> tuple[dict[str, list[list[str]]], list[str]]:
    """Reads texts and classes of a set, preparing it first if need be.

    Args:
        builder: What `find_set` returns.
        keys: Features to read, each a `Text` or a `ClassLabel`.

    Returns:
        By split, one list of strings per feature; and notes for the report.

    Raises:
        UserError: The set cannot be prepared, has none of the usual splits, or has a text that is not UTF-8.
    """
    splits, notes = prepared_splits(builder)
    return {split: _read(builder, theirs, keys) for split, theirs in splits.items()}, notes


def prepared_splits(builder: tfds.core.DatasetBuilder, names: Mapping[str, str] = SPLIT_NAMES) -> tuple[dict[str, str], list[str]]:
    """Returns the splits that a set has, of the usual ones, and notes for the report. The set is prepared first if need be.

    Args:
        builder: What `find_set` returns.
        names: Which split of ours each of theirs belongs to.

    Returns:
        Of our splits, what TFDS calls them, such as `"train+restval"`; and notes for the report.

    Raises:
        UserError: The set cannot be prepared, or has none of the usual splits.
    """
    _prepare(builder)
    theirs = {split: [name for name in builder.info.splits if names.get(name) == split] for split in SPLITS}
    splits = {split: "+".join(found) for split, found in theirs.items() if found}
    if not splits:
        raise UserError(f"{builder.info.full_name}: expected a split named train, found {', '.join(builder.info.splits)}")
    unused = [f"{split} ({info.num_examples:,})" for split, info in builder.info.splits.items() if split not in names]
    notes = [*(builder.info.metadata or {}).get("notes", []), *([f"splits not used: {', '.join(unused)}"] if unused else [])]
    return splits, notes


def _prepare(builder: tfds.core.DatasetBuilder) -> None:
    """Prepares a set in its own folder; TFDS works in a temporary one, so a set is there whole or not at all."""
    if builder.data_path.exists():
        return
    _check_network(builder)
    if not builder.url_infos:
        tfds.disable_progress_bar()  # nothing to download: it takes seconds
    try:
        with contextlib.redirect_stdout(sys.stderr):  # standard output is for results
            builder.download_and_prepare()
    except (OSError, RuntimeError) as error:  # TFDS wraps a full disk in a RuntimeError
        if not builder.data_path.exists():  # else another process has prepared it in the meantime
            raise UserError(
                f"{builder.info.full_name}: cannot prepare it in {builder.data_path}: {error}; choose another --data-dir"
            ) from error


def _check_network(builder: tfds.core.DatasetBuilder) -> None:
    """Fails at once where a download would retry for minutes."""
    urls = builder.url_infos or {}
    manual_dir = Path(builder.data_dir_root) / "downloads" / "manual"
    by_hand = [info.filename for info in urls.values() if info.filename and (manual_dir / info.filename).exists()]
    if not urls or by_hand or reachable(urls):
        return
    hosts = ", ".join(sorted({urlsplit(url).hostname for url in urls}))
    files = f"put {next(iter(urls))} into {manual_dir}" if len(urls) == 1 else f"put its files into {manual_dir}"
    raise UserError(f"{builder.info.full_name}: no connection to {hosts}; check the network, or {files}, or use local files (--data FILE)")


def _read(builder: tfds.core.DatasetBuilder, split: str, keys: Sequence[str]) -> list[list[str]]:
    values: list[list[str]] = [[] for _ in keys]
    for batch in read_batches(builder, split, keys, _BATCH):
        for strings, more in zip(values, batch, strict=True):
            strings += more
    return values


def read_encoded(
    builder: tfds.core.DatasetBuilder, split: str, image: str, beside: Mapping[str, Any], size: int
) -> Iterator[Mapping[str, Any]]:
    """Reads images of a split of a prepared set, some at a time, as the files that they are, with other features.

    Args:
        builder: What `find_set` returns.
        split: Name of the split.
        image: Feature of the image.
        beside: Other features, as `tfds.decode.PartialDecoding` takes them, such as `{"captions": {"text": True}}`.
        size: How many examples at a time.

    Yields:
        Arrays by feature. Lists that are shorter than others are padded with `b""`.
    """
    decoders = tfds.decode.PartialDecoding({image: True, **beside}, {image: tfds.decode.SkipDecoding()})
    yield from tfds.as_numpy(builder.as_dataset(split=split, batch_size=size, decoders=decoders))


def place_of(builder: tfds.core.DatasetBuilder, split: str) -> str:
    """Returns what messages call a split."""
    return f"{builder.info.full_name}[{split}]"


def read_batches(builder: tfds.core.DatasetBuilder, split: str, keys: Sequence[str], size: int) -> Iterator[list[Iterable[str]]]:
    """Reads texts and classes of a split of a prepared set, some examples at a time.

    Args:
        builder: What `find_set` returns.
        split: Name of the split.
        keys: Features to read, each a `Text` or a `ClassLabel`.
        size: How many examples at a time.

    Yields:
        For each feature the strings of these examples.

    Raises:
        UserError: A text is not UTF-8.
    """
    place = place_of(builder, split)
    for batch in tfds.as_numpy(builder.as_dataset(split=split, batch_size=size)):
        yield [_strings(batch[key], builder.info.features[key], place) for key in keys]


def _strings(values: np.ndarray, feature: tfds.features.FeatureConnector, place: str) -> Iterable[str]:
    """Decodes texts and names classes; -1, which stands for an unknown class, has the empty name."""
    if isinstance(feature, tfds.features.ClassLabel):
        return (feature.int2str(int(value)) if value >= 0 else "" for value in values)
    return decoded(values, place)


def decoded(values: Iterable[bytes], place: str) -> list[str]:
    """Decodes texts.

    Args:
        values: Their bytes.
        place: Where they stand, for error messages.

    Raises:
        UserError: One is not UTF-8.
    """
    try:
        return [value.decode() for value in values]
    except UnicodeDecodeError as error:
        raise UserError(f"{place}: expected UTF-8, received {error.object[:40]!r}; choose another feature") from error
