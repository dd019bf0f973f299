"""How the recurrent kernel starts, with tanh and with rectified linear units."""

import functools
import math
from collections.abc import Iterator, Sequence

import keras
from matplotlib.figure import Figure

from benchmarks.theory.charts import bars, finish
from benchmarks.theory.experiment import Comparison, Experiment, Row, values
from benchmarks.theory.tasks import ADDING_BASELINE, adding
from benchmarks.theory.training import Trainer, batches, held_out, squared_error
from toolkit.layers import SimpleRNN

ACTIVATIONS = ("tanh", "relu")
STARTS = ("orthogonal", "identity", "gaussian", "half gaussian")


def _kernel(start: str, units: int) -> keras.initializers.Initializer:
    """Returns the initializer of a name; a Gaussian of variance 1 / units keeps the norm of a vector in the mean."""
    if start in ("orthogonal", "identity"):
        return keras.initializers.get(start)
    return keras.initializers.RandomNormal(stddev=(0.5 if start == "half gaussian" else 1) / math.sqrt(units))


def run(
    seeds: Sequence[int],
    *,
    length: int = 60,
    units: int = 64,
    steps: int = 1500,
    learning_rate: float = 1e-3,
    starts: Sequence[str] = STARTS,
) -> Iterator[Row]:
    """Yields a row of each activation, start and seed."""
    task = functools.partial(adding, length=length)
    test = held_out(task)

    def build(activation, start):
        layer = SimpleRNN(units, activation=activation, recurrent_initializer=_kernel(start, units))
        return keras.Sequential([keras.Input((length, 2)), layer, keras.layers.Dense(1)])

    for activation in ACTIVATIONS:
        trainer = Trainer(functools.partial(build, activation, starts[0]), squared_error, learning_rate=learning_rate)
        for start in starts:
            for seed in seeds:
                trainer.start(seed, build=functools.partial(build, activation, start))
                trainer.train(batches(task, seed, steps))
                yield {"activation": activation, "start": start, "seed": seed, "held-out error": trainer.loss(test)}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""

    def error(activation, start):
        return values(rows, "held-out error", activation=activation, start=start)

    return [
        Comparison("from the identity, tanh has a larger error than relu", error("tanh", "identity"), error("relu", "identity")),
        Comparison("relu has a larger error from a Gaussian than from the identity", error("relu", "gaussian"), error("relu", "identity")),
        Comparison(
            "tanh has a larger error from a Gaussian than from an orthogonal kernel", error("tanh", "gaussian"), error("tanh", "orthogonal")
        ),
        Comparison(
            "tanh has a larger error from half a Gaussian than from an orthogonal kernel",
            error("tanh", "half gaussian"),
            error("tanh", "orthogonal"),
        ),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the held-out error of each start and activation."""
    figure.set_size_inches(6.4, 3.8)
    axes = figure.subplots()
    bars(axes, rows, "held-out error", "activation", "start")
    axes.axhline(ADDING_BASELINE, color="black", linestyle=":", linewidth=1, label="always 1")
    axes.set_yscale("log")
    finish(axes, "start of the recurrent kernel", "squared error, held out")


EXPERIMENT = Experiment(
    name="starts",
    title="Starts of the recurrent kernel",
    claim="Rectified linear units that start from the identity learn long dependencies where tanh units do not; orthogonal kernels "
    "beat random ones.",
    source="Le, Jaitly & Hinton 2015; Saxe, McClelland & Ganguli 2014",
    rule="Held-out error: from the identity tanh has a larger one than relu; relu a larger one from a Gaussian than from the "
    "identity; tanh a larger one from a Gaussian, and from one half as wide, than from an orthogonal kernel.",
    setting="Adding problem of 60 steps, SimpleRNN of 64 units, 1,500 steps of Adam at 0.001, clipped at 1; the Gaussian has a "
    "variance of 1/64.",
    factors=("activation", "start"),
    run=run,
    compare=compare,
    draw=draw,
)
