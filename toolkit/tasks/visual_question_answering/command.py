"""What `predict` does with a model that answers questions about images."""

import argparse
import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.arguments import option
from toolkit.errors import UserError
from toolkit.tasks.lines import open_items
from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction, given
from toolkit.tasks.records import Answer, rounded

LIKELY = 5  # answers of a record


class QuestionAnswering(Prediction):
    """Answers questions about images. As text an answer is itself; as rows, one for each question."""

    answered_by = "one that answers questions about images"
    does = "answer questions about images"
    batch_size = 32
    item = (dict, 'a dict with "image" and "question"')
    options: Mapping[str, Option] = {
        "image": Option(str, "image file that all questions are about: PNG, JPEG, WebP or GIF"),
        "question": Option(str, "a question about the image; may be repeated", {"action": "append"}),
        "image_folder": Option(str, "folder of the images that a table of --input names (default: that of the table)"),
    }
    options_of_exports = ("image", "question", "image_folder")

    def prepare(self, options: argparse.Namespace) -> None:
        """Refuses options beside items from Python, which say it themselves."""
        if any(isinstance(item, dict) for item in options.texts) and (names := given(options, self.options)):
            raise UserError(f"{names[0]}: expected in each item, as in {{'image': ..., 'question': ...}}, received as an option")

    @contextlib.contextmanager
    def read(self, options: argparse.Namespace) -> Iterator[Iterator[list[Any]]]:
        """Opens questions: words of the command line and `--question`, lines of a file, or with no `--image` the rows of a table."""
        size = options.batch_size or self.batch_size
        asked = [*(options.question or []), *options.texts]
        if options.image is None:
            if asked or options.input == "-":
                raise UserError("--image: expected the image that the questions are about, received none; or give --input TABLE")
            rows = _asked(Path(options.input), options.image_folder)
            yield (rows[start : start + size] for start in range(0, len(rows), size))
            return
        with open_items(asked, options.input, size) as batches:
            yield ([self.item_of(question, options) for question in batch] for batch in batches)

    def item_of(self, text: str, options: argparse.Namespace) -> dict[str, str]:
        """Returns a line as a question about the image of `--image`."""
        if options.image is None:
            raise UserError(f"{option('image')}: expected the image that the lines ask about, received none")
        return {"image": options.image, "question": text}

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns image, question, answer and its probability."""
        return ("image", "question", "answer", "score")

    def answers(self, answerer: Any, batches: Iterable[list[Any]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields `image`, `question`, `answer`, `score` and the most likely `answers` of each question."""
        for answered in itertools.chain.from_iterable(map(answerer.predict, batches)):
            order = (-answered.probabilities).argsort(kind="stable")[:LIKELY]
            likely = [{"answer": answerer.names[place], "score": rounded(answered.probabilities[place], 6)} for place in order]
            record = {
                "image": answered.image,
                "question": answered.question,
                "answer": answered.answer,
                "score": likely[0]["score"],
                "answers": likely,
            }
            row = [answered.image, answered.question, answered.answer, rounded(answered.probabilities.max())]
            yield Answer(record, [row], [f"{answered.answer}\n"])


def _asked(path: Path, folder: str | None) -> list[dict[str, str]]:
    from toolkit.tasks.visual_question_answering.files import read_asked

    return [{"image": str(image), "question": question} for image, question in read_asked(path, folder)]
