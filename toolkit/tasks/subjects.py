"""What the subjects of all kinds of tasks need to make batches of held-out examples."""

import base64
import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.data.batching.token_lists import by_length
from toolkit.data.images.decoding import decode_image
from toolkit.data.images.image_corpus import to_channels

ROWS = 32
"""Examples of a batch."""

EXAMPLES = 96
"""Held-out examples that an inspection looks at."""


def rows_of(examples: Sequence[Sequence], rows: int = ROWS, most: int = EXAMPLES) -> list[list[int]]:
    """Returns which examples are in which batch: those of a length together.

    Args:
        examples: Lists of token ids, or what else has a length; of no length is left out.
        rows: Most examples of a batch; it has fewer if they are long, see `by_length`.
        most: Examples in all, the first.
    """
    kept = [row for row in range(min(most, len(examples))) if len(examples[row])]
    return [[kept[place] for place in batch] for batch in by_length([len(examples[row]) for row in kept], rows)]


def pixels_of_samples(samples: Sequence[str], size: int, channels: int = 3) -> np.ndarray:
    """Returns the images that a run keeps, from 0 to 255, float32 `[images, size, size, channels]`.

    Args:
        samples: PNG files in base64, at least one.
        size: Side of the images.
        channels: 1 for grey, 3 for red, green and blue.
    """
    return to_channels(np.stack([decode_image(base64.b64decode(each), size) for each in samples]), channels).astype("float32")


def with_mask(loops: dict[str, Any], inside: np.ndarray) -> dict[str, Any]:
    """Returns loops that know where there is padding: a decoder, which reads forwards, runs on behind the end and needs no mask.

    Args:
        loops: What was observed, by name.
        inside: Boolean `[batch, time]`; becomes the mask of the loops of this shape that have none.
    """

    def masked(loop):
        shape = next(iter(loop.states.values())).shape[:2]
        return dataclasses.replace(loop, mask=inside) if loop.mask is None and tuple(shape) == inside.shape else loop

    return {name: masked(loop) for name, loop in loops.items()}
