"""How long a classifier takes for one text on LiteRT, beside the same model made of Keras's own layers.

    python -m benchmarks.litert_latency [--tokens 64] [--rounds 40] [--calls 25] [--out FOLDER]

A bidirectional LSTM of 2 x 128 units, a vocabulary of 8,000 pieces and embeddings of 128; the weights are drawn, not
trained, and all contenders have the same. Ours is written as `toolkit export` writes it, Keras's as its users would: a model of fixed shape
through `TFLiteConverter`. Before the clock runs, the probabilities in single precision are compared. docs/exports.md shows the record.
"""

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.exports_page import ASKED_TOKENS, FIXED, FUSED_FORMS, LATENCY, MILLISECONDS, SIZE, contender, length_of
from benchmarks.records import LITERT_PACKAGES, RESULTS, SpeedRecord, versions_of
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table
from benchmarks.training_turns import rounded
from benchmarks.turns import PAUSE, require_agreement
from toolkit.quiet import native_notices_hidden

if TYPE_CHECKING:
    import keras

VOCABULARY, EMBEDDING, UNITS = 8000, 128, 128
LABELS = ("negative", "positive")
ROUNDS, CALLS = 40, 25
MEGABYTE = 1e6


def main(argv: Sequence[str] | None = None) -> SpeedRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time one text on LiteRT: ours, and Keras's own layers.")
    parser.add_argument("--tokens", type=int, default=ASKED_TOKENS, help="length of the text (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each file (default: %(default)s)")
    parser.add_argument("--calls", type=int, default=CALLS, help="calls of a turn (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    started = time.monotonic()
    case = measure(options.rounds, options.calls, options.tokens)
    length = length_of(options.tokens)
    chosen = "" if options.tokens == ASKED_TOKENS else f" --tokens {options.tokens}"
    record = SpeedRecord(
        name="litert-latency" if options.tokens == ASKED_TOKENS else f"litert-latency-{options.tokens}",
        table=LATENCY,
        what=f"BiLSTM 2 x {UNITS}, {length}, batch 1, one thread",
        command=f"python -m benchmarks.litert_latency{chosen} --rounds {options.rounds} --calls {options.calls}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={length: case},
        versions=versions_of(LITERT_PACKAGES),
    )
    print(measurement_table(record))
    print(record.save(options.out))
    return record


def measure(rounds: int, calls: int, length: int, vocabulary: int = VOCABULARY, units: int = UNITS) -> Case:
    """Lets the files take turns on one text.

    Args:
        rounds: Turns of each.
        calls: Calls of a turn.
        length: Tokens of the text.
        vocabulary: Size of the vocabulary.
        units: Units of a direction.

    Returns:
        By contender the median and the least milliseconds of a call, over the turns, and the megabytes of the file.

    Raises:
        ValueError: The contenders do not agree.
    """
    tokens = np.random.default_rng(0).integers(2, vocabulary, (1, length), np.int32)
    with tempfile.TemporaryDirectory(prefix="benchmark-litert-") as folder:
        files = write_files(Path(folder), length, vocabulary, units)
        sizes = {name: path.stat().st_size / MEGABYTE for name, path in files.items()}
        runs = {name: runner(path, tokens) for name, path in files.items()}
    require_agreement({name: {"probabilities": run()} for name, run in runs.items() if "int8" not in name and "float16" not in name})
    return in_turns(runs, sizes, rounds, calls)


def in_turns(runs: dict[str, Callable], sizes: dict[str, float], rounds: int, calls: int) -> Case:
    """Lets files take turns.

    Args:
        runs: By contender, what asks its file.
        sizes: Their megabytes.
        rounds: Turns of each.
        calls: Calls of a turn.

    Returns:
        As `measure`.
    """
    times = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            time.sleep(PAUSE)
            times[name].append(milliseconds(run, calls))
    return {
        name: rounded({MILLISECONDS: statistics.median(turns), f"{MILLISECONDS}, least": min(turns), SIZE: sizes[name]})
        for name, turns in times.items()
    }


def milliseconds(run: Callable, calls: int) -> float:
    """Returns the milliseconds of a call, the mean over so many after one that brings the weights back into the cache."""
    run()
    started = time.perf_counter()
    for _ in range(calls):
        run()
    return 1000 * (time.perf_counter() - started) / calls


def runner(path: Path, tokens: np.ndarray) -> Callable[[], np.ndarray]:
    """Returns what asks a LiteRT file on one thread, and gives its probabilities.

    Args:
        path: The file.
        tokens: What it is asked; a file for any shape is set to this one.
    """
    from ai_edge_litert.interpreter import Interpreter

    with native_notices_hidden():
        interpreter = Interpreter(model_content=path.read_bytes(), num_threads=1)
        read, given = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
        interpreter.resize_tensor_input(read, tokens.shape)
        interpreter.allocate_tensors()

    def run() -> np.ndarray:
        interpreter.set_tensor(read, tokens)
        interpreter.invoke()
        return interpreter.get_tensor(given)

    return run


def write_files(folder: Path, length: int, vocabulary: int, units: int) -> dict[str, Path]:
    """Writes all files.

    Args:
        folder: Where they are written.
        length: Tokens of the text, for files of fixed shapes.
        vocabulary: Size of the vocabulary.
        units: Units of a direction.

    Returns:
        By contender, its file.
    """
    from toolkit.export.formats.litert import FILES, FUSED, STATIC
    from toolkit.models import TextClassifier

    ours = TextClassifier(vocabulary, LABELS, embedding_dim=EMBEDDING, units=units)
    random = np.random.default_rng(0)
    ours.set_weights([0.1 * random.normal(size=weights.shape) for weights in ours.get_weights()])
    _write_ours(ours, length, folder)
    fused = {FUSED_FORMS[name]: file for name, file in FUSED.items()}
    files = {contender("ours", name): folder / file for name, file in {**FILES, FIXED: STATIC, **fused}.items()}
    for name, mask in (("keras", True), ("keras, no mask", False)):
        model = stock_model(length, vocabulary, units, mask)
        model.set_weights(ours.get_weights())
        for form in ("float32", "int8"):
            path = files[contender(name, form)] = folder / f"{name}-{form}.tflite"
            path.write_bytes(converted_as_users_do(model, form))
    return files


def _write_ours(model: "keras.Model", length: int, folder: Path) -> None:
    """Writes what `ClassifierExporter` writes, but for the tokenizer, which there is none of."""
    from toolkit.export.formats.litert import FILES, FUSED, STATIC, convert_to_litert
    from toolkit.export.saving import with_variables
    from toolkit.tasks.classification.functions import probability_function, scores_function

    labels = probability_function(model, "litert")
    parts = (
        (labels, FILES),
        (scores_function(labels, 1, length), {"float32": STATIC}),
        (scores_function(probability_function(model, "fused"), 1, None), FUSED),
    )
    conversions = [({"serving_default": part}, {form: folder / file for form, file in files.items()}) for part, files in parts]
    convert_to_litert(with_variables(model), conversions)


def stock_model(length: int, vocabulary: int, units: int, mask: bool) -> "keras.Model":
    """Returns the classifier in layers of Keras.

    Args:
        length: Tokens of a text.
        vocabulary: Size of the vocabulary.
        units: Units of a direction.
        mask: Whether padding is masked, as ours is. `GlobalMaxPooling1D` takes no mask either way.
    """
    import keras

    tokens = keras.Input(batch_shape=(1, length), dtype="int32")
    x = keras.layers.Embedding(vocabulary, EMBEDDING, mask_zero=mask)(tokens)
    x = keras.layers.Bidirectional(keras.layers.LSTM(units, return_sequences=True))(x)
    x = keras.layers.GlobalMaxPooling1D()(x)
    return keras.Model(tokens, keras.layers.Dense(len(LABELS), activation="softmax")(x))


def converted_as_users_do(model: "keras.Model", form: str) -> bytes:
    """Returns a Keras model as a LiteRT file, `"float32"` or `"int8"` of dynamic range."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if form == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), native_notices_hidden():  # it prints the signature
        return converter.convert()


if __name__ == "__main__":
    main()
