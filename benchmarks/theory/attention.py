"""A decoder with attention against one without, by the length of the sentence."""

import functools
from collections.abc import Iterator, Sequence

import keras
import numpy as np
from matplotlib.figure import Figure

from benchmarks.theory.charts import finish, lines
from benchmarks.theory.experiment import Comparison, Experiment, Row, different, values
from benchmarks.theory.tasks import IGNORED, reversing
from benchmarks.theory.training import Trainer, accuracy, batches, cross_entropy, held_out, targets_of
from toolkit.layers import LSTM, AttentionDecoder, Bidirectional

SYMBOLS = 8
LENGTHS = (4, 8, 12, 16)
WITH, WITHOUT = "attention", "none"


def _model(decoder: str, longest: int, units: int) -> keras.Model:
    """Returns a model from sequence and what was written before each step, `[batch, longest]` each, to logits of what to write."""
    read, before = keras.Input((longest,), dtype="int32"), keras.Input((longest,), dtype="int32")
    embedded = keras.layers.Embedding(SYMBOLS + 1, units // 2, mask_zero=True)(read)
    memory, h_forward, c_forward, h_backward, c_backward = Bidirectional(LSTM(units // 2, return_sequences=True, return_state=True))(
        embedded
    )
    state = [keras.layers.Concatenate()(parts) for parts in ((h_forward, h_backward), (c_forward, c_backward))]
    inputs = keras.layers.Embedding(SYMBOLS + 1, units // 2)(before)
    if decoder == WITH:
        fed = keras.layers.Dense(units, activation="tanh")(state[0])
        outputs = AttentionDecoder(keras.layers.LSTMCell(units))(inputs, memory, initial_state=[fed, *state])
    else:
        outputs = LSTM(units, return_sequences=True)(inputs, initial_state=state)
    return keras.Model((read, before), keras.layers.Dense(SYMBOLS)(outputs))


def run(seeds: Sequence[int], *, lengths: Sequence[int] = LENGTHS, units: int = 64, steps: int = 1500) -> Iterator[Row]:
    """Yields a row of each decoder, length of held-out sequences, and seed."""
    longest = max(lengths)
    task = functools.partial(reversing, longest=longest, symbols=SYMBOLS)
    tests = {length: held_out(functools.partial(_of_one_length, length=length, longest=longest), 8) for length in lengths}
    for decoder in (WITH, WITHOUT):
        trainer = Trainer(functools.partial(_model, decoder, longest, units), cross_entropy, learning_rate=5e-3)
        for seed in seeds:
            trainer.start(seed)
            trainer.train(batches(task, seed, steps))
            for length, test in tests.items():
                right = accuracy(targets_of(test), trainer.outputs(test))
                yield {"decoder": decoder, "length": length, "seed": seed, "accuracy": right, "parameters": trainer.model.count_params()}


def _of_one_length(generator, examples, *, length, longest):
    """Draws sequences of one length, padded as those of the training are."""
    (read, before), written = reversing(generator, examples, longest=length, shortest=length, symbols=SYMBOLS)
    behind = ((0, 0), (0, longest - length))
    return (np.pad(read, behind), np.pad(before, behind)), np.pad(written, behind, constant_values=IGNORED)


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""
    short, long = min(different(rows, "length")), max(different(rows, "length"))

    def falls(decoder):
        pairs = zip(*(values(rows, "accuracy", decoder=decoder, length=length) for length in (short, long)), strict=True)
        return [before - after for before, after in pairs]

    return [
        Comparison(
            f"at length {long} attention is more accurate than none",
            values(rows, "accuracy", decoder=WITH, length=long),
            values(rows, "accuracy", decoder=WITHOUT, length=long),
        ),
        Comparison(f"from length {short} to {long} the accuracy falls more without attention than with it", falls(WITHOUT), falls(WITH)),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws the accuracy over the length."""
    figure.set_size_inches(5.4, 3.8)
    axes = figure.subplots()
    lines(axes, rows, "length", "accuracy", "decoder")
    axes.axhline(1 / SYMBOLS, color="black", linestyle=":", linewidth=1, label="guessing")
    axes.set_ylim(0, 1.05)
    finish(axes, "length of the sequence", "accuracy of a symbol, held out")


EXPERIMENT = Experiment(
    name="attention",
    title="Attention and the length of a sentence",
    claim="Without attention an encoder has to put a whole sentence into one vector, and the longer it is the worse is what comes "
    "out; with attention length matters less.",
    source="Bahdanau, Cho & Bengio 2015; Cho et al. 2014",
    rule="At the longest length the decoder with attention is more accurate than the one without, and from the shortest to the "
    "longest the accuracy falls more without attention.",
    setting="Sequences of 2 to 16 of 8 symbols to be written backwards; a bidirectional LSTM of 32 and 32 units reads, "
    "AttentionDecoder or LSTM of 64 units writes; 1,500 steps of Adam at 0.005, clipped at 1. The accuracy is that of a symbol "
    "where the ones before were right; they say nothing of the next.",
    factors=("decoder", "length"),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
