"""What a calibration makes of the int8 file of a model that reads images: its size, its speed, its answers.

    python -m benchmarks.calibrated_int8 RUN [--set NAME] [--out FOLDER]

`toolkit export` writes an int8 file without one: weights are stored in 8 bits, and what is multiplied with them is rounded on the way. With
a calibration the converter stores all that flows through the model in 8 bits, in ranges that it has seen on some images.
docs/exports.md shows the records.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from benchmarks.exports_page import MILLISECONDS, SIZE
from benchmarks.finished_run import without_folders
from benchmarks.own_process import in_own_process
from benchmarks.records import RESULTS, ExportRecord
from toolkit.run_folder import RunFolder

PLAIN, ROUNDED, CALIBRATED = "LiteRT float32", "LiteRT int8", "LiteRT int8, calibrated"
SAME = "same answers %"
ENDS = "ends LiteRT's process"
SEEN, ASKED = 100, 100  # images to calibrate on, and others to answer
SIGNATURE = "serving_default"


def main(argv: Sequence[str] | None = None) -> ExportRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Compare int8 files with and without a calibration.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run of a model that reads images")
    parser.add_argument("--set", help="what to call the model (default: the folder)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    name, started = options.set or RunFolder(options.run).path.resolve().name, time.monotonic()
    found = {form: _measured(options.run, form) for form in (PLAIN, ROUNDED, CALIBRATED)}
    expected = found[PLAIN][1]
    rows = {form: row | ({SAME: 100 * same(answers, expected)} if answers else {}) for form, (row, answers) in found.items()}
    record = ExportRecord(
        name=f"calibrated-{name}",
        table="exports: calibration",
        what=f"{name}, with and without a calibration of int8",
        command=f"python -m benchmarks.calibrated_int8 {without_folders(options.run)} --set {name}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 1),
        settings={"images to calibrate on": SEEN, "images": ASKED},
        rows=rows,
    )
    print(*rows.items(), record.save(options.out), sep="\n")
    return record


def same(answers: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    """Returns the share of answers that are as expected."""
    return float(np.mean([np.array_equal(*each) for each in zip(answers, expected, strict=True)]))


def _measured(run: str, form: str) -> tuple[dict, list[np.ndarray]]:
    try:
        return in_own_process(_measure, run, form)
    except BrokenProcessPool:  # the file is made, but LiteRT ends the process that runs it
        return {MILLISECONDS: ENDS}, []


def _measure(run: str, form: str) -> tuple[dict, list[np.ndarray]]:
    """Returns the numbers of a file, and its answers: label numbers, or tokens."""
    from ai_edge_litert.interpreter import Interpreter

    from toolkit.cli.recipes import open_run

    task = open_run(run)
    images = _images(task.read_data())[-SEEN - ASKED :].astype(np.float32)
    content = _converted(task.exporter(), form, images[:SEEN])
    runner = Interpreter(model_content=content, num_threads=1).get_signature_runner(SIGNATURE)
    answers, started = [], time.perf_counter()
    for image in images[SEEN:]:
        found = runner(images=image[np.newaxis])
        answers.append(found["tokens"] if "tokens" in found else found["probabilities"].argmax(-1))
    milliseconds = 1000 * (time.perf_counter() - started) / ASKED
    return {MILLISECONDS: round(milliseconds, 2), SIZE: round(len(content) / 1e6, 2)}, answers


def _images(data) -> np.ndarray:
    """Returns pixels that a model was not trained on, or the last that there are."""
    corpus = data.corpus
    return corpus.images.pixels if hasattr(corpus, "images") else corpus.splits["test"].pixels


def _converted(exporter, form: str, images: np.ndarray) -> bytes:
    import tensorflow as tf

    from toolkit.export.saving import save_module, with_variables

    signatures = {SIGNATURE: exporter.litert_signatures()[0][SIGNATURE]}
    with tempfile.TemporaryDirectory() as folder:
        save_module(with_variables(exporter.model), signatures, Path(folder) / "model")
        converter = tf.lite.TFLiteConverter.from_saved_model(str(Path(folder) / "model"))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if form != PLAIN:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if form == CALIBRATED:
            converter.representative_dataset = lambda: ((SIGNATURE, {"images": image[np.newaxis]}) for image in images)
        return converter.convert()


if __name__ == "__main__":
    main()
