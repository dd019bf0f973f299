"""How much of a gradient is left after so many steps, beside the bound from the singular values of the recurrent kernel."""

import functools
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

from benchmarks.theory.charts import COLORS, finish, logarithmic
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, values, where
from benchmarks.theory.tasks import adding
from benchmarks.theory.training import Trainer, batches, held_out, squared_error
from toolkit.layers import layer_of
from toolkit.layers.recurrent.observing import observing

CELLS = {
    **{"simple_rnn": "SimpleRNN", "irnn": "IRNN", "lstm": "LSTM", "gru": "GRU"},
    **{"sru": "SRU", "qrnn": "QRNN", "min_gru": "MinGRU", "ind_rnn": "IndRNN"},
}
AT_FIRST, TRAINED = "at first", "trained"
DISTANCE = 50
EVERY = 5  # steps of a curve
ROUNDING = 1.001


def run(seeds: Sequence[int], *, length: int = 60, units: int = 32, steps: int = 800) -> Iterator[Row]:
    """Yields a row of each cell, seed, and weights at first and after training on the adding problem."""
    task = functools.partial(adding, length=length)
    [(inputs, targets)] = held_out(task, 1)
    for name, cell in CELLS.items():

        def build(name=name):
            return keras.Sequential([keras.Input((length, 2)), layer_of(name, units), keras.layers.Dense(1)])

        trainer = Trainer(build, squared_error, learning_rate=5e-3)
        for seed in seeds:
            trainer.start(seed)
            yield {"cell": cell, "weights": AT_FIRST, "seed": seed, **_kept(trainer.model, inputs, targets)}
            trainer.train(batches(task, seed, steps))
            yield {"cell": cell, "weights": TRAINED, "seed": seed, **_kept(trainer.model, inputs, targets)}


def _kept(model: keras.Model, inputs: np.ndarray, targets: np.ndarray) -> Row:
    """Returns how much of the gradient of the last state is left in those before it, the norms of all parts of the state together."""
    with tf.GradientTape() as tape, observing(tape) as loops:
        loss = squared_error(targets, model(inputs))
    [loop] = loops
    gradients = tape.gradient(loss, list(loop.probes.values()))
    norms = tf.sqrt(tf.add_n([tf.reduce_sum(part**2, [0, 2]) for part in gradients])).numpy().astype(float)
    kept = (norms / norms[-1])[::-1]  # by distance from the end
    kernel = loop.layer.cell.recurrent_kernel
    row = {f"kept over {DISTANCE}": float(kept[min(DISTANCE, len(kept) - 1)]), "curve": kept[::EVERY].tolist()}
    units = loop.layer.cell.units
    if kernel is None or kernel.shape not in ((units,), (units, units)):  # that of several gates bounds nothing by itself
        return row | {"largest singular value": None, "most of its bound": None}
    matrix = kernel.numpy() if len(kernel.shape) == 2 else np.diag(kernel.numpy())
    largest = float(np.linalg.svd(matrix, compute_uv=False)[0])
    most = max(share / largest**distance for distance, share in enumerate(kept) if distance)
    return row | {"largest singular value": largest, "most of its bound": float(most)}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    measure = f"kept over {DISTANCE}"
    simple = values(rows, measure, cell="SimpleRNN", weights=TRAINED)
    return [
        Comparison(
            f"the bound σ^k is above the gradient of {cell} at each distance (the most of gradient / bound)",
            [ROUNDING],
            values(rows, "most of its bound", cell=cell),
        )
        for cell in ("SimpleRNN", "IRNN", "IndRNN")
    ] + [
        *(
            Comparison(
                f"at first {cell} keeps more over {DISTANCE} steps than SimpleRNN",
                values(rows, measure, cell=cell, weights=AT_FIRST),
                values(rows, measure, cell="SimpleRNN", weights=AT_FIRST),
            )
            for cell in ("LSTM", "GRU")
        ),
        *(
            Comparison(
                f"trained, {cell} keeps more over {DISTANCE} steps than SimpleRNN",
                values(rows, measure, cell=cell, weights=TRAINED),
                simple,
            )
            for cell in ("LSTM", "GRU")
        ),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the gradient over the distance, a line for each seed, and the bounds of the simple cells."""
    for axes, weights in zip(figure.subplots(1, 2, sharey=True), (AT_FIRST, TRAINED), strict=True):
        for color, cell in zip(COLORS, different(rows, "cell"), strict=False):
            for place, row in enumerate(where(rows, cell=cell, weights=weights)):
                distances = [EVERY * step for step in range(len(row["curve"]))]
                axes.plot(distances, row["curve"], color=color, alpha=0.8, label=cell if place == 0 else None)
                if cell == "SimpleRNN":
                    bound = [row["largest singular value"] ** distance for distance in distances]
                    label = "bound σ^k of SimpleRNN" if place == 0 else None
                    axes.plot(distances, bound, color=color, linestyle=":", label=label)
        logarithmic(axes.yaxis)
        axes.set_ylim(1e-12, 1e3)
        finish(axes, "steps back", "gradient / gradient at the last step", weights, legend=weights == AT_FIRST)


EXPERIMENT = Experiment(
    name="gradients",
    title="Gradient against distance",
    claim="The gradient of a simple recurrent network shrinks or grows as a power of the distance, bounded by the largest singular "
    "value of its recurrent kernel; gates let it survive for longer.",
    source="Hochreiter 1991; Pascanu, Mikolov & Bengio 2013",
    rule="For SimpleRNN, IRNN and IndRNN no gradient is above σ^k times that of the last step, σ the largest singular value of U, which "
    f"in IndRNN is diagonal, and k the distance. LSTM and GRU keep a larger share of the gradient over {DISTANCE} steps than SimpleRNN, "
    "at first and trained.",
    setting="Adding problem of 60 steps, 32 units, Keras's starts and a forget bias of 1; at first, and after 800 steps of Adam at "
    "0.005, clipped at 1. The gradient is that of the probes of `observing`, the norm over a batch and over all parts of the state.",
    factors=("cell", "weights"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
