"""From the bytes of an image file to RGB pixels."""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import UserError, require

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What Pillow may take a file for."""

LARGEST = 89_478_485
"""Pixels of the largest image that is read: Pillow's limit, beyond which a small file fills the memory."""

_NAMES = "PNG, JPEG, WebP or GIF"


@contextlib.contextmanager
def oddities_hidden() -> Iterator[None]:
    """Hides what Pillow warns of in files that it can read all the same. It is entered once, around threads and not inside of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_image(path: Path, size: int) -> np.ndarray:
    """Reads an image file.

    Args:
        path: PNG, JPEG, WebP or GIF; of an animated one the first frame.
        size: Side of the square that it is stretched to.

    Returns:
        RGB, uint8 `[size, size, 3]`.

    Raises:
        UserError: It is missing, is no image, is damaged, or is larger than `LARGEST`.
    """
    return decode_image(content_of(path), size, str(path))


def content_of(path: Path) -> bytes:
    """Returns the bytes of an image file.

    Args:
        path: The file.

    Raises:
        UserError: It is missing or cannot be read.
    """
    if not path.is_file():
        raise UserError(f"{path}: expected an image file, found none")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read this file: {error.strerror}") from error


def decode_image(content: bytes, size: int, name: str = "the image") -> np.ndarray:
    """Decodes an image.

    It is turned upright as its EXIF data say; what is transparent shows white; of 16 bits the higher eight are taken.

    Args:
        content: The bytes of a file.
        size: As for `read_image`.
        name: What messages call it.

    Returns:
        RGB, uint8 `[size, size, 3]`.

    Raises:
        UserError: As `read_image`.
    """
    return _decoded(content, name, lambda image: fit(upright(image), size))


def decode_frames(content: bytes, size: int, name: str = "the image") -> np.ndarray:
    """Decodes all frames of an animated image; another image has one.

    Args:
        content: As for `decode_image`.
        size: As for `read_image`.
        name: As for `decode_image`.

    Returns:
        RGB, uint8 `[frames, size, size, 3]`.

    Raises:
        UserError: As `read_image`.
    """
    frames_of = require("PIL.ImageSequence", extra="vision").Iterator
    return _decoded(content, name, lambda image: np.stack([fit(upright(frame), size) for frame in frames_of(image)]))


def _decoded(content: bytes, name: str, pixels_of: Callable[[Any], np.ndarray]) -> np.ndarray:
    """Opens a file as an image of Pillow and returns its pixels; says in a line what is wrong with it."""
    pillow = require("PIL.Image", extra="vision")
    try:
        image = pillow.open(io.BytesIO(content), formats=FORMATS)
        _check_size(name, *image.size)
        return pixels_of(image)
    except UserError:
        raise
    except pillow.DecompressionBombError as error:
        raise UserError(f"{name}: expected at most {LARGEST:,} pixels, found more; make the image smaller") from error
    except pillow.UnidentifiedImageError as error:
        raise UserError(f"{name}: expected {_NAMES}, found something else") from error
    except Exception as error:  # what Pillow raises for a damaged file is for nobody to list
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{name}: expected {_NAMES}, but the file is damaged ({reason})") from error


def upright(image: Any) -> Any:
    """Returns an image of Pillow as RGB without transparency, the first frame of several, turned as its EXIF data say.

    Args:
        image: The image, of any mode.
    """
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits, which Pillow's own conversion would cut off at 255
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def fit(image: Any, size: int) -> np.ndarray:
    """Returns the pixels of an RGB image of Pillow, stretched to a square, uint8 `[size, size, 3]`.

    Args:
        image: The image.
        size: Side of the square. Where the image is larger, each pixel is a weighted mean of all that it stands for.
    """
    from PIL import Image

    resized = image if image.size == (size, size) else image.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(resized, np.uint8)


def how_resized(size: int) -> str:
    """Returns in words what `decode_image` makes of an image, for whoever has to do it elsewhere.

    Args:
        size: As for `fit`.
    """
    return (
        f"the image upright, stretched to {size} by {size}, bilinear; where it is larger, each pixel is the weighted mean of all "
        "that it stands for (antialiasing); what is transparent is white"
    )


def to_png(pixels: np.ndarray) -> bytes:
    """Returns pixels as a PNG file.

    Args:
        pixels: uint8, RGB `[height, width, 3]` or greyscale, `[height, width]` or `[height, width, 1]`.
    """
    image = require("PIL.Image", extra="vision").fromarray(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > LARGEST:
        raise UserError(f"{name}: expected at most {LARGEST:,} pixels, found {width:,} by {height:,}; make the image smaller")
