"""Where the forget gate's bias starts."""

import functools
from collections.abc import Iterator, Sequence

import keras
from matplotlib.figure import Figure

from benchmarks.theory.charts import COLORS, dots, finish
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, values, where
from benchmarks.theory.tasks import ADDING_BASELINE, adding
from benchmarks.theory.training import Trainer, batches, held_out, in_parts, squared_error
from toolkit.layers import LSTM

BIASES = (0.0, 1.0, 2.0)
EVERY = 50


def run(
    seeds: Sequence[int],
    *,
    length: int = 32,
    units: int = 32,
    steps: int = 800,
    learning_rate: float = 5e-3,
    biases: Sequence[float] = BIASES,
) -> Iterator[Row]:
    """Yields a row of each bias and seed: after how many steps half of the way is made, all of them if never."""
    task = functools.partial(adding, length=length)
    test = held_out(task, 8)

    def build(bias):
        return keras.Sequential([keras.Input((length, 2)), LSTM(units, forget_bias=bias), keras.layers.Dense(1)])

    trainer = Trainer(functools.partial(build, biases[0]), squared_error, learning_rate=learning_rate)
    for bias in biases:
        for seed in seeds:
            trainer.start(seed, build=functools.partial(build, bias))
            curve = []
            for part in in_parts(batches(task, seed, steps), EVERY):
                trainer.train(part)
                curve.append(trainer.loss(test))
            reached = [EVERY * place for place, error in enumerate(curve, 1) if error < ADDING_BASELINE / 2]
            yield {"bias": bias, "seed": seed, "steps to half": min(reached, default=steps), "held-out error": curve[-1], "curve": curve}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    slow = values(rows, "steps to half", bias=0.0)
    return [
        Comparison(f"with a bias of 0 half of the way takes more steps than with {bias:g}", slow, values(rows, "steps to half", bias=bias))
        for bias in (1.0, 2.0)
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the error over the steps, and the steps that half of the way took."""
    left, right = figure.subplots(1, 2)
    for color, bias in zip(COLORS, different(rows, "bias"), strict=False):
        for place, row in enumerate(where(rows, bias=bias)):
            curve = row["curve"]
            steps = [EVERY * step for step in range(1, len(curve) + 1)]
            left.plot(steps, curve, color=color, alpha=0.7, label=f"bias {bias:g}" if place == 0 else None)
    left.axhline(ADDING_BASELINE, color="black", linestyle=":", linewidth=1, label="always 1")
    finish(left, "step", "held-out error")
    dots(right, rows, "steps to half", "bias")
    finish(right, "steps until the error is halved", "bias of the forget gate", legend=False)


EXPERIMENT = Experiment(
    name="forgetting",
    title="The bias of the forget gate",
    claim="An LSTM learns long dependencies sooner if the bias of its forget gate starts at 1 or more instead of at 0.",
    source="Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015",
    rule="Steps until the held-out error is half of that of always answering 1: with a bias of 0 more than with 1, and more than with 2.",
    setting="Adding problem of 32 steps, LSTM of 32 units, 800 steps of Adam at 0.005, clipped at 1.",
    factors=("bias",),
    run=run,
    compare=compare,
    draw=draw,
)
