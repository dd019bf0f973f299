"""`toolkit prepare`: data are cleaned, split and tokenized once, in this process or by an engine."""

import contextlib
import importlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from toolkit.arguments import option
from toolkit.data.prepared.prepared_folder import DESCRIPTION
from toolkit.data.prepared.workshop import Workshop
from toolkit.data.reading.local_files import is_local
from toolkit.data.reading.spread import Spread, here
from toolkit.data.splits.report import Report
from toolkit.engines import ENGINES
from toolkit.engines.engine import Engine
from toolkit.errors import UserError
from toolkit.lock import locked
from toolkit.recipe import Recipe
from toolkit.run_folder import writing
from toolkit.tasks.registry import TASKS, find_task
from toolkit.tasks.stage import stage


def options_of(recipe: Recipe) -> tuple[str, ...]:
    """Returns the settings that prepared data of a recipe hang on.

    Args:
        recipe: The recipe that is to be trained.

    Raises:
        UserError: Its data cannot be prepared.
    """
    able = [name for name in TASKS if find_task(name).preparation]
    if recipe.task not in able or recipe.build_data:
        raise UserError(f"{recipe.name}: expected a recipe of {', '.join(able)} that reads files; others train from these")
    return recipe.settings_class.prepare_options


def prepare(recipe: Recipe, settings: Any, output: Path, engine: str | None = None, master: str | None = None) -> Report:
    """Prepares data.

    Args:
        recipe: The recipe that is to be trained.
        settings: Its settings.
        output: The folder that is made; an engine's machines must see it, and the files, under the same paths.
        engine: What does the work; `None` for this process.
        master: The engine's master.

    Returns:
        What was read and dropped.

    Raises:
        UserError: The data cannot be read, the folder cannot be written, or the engine does not start.
    """
    _check(settings.data, output)
    output = output.expanduser().absolute()
    opened = contextlib.nullcontext() if engine is None else importlib.import_module(ENGINES[engine]).engine(master)
    with opened as machines, _building(output) as folder:
        stage("reading", settings.data)
        run: Spread = here if machines is None else partial(_by_engine, machines, os.getcwd())
        made, workshop = folder / "made", folder / "workshop"
        for each in (made, workshop):
            each.mkdir()
        report = find_task(recipe.task).part("preparation")(settings, Workshop(workshop, run), made)
        if output.exists():
            raise UserError(f"{output}: expected no such folder, but somebody has made one; remove it and prepare the data again")
        made.rename(output)
    return report


def _check(data: str | None, output: Path) -> None:
    """Checks, before anything is started, that there is something to prepare, and a place for it."""
    if data is None or not ("," in data or is_local(data)):
        received = "none" if data is None else f"{data}, which is no file; TFDS prepares its sets itself"
        raise UserError(f"{option('data')}: expected files or a folder, received {received}")
    if (Path(data).expanduser() / DESCRIPTION).exists():
        raise UserError(f"{data}: expected files or a folder of them, found data that are prepared; give what they were made from")
    if output.expanduser().exists():
        raise UserError(f"{output}: expected a folder that does not exist, but it does; remove it or name another {option('output_dir')}")


@contextlib.contextmanager
def _building(output: Path) -> Iterator[Path]:
    """Gives a folder beside another, which is gone in the end; what a killed process has left there is removed first."""
    folder = output.with_name(f"{output.name}.writing")
    lock = output.with_name(f"{output.name}.in_use")
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
    with locked(lock, f"{output}: this folder", "wait until it is there, or name another"):
        shutil.rmtree(folder, ignore_errors=True)
        with writing(folder):
            folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _by_engine(engine: Engine, folder: str, function: Callable[[Any], None], items: Sequence[Any]) -> list[None]:
    return engine.gather(partial(_there, folder, function, items), range(len(items)))


def _there(folder: str, function: Callable[[Any], None], items: Sequence[Any], number: int) -> None:
    """Runs a function on a machine where relative paths mean what they mean here."""
    with contextlib.chdir(folder):
        function(items[number])
