"""How long a fit over batches of several lengths traces and compiles."""

import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Sequence

from benchmarks.own_process import in_own_process
from toolkit.quiet import native_notices_hidden

STEPS = 5  # of each length: the first traces, the others do not
LABELS = ["no", "yes"]
MODEL = {"vocabulary_size": 8000, "embedding_dim": 128, "units": 128}

Values = dict[str, float]


def fit_over_buckets(fitter: str, lengths: Sequence[int], *, batch: int, seed: int, threads: int) -> Values:
    """Trains and validates a masked BiLSTM classifier on `STEPS` batches of each length, in a process of its own.

    Args:
        fitter: `"ours"`, a `TextClassifier` in the toolkit's loop, or `"keras fit"`, the same model of stock layers in `Model.fit`.
        lengths: Tokens in a text.
        batch: Texts in a batch.
        seed: Seed of the tokens.
        threads: Threads of one operation.

    Returns:
        The seconds of tracing and compiling: at each length those that the first step took longer than the median of the others, for
        training, for validation and together; and the milliseconds of those others, the mean over the lengths.
    """
    times = in_own_process(_timed_fit, fitter, list(lengths), batch, seed, threads)
    extra, steady = {}, {}
    for phase, seconds in times.items():
        parts = [seconds[i : i + STEPS] for i in range(0, len(seconds), STEPS)]
        medians = [statistics.median(rest) for _, *rest in parts]
        extra[phase] = sum(first - median for (first, *_), median in zip(parts, medians, strict=True))
        steady[f"{phase} step ms"] = 1e3 * statistics.mean(medians)
    values = {"tracing and compiling s": sum(extra.values())} | {f"of it {phase} s": value for phase, value in extra.items()} | steady
    return {name: float(f"{value:.4g}") for name, value in values.items()}


def _timed_fit(fitter: str, lengths: list[int], batch: int, seed: int, threads: int) -> dict[str, list[float]]:
    """Returns the seconds of every step of training and of validation."""
    with native_notices_hidden(), contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder:
        import keras
        import numpy as np
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)

        class Buckets:
            """The batches as `toolkit.training.loop.fit` takes them."""

            def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
                shapes = {"tokens": [batch, None], "labels": [batch], "weights": [batch]}
                types = {"tokens": tf.int32, "labels": tf.int32, "weights": tf.float32}
                signature = tuple(tf.TensorSpec(shape, types[name]) for name, shape in shapes.items())
                return tf.data.Dataset.from_generator(self._generate, output_signature=signature).skip(start)

            def steps(self, epoch: int) -> int:
                return STEPS * len(lengths)

            def _generate(self):
                random = np.random.default_rng(seed)
                for length in np.repeat(lengths, STEPS):
                    tokens = random.integers(2, MODEL["vocabulary_size"], size=(batch, length))
                    tokens[np.arange(length) >= random.integers(length // 2, length + 1, size=(batch, 1))] = 0
                    yield tokens, random.integers(len(LABELS), size=batch), np.ones(batch)

        class Clock(keras.callbacks.Callback):
            """Times every step."""

            def __init__(self):
                super().__init__()
                self.seconds = {"training": [], "validation": []}

            def on_train_batch_begin(self, step, logs=None):
                self.started = time.perf_counter()

            def on_train_batch_end(self, step, logs=None):
                self.seconds["training"].append(time.perf_counter() - self.started)

            def on_test_batch_begin(self, step, logs=None):
                self.started = time.perf_counter()

            def on_test_batch_end(self, step, logs=None):
                self.seconds["validation"].append(time.perf_counter() - self.started)

        clock = Clock()
        keras.utils.set_random_seed(seed)
        {"ours": _fit_ours, "keras fit": _fit_stock}[fitter](Buckets(), clock, folder)
        return clock.seconds


def _fit_ours(buckets, clock, folder) -> None:
    import keras

    from toolkit.models.text_classifier import TextClassifier
    from toolkit.training.loop import fit
    from toolkit.training.losses import sparse_cross_entropy
    from toolkit.training.objective import LogitsObjective
    from toolkit.training.optimizers import build_optimizer

    model = TextClassifier(label_names=LABELS, **MODEL)
    fit(
        model,
        optimizer=build_optimizer(),
        objective=LogitsObjective({"loss": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy}),
        train=buckets,
        validation=buckets,
        epochs=1,
        run_dir=folder,
        callbacks=[clock],
    )


def _fit_stock(buckets, clock, folder) -> None:
    import keras

    from toolkit.layers import MaxOverTime

    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(MODEL["vocabulary_size"], MODEL["embedding_dim"], mask_zero=True),
            keras.layers.Bidirectional(keras.layers.LSTM(MODEL["units"], return_sequences=True)),
            MaxOverTime(),
            keras.layers.Dense(len(LABELS)),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(buckets.batches(0), validation_data=buckets.batches(0), epochs=1, callbacks=[clock], verbose=0)
