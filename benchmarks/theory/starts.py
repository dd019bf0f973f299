"""How the recurrent kernel starts, with tanh and with rectified linear units."""

import functools
import math
from collections.abc import Iterator, Sequence

import keras
from matplotlib.figure import Figure

from benchmarks.theory.charts import bars, finish
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, values, where
from benchmarks.theory.tasks import SYMBOLS, recall
from benchmarks.theory.training import Trainer, accuracy, batches, cross_entropy, held_out, targets_of
from toolkit.layers import SimpleRNN

ACTIVATIONS = ("tanh", "relu")
STARTS = ("orthogonal", "identity", "gaussian", "half gaussian")
DISTANCES = (15, 31)


def _kernel(start: str, units: int) -> keras.initializers.Initializer:
    """Returns the initializer of a name; a Gaussian of variance 1 / units keeps the norm of a vector in the mean."""
    if start in ("orthogonal", "identity"):
        return keras.initializers.get(start)
    return keras.initializers.RandomNormal(stddev=(0.5 if start == "half gaussian" else 1) / math.sqrt(units))


def run(
    seeds: Sequence[int], *, length: int = 32, distances: Sequence[int] = DISTANCES, units: int = 32, steps: int = 500
) -> Iterator[Row]:
    """Yields a row of each activation, distance, start and seed."""

    def build(activation, start):
        layer = SimpleRNN(units, activation=activation, recurrent_initializer=_kernel(start, units))
        return keras.Sequential([keras.Input((length, 2 * SYMBOLS)), layer, keras.layers.Dense(SYMBOLS)])

    for activation in ACTIVATIONS:
        trainer = Trainer(functools.partial(build, activation, STARTS[0]), cross_entropy, learning_rate=1e-3)
        for distance in distances:
            task = functools.partial(recall, length=length, distance=distance)
            test = held_out(task)
            for start in STARTS:
                for seed in seeds:
                    trainer.start(seed, build=functools.partial(build, activation, start))
                    trainer.train(batches(task, seed, steps))
                    right = accuracy(targets_of(test), trainer.outputs(test))
                    yield {"activation": activation, "distance": distance, "start": start, "seed": seed, "accuracy": right}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    longest = max(different(rows, "distance"))

    def right(activation, start):
        return values(rows, "accuracy", activation=activation, start=start, distance=longest)

    return [
        Comparison("from the identity, relu is more accurate than tanh", right("relu", "identity"), right("tanh", "identity")),
        Comparison("relu is more accurate from the identity than from a Gaussian", right("relu", "identity"), right("relu", "gaussian")),
        *(
            Comparison(
                f"tanh is more accurate from an orthogonal kernel than from a {start}", right("tanh", "orthogonal"), right("tanh", start)
            )
            for start in ("gaussian", "half gaussian")
        ),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the accuracy of each start and activation, by distance."""
    distances = different(rows, "distance")
    for axes, distance in zip(figure.subplots(1, len(distances), sharey=True, squeeze=False)[0], distances, strict=True):
        bars(axes, where(rows, distance=distance), "accuracy", "activation", "start")
        axes.axhline(1 / SYMBOLS, color="black", linestyle=":", linewidth=1, label="guessing")
        axes.set_ylim(0, 1.3)
        finish(axes, "start of the recurrent kernel", "accuracy, held out", f"{distance} steps")


EXPERIMENT = Experiment(
    name="starts",
    title="Starts of the recurrent kernel",
    claim="Rectified linear units that start from the identity learn long dependencies where tanh units do not; orthogonal kernels "
    "beat random ones.",
    source="Le, Jaitly & Hinton 2015; Saxe, McClelland & Ganguli 2014",
    rule="At the longer distance: from the identity relu is more accurate than tanh; relu is more accurate from the identity than "
    "from a Gaussian; tanh is more accurate from an orthogonal kernel than from a Gaussian, and than from one half as wide.",
    setting="One of four symbols among distractors, asked for 15 or 31 steps later, at the end of 32 steps; SimpleRNN of 32 units, "
    "500 steps of Adam at 0.001, clipped at 1; the Gaussian has a variance of 1/32.",
    factors=("activation", "distance", "start"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
