"""Any trained model by its path."""

import argparse
import os
from pathlib import Path
from typing import Any

from toolkit.answering import Answering
from toolkit.cli.recipes import open_run
from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.recipe import Recipe
from toolkit.run import Run, as_a_command
from toolkit.run_folder import RunFolder
from toolkit.tasks.prediction import given
from toolkit.values import in_a_line


class ExportedModel(Answering):
    """An exported model that answers: a SavedModel, or LiteRT files, for which no TensorFlow is imported.

    Args:
        path: As for `toolkit.tasks.artefact.open_artefact`.

    Attributes:
        path: The same.
        prediction: What its kind of task says of answers.

    Raises:
        UserError: There is no exported model, it is damaged, of fixed shapes, or of a kind that is not known here.
    """

    def __init__(self, path: str | os.PathLike):
        from toolkit.tasks.artefact import open_artefact

        self.path = Path(path)
        with native_notices_hidden():
            task, self._answerer = open_artefact(self.path)
        super().__init__(task)

    def answerer(self, options: argparse.Namespace) -> Any:
        """Returns what gives answers; options of runs are refused."""
        for name in given(options, self.prediction.options.keys() - self.prediction.options_of_exports):
            raise UserError(f"{name.strip('`')}: expected a run, received {self.path}, an exported model, which was exported without that")
        return self._answerer

    def __repr__(self) -> str:
        return f"<exported model {self.path}>"


def open(path: str | os.PathLike, recipe: Recipe | None = None) -> Run | ExportedModel:
    """Opens a training run or an exported model.

    Args:
        path: Folder of a run; folder of an exported model, for its newest version, or of a version; its folder `litert`, or a `.tflite`
            file in there.
        recipe: That of a run whose recipe is in no file; by default it is found as the run says.

    Returns:
        What answers a list of texts when it is called.

    Raises:
        UserError: There is something else, or it is damaged.
    """
    try:
        found = Path(path)
    except TypeError as error:
        raise UserError(f"expected the path of a run or of an exported model, received {in_a_line(path)}") from error
    if RunFolder(found).config.is_file():
        with as_a_command():
            return Run(open_run(found, recipe))
    if found.is_dir() or (found.is_file() and found.suffix == ".tflite"):
        return ExportedModel(found)
    there = "a model file, which toolkit.load_model opens" if found.suffix == ".keras" else "another file"
    raise UserError(
        f"{found}: expected the folder of a training run, or an exported model (its folder, or a .tflite file in its folder litert), "
        f"found {there if found.exists() else 'nothing there'}"
    )
