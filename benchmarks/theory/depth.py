"""Stacks of 1 to 8 layers, plain, residual, highway and dense."""

import functools
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from benchmarks.theory.charts import finish, lines
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, values
from benchmarks.theory.language import LEARNING_RATE, MOST_HELD_OUT, language_model, text_task
from benchmarks.theory.training import Trainer, batches, cross_entropy, held_out
from toolkit.layers import LSTM, RecurrentStack

DEPTHS = (1, 2, 4, 8)
CONNECTIONS = ("plain", "residual", "highway", "dense")


def run(seeds: Sequence[int], *, depths: Sequence[int] = DEPTHS, units: int = 32, steps: int = 200) -> Iterator[Row]:
    """Yields a row of each connection, depth and seed; one layer has no connection, and its rows stand at all four."""
    task, test = text_task(), held_out(text_task("test", MOST_HELD_OUT))

    def build(depth, connection):
        layers = [LSTM(units, return_sequences=True) for _ in range(depth)]
        return language_model(RecurrentStack(layers, connection=connection, first_connected=0), units)

    for depth in depths:
        for connection in CONNECTIONS[:1] if depth == 1 else CONNECTIONS:
            trainer = Trainer(functools.partial(build, depth, connection), cross_entropy, learning_rate=LEARNING_RATE)
            for seed in seeds:
                trainer.start(seed)
                trainer.train(batches(task, seed, steps))
                row = {"depth": depth, "seed": seed, "nats": trainer.loss(test), "parameters": trainer.model.count_params()}
                for same in CONNECTIONS if depth == 1 else [connection]:
                    yield {"connection": same, **row}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    shallow, deep = min(different(rows, "depth")), max(different(rows, "depth"))
    plain = values(rows, "nats", connection="plain", depth=deep)
    return [
        Comparison(f"plain: {deep} layers are worse than {shallow}", plain, values(rows, "nats", connection="plain", depth=shallow)),
        *(
            Comparison(f"{deep} layers: plain is worse than {connection}", plain, values(rows, "nats", connection=connection, depth=deep))
            for connection in CONNECTIONS[1:]
        ),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the held-out loss over the depth."""
    figure.set_size_inches(5.4, 3.8)
    axes = figure.subplots()
    lines(axes, rows, "depth", "nats", "connection", log_x=True)
    finish(axes, "layers", "nats per character, held out")


EXPERIMENT = Experiment(
    name="depth",
    title="Depth",
    claim="A plain stack of many layers is harder to train than a shallow one; residual, highway and dense connections make deep "
    "stacks trainable.",
    source="Srivastava, Greff & Schmidhuber 2015; He et al. 2016; Huang et al. 2017",
    rule="Held-out loss after the same number of steps: of the plain stack of 8 layers above that of one layer, and above that of "
    "the residual, the highway and the dense stack of 8 layers.",
    setting="Language model of characters of movie reviews, windows of 32; LSTM layers of 32 units, the embedding as wide; 200 steps "
    "of Adam at 0.005, clipped at 1. All layers are connected; the highway gates start at a bias of -1.",
    factors=("connection", "depth"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
