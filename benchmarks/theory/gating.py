"""LSTM against GRU, with a simple network beside them: the same number of parameters, few and many data."""

import math
import time
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from benchmarks.theory.charts import bars, finish, lines
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, mean, values
from benchmarks.theory.language import LEARNING_RATE, MOST_HELD_OUT, WINDOW, language_model, text_task
from benchmarks.theory.training import BATCH, Trainer, batches, cross_entropy, held_out, in_parts
from toolkit.layers import layer_of

UNITS = {"lstm": 64, "gru": 76, "simple_rnn": 148}  # about as many parameters
CHARACTERS = (10_000, 400_000)
FEATURES = 32
EVERY = 100


def run(seeds: Sequence[int], *, units: dict[str, int] = UNITS, characters: Sequence[int] = CHARACTERS, steps: int = 400) -> Iterator[Row]:
    """Yields a row of each size of the training text, cell and seed; the test loss is that of the step whose validation loss is least."""
    validation, test = (held_out(text_task(split, MOST_HELD_OUT)) for split in ("validation", "test"))
    for cell, size in units.items():

        def build(cell=cell, size=size):
            return language_model(layer_of(cell, size, return_sequences=True), FEATURES)

        trainer = Trainer(build, cross_entropy, learning_rate=LEARNING_RATE)
        for most in characters:
            for seed in seeds:
                trainer.start(seed)
                best, at_best, seconds = math.inf, math.inf, []
                for part in in_parts(batches(text_task(most=most), seed, steps), EVERY):
                    started = time.process_time()
                    trainer.train(part)
                    seconds.append((time.process_time() - started) / len(part))
                    if (loss := trainer.loss(validation)) < best:
                        best, at_best = loss, trainer.loss(test)
                yield {
                    "cell": cell,
                    "training characters": most,
                    "seed": seed,
                    "nats": at_best,
                    "parameters": trainer.model.count_params(),
                    f"processor ms per step of {BATCH} x {WINDOW} characters": 1000 * min(seconds),
                }


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    comparisons = []
    for most in different(rows, "training characters"):
        found = {cell: values(rows, "nats", cell=cell, **{"training characters": most}) for cell in different(rows, "cell")}
        means = {cell: mean(rows, "nats", cell=cell, **{"training characters": most}) for cell in found}
        comparisons += [
            Comparison(f"{most:,} characters: simple_rnn is worse than {cell}", found["simple_rnn"], found[cell])
            for cell in ("lstm", "gru")
        ]
        comparisons.append(
            Comparison(
                f"{most:,} characters: simple_rnn is farther from the better of lstm and gru than these are from each other",
                [means["simple_rnn"] - min(means["lstm"], means["gru"])],
                [abs(means["lstm"] - means["gru"])],
            )
        )
    return comparisons


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the held-out loss, and the time of a step."""
    left, right = figure.subplots(1, 2)
    lines(left, rows, "training characters", "nats", "cell", log_x=True)
    finish(left, "characters of the training text", "nats per character, held out")
    (measure,) = (name for name in rows[0] if name.startswith("processor ms"))
    bars(right, rows, measure, "cell", "training characters")
    finish(right, "characters of the training text", "processor ms per step of training", legend=False)


EXPERIMENT = Experiment(
    name="gating",
    title="LSTM against GRU",
    claim="LSTM and GRU are both better than tanh units of as many parameters, and neither is clearly better than the other.",
    source="Chung et al. 2014",
    rule="With few and with many data: the held-out loss of simple_rnn is above that of lstm and that of gru, and its mean is "
    "farther from the better of the two than these are from each other.",
    setting="Language model of characters of movie reviews, windows of 32, trained on 10,000 and on 400,000 characters for 400 steps "
    "of Adam at 0.005, clipped at 1; of each run the step whose validation loss is least. Times are the least of four, of the "
    "processor, on one thread.",
    factors=("training characters", "cell"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
