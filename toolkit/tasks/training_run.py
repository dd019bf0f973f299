"""Training from a recipe, the part that all tasks share."""

import abc
import contextlib
import dataclasses
import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from toolkit import __version__
from toolkit.arguments import flag
from toolkit.cells import without_product
from toolkit.errors import UserError
from toolkit.evaluation.divergence import Trouble
from toolkit.evaluation.measured import Measured
from toolkit.evaluation.plots import learning_curve
from toolkit.export.exporter import Exporter
from toolkit.export.exporting import export
from toolkit.export.report import ExportReport
from toolkit.inspection.report import RunReport
from toolkit.models import load_model
from toolkit.models.contract import check_model
from toolkit.operating_system import load_of_a_core, peak_memory_gib
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.card_facts import facts_of
from toolkit.tasks.choice import Choice, precision_choice
from toolkit.tasks.continuation import Continuation
from toolkit.tasks.distillation import Teachers
from toolkit.tasks.optimizer import optimizer_of
from toolkit.tasks.registry import find_task
from toolkit.tasks.run_report import finish, report_of
from toolkit.tasks.stage import header, stage
from toolkit.training.budget import Budget
from toolkit.training.history import History
from toolkit.training.loop import Batches, Score, fit
from toolkit.training.objective import Objective
from toolkit.training.strategy import build_strategy, is_chief, losing_workers

BEFORE, AFTER, AFTER_SHARE = 2.0, 60.0, 0.3
"""Of the minutes that there are, seconds until a run is there, and at most what the test and the export take after its training."""

MOST_BUSY = 2.0
"""On a busy machine the test and the export take longer; that is allowed for up to this factor."""


