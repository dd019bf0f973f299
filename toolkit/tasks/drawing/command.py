"""What `predict` does with a model that draws."""

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any

from toolkit.arguments import check_integer, check_not_negative, naming_options, option
from toolkit.errors import UserError
from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded

TEMPERATURE, SEED = 1.0, 0


class Drawing(Prediction):
    """Draws new images, or what images show. As text an answer is the file that was written, or without one the drawing in characters."""

    answered_by = "one that draws"
    does = "draw"
    batch_size = 64
    item = (
        (str, bytes, os.PathLike, dict, NoneType),
        'the path of an image, the bytes of one, a dict with "image", which may be an array, too, or None for a new one',
    )
    options: Mapping[str, Option] = {
        "number": Option(int, "draw so many new images, in place of what images show"),
        "output_dir": Option(str, "folder to write each drawing to, as PNG, and as GIF how it is made", {"metavar": "FOLDER"}),
        "temperature": Option(float, f"standard deviation of the noise; 0 draws what is most typical (default: {TEMPERATURE:g})"),
        "seed": Option(int, f"the same seed gives the same drawings (default: {SEED})"),
    }
    options_of_exports = tuple(options)

    def prepare(self, options: argparse.Namespace) -> None:
        """Puts as many new images as `number` says in the place of images."""
        if options.number is None:
            return
        if options.texts or options.input != "-":
            raise UserError(f"{option('number')}: expected no images with it, which draws new ones, received both")
        with naming_options(("number",)):
            check_integer("number", options.number, 1)
        options.texts = [None] * options.number

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns image, bound and file."""
        return ("image", "bound", "file")

    def answers(self, answerer: Any, batches: Iterable[list[Any]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `image`, `bound`, `reconstruction`, `kl` of each step (`None` of a new image), `file`, and `pixels`, from 0 to 255."""
        with naming_options(self.options):
            temperature, seed = (_or(options.temperature, TEMPERATURE), _or(options.seed, SEED))
            check_not_negative("temperature", temperature)
            check_integer("seed", seed, 0)
        number = 0
        for batch in batches:
            noise = answerer.noise(range(number, number + len(batch)), seed, temperature)
            for drawn in _drawn(answerer, batch, noise):
                number += 1
                yield _answer(drawn, number, options.output_dir, answerer)


def _drawn(answerer: Any, batch: Sequence[Any], noise: Any) -> list[Any]:
    """Returns the drawings of images, and new ones where there is `None`."""
    from toolkit.data.images.given import image_of

    new = [place for place, item in enumerate(batch) if item is None]
    given = [place for place, item in enumerate(batch) if item is not None]
    made = dict(zip(new, answerer.draw(noise[new]) if new else (), strict=True))
    if given:
        made |= zip(given, answerer.reconstruct([image_of(batch[place]) for place in given], noise[given]), strict=True)
    return [made[place] for place in range(len(batch))]


def _answer(drawn: Any, number: int, folder: str | None, answerer: Any) -> Answer:
    from toolkit.tasks.drawing.plots import text_of

    file = _write(drawn, number, Path(folder), answerer.write_size) if folder else ""
    costs = {
        "bound": None if drawn.bound is None else rounded(drawn.bound),
        "reconstruction": None if drawn.bound is None else rounded(drawn.reconstruction),
        "kl": None if drawn.bound is None else [rounded(nats) for nats in drawn.kl],
    }
    record = {"image": drawn.image, **costs, "file": file, "pixels": drawn.pixels.tolist()}
    return Answer(record, [[drawn.image, costs["bound"], file]], [f"{file}\n" if file else text_of(drawn.pixels)])


def _write(drawn: Any, number: int, folder: Path, write_size: int) -> str:
    """Writes a drawing, called as its image is, and by its number; returns the PNG file."""
    from toolkit.data.images.decoding import to_png
    from toolkit.run_folder import writing
    from toolkit.tasks.drawing.plots import animation

    path = folder / f"{number}-{Path(drawn.image).stem or 'drawing'}.png"
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_png(drawn.pixels))
        animation([drawn], write_size, path.with_suffix(".gif"))
    return str(path)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
