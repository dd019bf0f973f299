"""Training from Python, and what can be done with a run: the same as on the command line, in the same folder."""

import argparse
import contextlib
import functools
import importlib
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from toolkit.answering import Answering
from toolkit.arguments import InvalidArgument, check_positive_integer, naming_options, option
from toolkit.cli.options import setting_kinds
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.errors import UserError
from toolkit.html import image, preformatted
from toolkit.inspecting import inspect
from toolkit.inspection.registry import find_inspection
from toolkit.quiet import native_notices_hidden
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.continuation import Continuation
from toolkit.tasks.distillation import Teachers
from toolkit.tasks.registry import find_task
from toolkit.values import in_a_line, kind_of, take

_log = logging.getLogger(__name__)


class Run(Answering):
    """A finished training run, which answers texts when it is called with them. `toolkit.train` and `toolkit.open` make one.

    Args:
        training: The `TrainingRun`, the commands over it.

    Attributes:
        path: Its folder.
        recipe: Its recipe.
        settings: The settings that it was trained with.
    """

    def __init__(self, training: Any):
        super().__init__(find_task(training.recipe.task))
        self.training = training
        self.path: Path = training.run.path
        self.recipe: Recipe = training.recipe
        self.settings = training.settings
        self._answerers: dict[tuple, Any] = {}

    @property
    def metrics(self) -> dict[str, Any]:
        """What `metrics.json` holds: the history, the measures on the test split, minutes, versions.

        Raises:
            UserError: The run is not finished.
        """
        return self.training.run.read_metrics()

    @property
    def model(self) -> Any:
        """The trained `keras.Model`.

        Raises:
            UserError: The run is not finished.
        """
        with as_a_command():
            return self.training.load_model()

    def answerer(self, options: argparse.Namespace) -> Any:
        """Returns what gives answers, with these options; it is kept for the next ones."""
        key = tuple(getattr(options, name) for name in self.prediction.options_of_opening)
        if key not in self._answerers:
            with as_a_command():
                self._answerers[key] = self.prediction.open_run(self.training, options)
        return self._answerers[key]

    def precision(self) -> contextlib.AbstractContextManager:
        """Returns a context in which Keras is set as runs need it."""
        return single_precision()

    def evaluate(self, data: str | os.PathLike | None = None, **options: Any) -> Any:
        """Measures the model.

        Args:
            data: A file, a folder or a TFDS set, as the setting `data`; `None` for the test split of the run's own data.
            **options: Settings that say how data are read, such as `text_column`; as in the run where not given. And how the model is
                measured, such as `dynamic=True`.

        Returns:
            The result, which `toolkit evaluate` prints; its `as_dict()` is plain Python.

        Raises:
            UserError: The run is not finished, the data cannot be read, or an option is not what it should be.
        """
        kinds = setting_kinds(type(self.settings))
        known = {name: kinds[name] for name in self.training.measure_options} | self.settings.ways_to_measure
        values = take(known, {"data": data, **options}, "option")
        with as_a_command(), naming_options(values):
            return self.training.evaluate(**values)

    def export(
        self,
        name: str | None = None,
        directory: str | os.PathLike = "saved_models",
        version: int | None = None,
        *,
        fused_lstm: bool = False,
    ) -> Any:
        """Writes the model as a SavedModel and as LiteRT files, checked against the model on held-out texts.

        Args:
            name: Name of the exported model; `None` for that of the run's folder.
            directory: Folder of exported models; the export is `directory/name/VERSION`.
            version: Number of the version; `None` for the one after the highest.
            fused_lstm: Whether to write LiteRT files with LiteRT's own LSTM operator, too.

        Returns:
            An `ExportReport`: what was written, how large it is, and how well it agrees with the model.

        Raises:
            UserError: The run is not finished, the version is there already, or the folder cannot be written.
        """
        name = name or self.path.resolve().name
        with as_a_command(), naming_options(("name", "version")):
            if not isinstance(name, str) or name in (".", "..") or "/" in name:
                raise InvalidArgument("name", "the name of a folder", name)
            if version is not None:
                check_positive_integer("version", version)
            return self.training.export(Path(directory), name, version, fused_lstm=fused_lstm)

    @functools.cached_property
    def subject(self) -> Any:
        """What inspections look at: the model, and held-out examples.

        Raises:
            UserError: The run is not finished.
        """
        with as_a_command():
            subject = find_task(self.recipe.task).part("subject")(self.training)
            subject.history = self.metrics["history"]
            return subject

    def inspect(self, what: str, **options: Any) -> Any:
        """Looks inside of the model; the run stays as it is.

        Args:
            what: What to look at, such as `"gates"`; `toolkit inspect --help` lists all.
            **options: What the inspection takes.

        Returns:
            A `Finding`: a sentence, numbers, and a page that `save(folder)` writes.

        Raises:
            UserError: The run is not finished, there is no such inspection, the model has nothing for it, or an option is not what it
                should be.
        """
        with as_a_command():
            subject = self.training if find_inspection(what).reads_run else self.subject
            return inspect(subject, what, **options)

    def __str__(self) -> str:
        return f"{self.recipe.name}, {self.path}\n{self.training.describe(self.metrics)}"

    def __repr__(self) -> str:
        return f"<run {self}>" if self.training.run.is_finished else f"<run {self.recipe.name}, {self.path}, not finished>"

    def _repr_html_(self) -> str:
        return preformatted(repr(self)) + "".join(map(image, sorted(self.training.run.plots.glob("*.png"))))


