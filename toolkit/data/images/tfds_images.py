"""Images of TensorFlow Datasets sets, decoded as those of files are."""

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from toolkit.data.images.decoding import decode_image
from toolkit.data.images.image_set import Chunk, ImageSet, gather
from toolkit.data.reading.columns import key_of, quoted
from toolkit.data.reading.tfds_source import described, place_of, read_encoded
from toolkit.errors import UserError

_BATCH = 256  # a photograph takes a few hundred kilobytes


@dataclass(frozen=True)
class TfdsImages:
    """The images of a split.

    Attributes:
        images: The images; what stands for the path of one is the split and its number in it.
        values: By the same, what else was read of each, as TFDS gives it; also of those that cannot be read.
        digests: By the same, the SHA-256 of its file.
    """

    images: ImageSet
    values: dict[Path, Any] = field(default_factory=dict)
    digests: dict[Path, str] = field(default_factory=dict)


def image_feature(builder: tfds.core.DatasetBuilder, asked: str | None) -> str:
    """Returns the name of the feature that is the image.

    Args:
        builder: The set.
        asked: The name that was asked for; `None` for the only one, or that which is called `image`.

    Raises:
        UserError: There is none, several could be meant, or it is not of 8 bits.
    """
    key = feature_of(builder, "image", asked, tfds.features.Image)
    if builder.info.features[key].np_dtype != np.uint8:
        found = np.dtype(builder.info.features[key].np_dtype).name
        raise UserError(f'{builder.info.full_name}: expected images of uint8 as "{key}", found {found}; choose another set')
    return key


def feature_of(builder: tfds.core.DatasetBuilder, role: str, asked: str | None, kind: type) -> str:
    """Returns the name of a feature: the one that was asked for, the only one of its type, or the one that is called as its role.

    Args:
        builder: The set.
        role: What it is for, such as `"label"`.
        asked: Its name, or its number among those of the type, if somebody has said it, by the option `--ROLE-column`.
        kind: Its type.

    Raises:
        UserError: There is none, or several could be meant.
    """
    name, found = builder.info.full_name, [key for key, feature in builder.info.features.items() if isinstance(feature, kind)]
    if not found:
        raise UserError(f"{name}: expected {kind.__name__} among the features, found {described(builder)}; choose another set")
    usual = found[0] if len(found) == 1 else role if role in found else None
    key = usual if asked is None else key_of(asked, found)
    if key is None:
        wanted = f'"{asked}"' if asked else f"with the {role}"
        raise UserError(f"{name}: expected a feature {wanted}, found {quoted(found)}; say which with --{role}-column")
    return key


def refuse_folder(name: str, images: str | None) -> None:
    """Refuses a folder of images for a set, which has its own.

    Raises:
        UserError: There is one.
    """
    if images is not None:
        raise UserError(f'--images: expected none with the TFDS set "{name}", which has images of its own, received {images}')


def read_split_images(builder: tfds.core.DatasetBuilder, split: str, image: str, beside: Mapping[str, Any], size: int) -> TfdsImages:
    """Reads the images of a split of a prepared set; names and leaves out those that cannot be read.

    Args:
        builder: The set.
        split: What TFDS calls the split.
        image: Feature of the image.
        beside: Other features, as for `read_encoded`.
        size: Side of the square that each is stretched to.

    Raises:
        UserError: No image can be read.
    """
    values: dict[Path, Any] = {}
    digests: dict[Path, str] = {}

    def chunks() -> Iterator[Chunk]:
        for batch in read_encoded(builder, split, image, beside, _BATCH):
            contents = batch[image]
            paths = [Path(place_of(builder, split), str(len(values) + row)) for row in range(len(contents))]
            others = {key: batch[key] for key in beside}
            values.update((path, _row(others, row)) for row, path in enumerate(paths))
            digests.update((path, hashlib.sha256(content).hexdigest()) for path, content in zip(paths, contents, strict=True))
            readers = (functools.partial(decode_image, content, size, str(path)) for path, content in zip(paths, contents, strict=True))
            yield list(zip(paths, readers, strict=True))

    number = sum(builder.info.splits[name].num_examples for name in split.split("+"))
    return TfdsImages(gather(chunks(), number, size), values, digests)


def _row(values: Any, row: int) -> Any:
    """Returns a row of arrays, which may be in dicts."""
    return {key: _row(part, row) for key, part in values.items()} if isinstance(values, dict) else values[row]
