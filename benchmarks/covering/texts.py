"""Made texts to train tiny models on."""

import random
from pathlib import Path

from PIL import Image

NOUNS = ("cat", "dog", "film", "book", "house", "river", "teacher", "garden", "window", "letter", "morning", "street", "picture", "village")
VERBS = ("sees", "reads", "likes", "finds", "paints", "opens", "follows", "answers")
ADJECTIVES = ("big", "small", "old", "new", "quiet", "bright", "strange", "little")
SIZES = {"train": 40, "validation": 4, "test": 4}


def write_texts(folder: Path) -> dict[str, str]:
    """Writes texts, images and frames, with all that recipes want to know of them, in three splits.

    Args:
        folder: Where to.

    Returns:
        The value of `--data` by recipe.
    """
    chance = random.Random(0)
    parts: dict[str, list[str]] = {"sentiment": [], "translation": [], "language_model": [], "tagging": []}
    parts |= {"visual_question_answering": [], "captioning": [], "glimpses": [], "frames": [], "drawing": []}
    for split, size in SIZES.items():
        sentences = [_sentence(chance) for _ in range(size)]
        content = {
            "sentiment": ("tsv", ["text\tlabel", *(f"{s}\t{('no', 'yes', 'maybe')[i % 3]}" for i, s in enumerate(sentences))]),
            "translation": ("tsv", ["en\tback", *(f"{s}\t{' '.join(word[::-1] for word in s.split())}" for s in sentences)]),
            "language_model": ("txt", [f"{s.capitalize()}." for s in sentences]),
            "tagging": ("conll", [line for s in sentences for line in (*(f"{word} {_tag(word)}" for word in s.split()), "")]),
            "visual_question_answering": ("tsv", ["image\tquestion\tanswer", *_questions(folder, split, sentences)]),
            "captioning": ("tsv", ["image\tcaption", *(f"{split}-{i // 2}.png\t{s}" for i, s in enumerate(sentences))]),
            "drawing": ("tsv", ["image\tpicture", *(f"{split}-{i}.png\t{i}" for i in range(size // 2))]),
            "glimpses": ("tsv", ["image\tlabel", *(f"{split}-{i}.png\t{('no', 'yes', 'maybe')[i % 3]}" for i in range(size // 2))]),
            "frames": ("tsv", ["sequence\timage\tlabel", *_frames(split, size // 2)]),
        }
        for recipe, (ending, lines) in content.items():
            path = folder / f"{recipe}-{split}.{ending}"
            path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
            parts[recipe].append(f"{split}={path}")
    return {recipe: ",".join(named) for recipe, named in parts.items()}


def _questions(folder: Path, split: str, sentences: list[str]) -> list[str]:
    """Writes an image for every other sentence; returns the rows of a table."""
    rows = []
    for number, sentence in enumerate(sentences):
        shade, name = 40 * (number // 2 % 6), f"{split}-{number // 2}.png"
        Image.new("RGB", (20, 20), (shade, 0, 0)).save(folder / name)
        rows.append(f"{name}\t{sentence}\t{('no', 'yes', 'maybe')[number // 2 % 3]}")
    return rows


def _frames(split: str, number: int) -> list[str]:
    """Returns the rows of a table: each image is a frame, one or two of which make a sequence."""
    return [f"{2 * place // 3}\t{split}-{place}.png\t{('no', 'yes', 'maybe')[place % 3]}" for place in range(number)]


def _tag(word: str) -> str:
    kinds = {"N": NOUNS, "V": VERBS, "A": ADJECTIVES}
    return next((tag for tag, words in kinds.items() if word in words), "O")


def _sentence(chance: random.Random) -> str:
    """Returns three to nine words."""
    subject, thing = ([chance.choice(ADJECTIVES)] * chance.randint(0, 1) + [chance.choice(NOUNS)] for _ in range(2))
    return " ".join(["the", *subject, chance.choice(VERBS), *thing, *(["in", "the", chance.choice(NOUNS)] * chance.randint(0, 1))])
