"""The one place that knows the kinds of tasks: a line, and a package of that name, for each."""

import importlib
from typing import Any

from toolkit.errors import UserError
from toolkit.tasks.task import Task

TASKS = (
    "classification",
    "translation",
    "language_model",
    "tagging",
    "captioning",
    "visual_question_answering",
    "glimpses",
    "frames",
    "drawing",
)


def exporter_of(name: Any) -> Any:
    """Returns the `Exporter` class of a kind of task.

    Args:
        name: As for `find_task`.

    Raises:
        UserError: There is none of that name.
    """
    return find_task(name).part("exporter")


def find_task(name: Any) -> Task:
    """Returns a kind of task.

    Args:
        name: Its name, as a file says it: it may be of any type.

    Raises:
        UserError: There is none of that name.
    """
    if name not in [*TASKS]:
        raise UserError(f"expected one of {', '.join(TASKS)}, found {name}")
    return importlib.import_module(f"toolkit.tasks.{name}").TASK
