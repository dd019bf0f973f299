"""From images, or from nothing but noise, to drawings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.images.decoding import oddities_hidden, to_png
from toolkit.data.images.given import file_name, pixels_of
from toolkit.data.images.image_corpus import to_channels
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner

DRAW, RECONSTRUCT = "draw", "reconstruct"
"""The signatures that draw: from noise alone, and what an image shows."""


class Drawn(NamedTuple):
    """How an image was drawn.

    Attributes:
        image: The image's file; `""` if it was none.
        canvases: Probability of white of each pixel after each step, float32 `[steps, size, size]`.
        windows: Row, column, stride and standard deviation of the write window at each step, in pixels, `[steps, 4]`; `None` without
            attention.
        reconstruction: -log p(image | canvas), in nats; `None` of a new image.
        kl: What each step costs, in nats, `[steps]`; likewise.
    """

    image: str
    canvases: np.ndarray
    windows: np.ndarray | None
    reconstruction: float | None = None
    kl: np.ndarray | None = None

    @property
    def bound(self) -> float | None:
        """Upper bound on -log p(image), in nats; `None` of a new image."""
        return None if self.kl is None else float(self.reconstruction + self.kl.sum())

    @property
    def pixels(self) -> np.ndarray:
        """The drawing, uint8 `[size, size]`."""
        return shades(self.canvases[-1])


class Predictor:
    """Draws with a model, wherever it runs.

    Args:
        runner: Its signatures are `reconstruct`, from `images` (files, or pixels) and `noise`, and `draw`, from `noise`.
        image_size: Side of the images.
        noise_shape: Steps, and numbers of each.
        write_size: Filters of a side of the write window.
    """

    def __init__(self, runner: Runner, image_size: int, noise_shape: tuple[int, int], write_size: int):
        self.runner = runner
        self.image_size = image_size
        self.noise_shape = tuple(noise_shape)
        self.write_size = write_size
        self.takes_files = len(runner.signatures[RECONSTRUCT].inputs["images"].shape) == 1

    def noise(self, numbers: Sequence[int], seed: int = 0, temperature: float = 1.0) -> np.ndarray:
        """Returns the noise of drawings, float32 `[drawings, steps, latent_dim]`, each its own whatever is beside it.

        Args:
            numbers: Their numbers; the same number and seed give the same noise.
            seed: Seed.
            temperature: Standard deviation.
        """
        drawn = [np.random.default_rng([seed, number]).standard_normal(self.noise_shape, np.float32) for number in numbers]
        return np.float32(temperature) * np.stack(drawn)

    def draw(self, noise: np.ndarray) -> list[Drawn]:
        """Draws new images.

        Args:
            noise: `[drawings, steps, latent_dim]`, float32.
        """
        found = self.runner.run(DRAW, noise=noise)
        windows = found.get("windows", [None] * len(noise))
        return [Drawn("", *each) for each in zip(found["canvases"], windows, strict=True)]

    def reconstruct(self, images: Sequence[Any], noise: np.ndarray) -> list[Drawn]:
        """Draws what images show.

        Args:
            images: Paths, the bytes of files, arrays of pixels or images of Pillow.
            noise: As for `draw`.

        Raises:
            UserError: One is something else, or cannot be read.
        """
        with oddities_hidden():
            pixels = [to_channels(pixels_of(image, self.image_size), 1) for image in images]
        return self.reconstructed([file_name(image) for image in images], np.stack(pixels), noise)

    def reconstructed(self, names: Sequence[str], pixels: np.ndarray, noise: np.ndarray) -> list[Drawn]:
        """Draws what images show that are pixels already.

        Args:
            names: What the images are called.
            pixels: uint8 `[images, image_size, image_size, 1]`.
            noise: As for `draw`.
        """
        images = [to_png(image[..., 0]) for image in pixels] if self.takes_files else pixels.astype(np.float32)
        found = self.runner.run(RECONSTRUCT, images=images, noise=noise)
        windows = found.get("windows", [None] * len(pixels))
        parts = zip(names, found["canvases"], windows, map(float, found["reconstruction"]), found["kl"], strict=True)
        return [Drawn(*each) for each in parts]


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what draws with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description is.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "image_size", "num_glimpses", "latent_dim", "write_size")
    size, steps, numbers, write_size = (description[name] for name in ("image_size", "num_glimpses", "latent_dim", "write_size"))
    return Predictor(runner, size, (steps, numbers), write_size)


def shades(probabilities: np.ndarray) -> np.ndarray:
    """Returns probabilities of white as pixels, uint8 of the same shape."""
    return np.rint(255 * probabilities).astype(np.uint8)
