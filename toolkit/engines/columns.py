"""Answers as columns of a table, for engines whose users have tables."""

import argparse
import functools
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.engines.answering import opened
from toolkit.engines.engine import Locate
from toolkit.engines.predicting import sent
from toolkit.errors import UserError
from toolkit.tasks.records import Answer

TYPES = {str: "string", int: "bigint"}  # others are double, like what is missing


@dataclass(frozen=True)
class AnswerColumns:
    """The columns that answers have.

    Attributes:
        folder: What has to be wherever items are answered.
        path: The exported model in there.
        options: Those of `predict`.
        batch_size: Items that are answered at once.
        types: The type in SQL of each column, by its name.
        many: Whether an answer has several rows, so that each field is an array.
        locate: Where the folder is; `None` for itself.
    """

    folder: Path
    path: str
    options: Mapping[str, Any]
    batch_size: int
    types: Mapping[str, str]
    many: bool
    locate: Locate | None = None

    @classmethod
    def of(cls, path: str | os.PathLike, options: Mapping[str, Any]) -> "AnswerColumns":
        """Finds out what the answers of an exported model are, by the answer to one item.

        Args:
            path: The model.
            options: Those of `predict`, by name, and `batch_size`.

        Raises:
            UserError: There is no model, it reads neither texts nor images, or an option is unknown or out of range.
        """
        model = opened(os.fspath(path))
        prediction = model.prediction
        items = prediction.item[0] if isinstance(prediction.item[0], tuple) else (prediction.item[0],)
        if str not in items or dict in items:
            raise UserError(f"{path}: expected a model that reads texts or images, found {prediction.answered_by}")
        chosen = dict(options)
        given = model.options(chosen.pop("batch_size", None), chosen)
        size = (given.batch_size or prediction.batch_size) * prediction.batches_together(given)
        answerer = model.answerer(given)
        answer, *more = prediction.answers(answerer, [[_black() if bytes in items else "a"]], given)
        if more:
            raise UserError(f"{path}: expected options that give one answer to each item, received those for {1 + len(more)}")
        names = prediction.columns(answerer, given)
        types = {name: TYPES.get(type(cell), "double") for name, cell in zip(names, answer.rows[0], strict=True)}
        return cls(*sent(Path(path)), vars(given), size, types, prediction.gives_tables(given))

    @property
    def schema(self) -> str:
        """The columns, as SQL writes them."""
        kinds = {name: f"array<{kind}>" if self.many else kind for name, kind in self.types.items()}
        fields = ["`{}` {}".format(name.replace("`", "``"), kind) for name, kind in kinds.items()]
        return ", ".join(fields)

    def at(self, locate: Locate) -> "AnswerColumns":
        """Returns the same where the folder lies elsewhere."""
        return replace(self, locate=locate)

    def answers(self, items: np.ndarray) -> Any:
        """Answers items.

        Args:
            items: Texts or bytes, or `None`, `[items]`.

        Returns:
            By its name each column, `[items]`, with `None` where the item is `None`; of many rows a dict of arrays for each item.
        """
        folder = str(self.folder) if self.locate is None else self.locate()
        model, options = opened(os.path.join(folder, self.path)), argparse.Namespace(**self.options)
        there = [place for place, item in enumerate(items) if item is not None]
        with model.precision():
            found = model.prediction.answers(model.answerer(options), [[items[place] for place in there]] if there else [], options)
            answers: list[Answer | None] = [None] * len(items)
            for place, answer in zip(there, found, strict=True):
                answers[place] = answer
        return self._in_arrays(answers) if self.many else self._in_columns(answers)

    def _in_columns(self, answers: Sequence[Answer | None]) -> dict[str, np.ndarray]:
        columns = {name: np.empty(len(answers), object) for name in self.types}
        for place, answer in enumerate(answers):
            for column, cell in zip(columns.values(), answer.rows[0] if answer else [None] * len(columns), strict=True):
                column[place] = cell
        return columns

    def _in_arrays(self, answers: Sequence[Answer | None]) -> list[dict[str, np.ndarray]]:
        tables = [list(zip(*answer.rows, strict=True)) if answer else [] for answer in answers]
        return [{name: np.array(table[place] if table else [], object) for place, name in enumerate(self.types)} for table in tables]


@functools.cache
def _black() -> bytes:
    """Returns a small picture."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()