def train(
    recipe: str | os.PathLike | Recipe, *, preset: str | None = None, run_dir: str | os.PathLike | None = None, **settings: Any
) -> Run:
    """Trains a recipe to the end, or goes on where the same call was interrupted; a run that is finished is returned at once.

    It is what `toolkit train` does, without the export, in the same folder. What is random is seeded by the setting `seed`, for the whole
    process.

    Args:
        recipe: Name of a recipe, the path of a Python file that has one as its `RECIPE`, or a recipe.
        preset: Name of the settings to start from, such as `"full"`; `None` for the first that the recipe has.
        run_dir: Folder of the run; `None` for `runs/RECIPE-PRESET`, or `runs/RUN-continued` with the setting `continue_from`.
        **settings: What is to be other than in the preset, such as `data="reviews.csv"`. `toolkit train RECIPE --help` lists all.

    Returns:
        The run.

    Raises:
        UserError: A setting, the data or the folder is not what it should be.
        KeyboardInterrupt: It was interrupted; a checkpoint has been saved, and the same call goes on from it.
    """
    if not isinstance(recipe, (str, os.PathLike, Recipe)):
        raise UserError(f"recipe: expected the name of a recipe, or a recipe, received {in_a_line(recipe)}")
    recipe = find_recipe(recipe)
    kinds = setting_kinds(recipe.settings_class)
    own = {"preset": kind_of(Literal[tuple(recipe.presets)] | None), "run_dir": kind_of(str | None)}
    values = take(kinds | own, settings | {"preset": preset, "run_dir": run_dir}, "setting")
    preset, folder = values.pop("preset"), values.pop("run_dir")
    with naming_options(kinds):
        chosen = replace(starting_point(recipe, preset, values), **values)
        run = folder_for(recipe, chosen, preset, folder)
        with as_a_command():
            training = make_run(recipe, chosen, run)
            if not finished(training):
                training.train()
            if run.is_finished and (warning := training.warning(run.read_metrics())):
                _log.warning("%s", warning)
    return Run(training)


def starting_point(recipe: Recipe, preset: str | None, given: Mapping[str, Any]) -> Any:
    """Returns the settings that what is given is changes to: those of a preset, of the run to go on from, or of the first teacher.

    Args:
        recipe: The recipe.
        preset: Name of the preset; `None` if none was given.
        given: Settings by their names.

    Raises:
        UserError: There is no such run.
    """
    if (origin := given.get("continue_from")) and preset is None:
        return Continuation.of(recipe, origin).settings
    if (teachers := given.get("distill_from")) and preset is None:
        return Teachers.of(recipe, teachers).settings
    return recipe.presets[preset or recipe.default_preset]


def folder_for(recipe: Recipe, settings: Any, preset: str | None, folder: str | None) -> RunFolder:
    """Returns the folder of a run, once it is known that the run may go on from where it is to. All without TensorFlow.

    Args:
        recipe: The recipe.
        settings: Its settings.
        preset: Name of the preset that they were made from; `None` for the default.
        folder: Where it is to be; `None` for `runs/RECIPE-PRESET`, `runs/RUN-continued` or `runs/RUN-distilled`.

    Raises:
        UserError: It cannot go on from there.
    """
    origin = settings.continue_from
    taught = getattr(settings, "distill_from", None)
    name = f"{recipe.name}-{preset or recipe.default_preset}"
    if origin or taught:
        name = f"{Path((origin or taught.split(',')[0]).strip()).resolve().name}-{'continued' if origin else 'distilled'}"
    run = RunFolder(f"runs/{name}" if folder is None else folder)
    if origin:
        Continuation.of(recipe, origin).check(settings, run)
    if taught:
        Teachers.of(recipe, taught).check(settings, run)
    return run


def finished(training: Any) -> bool:
    """Returns whether a training is finished, and says so.

    Args:
        training: The `TrainingRun`.

    Raises:
        UserError: It is, but with other settings.
    """
    run = training.run
    if run.is_finished:
        run.open(training.recipe.name, training.settings, training.recipe.file)
        further = f"to go on from it give {option('continue_from')} {run.path}, for another another {option('run_dir')}"
        print(f"{run.path}: this training is finished; {further}")
    return run.is_finished


@contextlib.contextmanager
def as_a_command() -> Iterator[None]:
    """Lets Python do what a command does, and leaves no trace: without other libraries' notices, in single precision."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with native_notices_hidden(), single_precision():
        levels = {logging.getLogger(name): logging.getLogger(name).level for name in ("absl", "tensorflow")}
        try:
            for logger in levels:
                logger.setLevel(logging.ERROR)
            yield
        finally:
            for logger, level in levels.items():
                logger.setLevel(level)


@contextlib.contextmanager
def single_precision() -> Iterator[None]:
    """Keeps what a program has set Keras to from what a run does."""
    config = importlib.import_module("keras").config
    before = config.floatx(), config.dtype_policy()
    config.set_floatx("float32")
    config.set_dtype_policy("float32")
    try:
        yield
    finally:
        config.set_floatx(before[0])
        config.set_dtype_policy(before[1])
