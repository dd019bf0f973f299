"""How long the first epoch of a plain `model.fit` takes over texts of many lengths, tracing and compiling among it."""

import statistics
import time
from collections.abc import Sequence

from benchmarks.own_process import in_own_process

LENGTHS = tuple(range(5, 205, 5))
"""40 lengths, one batch of each in an epoch."""

BATCH, VOCABULARY, UNITS = 32, 1000, 64
FITTED = ("ours", "ours, sru", "keras")


def first_epochs(lengths: Sequence[int], rounds: int, seed: int, threads: int) -> dict[str, dict[str, float]]:
    """Fits `FITTED` in turns, each time in a process of its own.

    Args:
        lengths: Tokens in the texts of each batch; their order is drawn.
        rounds: How often.
        seed: Seed of the tokens.
        threads: Threads of one operation.

    Returns:
        By name the median seconds of the first epoch and of the second, and how many times as long as Keras's the first takes.
    """
    times = {name: [] for name in FITTED}
    for _ in range(rounds):
        for name in FITTED:
            times[name].append(in_own_process(_two_epochs, name, list(lengths), seed, threads))
    medians = {name: [statistics.median(epoch) for epoch in zip(*pairs, strict=True)] for name, pairs in times.items()}
    first_of_keras = medians["keras"][0]
    return {
        name: {
            "first epoch s": float(f"{first:.3g}"),
            "second epoch s": float(f"{second:.3g}"),
            "first epoch, times as long as Keras's": float(f"{first / first_of_keras:.3g}"),
        }
        for name, (first, second) in medians.items()
    }


def _two_epochs(name: str, lengths: list[int], seed: int, threads: int) -> tuple[float, float]:
    import keras
    import numpy as np
    import tensorflow as tf

    from toolkit.layers import LSTM, RNN, SRUCell

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    random = np.random.default_rng(seed)
    random.shuffle(lengths)

    def batches():
        for length in lengths:
            yield random.integers(1, VOCABULARY, (BATCH, length)), random.integers(0, 2, BATCH)

    keras.utils.set_random_seed(seed)
    layer = {"ours": LSTM, "ours, sru": lambda units: RNN(SRUCell(units)), "keras": keras.layers.LSTM}[name](UNITS)
    signature = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)
    data = tf.data.Dataset.from_generator(batches, output_signature=signature)
    model = keras.Sequential([keras.layers.Embedding(VOCABULARY, UNITS, mask_zero=True), layer, keras.layers.Dense(2)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        model.fit(data, verbose=0)
        seconds.append(time.perf_counter() - started)
    return tuple(seconds)
