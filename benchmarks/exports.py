"""How good a trained model and everything that was exported from it are, side by side, on the whole test split.

    python -m benchmarks.exports RUN VERSION [--data DATA] [--set NAME] [--sentences 100] [--rounds 5] [--out FOLDER]

RUN is a finished run, VERSION the folder of a version that `toolkit export RUN` wrote. A language model is asked for the passages that its
run keeps, as LiteRT reads token by token. Of a translator it is also measured how fast it translates on LiteRT, greedily and with a beam
of 4. docs/exports.md shows the records.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.exports_page import SIZE, TRANSLATION
from benchmarks.exports_quality import QUALITY
from benchmarks.exports_speed import tokens_per_second
from benchmarks.finished_run import without_folders
from benchmarks.records import LITERT_PACKAGES, RESULTS, ExportRecord, Measured, SpeedRecord, versions_of
from toolkit.run_folder import RunFolder

SENTENCES = 100
ROUNDS = 5
MEGABYTE = 1e6


def main(argv: Sequence[str] | None = None) -> list[Measured]:
    """Measures, prints and writes the records."""
    options = _parser().parse_args(argv)
    from toolkit.cli.recipes import open_run
    from toolkit.tasks.artefact import newest_version

    task, version = open_run(options.run), newest_version(options.version)
    name = options.set or RunFolder(options.run).path.resolve().name
    records = [_quality(task, version, name, options)]
    if task.recipe.task == "translation":
        records.append(_speed(task, name, options))
    for record in records:
        print(record.save(options.out))
    return records


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare a model with what was exported from it.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("version", metavar="VERSION", type=Path, help="folder of a version that was exported from it")
    parser.add_argument("--data", help="held-out data, as `toolkit evaluate` takes them (default: the test split of the run's)")
    parser.add_argument("--set", help="what to call the model (default: the folder)")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="translated in a turn (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each translator (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the records")
    return parser


def _quality(task: Any, version: Path, name: str, options: argparse.Namespace) -> ExportRecord:
    started = time.monotonic()
    data = "" if options.data is None else f" --data {without_folders(options.data)}"
    measure, settings = QUALITY[task.recipe.task](task, options.data)
    rows = {}
    for form, (size, opened) in forms(task, version).items():
        rows[form] = measure(opened()) | {SIZE: size / MEGABYTE} if size else {}
        rows[form] = {column: float(f"{value:.5g}") for column, value in rows[form].items()}
        print(form, rows[form] or "was left out", flush=True)
    return ExportRecord(
        name=f"exports-{name.lower()}",
        table=task.recipe.task,
        what=name,
        command=f"python -m benchmarks.exports RUN VERSION{data} --set {name}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        settings=settings,
        rows=rows,
    )


def forms(task: Any, version: Path) -> dict[str, tuple[int, Any]]:
    """Returns the forms of a model.

    Args:
        task: The task of a finished run.
        version: Folder of a version that was exported from it.

    Returns:
        By name the size in bytes, 0 of a file that was left out, and what opens it.
    """
    from toolkit.export.formats.litert import FILES
    from toolkit.export.publishing import size_of
    from toolkit.tasks.artefact import open_artefact

    litert = version / "litert"
    found = {"Keras": (size_of(task.run.model), task.predictor)}
    found["SavedModel"] = size_of(version) - size_of(litert), lambda: open_artefact(version).answerer
    for form, file in FILES.items():
        found[f"LiteRT {form}"] = size_of(litert / file), lambda file=file: open_artefact(litert / file).answerer
    return found


def _speed(task: Any, name: str, options: argparse.Namespace) -> SpeedRecord:
    started = time.monotonic()
    texts = task.run.read_json(task.run.samples)[: options.sentences]
    case = tokens_per_second(task.exporter(), texts, options.rounds)
    return SpeedRecord(
        name=f"exports-translation-{name.lower()}",
        table=TRANSLATION,
        what=f"{name}: {len(texts)} sentences, one at a time, one thread",
        command=f"python -m benchmarks.exports RUN VERSION --set {name} --sentences {len(texts)} --rounds {options.rounds}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={name: case},
        versions=versions_of(LITERT_PACKAGES),
    )


if __name__ == "__main__":
    main()
