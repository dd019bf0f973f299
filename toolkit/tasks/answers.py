"""Answers as Python gets them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from toolkit.errors import require
from toolkit.html import table
from toolkit.tasks.records import Answer

ROWS_SHOWN, CELL_WIDTH = 20, 60


class Answers(list):
    """The answers to items, in their order: a list of dicts that reads as a table.

    Args:
        answers: An `Answer` each.
        columns: The names of the columns of their rows.
    """

    def __init__(self, answers: Iterable[Answer], columns: Sequence[str]):
        super().__init__(answers)
        self.columns = tuple(columns)

    @property
    def rows(self) -> list[tuple]:
        """The rows of the table, of which an answer may have several, such as one for each word."""
        return [tuple(row) for answer in self for row in answer.rows]

    def to_dicts(self) -> list[dict[str, Any]]:
        """Returns the answers as plain dicts, all of which JSON can hold."""
        return [dict(answer) for answer in self]

    def to_numpy(self) -> np.ndarray:
        """Returns the table as a structured array: `to_numpy()["label"]` is a column. A number that is missing is NaN."""
        cells = zip(*self.rows, strict=True) if self else [()] * len(self.columns)
        columns = [np.array([np.nan if cell is None else cell for cell in column]) for column in cells]
        names = [name if name not in self.columns[:place] else f"{name}_{place}" for place, name in enumerate(self.columns)]
        array = np.empty(len(self.rows), [(name, column.dtype) for name, column in zip(names, columns, strict=True)])
        for name, column in zip(names, columns, strict=True):
            array[name] = column
        return array

    def to_pandas(self) -> Any:
        """Returns the table as a `pandas.DataFrame`.

        Raises:
            UserError: pandas is not installed.
        """
        return require("pandas", extra="examples").DataFrame(self.rows, columns=self.columns)

    def __repr__(self) -> str:
        rows, more = self._shown()
        sides = [">" if all(isinstance(cell, (int, float)) for cell in column) else "<" for column in zip(*self.rows, strict=True)]
        columns = []
        for side, column in zip(sides or "<" * len(self.columns), zip(self.columns, *rows, strict=True), strict=True):
            width = max(map(len, column))
            columns.append([f"{cell:{side}{width}}" for cell in column])
        return "\n".join([*("  ".join(cells).rstrip() for cells in zip(*columns, strict=True)), *more])

    def _repr_html_(self) -> str:
        rows, more = self._shown()
        return table(self.columns, rows) + "".join(f"<p>{line}</p>" for line in more)

    def _shown(self) -> tuple[list[list[str]], list[str]]:
        """Returns the first rows as text, and a line that says how many more there are."""
        rows = self.rows
        more = len(rows) - ROWS_SHOWN
        return [[*map(_cell, row)] for row in rows[:ROWS_SHOWN]], [f"… and {more:,} more"] if more > 0 else []


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:.4f}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= CELL_WIDTH else f"{text[: CELL_WIDTH - 1]}…"
