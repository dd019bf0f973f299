"""Settings that recipes share. No TensorFlow here: `--help` reads this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from toolkit.arguments import InvalidArgument, check_choice, check_positive
from toolkit.cells import CELLS, not_honoured, with_equations
from toolkit.data.reading.reading import Reading
from toolkit.tasks.option import Option

TOKENIZER = ("tokenizer", "vocabulary_size")
"""Settings of the tokenizer."""


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """How files are read. What is nothing, the content of each file decides, and the report of the data says it.

    Attributes:
        format: csv, tsv, json, jsonl or fasttext (a line per text, which begins with its label)
        delimiter: character between two columns, or comma, tab, semicolon or pipe
        quoting: csv if quotes hold a field together, none if they are characters like others
        header: first if the first line names the columns, none if it is data
        encoding: of files that are not UTF-8 and have no byte order mark, such as latin-1 or cp1252
    """

    format: Literal["csv", "tsv", "json", "jsonl", "fasttext"] | None = None
    delimiter: str | None = None
    quoting: Literal["csv", "none"] | None = None
    header: Literal["first", "none"] | None = None
    encoding: str | None = None

    def __post_init__(self):
        Reading.of(self)  # refuses what it does not know


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How a model is trained.

    Attributes:
        epochs: passes over the training data, at most; those before continue_from are not counted
        steps: updates of the weights, in place of epochs
        minutes: time that the whole command may take; nothing for no limit
        optimizer: adam, adamw, rmsprop, sgd (with momentum) or asgd (averaged when the validation loss stalls)
        learning_rate: highest learning rate
        schedule: how the learning rate falls after the warm-up
        warmup_steps: steps in which the learning rate rises; nothing for a tenth of all steps
        clipnorm: longest gradient of each variable
        global_clipnorm: longest gradient of all variables together
        weight_decay: decoupled weight decay
        momentum: momentum of sgd and rmsprop
        ema_momentum: share of itself that the average of the weights keeps at a step; nothing for no average
        averaging_patience: epochs without a lower validation loss after which asgd averages
        monitor: what makes an epoch the best on the validation split
        average_epochs: the best so many epochs, whose weights are averaged in the end
        patience: epochs without a better one before the training stops
        matmul_precision: of large matrix products in training; nothing for bfloat16 where the processor multiplies it faster
        checkpoint_seconds: seconds between checkpoints within an epoch
        continue_from: finished run of the recipe to go on from: its tokenizers and weights, and its settings where no others are given
        strategy: devices: one (none), all of this machine (mirrored), several machines (multi_worker, by TF_CONFIG), or tpu
        seed: of every random choice
    """

    ways_to_measure: ClassVar[Mapping[str, Option]] = {}
    """By name, options of `evaluate` that are no settings: how a trained model is measured besides."""

    epochs: int = 4
    steps: int | None = None
    minutes: float | None = None
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd", "asgd"] = "adam"
    learning_rate: float = 2e-3
    schedule: Literal["constant", "linear", "cosine", "inverse_sqrt"] = "linear"
    warmup_steps: int | None = None
    clipnorm: float | None = None
    global_clipnorm: float | None = None
    weight_decay: float | None = None
    momentum: float | None = None
    ema_momentum: float | None = None
    averaging_patience: int | None = None
    monitor: Literal["accuracy", "loss"] = "accuracy"
    average_epochs: int = 1
    patience: int | None = None
    matmul_precision: Literal["float32", "bfloat16"] | None = None
    checkpoint_seconds: float = 120.0
    continue_from: str | None = None
    strategy: Literal["none", "mirrored", "multi_worker", "tpu"] = "none"
    seed: int = 0

    def __post_init__(self):
        if self.minutes is not None:
            check_positive("minutes", self.minutes)
        at_least(self, epochs=1, steps=1, warmup_steps=0, average_epochs=1, averaging_patience=1, patience=1, checkpoint_seconds=0, seed=0)


@dataclass(frozen=True, kw_only=True)
class DistillationSettings:
    """From whom a model learns besides.

    Attributes:
        distill_from: finished runs of the recipe, by commas, whose answers are learned from, too; their tokenizers are taken over
    """

    distill_from: str | None = None


def at_least(settings: Any, **limits: float) -> None:
    """Checks that settings, where they are given, are not below their limits.

    Raises:
        InvalidArgument: One is.
    """
    for name, limit in limits.items():
        value = getattr(settings, name)
        if value is not None and value < limit:
            raise InvalidArgument(name, f"at least {limit}", value)


def check_cell(settings: Any, *options: str, of: str = "cell") -> None:
    """Checks that a setting names a cell, and that such a cell honours other settings.

    Args:
        settings: The settings.
        *options: Names of the others, of `toolkit.cells.OF_THE_EQUATIONS`.
        of: The setting that names the cell.

    Raises:
        InvalidArgument: It is not, or it does not.
    """
    cell = getattr(settings, of)
    check_choice(of, cell, CELLS)
    for name in not_honoured(cell, **{name: getattr(settings, name) for name in options}):
        expected = f"none with {of.replace('_', ' ')} {cell}"
        raise InvalidArgument(name, expected, getattr(settings, name), f"take one of {', '.join(with_equations())}")
