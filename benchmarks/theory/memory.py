"""Where each cell stops learning: the adding and the copying problem at growing lengths."""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import keras
from matplotlib.figure import Figure

from benchmarks.theory.charts import finish, lines
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, where
from benchmarks.theory.tasks import ADDING_BASELINE, SYMBOLS, adding, copying
from benchmarks.theory.training import Trainer, accuracy, batches, cross_entropy, held_out, in_parts, squared_error, targets_of
from toolkit.layers import layer_of

CELLS = {"simple_rnn": "SimpleRNN", "irnn": "IRNN", "lstm": "LSTM", "gru": "GRU"}
LENGTHS = (50, 100, 200, 400)
SAID = 3
LEARNED, SOLVED = 0.5, 0.9  # of the way from guessing to no mistake: counts as learned, and ends the training
EVERY = 100


@dataclass(frozen=True)
class _Problem:
    task: Callable
    features: int
    loss: Callable
    model: Callable  # from the name of a cell, length and units
    learned: Callable  # from trainer and held-out batches to a share


def _adding_model(cell: str, length: int, units: int) -> keras.Model:
    return keras.Sequential([keras.Input((length, 2)), layer_of(cell, units), keras.layers.Dense(1)])


def _copying_model(cell: str, length: int, units: int) -> keras.Model:
    inputs = keras.Input((length, SYMBOLS + 2))
    outputs = layer_of(cell, units, return_sequences=True)(inputs)
    return keras.Model(inputs, keras.layers.Dense(SYMBOLS)(outputs[:, -SAID:]))


def _added(trainer: Trainer, test: list) -> float:
    error = trainer.loss(test)
    return 1 - error / ADDING_BASELINE if math.isfinite(error) else 0.0  # a run that has blown up has learned nothing


def _copied(trainer: Trainer, test: list) -> float:
    return (accuracy(targets_of(test), trainer.outputs(test)) - 1 / SYMBOLS) / (1 - 1 / SYMBOLS)


PROBLEMS = {
    "adding": _Problem(adding, 2, squared_error, _adding_model, _added),
    "copying": _Problem(functools.partial(copying, symbols=SAID), SYMBOLS + 2, cross_entropy, _copying_model, _copied),
}


def run(
    seeds: Sequence[int], *, lengths: Sequence[int] = LENGTHS, units: int = 32, steps: int = 600, learning_rate: float = 5e-3
) -> Iterator[Row]:
    """Yields a row of each problem, cell, length and seed."""
    for name, problem in PROBLEMS.items():
        for cell, title in CELLS.items():
            for length in lengths:
                task = functools.partial(problem.task, length=length)
                test = held_out(task, 8)
                trainer = Trainer(functools.partial(problem.model, cell, length, units), problem.loss, learning_rate=learning_rate)
                for seed in seeds:
                    trainer.start(seed)
                    taken = 0
                    for part in in_parts(batches(task, seed, steps), EVERY):
                        taken += len(trainer.train(part))
                        if (learned := problem.learned(trainer, test)) >= SOLVED:
                            break
                    yield {"problem": name, "cell": title, "length": length, "seed": seed, "learned": learned, "steps": taken}


def longest(rows: Sequence[Row], problem: str, cell: str) -> list[float]:
    """Returns for each seed the longest length that was learned, 0 if none was."""
    return [
        max((row["length"] for row in where(rows, problem=problem, cell=cell, seed=seed) if row["learned"] > LEARNED), default=0)
        for seed in different(rows, "seed")
    ]


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    return [
        Comparison(
            f"{problem}: {cell} learns at longer lengths than SimpleRNN", longest(rows, problem, cell), longest(rows, problem, "SimpleRNN")
        )
        for problem in PROBLEMS
        for cell in ("LSTM", "GRU")
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws what was learned over the length, for each problem."""
    for axes, problem in zip(figure.subplots(1, 2, sharey=True), PROBLEMS, strict=True):
        lines(axes, where(rows, problem=problem), "length", "learned", "cell", log_x=True)
        axes.axhline(LEARNED, color="black", linestyle=":", linewidth=1)
        axes.set_ylim(top=1.1)
        finish(axes, "length of the sequence", "learned (0 guessing, 1 no mistake)", problem)


EXPERIMENT = Experiment(
    name="memory",
    title="Where each cell stops learning",
    claim="LSTM and GRU learn dependencies over hundreds of steps where a simple recurrent network fails after tens.",
    source="Hochreiter & Schmidhuber 1997 for adding; Arjovsky, Shah & Bengio 2016 for copying, where LSTMs fail at long delays, too",
    rule=f"Learned is a length if {LEARNED:.0%} of the way from guessing to no mistake is made on held-out data. On adding and on "
    "copying LSTM and GRU learn at a longer length than SimpleRNN.",
    setting=f"32 units, at most 600 steps of Adam at 0.005, clipped at 1, fewer if {SOLVED:.0%} is reached; copying {SAID} of "
    f"{SYMBOLS} symbols, guessing is an accuracy of 1/4; lengths 50, 100, 200 and 400, all but 400 of which had been run before.",
    factors=("problem", "cell", "length"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
