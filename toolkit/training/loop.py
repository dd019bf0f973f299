"""The one training loop of the toolkit."""

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import keras
import tensorflow as tf

from toolkit.arguments import check_choice, check_positive_integer, option
from toolkit.data.batching.rounds import Rounds
from toolkit.errors import UserError
from toolkit.layers.matmul_precision import PRECISIONS
from toolkit.training.averaged_sgd import AveragedSGD
from toolkit.training.averaging import averaged_weights
from toolkit.training.budget import FEW, Budget, validations
from toolkit.training.checkpoint import Checkpoint, CheckpointFolder
from toolkit.training.clipping import Clipping
from toolkit.training.history import History
from toolkit.training.interruption import Interruption
from toolkit.training.objective import Objective
from toolkit.training.progress import Progress
from toolkit.training.scalars import Scalars
from toolkit.training.schedules import WarmupDecay
from toolkit.training.snapshot import restore_snapshot, take_snapshot
from toolkit.training.state import State, weighted_means
from toolkit.training.steps import Steps
from toolkit.training.strategy import agree, distributed_batches, is_chief, losing_workers, of_chief

Score = Callable[[keras.Model], float]

AVERAGED = 3
"""Of as many validations as a budget leaves, one may be averaged: the first ones, with their high learning rate, are not worth it."""


