"""From sequences of frames to a label for each frame."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.images.decoding import content_of, decode_frames, oddities_hidden, to_png
from toolkit.data.images.given import file_name, pixels_of
from toolkit.data.images.image_corpus import to_channels
from toolkit.errors import UserError
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner
from toolkit.tasks.frames.files import frame_files
from toolkit.tasks.frames.functions import ALONE, SERVED
from toolkit.tasks.frames.padding import padded_files, padded_pixels, together
from toolkit.values import in_a_line

ITEM = 'the path of a folder of frames or of an animated image, or a dict with "images", a list of at least one'


class Tagged(NamedTuple):
    """What was seen on a sequence.

    Attributes:
        sequence: Its folder or file; `""` if it was none.
        labels: The label of each frame.
        scores: The probability of each, float32 `[frames]`.
        alone: The label that a frame is given when it is seen alone; none if that was not asked for.
    """

    sequence: str
    labels: tuple[str, ...]
    scores: np.ndarray
    alone: tuple[str, ...] = ()


class Predictor:
    """Tags the frames of sequences with a model, wherever it runs.

    Args:
        runner: Its signature `serving_default` takes `images`: files, or pixels with `lengths`.
        label_names: The labels, in the order of their numbers.
        image_size: Side of the frames.
        channels: Channels of the frames.
        takes_files: Whether it takes files.
        singly: Whether sequences are looked at one at a time, without padding.
    """

    def __init__(
        self, runner: Runner, label_names: Sequence[str], image_size: int, channels: int, takes_files: bool = False, singly: bool = False
    ):
        self.runner = runner
        self.names = list(label_names)
        self.image_size = image_size
        self.channels = channels
        self.takes_files = takes_files
        self.singly = singly

    def predict(self, items: Sequence[Any]) -> list[Tagged]:
        """Names what is on the frames of sequences.

        Args:
            items: Each the path of a folder of frames or of an animated image, or a dict with `images`, a list of paths, the bytes of
                files, arrays of pixels or images of Pillow.

        Raises:
            UserError: One is something else, has no frame, or cannot be read.
        """
        with oddities_hidden():
            sequences = [to_channels(self._frames(place, item), self.channels) for place, item in enumerate(items)]
        return self.tagged([file_name(item) for item in items], sequences)

    def tagged(self, names: Sequence[str], sequences: Sequence[np.ndarray], alone: bool = False) -> list[Tagged]:
        """Names what is on frames that are pixels already.

        Args:
            names: What the sequences are called.
            sequences: Their frames, uint8 `[frames, image_size, image_size, channels]`.
            alone: Whether it is asked, too, what each frame is taken for alone; a run can say that.
        """
        found = []
        for part in together([len(each) for each in sequences], self.singly):
            given = self._inputs(sequences[part])
            seen = self.runner.run(SERVED, **given)["probabilities"]
            beside = self.runner.run(ALONE, **given)["probabilities"] if alone else [None] * len(seen)
            for name, frames, probabilities, others in zip(names[part], sequences[part], seen, beside, strict=True):
                kept = probabilities[: len(frames)]
                labels = () if others is None else self._labels(others[: len(frames)])
                found.append(Tagged(name, self._labels(kept), kept.max(-1), labels))
        return found

    def _labels(self, probabilities: np.ndarray) -> tuple[str, ...]:
        return tuple(self.names[number] for number in probabilities.argmax(-1))

    def _inputs(self, sequences: Sequence[np.ndarray]) -> dict[str, Any]:
        if self.takes_files:
            return {"images": padded_files([[*map(to_png, frames)] for frames in sequences])}
        return padded_pixels(sequences)

    def _frames(self, place: int, item: Any) -> np.ndarray:
        """Returns the frames of an item, RGB, uint8 `[frames, image_size, image_size, 3]`."""
        if isinstance(item, (str, PathLike)):
            path = Path(item).expanduser()
            if not path.is_dir():
                return decode_frames(content_of(path), self.image_size, str(path))
            item = {"images": frame_files(path)}
        images = item.get("images") if isinstance(item, Mapping) else None
        if not isinstance(images, (list, tuple)) or not images:
            raise UserError(f"items[{place}]: expected {ITEM}, received {in_a_line(item)}")
        return np.stack([pixels_of(image, self.image_size) for image in images])


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what tags frames with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description is.

    Raises:
        UserError: A file is missing or damaged.
    """
    names = ("label_names", "image_size", "channels")
    description = read_description(folder / "model.json", *names)
    takes_files = "lengths" not in runner.signatures[SERVED].inputs
    return Predictor(runner, *(description[name] for name in names), takes_files=takes_files, singly=not takes_files)
