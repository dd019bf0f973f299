"""Captions of the pictures of `easy-vqa`, made from what its questions and answers say of them."""

import json
from pathlib import Path

from toolkit.errors import require
from toolkit.tasks.captioning.files import Captioned

NAME = "easy-vqa"
COLOURS = ("black", "blue", "brown", "gray", "green", "red", "teal", "yellow")
SHAPES = ("circle", "rectangle", "triangle")
HELD_OUT = (("blue", "triangle"), ("green", "circle"), ("red", "rectangle"), ("yellow", "triangle"))
"""Colours with shapes that training never sees together, though it sees each of them with others."""

SENTENCES = (
    "a {colour} {shape}",
    "there is a {colour} {shape} in the picture",
    "the shape is a {shape} and its color is {colour}",
)


def read_coloured_shapes() -> tuple[dict[str, list[Captioned]], int]:
    """Returns the pictures of `"train"` and `"test"` of which colour and shape are known, and how many of training are held out.

    Raises:
        UserError: The package is not installed.
    """
    folder = Path(require("easy_vqa", extra="vision").__file__).parent / "data"
    found: dict[str, list[Captioned]] = {}
    for split in ("train", "test"):
        described = _described(json.loads((folder / split / "questions.json").read_text("utf-8")))
        found[split] = [
            Captioned(folder / split / "images" / f"{number}.png", captions_of(*pair)) for number, pair in sorted(described.items())
        ]
    held = {captions_of(*pair) for pair in HELD_OUT}
    seen = [each for each in found["train"] if each.captions not in held]
    return {**found, "train": seen}, len(found["train"]) - len(seen)


def captions_of(colour: str, shape: str) -> tuple[str, ...]:
    """Returns what is said of a picture."""
    return tuple(sentence.format(colour=colour, shape=shape) for sentence in SENTENCES)


def _described(questions: list) -> dict[int, tuple[str, str]]:
    """Returns colour and shape of each picture of which questions and answers say both."""
    known: dict[int, set[str]] = {}
    for question, answer, number in questions:
        words = {*question.rstrip("?").split()}
        if question.startswith("what"):
            known.setdefault(number, set()).update(words, [answer])
        elif answer == ("no" if words & {"no", "not"} else "yes"):
            known.setdefault(number, set()).update(words)
    parts = {number: ([c for c in COLOURS if c in words], [s for s in SHAPES if s in words]) for number, words in known.items()}
    return {number: (colours[0], shapes[0]) for number, (colours, shapes) in parts.items() if len(colours) == len(shapes) == 1}
