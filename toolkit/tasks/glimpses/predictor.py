"""From images to their labels, and to where the model looked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.images.decoding import oddities_hidden, to_png
from toolkit.data.images.given import file_name, pixels_of
from toolkit.data.images.image_corpus import to_channels
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner
from toolkit.tasks.glimpses.functions import SERVED


class Looked(NamedTuple):
    """What was seen on an image.

    Attributes:
        image: The image's file; `""` if it was none.
        labels: The labels of its objects.
        probabilities: Of all labels, float32 `[objects, labels]`.
        locations: Row and column of each glimpse, from -1 to 1, float32 `[glimpses, 2]`.
    """

    image: str
    labels: tuple[str, ...]
    probabilities: np.ndarray
    locations: np.ndarray

    @property
    def score(self) -> float:
        """Probability of all labels together."""
        return float(self.probabilities.max(-1).prod())


class Predictor:
    """Looks at images with a model, wherever it runs.

    Args:
        runner: Its signature `serving_default` takes `images`: files, or pixels.
        label_names: The labels, in the order of their numbers.
        image_size: Side of the images.
        channels: Channels of the images.
        takes_files: Whether it takes files.
    """

    def __init__(self, runner: Runner, label_names: Sequence[str], image_size: int, channels: int, takes_files: bool = False):
        self.runner = runner
        self.names = list(label_names)
        self.image_size = image_size
        self.channels = channels
        self.takes_files = takes_files

    def predict(self, images: Sequence[Any]) -> list[Looked]:
        """Names what is on images.

        Args:
            images: Paths, the bytes of files, arrays of pixels or images of Pillow.

        Raises:
            UserError: One is something else, or cannot be read.
        """
        with oddities_hidden():
            pixels = [to_channels(pixels_of(image, self.image_size), self.channels) for image in images]
        return self.looked([file_name(image) for image in images], np.stack(pixels)) if pixels else []

    def looked(self, names: Sequence[str], pixels: np.ndarray) -> list[Looked]:
        """Names what is on images that are pixels already.

        Args:
            names: What the images are called.
            pixels: uint8 `[images, image_size, image_size, channels]`.
        """
        images = [to_png(image) for image in pixels] if self.takes_files else pixels.astype(np.float32)
        found = self.runner.run(SERVED, images=images)
        return [
            Looked(name, tuple(self.names[number] for number in probabilities.argmax(-1)), probabilities, locations)
            for name, probabilities, locations in zip(names, found["probabilities"], found["locations"], strict=True)
        ]


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what looks at images with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description is.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "label_names", "image_size", "channels")
    takes_files = len(runner.signatures[SERVED].inputs["images"].shape) == 1
    return Predictor(runner, *(description[name] for name in ("label_names", "image_size", "channels")), takes_files=takes_files)
