"""Questions about images in files: tables, VQA's questions and annotations, CLEVR, and easy-vqa."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.data.images.image_folder import ImageFolder
from toolkit.data.images.image_tables import read_rows
from toolkit.data.images.json_files import holds, json_of, value_of
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError
from toolkit.text.words import words_of

EMPTY_QUESTION, NO_ANSWER = "a question without words", "no answer"
"""Why a row is left out."""


class Question(NamedTuple):
    """A question about an image.

    Attributes:
        text: The question, as it was written.
        answer: The answer, in lower case; of several people the one that most of them gave.
        image: The file.
        answers: The answers of all people, if several were asked.
    """

    text: str
    answer: str
    image: Path
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """How files are read.

    Attributes:
        images: Folder of the images; `None` for that of the questions.
        image_column: Column of a table, by its name or number; `None` for its usual name.
        question_column: Likewise.
        answer_column: Likewise.
        reading: How a table is written.
    """

    images: str | None = None
    image_column: str | None = None
    question_column: str | None = None
    answer_column: str | None = None
    reading: Reading = field(default_factory=Reading)


def read_questions(paths: Sequence[Path], form: Form) -> tuple[list[Question], Counter]:
    """Reads the questions of a split.

    Args:
        paths: A file: a table, or JSON of CLEVR or easy-vqa; or VQA's questions and its annotations.
        form: How they are read.

    Returns:
        The questions that are whole, and how many were left out, by reason.

    Raises:
        UserError: A file cannot be read, is something else, or two do not fit together; or no question is left.
    """
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path}: expected a file of questions about images, found none")
    images = ImageFolder(Path(form.images).expanduser() if form.images else paths[0].parent)
    questions: list[Question] = []
    dropped: Counter = Counter()
    for question in _rows(paths, form, images):
        if not words_of(question.text):
            dropped[EMPTY_QUESTION] += 1
        elif not question.answer:
            dropped[NO_ANSWER] += 1
        else:
            questions.append(question)
    if not questions:
        reasons = ", ".join(f"{number:,} with {reason}" for reason, number in dropped.items()) or "none"
        raise UserError(f"{paths[0]}: expected questions with answers, found {reasons}")
    return questions, dropped


def read_asked(path: Path, images: str | None = None) -> list[tuple[Path, str]]:
    """Reads questions without answers from a table.

    Args:
        path: The table, with columns `image` and `question`.
        images: Folder of the images; `None` for that of the table.

    Returns:
        Image and question of each row.

    Raises:
        UserError: It cannot be read, or a row has no question.
    """
    if not path.is_file():
        raise UserError(f"{path}: expected a table of images and questions, found none")
    found, asked = ImageFolder(Path(images) if images else path.parent), []
    for place, row in read_rows(path, dict.fromkeys(("image", "question")), Reading()):
        if not words_of(row["question"]):
            raise UserError(f"{place}: expected a question, received one without words")
        asked.append((found.named(row["image"].strip()), row["question"]))
    return asked


def normalized(answer: str) -> str:
    """Returns an answer as answers are compared: in lower case, without white space around it."""
    return " ".join(answer.lower().split())


def _rows(paths: Sequence[Path], form: Form, images: ImageFolder) -> Iterator[Question]:
    content = json_of(paths[0], form.reading)
    if len(paths) == 2 or holds(content, "annotations"):
        yield from _of_vqa(paths, content, form, images)
    elif holds(content, "questions"):
        yield from _of_clevr(paths[0], content["questions"], images)
    elif isinstance(content, list) and content and isinstance(content[0], list):
        yield from _of_triples(paths[0], content, images)
    else:
        columns = {"image": form.image_column, "question": form.question_column, "answer": form.answer_column}
        for _, row in read_rows(paths[0], columns, form.reading):
            yield Question(row["question"], normalized(row["answer"]), images.named(row["image"].strip()))


def _of_vqa(paths: Sequence[Path], content: Any, form: Form, images: ImageFolder) -> Iterator[Question]:
    """Yields the questions of VQA, whose two files are in either order."""
    if len(paths) != 2:
        raise UserError(f"{paths[0]}: expected questions beside these annotations: --data train=QUESTIONS,ANNOTATIONS")
    contents = {path: part for path, part in zip(paths, (content, json_of(paths[1], form.reading)), strict=True)}
    files = {key: next((path for path, part in contents.items() if holds(part, key)), None) for key in ("questions", "annotations")}
    for key, path in files.items():
        if path is None:
            raise UserError(f'{paths[0]}, {paths[1]}: expected "{key}", a list, in one of the two files, found none')
    questions, annotations = (contents[path][key] for key, path in files.items())
    part = str(contents[files["questions"]].get("data_subtype", ""))
    answers = {value_of(files["annotations"], each, "question_id", int): each for each in annotations}
    missing = [each for each in questions if value_of(files["questions"], each, "question_id", int) not in answers]
    if missing:
        first = missing[0]["question_id"]
        raise UserError(
            f"{files['annotations']}: expected an answer to each question of {files['questions']}, found none to {len(missing):,} of "
            f"{len(questions):,}, the first is question_id {first}"
        )
    for each in questions:
        given = _given(files["annotations"], answers[each["question_id"]])
        text, image = value_of(files["questions"], each, "question", str), value_of(files["questions"], each, "image_id", int)
        yield Question(text, _most_given(given), images.numbered(image, part), given)


def _given(path: Path, annotation: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the answers of all people; the one of an annotation that has no others."""
    if not annotation.get("answers"):
        return (normalized(value_of(path, annotation, "multiple_choice_answer", str)),)
    return tuple(normalized(value_of(path, each, "answer", str)) for each in annotation["answers"])


def _most_given(answers: Sequence[str]) -> str:
    return Counter(answers).most_common(1)[0][0]


def _of_clevr(path: Path, rows: Sequence[Any], images: ImageFolder) -> Iterator[Question]:
    for row in rows:
        if isinstance(row, dict) and "image_filename" not in row and "image_id" in row:
            raise UserError(f"{path}: expected annotations beside these questions: --data train=QUESTIONS,ANNOTATIONS")
        answer = value_of(path, row, "answer", (str, int, float))
        image = images.named(value_of(path, row, "image_filename", str))
        yield Question(value_of(path, row, "question", str), normalized(str(answer)), image)


def _of_triples(path: Path, rows: Sequence[Any], images: ImageFolder) -> Iterator[Question]:
    for place, row in enumerate(rows):
        if not (isinstance(row, list) and len(row) == 3 and isinstance(row[0], str) and isinstance(row[2], int)):
            raise UserError(f"{path}: [{place}]: expected a question, its answer and the number of its image, received {str(row)[:60]}")
        yield Question(row[0], normalized(str(row[1])), images.numbered(row[2]))
