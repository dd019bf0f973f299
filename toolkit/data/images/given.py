"""Images as Python may give them: paths, bytes, arrays, images of Pillow; and maps over them."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.data.images.decoding import decode_image, fit, read_image, upright
from toolkit.errors import UserError
from toolkit.values import in_a_line


def pixels_of(image: Any, size: int) -> np.ndarray:
    """Returns the pixels of what stands for an image, uint8 `[size, size, 3]`.

    Args:
        image: A path, the bytes of a file, an array of uint8 (`[height, width]` or with 3 or 4 channels), or an image of Pillow.
        size: Side of the square that it is stretched to.

    Raises:
        UserError: It is something else, or cannot be read.
    """
    from PIL import Image

    if isinstance(image, (str, PathLike)):
        return read_image(Path(image).expanduser(), size)
    if isinstance(image, (bytes, bytearray)):
        return decode_image(bytes(image), size)
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape or image.shape[2:] not in ((), (3,), (4,)):
            received = f"{image.dtype} {list(image.shape)}"
            raise UserError(f"image: expected an array of uint8, [height, width] or with 3 or 4 channels, received {received}")
        image = Image.fromarray(image)
    if not isinstance(image, Image.Image):
        raise UserError(f"image: expected a path, bytes, an array or an image of Pillow, received {in_a_line(image)}")
    return fit(upright(image), size)


def file_name(image: Any) -> str:
    """Returns the path of what stands for an image, `""` if it has none.

    Args:
        image: As for `pixels_of`.
    """
    return str(image) if isinstance(image, (str, PathLike)) else ""


def image_of(item: Any) -> Any:
    """Returns what stands for an image: the item itself, or what a dict has as its `"image"`.

    Args:
        item: What Python was given.

    Raises:
        UserError: It is a dict without one.
    """
    if isinstance(item, dict):
        if "image" not in item:
            raise UserError(f'items: expected a dict with "image", received {in_a_line(item)}')
        return item["image"]
    return item


def square(weights: np.ndarray) -> np.ndarray:
    """Returns weights of places, `[number, places]`, as maps, `[number, side, side]`."""
    side = round(weights.shape[-1] ** 0.5)
    return weights.reshape(-1, side, side)
