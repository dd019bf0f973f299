"""Images and their captions in a TensorFlow Datasets set, such as `coco_captions`."""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from toolkit.data.images.image_set import ImageSet
from toolkit.data.images.tfds_images import image_feature, read_split_images, refuse_folder
from toolkit.data.reading.columns import key_of, quoted
from toolkit.data.reading.tfds_source import decoded, described, find_set, place_of, prepared_splits
from toolkit.data.splits.splitting import to_measure
from toolkit.errors import UserError
from toolkit.tasks.captioning.files import KARPATHY, Captioned, Form

_USUAL = ("captions", "caption")
_TEXT = "text"  # of captions that have more than their text


def read_tfds_captions(
    name: str, form: Form, size: int, measured: bool = False
) -> tuple[str, dict[str, list[Captioned]], ImageSet, list[str]]:
    """Reads a set, preparing it first if need be.

    Args:
        name: Its TFDS name, such as `"coco_captions"`. Captions are texts, or lists of texts or of dicts with `text`.
        form: Which features to read.
        size: Side of the square that images are stretched to.
        measured: Whether only the split is read that a model is measured on.

    Returns:
        The full name with the version; images with their captions by split, the images that cannot be read among them; the images; and
        notes for the report.

    Raises:
        UserError: There is no such set, it has no images or no captions, or it cannot be prepared.
    """
    refuse_folder(name, form.images)
    builder = find_set(name, form.data_dir)
    image = image_feature(builder, form.image_column)
    caption, parts = _caption_feature(builder, form.caption_column)
    splits, notes = prepared_splits(builder, KARPATHY)
    splits = to_measure(splits) if measured else splits
    found = {split: read_split_images(builder, theirs, image, {caption: parts}, size) for split, theirs in splits.items()}
    captioned = {
        split: [Captioned(path, _texts(value[caption], place_of(builder, splits[split]))) for path, value in part.values.items()]
        for split, part in found.items()
    }
    return builder.info.full_name, captioned, _together([part.images for part in found.values()]), notes


def _caption_feature(builder: tfds.core.DatasetBuilder, asked: str | None) -> tuple[str, Any]:
    """Returns the name of the feature with the captions, and which of its parts are read."""
    features = {key: parts for key, feature in builder.info.features.items() if (parts := _parts_of(feature)) is not None}
    found, name = list(features), builder.info.full_name
    if not found:
        raise UserError(f"{name}: expected Text, or a Sequence of it, among the features, found {described(builder)}; choose another set")
    usual = next((key for key in _USUAL if key in features), found[0] if len(found) == 1 else None)
    key = usual if asked is None else key_of(asked, found)
    if key is None:
        wanted = "with the captions" if asked is None else f'"{asked}"'
        raise UserError(f"{name}: expected a feature {wanted}, found {quoted(found)}; say which with --caption-column")
    return key, features[key]


def _parts_of(feature: tfds.features.FeatureConnector) -> Any:
    """Returns what of a feature is text, as `tfds.decode.PartialDecoding` takes it; `None` if nothing is."""
    inner = feature.feature if isinstance(feature, tfds.features.Sequence) else feature
    if isinstance(inner, tfds.features.FeaturesDict):
        return {_TEXT: True} if _TEXT in inner and _is_text(inner[_TEXT]) else None
    return True if _is_text(inner) else None


def _is_text(feature: tfds.features.FeatureConnector) -> bool:
    return isinstance(feature, tfds.features.Tensor) and np.dtype(feature.np_dtype).kind == "O"


def _texts(value: Any, place: str) -> tuple[str, ...]:
    """Returns captions; those that are empty are padding."""
    rows = np.atleast_1d(value[_TEXT] if isinstance(value, dict) else value)
    return tuple(text for text in decoded(rows, place) if text)


def _together(sets: list[ImageSet]) -> ImageSet:
    rows: dict[Path, int] = {}
    for each in sets:
        start = len(rows)
        rows.update((path, start + row) for path, row in each.rows.items())
    skipped = {path: why for each in sets for path, why in each.skipped.items()}
    return ImageSet(np.concatenate([each.pixels for each in sets]), rows, skipped)
