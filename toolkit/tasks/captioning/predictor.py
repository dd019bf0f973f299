"""From images to captions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.images.decoding import oddities_hidden, to_png
from toolkit.data.images.given import file_name, pixels_of, square
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner

SERVED = "serving_default"


class Caption(NamedTuple):
    """What was written of an image.

    Attributes:
        image: The image's file; `""` if it was none.
        text: The caption.
        score: What the search ranks by: the log-probability, with the penalties of a beam search.
        words: Its words.
        attention: Where the model looked for each word, float32 `[words, side, side]`; `None` if it has no attention.
    """

    image: str
    text: str
    score: float
    words: list[str]
    attention: np.ndarray | None


class Predictor:
    """Writes captions with a model, wherever it runs.

    Args:
        runner: Its signature `serving_default` takes `images`, pixels or PNG files.
        table: Words in the order of their numbers, if the model takes pixels and gives numbers; those that are empty are none.
        image_size: Side of the images.
        attends: Whether the model has attention.
        takes_files: Whether the model takes files and gives strings.
        singly: Whether images are described one at a time.
    """

    def __init__(
        self, runner: Runner, table: Sequence[str], image_size: int, attends: bool, takes_files: bool = False, singly: bool = False
    ):
        self.runner = runner
        self.table = list(table)
        self.image_size = image_size
        self.attends = attends
        self.takes_files = takes_files
        self.singly = singly

    def predict(self, images: Sequence[Any]) -> list[Caption]:
        """Writes captions.

        Args:
            images: Paths, the bytes of files, arrays of pixels or images of Pillow.

        Raises:
            UserError: One is something else, or cannot be read.
        """
        with oddities_hidden():
            pixels = [pixels_of(image, self.image_size) for image in images]
        return self.described([file_name(image) for image in images], pixels)

    def described(self, names: Sequence[str], pixels: Sequence[np.ndarray]) -> list[Caption]:
        """Writes captions of images that are pixels already.

        Args:
            names: What the images are called.
            pixels: uint8, each `[image_size, image_size, 3]`.
        """
        size, found = 1 if self.singly else max(1, len(names)), []
        for start in range(0, len(names), size):
            rows = self._run(np.stack(pixels[start : start + size]))
            found += [self._caption(*row) for row in zip(names[start : start + size], *rows, strict=True)]
        return found

    def _run(self, pixels: np.ndarray) -> tuple:
        """Returns the words, the score and the attention of each image."""
        if self.takes_files:
            outputs = self.runner.run(SERVED, images=[to_png(image) for image in pixels])
            words = [[word.decode() for word in row] for row in outputs["words"]]
            return words, outputs["scores"], outputs["attention"]
        outputs = self.runner.run(SERVED, images=pixels.astype(np.float32))
        return [[self.table[number] for number in row] for row in outputs["tokens"]], outputs["scores"], outputs["alignments"]

    def _caption(self, name: str, words: list[str], score: float, attention: np.ndarray) -> Caption:
        words = [word for word in words if word]  # nothing but the end and padding is empty
        maps = square(attention[: len(words)]) if self.attends else None
        return Caption(name, " ".join(words), float(score), words, maps)


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what writes captions with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description is.

    Raises:
        UserError: A file is missing or damaged.
    """
    description: Mapping[str, Any] = read_description(folder / "model.json", "numbers", "image_size", "attention")
    takes_files = "words" in runner.signatures[SERVED].outputs
    attends = description["attention"] != "none"
    return Predictor(runner, description["numbers"], description["image_size"], attends, takes_files, singly=not takes_files)
