"""From images and questions to answers."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.images.decoding import oddities_hidden, to_png
from toolkit.data.images.given import file_name, pixels_of, square
from toolkit.errors import UserError
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner, encoded
from toolkit.text.words import Vocabulary, words_of
from toolkit.values import in_a_line

SERVED = "serving_default"
ITEM = 'a dict with "image", a path, bytes, an array or an image of Pillow, and "question"'


class Answered(NamedTuple):
    """The answer to one question.

    Attributes:
        image: The image's file; `""` if it was none.
        question: The question.
        answer: The answer.
        probabilities: Of all answers, float32 `[answers]`.
        attention: Where the model looked, hop by hop, float32 `[hops, side, side]`.
    """

    image: str
    question: str
    answer: str
    probabilities: np.ndarray
    attention: np.ndarray


class Predictor:
    """Answers questions about images with a model, wherever it runs.

    Args:
        runner: Its signature `serving_default` takes `images` and `questions`, or `images` and `tokens`.
        answers: The answers, in the order of their numbers.
        image_size: Side of the images.
        vocabulary: What makes the numbers of words, if it takes them.
        singly: Whether questions are asked one at a time, without padding.
    """

    def __init__(self, runner: Runner, answers: Sequence[str], image_size: int, vocabulary: Vocabulary | None = None, singly: bool = False):
        self.runner = runner
        self.names = list(answers)
        self.image_size = image_size
        self.vocabulary = vocabulary
        self.singly = singly

    def predict(self, items: Sequence[Mapping[str, Any]]) -> list[Answered]:
        """Answers questions.

        Args:
            items: Dicts of `image` (a path, the bytes of a file, an array of pixels or an image of Pillow) and `question`.

        Raises:
            UserError: An item is something else, its question has no words, or its image cannot be read.
        """
        questions = [_question(place, item) for place, item in enumerate(items)]
        return self.answered([file_name(item["image"]) for item in items], self._pixels([item["image"] for item in items]), questions)

    def answered(self, names: Sequence[str], pixels: np.ndarray, questions: Sequence[str]) -> list[Answered]:
        """Answers questions about images that are pixels already.

        Args:
            names: What the images are called.
            pixels: As for `probabilities`.
            questions: The questions.
        """
        if not questions:
            return []
        rows = zip(names, questions, *self.probabilities(pixels, questions), strict=True)
        return [
            Answered(name, question, self.names[int(probabilities.argmax())], probabilities, square(attention))
            for name, question, probabilities, attention in rows
        ]

    def probabilities(self, pixels: np.ndarray, questions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Returns the probabilities of all answers, `[questions, answers]`, and where the model looked, `[questions, hops, places]`.

        Args:
            pixels: An image for each question, uint8 `[questions, image_size, image_size, 3]`.
            questions: The questions.
        """
        size = 1 if self.singly else len(questions)
        parts = [self._run(pixels[start : start + size], questions[start : start + size]) for start in range(0, len(questions), size)]
        return tuple(np.concatenate([part[name] for part in parts]) for name in ("probabilities", "attention"))

    def _run(self, pixels: np.ndarray, questions: Sequence[str]) -> dict[str, np.ndarray]:
        if self.vocabulary is None:
            return self.runner.run(SERVED, images=[to_png(image) for image in pixels], questions=encoded(questions))
        return self.runner.run(SERVED, images=pixels.astype(np.float32), tokens=self.vocabulary.padded(questions))

    def _pixels(self, images: Sequence[Any]) -> np.ndarray:
        """Returns the pixels of images, each of which is decoded once."""
        found: dict[Any, np.ndarray] = {}
        keys = [image if isinstance(image, (str, bytes, PathLike)) else id(image) for image in images]
        with oddities_hidden():
            for key, image in zip(keys, images, strict=True):
                if key not in found:
                    found[key] = pixels_of(image, self.image_size)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, self.image_size, self.image_size, 3), np.uint8)


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what answers questions with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description is.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "answers", "words", "image_size")
    takes_texts = "questions" in runner.signatures[SERVED].inputs
    vocabulary = None if takes_texts else Vocabulary(description["words"])
    return Predictor(runner, description["answers"], description["image_size"], vocabulary, singly=not takes_texts)


def _question(place: int, item: Any) -> str:
    if not isinstance(item, Mapping) or not {"image", "question"} <= item.keys() or not isinstance(item["question"], str):
        raise UserError(f"items[{place}]: expected {ITEM}, received {in_a_line(item)}")
    if not words_of(item["question"]):
        raise UserError(f"items[{place}]: expected a question, received one without words: {in_a_line(item['question'])}")
    return item["question"]