class TrainingRun(abc.ABC):
    """The commands over one run of a recipe. A subclass says what it learns, how that is measured, and how it is used.

    Args:
        recipe: The recipe.
        settings: Its settings, `TrainingSettings` among them.
        run: The folder of the run.
        started: When the command began, by `time.monotonic`; now if it is not given.
    """

    model_has: ClassVar[tuple[str, ...]] = ()
    """Attributes and methods by which the kind of task asks a model, besides calling it."""

    subject_has: tuple[str, ...] = ()
    """Attributes of the `Subject` of a finished run that inspections may need, besides its batches."""

    plot_captions: ClassVar[Mapping[str, str]] = {}
    """What is to be seen on the plots of a run, by their names without a number behind."""

    result: ClassVar[type]
    """Class of the result, of a kind whose runs nothing else describes: made by `from_dict`, and as a string a table for the terminal."""

    def __init__(self, recipe: Recipe, settings: Any, run: RunFolder, started: float | None = None):
        self.recipe = recipe
        self.settings = settings
        self.run = run
        self.started = time.monotonic() if started is None else started

    @property
    def measure_options(self) -> tuple[str, ...]:
        """Names of the options that `evaluate` takes."""
        return self.settings.measure_options

    @functools.cached_property
    def origin(self) -> Continuation | None:
        """What the run goes on from, if it starts from a finished one.

        Raises:
            UserError: It cannot go on from there.
        """
        if self.settings.continue_from is None:
            return None
        origin = Continuation.of(self.recipe, self.settings.continue_from)
        origin.check(self.settings, self.run)
        return origin

    @functools.cached_property
    def teachers(self) -> Teachers | None:
        """The runs whose answers are learned from, too, if there are any.

        Raises:
            UserError: They do not fit.
        """
        given = getattr(self.settings, "distill_from", None)
        if given is None:
            return None
        teachers = Teachers.of(self.recipe, given)
        teachers.check(self.settings, self.run)
        return teachers

    def train(self) -> Any:
        """Trains to the end, from the start or from the last checkpoint, and measures the model on the test split.

        Returns:
            The result on the test split, which `metrics.json` holds too; `None` in the workers of a cluster that are not its chief.

        Raises:
            UserError: The settings, the data or the run folder are wrong, another process trains in it, or the loss is not finite.
            WorkerLost: Another worker of the cluster is gone.
        """
        strategy = build_strategy(self.settings.strategy)
        with self.run.in_use() if is_chief(strategy) else contextlib.nullcontext():  # the workers of a cluster share the folder
            return self._train(strategy)

    def _train(self, strategy: tf.distribute.Strategy) -> Any:
        s, started = self.settings, time.monotonic()
        origin, teachers = self.origin, self.teachers
        stage("reading", s.data or "the data that come along")
        keras.utils.set_random_seed(s.seed)
        with self.run.opening(self.recipe.name, s, self.recipe.file), losing_workers(strategy):
            if origin:
                origin.give_tokenizers(self.run)
            if teachers:
                teachers.give_tokenizers(self.run)
            data = self.read_data()
            if teachers:
                stage("teachers", f"{teachers}: they answer what is to be learned")
                data = self._distilled(data, teachers)
            s = self._settle(data)
            train, validation = (self._batches(data, split, strategy.num_replicas_in_sync) for split in ("train", "validation"))
            with strategy.scope():
                objective, scores = self._objective(data), self._scores(data)
                model = self._build_model(data)
                fitted = self._fitted(model, objective)
                optimizer = optimizer_of(s, s.epochs * train.steps(0))
        self._announce(data, model)
        if is_chief(strategy):
            self._prepare(model, data)
        prepared = time.monotonic()
        history = fit(
            fitted,
            optimizer=optimizer,
            objective=objective,
            scores=scores,
            train=train,
            validation=validation,
            epochs=s.epochs,
            run_dir=self.run.path,
            monitor=s.monitor,
            average_epochs=s.average_epochs,
            patience=s.patience,
            budget=self._budget(data),
            strategy=strategy,
            checkpoint_seconds=s.checkpoint_seconds,
            matmul_precision=s.matmul_precision or "float32",
        )
        if not is_chief(strategy):
            return None
        trained = time.monotonic()
        stage("measuring", "on held-out texts")
        self._complete(model, data)
        result, measured = self._test(model, data)
        # The history counts the training over all resumptions; this process has seen the rest.
        seconds = prepared - started + history.epochs[-1]["seconds"] + time.monotonic() - trained
        self._keep(model, data, history, result, measured, seconds)
        return result

    def _distilled(self, data: Any, teachers: Teachers) -> Any:
        """Returns data that have answers of other runs, too; of a kind whose settings have `distill_from`."""
        raise NotImplementedError

    def _settle(self, data: Any) -> Any:
        """Chooses the settings that nobody has given, keeps and returns all."""
        self.choices = self._choose(data) | self._choose_precision(data)
        values = {name: choice.value for name, choice in self.choices.items()}
        self.settings = dataclasses.replace(self.settings, **values)
        self.run.keep_chosen(values)
        return self.settings

    def _choose_precision(self, data: Any) -> dict[str, Choice]:
        """Returns in what large products are made, if there are some, a processor makes them, and nobody has said it."""
        s = self.settings
        on_processor = s.strategy != "tpu" and not tf.config.list_physical_devices("GPU")
        is_open = s.matmul_precision is None and on_processor and self._multiplies_large_matrices(data)
        return {"matmul_precision": precision_choice()} if is_open else {}

    def _multiplies_large_matrices(self, data: Any) -> bool:
        """Whether some products are in `matmul_precision`: those of cells that have none in their loop, or of a large vocabulary."""
        cells = {getattr(self.settings, name, None) for name in ("cell", "encoder_cell")}
        return not cells.isdisjoint(without_product())

    def _choose(self, data: Any) -> dict[str, Choice]:
        """Returns settings that nobody has given, chosen for the data, by name."""
        return {}

    def _budget(self, data: Any) -> Budget:
        """Returns what limits the training besides its epochs, and what else takes time."""
        s = self.settings
        after = AFTER if s.minutes is None else min(AFTER, AFTER_SHARE * 60 * s.minutes)
        reserved = after * min(MOST_BUSY, max(1.0, load_of_a_core()))
        spent = time.monotonic() - self.started + BEFORE
        return Budget(s.steps, s.minutes, spent, reserved, self._steps_of_test(data), self._steps_of_scores(data))

    def _steps_of_test(self, data: Any) -> float:
        """Returns as many steps' time as measuring the trained model takes."""
        return 0.0

    def _steps_of_scores(self, data: Any) -> float:
        """Returns as many steps' time as what `_scores` gives takes."""
        return 0.0

    def read_data(self) -> Any:
        """Returns what the run trains on.

        Raises:
            UserError: The data cannot be read, or have changed since the run was started.
        """
        return (self.recipe.build_data or find_task(self.recipe.task).part("reader"))(self.settings, self.run)

    def _build_model(self, data: Any) -> keras.Model:
        """Returns the recipe's model, with the weights that the training starts from."""
        model = self.recipe.build_model(self.settings, data)
        try:
            model = self._checked(model, data)
        except ValueError as error:
            raise UserError(f"{self.recipe.file or self.recipe.name}: build_model: {error}") from error
        self._initialize(model, data)
        return model

    def _checked(self, model: keras.Model, data: Any) -> keras.Model:
        """Returns the model as it is trained; refuses, by a `ValueError`, one that the kind of task cannot train or use."""
        check_model(model, self.model_has)
        return model

    def _initialize(self, model: keras.Model, data: Any) -> None:
        """Gives a new model the weights of the run that the training goes on from, if there is one."""
        if self.origin:
            self.origin.give_weights(model)

    def _announce(self, data: Any, model: keras.Model) -> None:
        if self.origin:
            stage("from", self.origin.describe(self.settings))
        stage("data", str(data.corpus.report))
        stage("tokens", self._describe_tokens(data))
        for reason in dict.fromkeys(choice.reason for choice in self.choices.values()):
            chosen = [f"{flag(name)} {choice.value}" for name, choice in self.choices.items() if choice.reason == reason]
            stage("chosen", f"{', '.join(chosen)}: {reason}")
        stage("model", f"{model.count_params():,} parameters")
        stage("run", f"{self.run.path} (if interrupted, the same command goes on)")

    def _keep(self, model: keras.Model, data: Any, history: History, result: Any, measured: Callable[[], Measured], seconds: float) -> None:
        """Writes the model, the plots, the report and, last, the metrics that say that the run is finished."""
        with self.run.replacing(self.run.model) as temporary:
            model.save(temporary)
        with self.run.replacing(self.run.plots / "learning_curve.png") as temporary:
            learning_curve(history.epochs, temporary)
        more = self._keep_results(model, data, result)
        metrics = {
            "recipe": self.recipe.name,
            "parameters": model.count_params(),
            "history": history.epochs,
            "best_epoch": history.best["epoch"],
            "test": result.as_dict(),
            **more,
            **({"continued_from": self.origin.record()} if self.origin else {}),
            "minutes": round(seconds / 60, 2),
            "cores": os.cpu_count(),
            "peak_memory_gib": peak_memory_gib(),
            "versions": {"recurrent-toolkit": __version__, "tensorflow": tf.__version__, "keras": keras.__version__},
        }
        finish(self, metrics, measured)

    def report(self) -> RunReport:
        """Returns what a page tells of the finished run.

        Raises:
            UserError: The run is not finished.
        """
        return report_of(self, self.run.read_metrics())

    def load_model(self) -> keras.Model:
        """Returns the trained model, in single precision whatever it was trained in: that is what is measured and exported.

        Raises:
            UserError: The run is not finished.
        """
        return self._model

    @functools.cached_property
    def _model(self) -> keras.Model:
        self.run.read_metrics()
        return load_model(self.run.model, dtype="float32")

    def export(
        self,
        directory: Path,
        name: str,
        version: int | None = None,
        *,
        fused_lstm: bool = False,
        leave_out: Mapping[str, str] | None = None,
    ) -> ExportReport:
        """Writes the trained model as a SavedModel and as LiteRT files, checked against the model on held-out texts.

        Args:
            directory: Folder of exported models; the export is `directory/name/VERSION`.
            name: Name of the model.
            version: Number of the version; `None` for the next one.
            fused_lstm: Whether to write LiteRT files with LiteRT's own LSTM operator, too.
            leave_out: LiteRT files that are not wanted, and why.

        Returns:
            What was written, how large it is and how well it agrees.

        Raises:
            UserError: The run is not finished, the version is there already, or the folder cannot be written.
        """
        metrics, samples = self.run.read_metrics(), self.run.read_json(self.run.samples)
        references = self.run.read_json(self.run.references) if self.run.references.is_file() else ()
        options = {
            "samples": samples,
            "references": references,
            "facts": facts_of(self, metrics),
            "version": version,
            "leave_out": leave_out,
        }
        exporter = self.exporter()
        report = export(exporter.with_fused_lstm() if fused_lstm else exporter, directory / name, **options)
        warning = self.warning(metrics)
        return dataclasses.replace(report, remarks=[*report.remarks, f"warning: {warning}"]) if warning else report

    def warning(self, metrics: dict[str, Any]) -> str:
        """Returns a line that says that the model of a finished run is of no use, and what to try; `""` if there is nothing to say.

        Args:
            metrics: The run's `metrics.json`.
        """
        trouble = self.trouble(metrics)
        if trouble is None:
            return ""
        lower = f"a --learning-rate below {self.settings.learning_rate:g}"
        if trouble.diverged:
            clip = "" if self.settings.global_clipnorm else ", or --global-clipnorm 1"
            return f"this training has diverged: {trouble.text}; in a new --run-dir, try {lower}{clip}"
        if trouble.certain:
            return f"this training has learned nothing from the texts: {trouble.text}; in a new --run-dir, try more --epochs, or {lower}"
        return f"{trouble.text}; that may be chance: measure it on more texts with toolkit evaluate --data"

    def _fitted(self, model: keras.Model, objective: Objective) -> keras.Model:
        """Returns what is trained: the model, or what holds it and the objective's variables."""
        return model

    def _chosen(self, names: Sequence[str], options: Mapping[str, str | None]) -> dict[str, Any]:
        """Returns options by their names; those of the run where nothing else is said."""
        return {name: options.get(name) or getattr(self.settings, name) for name in names}

    def _settings_with(self, options: Mapping[str, Any]) -> Any:
        """Returns the run's settings with options in the place of some, as far as they are not `None`."""
        return dataclasses.replace(self.settings, **{name: value for name, value in options.items() if value is not None})

    def _keep_samples(self, number: int, samples: Sequence[Any], references: Sequence[Any]) -> None:
        """Writes so many samples of the test split, at random, and the right answers to them."""
        rows = np.random.default_rng(0).permutation(len(samples))[:number]
        self.run.write_json(self.run.samples, [samples[row] for row in rows])
        self.run.write_json(self.run.references, [references[row] for row in rows])

    def _scores(self, data: Any) -> dict[str, Score]:
        """Returns what is measured after each epoch besides means over the examples."""
        return {}

    @abc.abstractmethod
    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Returns what is wrong with the model of a finished run, if anything is.

        Args:
            metrics: The run's `metrics.json`.
        """

    @abc.abstractmethod
    def show_predictions(self, number: int) -> list[str]:
        """Returns lines that show what the model of a finished run does with a few held-out texts."""

    @property
    @abc.abstractmethod
    def example(self) -> str:
        """A held-out text to try a finished run on."""

    def describe(self, metrics: dict[str, Any]) -> str:
        """Returns the few lines that say how good the finished run is, from its `metrics.json`."""
        return f"{header(metrics)}\n{self.result.from_dict(metrics['test'])}"

    @abc.abstractmethod
    def exporter(self) -> Exporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """

    @abc.abstractmethod
    def _batches(self, data: Any, split: str, replicas: int) -> Batches:
        """Returns the batches of a split."""

    @abc.abstractmethod
    def _objective(self, data: Any) -> Objective:
        """Returns what a step minimises and measures."""

    @abc.abstractmethod
    def _describe_tokens(self, data: Any) -> str:
        """Returns a line about what texts are cut into."""

    def _prepare(self, model: keras.Model, data: Any) -> None:  # noqa: B027 - as `_complete`
        """Finds what takes no steps, before it is known how many of these there is time for; the model stays as it is."""

    def _complete(self, model: keras.Model, data: Any) -> None:  # noqa: B027 - most models learn by gradient descent alone
        """Finds what the model has to learn besides, once it is trained and before it is measured."""

    @abc.abstractmethod
    def _test(self, model: keras.Model, data: Any) -> tuple[Any, Callable[[], Measured]]:
        """Measures the model on the test split.

        Returns:
            The result, which has `as_dict`, and what makes an account of the examples for the report.
        """

    @abc.abstractmethod
    def _keep_results(self, model: keras.Model, data: Any, result: Any) -> dict[str, Any]:
        """Writes plots and samples; returns what else belongs into `metrics.json`."""
