"""Truncated backpropagation: from how far back it learns to remember."""

import functools
from collections.abc import Iterator, Sequence

import keras
from matplotlib.figure import Figure

from benchmarks.theory.charts import finish, lines
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, values
from benchmarks.theory.tasks import SYMBOLS, recall
from benchmarks.theory.training import Trainer, accuracy, batches, cross_entropy, held_out, targets_of
from toolkit.layers import LSTM, TruncatedBPTT

TRUNCATIONS = (4, 8, 16, 32)
DISTANCES = (3, 7, 15, 31)
GUESSING = 1 / SYMBOLS


def run(
    seeds: Sequence[int],
    *,
    truncations: Sequence[int] = TRUNCATIONS,
    distances: Sequence[int] = DISTANCES,
    units: int = 32,
    steps: int = 400,
) -> Iterator[Row]:
    """Yields a row of each truncation, distance and seed. The last step is the last of its chunk, so k steps cover distances below k."""
    length = max(truncations)
    for truncation in truncations:

        def build(truncation=truncation):
            layer = TruncatedBPTT(LSTM(units), truncation)
            return keras.Sequential([keras.Input((length, 2 * SYMBOLS)), layer, keras.layers.Dense(SYMBOLS)])

        trainer = Trainer(build, cross_entropy, learning_rate=1e-2)
        for distance in distances:
            task = functools.partial(recall, length=length, distance=distance)
            test = held_out(task)
            for seed in seeds:
                trainer.start(seed)
                trainer.train(batches(task, seed, steps))
                right = accuracy(targets_of(test), trainer.outputs(test))
                yield {"truncation": truncation, "distance": distance, "seed": seed, "accuracy": right}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    truncations = different(rows, "truncation")
    return [
        Comparison(
            f"over {distance} steps a truncation of {covering} remembers more than one of {short}",
            values(rows, "accuracy", truncation=covering, distance=distance),
            values(rows, "accuracy", truncation=short, distance=distance),
        )
        for distance in different(rows, "distance")
        for covering in truncations
        for short in truncations
        if covering == distance + 1 and short < covering
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the accuracy over the distance, a line for each truncation."""
    figure.set_size_inches(5.6, 3.8)
    axes = figure.subplots()
    lines(axes, rows, "distance", "accuracy", "truncation", log_x=True)
    axes.axhline(GUESSING, color="black", linestyle=":", linewidth=1)
    axes.set_ylim(0, 1.05)
    finish(axes, "steps between a symbol and the question", "accuracy, held out", legend=False)
    axes.legend(frameon=False, fontsize=8, title="truncated after", title_fontsize=8)


EXPERIMENT = Experiment(
    name="truncation",
    title="Truncated backpropagation through time",
    claim="Backpropagation that is truncated after k steps does not learn to remember for longer than k steps.",
    source="Williams & Peng 1990; Sutskever 2013",
    rule="At each distance d = k - 1 that a truncation k just covers, it is more accurate than each shorter truncation.",
    setting="One of four symbols among distractors, asked for 3, 7, 15 or 31 steps later, at the end of 32 steps; TruncatedBPTT "
    "around an LSTM of 32 units, the last chunk ends at the question; 400 steps of Adam at 0.01, clipped at 1.",
    factors=("truncation", "distance"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
