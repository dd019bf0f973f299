"""What a bidirectional LSTM sees that an LSTM does not: words whose tag stands in what follows."""

import functools
from collections.abc import Iterator, Sequence

import keras
import numpy as np
from matplotlib.figure import Figure

from benchmarks.theory.charts import bars, finish
from benchmarks.theory.experiment import Comparison, Experiment, Row, values
from benchmarks.theory.tasks import IGNORED, TAGGED_WORDS, TURNING, tagging
from benchmarks.theory.training import Trainer, accuracy, batches, cross_entropy, held_out, targets_of
from toolkit.layers import LSTM, Bidirectional

CONTEXTS = dict(zip(("left", "right"), TURNING, strict=True))
GUESSING, NEARLY_GUESSING, NEARLY_ALL = 0.5, 0.6, 0.9


def run(seeds: Sequence[int], *, length: int = 24, units: int = 32, steps: int = 600) -> Iterator[Row]:
    """Yields a row of each layer, context and seed."""
    task = functools.partial(tagging, length=length)
    test = held_out(task)
    words, tags = np.concatenate([inputs for inputs, _ in test]), targets_of(test)
    recurrent = {
        "LSTM": lambda: LSTM(units, return_sequences=True),
        "BiLSTM": lambda: Bidirectional(LSTM(units // 2, return_sequences=True)),
    }
    for name, make in recurrent.items():

        def build(make=make):
            return keras.Sequential([keras.Input((length,)), keras.layers.Embedding(TAGGED_WORDS, 8), make(), keras.layers.Dense(2)])

        trainer = Trainer(build, cross_entropy, learning_rate=1e-2)
        for seed in seeds:
            trainer.start(seed)
            trainer.train(batches(task, seed, steps))
            logits = trainer.outputs(test)
            for context, word in CONTEXTS.items():
                right = accuracy(np.where(words == word, tags, IGNORED), logits)
                yield {"layer": name, "context": context, "seed": seed, "accuracy": right, "parameters": trainer.model.count_params()}


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    right = {
        (layer, context): values(rows, "accuracy", layer=layer, context=context) for layer in ("LSTM", "BiLSTM") for context in CONTEXTS
    }
    return [
        Comparison("where the right context decides, BiLSTM is nearly always right", right["BiLSTM", "right"], [NEARLY_ALL]),
        Comparison("where the right context decides, LSTM nearly guesses", [NEARLY_GUESSING], right["LSTM", "right"]),
        Comparison("where the left context decides, LSTM is nearly always right", right["LSTM", "left"], [NEARLY_ALL]),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the accuracy of each layer, by the side that decides."""
    figure.set_size_inches(5, 3.6)
    axes = figure.subplots()
    bars(axes, rows, "accuracy", "layer", "context")
    axes.axhline(GUESSING, color="black", linestyle=":", linewidth=1, label="guessing")
    axes.set_ylim(0, 1.25)
    finish(axes, "context that decides", "accuracy, held out")


EXPERIMENT = Experiment(
    name="directions",
    title="Terribly exciting: both directions",
    claim='A bidirectional network knows the sense of a word that what follows decides, as in "terribly exciting"; one that reads '
    "forwards cannot.",
    source="Schuster & Paliwal 1997; the example is that of Stanford's CS224N",
    rule=f"On held-out words that the right context decides, BiLSTM has an accuracy above {NEARLY_ALL:g} and LSTM one below "
    f"{NEARLY_GUESSING:g} ({GUESSING:g} is guessing); on those that the left context decides, LSTM has one above {NEARLY_ALL:g}.",
    setting="Synthetic sentences of 24 words: two words decide, one takes the tag of the deciding word to its left, one that to its "
    "right. LSTM of 32 units, BiLSTM of 16 and 16, 600 steps of Adam at 0.01.",
    factors=("layer", "context"),
    run=run,
    compare=compare,
    draw=draw,
)