class Batches(Protocol):
    """What `fit` trains on; `toolkit.data.labeled_texts.token_batches.TokenBatches` is one.

    A batch is `(inputs, labels, weights)`. It is a pure function of the epoch and its position, so a resumed training asks for the rest.
    """

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch from `start` on, of each the rows `replica::replicas`."""

    def steps(self, epoch: int) -> int:
        """Returns the number of batches in an epoch."""


def fit(
    model: keras.Model,
    *,
    optimizer: keras.optimizers.Optimizer,
    objective: Objective,
    train: Batches,
    validation: Batches,
    epochs: int,
    run_dir: str | os.PathLike,
    monitor: str = "accuracy",
    mode: str | None = None,
    scores: dict[str, Score] | None = None,
    average_epochs: int = 1,
    patience: int | None = None,
    budget: Budget | None = None,
    strategy: tf.distribute.Strategy | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    checkpoint_seconds: float = 300.0,
    matmul_precision: str = "float32",
    log_every: int = 10,
) -> History:
    """Trains a model, or goes on training it where the same call was interrupted.

    A step minimises the mean `loss` of the objective over the global batch, plus the model's own regularization losses. After each epoch
    the model is validated and a checkpoint saved. In the end the model holds the weights of the best epoch, or the average of those of the
    best epochs. Validation and "best" mean the averaged weights if the optimizer keeps an average.

    On CPU, a training that was interrupted and resumed ends with the same bits as one that was not: the checkpoint holds all variables of
    the model (also the states of its random generators) and of the optimizer, and batches are a function of their position.

    Args:
        model: Built model that the objective knows how to call; made in the strategy's scope.
        optimizer: Keras optimizer; its clipping acts on the gradients summed over replicas.
        objective: What is minimised and measured.
        train: Batches to train on.
        validation: Batches to validate on.
        epochs: How many epochs, counting those before an interruption.
        run_dir: Folder of the run; gets `checkpoints/` and `logs/`. Workers of one training share it.
        monitor: Which of the objective's measures or the scores, on the validation batches, makes an epoch the best.
        mode: `"min"` or `"max"`; if not given, `"min"` for the loss and `"max"` for all else.
        scores: More to measure after each epoch, by name: `(model) -> number`, such as BLEU, which is no mean over tokens.
        average_epochs: The best so many epochs, whose weights are averaged in the end.
        patience: Stop when that many epochs brought no better one.
        budget: What limits the training besides `epochs`. One that is cut short, or has its number of steps, is validated 4 to
            20 times, after even parts, and they count as epochs in all that follows, but at most a third of them are averaged; a
            `WarmupDecay` of the optimizer ends with it.
            Minutes become a number of steps when it starts, which the checkpoints keep.
        strategy: From `build_strategy`; one device if not given.
        callbacks: Keras callbacks; the logs of a step have `loss`, `learning_rate` and the gradient norms.
        checkpoint_seconds: Time between checkpoints within an epoch, besides the one at its end; 0 saves every step.
        matmul_precision: In what training makes large matrix products: `"float32"`, or `"bfloat16"`, which some processors multiply
            faster; see `toolkit.layers.matmul_precision`. Validation is always in the model's own precision.
        log_every: Steps between TensorBoard points.

    Returns:
        The history.

    Raises:
        UserError: The loss is not finite, a checkpoint does not fit the model, or the run folder cannot be written.
        KeyboardInterrupt: Ctrl-C was pressed, or SIGTERM has come; a checkpoint has been saved and the same call goes on from it.
        WorkerLost: Another worker of the training is gone.
    """
    strategy = strategy or tf.distribute.get_strategy()
    scores = scores or {}
    _check([*objective.names, *scores], monitor, mode, epochs, patience)
    check_positive_integer("average_epochs", average_epochs)
    check_choice("matmul_precision", matmul_precision, PRECISIONS)
    _check_model(model, objective, strategy)
    progress = Progress(budget)
    with strategy.scope(), losing_workers(strategy), Interruption() as interruption:
        optimizer.build(model.trainable_variables)
        steps = Steps(model, optimizer, objective, strategy, matmul_precision)
        chief = [progress, Scalars(Path(run_dir) / "logs", optimizer, log_every, steps)] if is_chief(strategy) else []
        listeners = keras.callbacks.CallbackList([*callbacks, *chief], model=model)
        history = History(f"val_{monitor}", mode or ("min" if monitor == "loss" else "max"))
        folder = CheckpointFolder(Path(run_dir) / "checkpoints")
        training = _Training(
            model,
            optimizer,
            steps,
            strategy,
            listeners,
            progress,
            interruption,
            history,
            folder,
            checkpoint_seconds,
            scores,
            average_epochs,
        )
        training.resume()
        training.run(*training.plan(train, validation, epochs, budget), validation, patience)
    return history


def _check(measures: list[str], monitor: str, mode: str | None, epochs: int, patience: int | None) -> None:
    check_choice("monitor", monitor, measures)
    if mode is not None:
        check_choice("mode", mode, ("min", "max"))
    check_positive_integer("epochs", epochs)
    if patience is not None:
        check_positive_integer("patience", patience)


def _check_model(model: keras.Model, objective: Objective, strategy: tf.distribute.Strategy) -> None:
    if not model.built:
        raise ValueError(f"`model` must be built, so that its variables exist. Received: {model.name}, not built")
    if not all(strategy.extended.variable_created_in_scope(variable.value) for variable in model.variables):
        raise ValueError(f"`model` must be made in the scope of `strategy`. Received: {model.name} and {type(strategy).__name__}")
    if not {id(variable) for variable in objective.variables} <= {id(variable) for variable in model.variables}:
        raise ValueError(f"`model` must keep the variables of `objective`. Received: {model.name} and {type(objective).__name__}")


@dataclass
class _Training:
    """A training under way: what `fit` was given, made ready, and where it stands."""

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    steps: Steps
    strategy: tf.distribute.Strategy
    callbacks: keras.callbacks.CallbackList
    progress: Progress
    interruption: Interruption
    history: History
    folder: CheckpointFolder
    checkpoint_seconds: float
    scores: dict[str, Score]
    average_epochs: int
    state: State = field(default_factory=State)

    def __post_init__(self) -> None:
        self.clipping = Clipping(self.optimizer)

    def resume(self) -> None:
        """Takes up the latest checkpoint, if there is one."""
        checkpoint = self.folder.latest()
        if checkpoint is not None:
            restore_snapshot(checkpoint, model=self.model, optimizer=self.optimizer)
            self.state = State(**checkpoint.state)
        self._meet()
        self.history.epochs = self.state.epochs
        self._norm = math.nan
        self._started = time.monotonic() - self.state.seconds
        self._saved = time.monotonic()

    def plan(self, train: Batches, validation: Batches, epochs: int, budget: Budget | None) -> tuple[Batches, int]:
        """Returns what to train on, and in how many epochs, within a budget."""
        total = sum(map(train.steps, range(epochs)))
        if budget is None:
            return train, epochs
        if self.state.total is None:
            wanted = total if budget.steps is None else budget.steps
            limit = wanted if budget.minutes is None or wanted <= FEW else self._steps_within(budget, train, validation)
            self.state.total = of_chief(self.strategy, min(wanted, limit))
        if isinstance(schedule := self.optimizer._learning_rate, WarmupDecay):
            schedule.end_at(self.state.total)
        if self.state.total == total:
            return train, epochs
        number = validations(self.state.total, train.steps(0))
        self.average_epochs = min(self.average_epochs, max(1, number // AVERAGED))
        return Rounds(train, self.state.total, number), number

    def _steps_within(self, budget: Budget, train: Batches, validation: Batches) -> int:
        began, before = time.monotonic(), take_snapshot(model=self.model, optimizer=self.optimizer)
        some, others = (distributed_batches(self.strategy, batches, 0, 0) for batches in (train, validation))
        self.progress.pace = budget.pace(self.steps, some, others, validation.steps(0))
        restore_snapshot(Checkpoint(self.folder.path, before, {}), model=self.model, optimizer=self.optimizer)
        self._started = time.monotonic() - self.state.seconds
        return budget.within(self.progress.pace, train.steps(0), time.monotonic() - began)

    def run(self, train: Batches, epochs: int, validation: Batches, patience: int | None) -> None:
        """Trains to the end and leaves the best weights in the model."""
        self._save()  # tells before any work whether the folder can be written
        self.model.stop_training = False
        self._set_params(train, epochs)
        self.callbacks.on_train_begin()
        while self.state.epoch < epochs and not self.history.should_stop(patience) and not self.model.stop_training:
            self._set_params(train, epochs)
            self.callbacks.on_epoch_begin(self.state.epoch)
            self._train_epoch(train)
            self._finish_epoch(validation)
        self.callbacks.on_train_end()
        self._meet()  # only now is it certain that the chief has written the best weights
        best = [epoch["epoch"] for epoch in self.history.best_of(self.average_epochs)]
        restore_snapshot(self.folder.average(best), model=self.model)

    def _set_params(self, train: Batches, epochs: int) -> None:
        """Tells the callbacks the epochs and the steps of this one, and what is left: steps after it, steps in all, validations."""
        number = self.state.epoch
        steps, after = (sum(map(train.steps, part)) for part in (range(number, min(number + 1, epochs)), range(number + 1, epochs)))
        left = {"after": after, "total": steps + after - self.state.step, "validations": epochs - number}
        self.callbacks.set_params({"epochs": epochs, "steps": steps, **left})

    def _train_epoch(self, train: Batches) -> None:
        for batch in distributed_batches(self.strategy, train, self.state.epoch, self.state.step):
            self.callbacks.on_train_batch_begin(self.state.step)
            sums, report = self.steps.train(batch)
            logs = weighted_means(sums) | report
            self._require_finite(logs)
            self.state.add(sums)
            self.state.clipped += self.clipping.counts(report)
            self.state.norms += report["gradient_norm"]
            self.callbacks.on_train_batch_end(self.state.step - 1, logs)
            self._save_if_due()
            self._norm = report["gradient_norm"]

    def _finish_epoch(self, validation: Batches) -> None:
        """Validates, files the record, and saves the best weights before the checkpoint whose history calls them so."""
        self._save()
        with averaged_weights(self.optimizer):
            results = self._validate(validation)
            learning_rate = float(tf.convert_to_tensor(self.optimizer.learning_rate))
            measured = self.state.means() | {f"val_{name}": value for name, value in results.items()}
            clipped, norm = self.clipping.record(self.state.clipped, self.state.step), self.state.norms / max(1, self.state.step)
            record = {"epoch": self.state.epoch + 1, **measured, **clipped, "learning_rate": learning_rate, "seconds": self._seconds()}
            self.state.finish_epoch(record)
            best = [epoch["epoch"] for epoch in self.history.best_of(self.average_epochs)]
            if record["epoch"] in best:
                self._write(partial(self.folder.save_epoch, record["epoch"]), model=self.model)
        if isinstance(self.optimizer, AveragedSGD):
            self.optimizer.watch([epoch["val_loss"] for epoch in self.history.epochs])
        self._save()
        if is_chief(self.strategy):
            self.folder.keep_epochs(best)
        self.callbacks.on_epoch_end(self.state.epoch - 1, record)
        self.clipping.warn(record, norm)

    def _validate(self, validation: Batches) -> dict[str, float]:
        totals = State()
        self.callbacks.on_test_begin()
        for batch in distributed_batches(self.strategy, validation, 0, 0):
            self.callbacks.on_test_batch_begin(totals.step)
            self._stop_if_asked()
            totals.add(self.steps.evaluate(batch))
            self.callbacks.on_test_batch_end(totals.step - 1, totals.means())
        self._require_finite_validation(totals.means()["loss"])
        results = totals.means() | {name: float(score(self.model)) for name, score in self.scores.items()}
        self.callbacks.on_test_end(results)
        return results

    def _meet(self) -> None:
        """Waits for the other workers and makes sure that they stand at the same step."""
        if not agree(self.strategy, self._iterations()):
            raise UserError(f"{self.folder.path}: the workers found different checkpoints; give all of them the same shared run folder")

    def _require_finite(self, logs: dict[str, float]) -> None:
        """Stops before a step that went wrong reaches a checkpoint."""
        for name in ("loss", "gradient_norm"):
            if not math.isfinite(logs[name]):
                raise UserError(
                    f"the training has diverged: {name} is {logs[name]} at step {self.state.step + 1} of epoch {self.state.epoch + 1}; "
                    f"the gradient norm one step before was {self._norm:.4g}; "
                    f"in a new run folder, try a {option('learning_rate')} below {logs['learning_rate']:.4g}, "
                    f"or {option('global_clipnorm')}"
                )

    def _require_finite_validation(self, loss: float) -> None:
        """The last step of an epoch may be the one that went wrong; an epoch without a number is not to be compared with others."""
        if not math.isfinite(loss):
            raise UserError(
                f"the training has diverged: val_loss is {loss} after epoch {self.state.epoch + 1}; in a new run folder, try a smaller "
                f"{option('learning_rate')}, or {option('global_clipnorm')}"
            )

    def _save_if_due(self) -> None:
        if self.interruption.requested or time.monotonic() - self._saved >= self.checkpoint_seconds:
            self._save()
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if self.interruption.requested:
            raise self.interruption.error(
                f"interrupted in epoch {self.state.epoch + 1}; a checkpoint is saved and the same command goes on from it"
            )

    def _save(self) -> None:
        self.state.seconds = self._seconds()
        self._write(partial(self.folder.save, self._iterations()), model=self.model, optimizer=self.optimizer)
        self._saved = time.monotonic()

    def _write(self, save: Callable, **owners: keras.Model | keras.optimizers.Optimizer) -> None:
        if is_chief(self.strategy):
            save(take_snapshot(**owners), asdict(self.state))

    def _iterations(self) -> int:
        return int(self.optimizer.iterations.value.numpy())

    def _seconds(self) -> float:
        return time.monotonic() - self._started
