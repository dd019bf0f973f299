"""From the value of `--data` to questions, answers and images in three splits."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.data.images.image_set import ImageSet, read_images
from toolkit.data.reading.local_files import named_paths, names_splits, split_paths
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, to_measure
from toolkit.errors import UserError, require
from toolkit.tasks.visual_question_answering.files import Form, Question, read_questions
from toolkit.text.words import words_of

EASY_VQA = "easy-vqa"
HELD_OUT = 5  # per cent of the questions of easy-vqa
UNREADABLE, HELD = "an image that cannot be read", "a question held out of training"

_SHOWN = 15  # answers that a report counts


@dataclass(frozen=True)
class VisualCorpus:
    """Questions about images in three splits.

    Attributes:
        splits: The questions by split.
        images: The images of all.
        report: What was read.
    """

    splits: dict[str, list[Question]]
    images: ImageSet
    report: Report

    @property
    def trained(self) -> set[str]:
        """The different questions of training, as they are compared."""
        return {as_compared(question.text) for question in self.splits["train"]}


def as_compared(question: str) -> str:
    """Returns what makes a question the same as another one: its words."""
    return " ".join(words_of(question))


def read_visual(data: str | None, form: Form, image_size: int, held_out: int | None = None) -> VisualCorpus:
    """Reads questions, answers and images.

    Splits that are missing are carved out of the training split by the hash of the image's name: an image is in one of them.

    Args:
        data: A file, a folder with a file for each split, or `train=FILE,validation=FILE,test=FILE`, of VQA each with a second file; `None`
            for the pictures of the package `easy-vqa`, which the `vision` extra installs.
        form: How files are read.
        image_size: Side of the square that images are stretched to.
        held_out: Per cent of the different questions that are taken out of training and validation; `None` for those of easy-vqa only.

    Raises:
        UserError: A file cannot be read or does not fit, no image can be read, or the questions are too few or have one answer.
    """
    parts, dropped, name = _parts(data, form)
    if "train" not in parts:
        raise UserError(f"{name}: expected a training split, found {', '.join(parts)}")
    carved = [split for split in SPLITS if split not in parts]
    splits = carve(parts, lambda question: question.image.name)
    fill_empty(splits, carved, lambda question: question.image.name)
    images, unreadable = _read_images(splits, image_size)
    for split, number in unreadable.items():
        dropped[split][UNREADABLE] += number
    percent = (HELD_OUT if data is None else 0) if held_out is None else held_out
    held = _held_out(splits["train"], percent)
    for split in ("train", "validation"):
        kept = [question for question in splits[split] if as_compared(question.text) not in held]
        if len(kept) < len(splits[split]):
            dropped[split][HELD] += len(splits[split]) - len(kept)
        splits[split] = kept
    if empty := [split for split in SPLITS if not splits[split]]:
        raise UserError(f"{name}: the images are too few to take a {empty[0]} split out of them; give more, or a file per split")
    corpus = VisualCorpus(splits, images, Report(name))
    _fill_report(corpus, dropped, percent, held)
    answers = {question.answer for question in splits["train"]}
    if len(answers) < 2:
        raise UserError(f'{name}: expected at least two answers, received only "{min(answers)}"; change --answer-column')
    return corpus


def read_measured(data: str, form: Form, image_size: int) -> tuple[list[Question], ImageSet]:
    """Reads questions to measure a model on: a test split, or the whole of a file without splits.

    Args:
        data: As for `read_visual`.
        form: As for `read_visual`.
        image_size: As for `read_visual`.

    Raises:
        UserError: As `read_visual`.
    """
    parts, _, _ = _parts(data, form)
    splits = to_measure(parts)
    images, _ = _read_images(splits, image_size)
    [questions] = splits.values()
    return questions, images


def _parts(data: str | None, form: Form) -> tuple[dict[str, list[Question]], dict[str, Counter], str]:
    """Returns the questions by split, what was left out of each, and what to call the data."""
    if data is None:
        folder = Path(require("easy_vqa", extra="vision").__file__).parent / "data"
        read = {split: read_questions([folder / split / "questions.json"], Form(str(folder / split / "images"))) for split in SPLITS[::2]}
        name = EASY_VQA
    else:
        paths = named_paths(data, most=2) if names_splits(data) else _paired(data)
        read, name = {split: read_questions(paths[split], form) for split in SPLITS if split in paths}, data
    dropped = {split: read[split][1] if split in read else Counter() for split in SPLITS}
    return {split: questions for split, (questions, _) in read.items()}, dropped, name


def _paired(data: str) -> dict[str, list[Path]]:
    """Returns the files by split of a file or a folder, or of VQA's two files with a comma between."""
    if "," in data and not Path(data).expanduser().exists():
        return {"train": [Path(word.strip()).expanduser() for word in data.split(",")[:2]]}
    return {split: [path] for split, path in split_paths(Path(data).expanduser()).items()}


def _read_images(splits: dict[str, list[Question]], size: int) -> tuple[ImageSet, dict[str, int]]:
    """Reads the images; takes questions about those that cannot be read out of their splits, and returns how many."""
    try:
        images = read_images([question.image for questions in splits.values() for question in questions], size)
    except UserError as error:
        raise UserError(f"{error}; --images says where they are") from error
    unreadable = {}
    for split, questions in splits.items():
        kept = [question for question in questions if question.image in images.rows]
        if len(kept) < len(questions):
            unreadable[split] = len(questions) - len(kept)
        splits[split] = kept
    return images, unreadable


def _held_out(questions: Sequence[Question], percent: int) -> set[str]:
    """Returns different questions, by their hash, all of whose words and answers occur in others, too."""
    answers: dict[str, set[str]] = {}
    for question in questions:
        answers.setdefault(as_compared(question.text), set()).add(question.answer)
    parts = {text: [*text.split(), *(f"= {answer}" for answer in of)] for text, of in answers.items()}
    left = Counter(part for each in parts.values() for part in set(each))
    wanted, held = round(percent * len(parts) / 100), set()
    for text in sorted(parts, key=lambda text: hashlib.sha256(text.encode()).digest()):
        if len(held) < wanted and all(left[part] > 1 for part in parts[text]):
            held.add(text)
            left.subtract(set(parts[text]))
    return held


def _fill_report(corpus: VisualCorpus, dropped: Mapping[str, Counter], percent: int, held: set[str]) -> None:
    report, trained = corpus.report, corpus.trained
    for split, questions in corpus.splits.items():
        counts = Counter(question.answer for question in questions)
        noted = {"images": len({question.image for question in questions})}
        if len(counts) > _SHOWN:
            noted["with other answers"] = counts.total() - sum(number for _, number in counts.most_common(_SHOWN))
        if unseen := sum(as_compared(question.text) not in trained for question in questions):
            noted["questions that do not occur in train"] = unseen
        out = dict(dropped[split])
        kept = len(questions)
        report.splits[split] = SplitReport(kept + sum(out.values()), kept, dict(counts.most_common(_SHOWN)), out, noted)
    if held:
        report.notes.append(f'{percent} % of the different questions are held out of train and validation, such as "{min(held)}"')
