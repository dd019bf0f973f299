"""What `predict` does with a model that writes captions."""

import argparse
import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from toolkit.arguments import naming_options, option
from toolkit.errors import UserError
from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer, rounded
from toolkit.values import in_a_line

SEARCH = ("beam_width", "length_penalty")


class CaptionWriting(Prediction):
    """Writes captions of images. As text an answer is the caption; as rows image, caption and score."""

    answered_by = "one that writes captions"
    does = "write captions"
    batch_size = 32
    item = ((str, bytes, PathLike), "an image: a path, bytes, an array or an image of Pillow")
    options: Mapping[str, Option] = {
        "greedy": Option(bool, "take the most probable token at each step"),
        "beam_width": Option(int, "hypotheses kept at each step of the beam search"),
        "length_penalty": Option(float, "0 prefers short captions, more helps long ones"),
        "pictures": Option(str, "folder to write a picture to for each image: where the model looked for each word", {"metavar": "FOLDER"}),
    }
    options_of_exports = ("pictures",)
    options_of_opening = ("greedy", *SEARCH)

    def checked(self, items: Iterable[Any]) -> list[Any]:
        """Returns images from Python; what each is, is seen when it is read."""
        if not isinstance(items, Iterable) or getattr(items, "ndim", 4) < 4:  # rows of one array are no images
            raise UserError(f"items: expected {self.item[1]}, or a list of them, received {in_a_line(items)}; put it into a list")
        return list(items)

    def open_run(self, run: Any, options: argparse.Namespace) -> Any:
        """Returns what writes captions as the options say, or as the run's settings do."""
        changes = {name: value for name in SEARCH if (value := getattr(options, name)) is not None}
        if options.greedy and changes:
            raise UserError(f"{option(next(iter(changes)))}: expected a beam search with it, received {option('greedy')} search")
        with naming_options(SEARCH):
            method = "greedy" if options.greedy else "beam" if changes else run.search.method
            return run.predictor(dataclasses.replace(run.search, method=method, **changes))

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns image, caption and score."""
        return ("image", "caption", "score")

    def answers(self, answerer: Any, batches: Iterable[list[Any]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `image`, `caption`, `score`, `words` and `attention` (for each word a row for each row of the image) of each image."""
        images = itertools.chain.from_iterable((zip(batch, answerer.predict(batch), strict=True)) for batch in batches)
        for number, (image, caption) in enumerate(images, start=options.first):
            if options.pictures:
                _draw(Path(options.pictures), number, image, caption, answerer.image_size)
            maps = None if caption.attention is None else [[[rounded(w) for w in row] for row in word] for word in caption.attention]
            record = {"image": caption.image, "caption": caption.text, "score": rounded(caption.score)}
            yield Answer({**record, "words": caption.words, "attention": maps}, [[*record.values()]], [f"{caption.text}\n"])


def _draw(folder: Path, number: int, image: Any, caption: Any, size: int) -> None:
    """Writes a picture of where the model looked, called as the image is, or by its number."""
    from toolkit.data.images.given import pixels_of
    from toolkit.run_folder import writing
    from toolkit.tasks.captioning.plots import caption_pictures

    path = folder / f"{number}-{Path(caption.image).stem or 'image'}.png"
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        caption_pictures([pixels_of(image, size)], [caption], [()], path)
