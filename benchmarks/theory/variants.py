"""The variants of the LSTM of Greff et al., the GRU and MUT1 to MUT3, on a language model and a classifier."""

import functools
import statistics
from collections.abc import Callable, Iterator, Sequence

import keras
from matplotlib.figure import Figure

from benchmarks.theory.charts import dots, finish
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, mean, values, where
from benchmarks.theory.language import LEARNING_RATE, MOST_HELD_OUT, WINDOW, language_model, text_task
from benchmarks.theory.texts import VOCABULARY, reviews
from benchmarks.theory.training import Task, Trainer, batches, cross_entropy, held_out
from toolkit.layers import layer_of

GREFF = ("nig", "nfg", "nog", "niaf", "noaf", "cifg", "np", "fgr")
CELLS = ("lstm", *GREFF, "gru", "mut1", "mut2", "mut3")
CRITICAL = ("nfg", "noaf")
FEATURES = 32


def _classifier(recurrent: keras.layers.Layer, features: int) -> keras.Model:
    """Returns a model from words, `[batch, WINDOW]`, to the logits of two labels, the mean of all states in between."""
    pieces = [keras.Input((WINDOW,)), keras.layers.Embedding(VOCABULARY, features), recurrent, keras.layers.GlobalAveragePooling1D()]
    return keras.Sequential([*pieces, keras.layers.Dense(2)])


def _settings() -> dict[str, tuple[Callable, Task, Task]]:
    labelled = functools.partial(reviews, length=WINDOW)
    return {
        "language model": (language_model, text_task(), text_task("test", MOST_HELD_OUT)),
        "classifier": (
            _classifier,
            functools.partial(labelled, split="train", most=8000),
            functools.partial(labelled, split="test", most=2000),
        ),
    }


def run(seeds: Sequence[int], *, cells: Sequence[str] = CELLS, units: int = 32, steps: int = 200) -> Iterator[Row]:
    """Yields a row of each setting, cell and seed."""
    for name, (model, task, other) in _settings().items():
        test = held_out(other)
        for cell in cells:

            def build(model=model, cell=cell):
                return model(layer_of(cell, units, return_sequences=True), FEATURES)

            trainer = Trainer(build, cross_entropy, learning_rate=LEARNING_RATE)
            for seed in seeds:
                trainer.start(seed)
                trainer.train(batches(task, seed, steps))
                yield {"setting": name, "cell": cell, "seed": seed, "nats": trainer.loss(test), "parameters": trainer.model.count_params()}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    comparisons = []
    for setting in different(rows, "setting"):
        lstm = values(rows, "nats", setting=setting, cell="lstm")
        comparisons += [
            Comparison(f"{setting}: {cell} is worse than lstm", values(rows, "nats", setting=setting, cell=cell), lstm) for cell in CRITICAL
        ]
        better = sum(max(values(rows, "nats", setting=setting, cell=cell)) < min(lstm) for cell in GREFF)
        comparisons.append(Comparison(f"{setting}: fewer than one of Greff's variants are better than lstm in all seeds", [1], [better]))
        others = [cell for cell in CELLS if cell not in CRITICAL]
        apart = statistics.pstdev(mean(rows, "nats", setting=setting, cell=cell) for cell in others)
        spread = statistics.fmean(statistics.pstdev(values(rows, "nats", setting=setting, cell=cell)) for cell in others)
        what = f"{setting}: the spread over seeds is above that over cells, without {' and '.join(CRITICAL)}"
        comparisons.append(Comparison(what, [spread], [apart]))
    return comparisons


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the held-out loss of each cell, a dot for each seed."""
    settings = different(rows, "setting")
    for axes, setting in zip(figure.subplots(1, len(settings), squeeze=False)[0], settings, strict=True):
        dots(axes, where(rows, setting=setting), "nats", "cell")
        finish(axes, "nats, held out", "", setting, legend=False)


EXPERIMENT = Experiment(
    name="variants",
    title="Variants of the LSTM",
    claim="No variant of the LSTM is clearly better than the LSTM; the forget gate and the output activation are what it cannot do "
    "without. Differences between the others are within what chance makes.",
    source="Greff et al. 2017; Jozefowicz, Zaremba & Sutskever 2015 for MUT1 to MUT3",
    rule="Held-out loss: nfg (no forget gate) and noaf (no output activation) are worse than lstm; none of Greff's eight variants is "
    "better than lstm in all seeds; and of all cells but these two the spread of the means is below the mean spread over seeds. "
    "Each in both settings.",
    setting="A language model of characters, and a classifier of the first 32 words of movie reviews by the mean of the states; 32 "
    "units, 200 steps of Adam at 0.005, clipped at 1, the same for all cells.",
    factors=("setting", "cell"),
    run=run,
    compare=compare,
    draw=draw,
)
