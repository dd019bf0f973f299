"""Runs an experiment, judges it, and writes its figure and its record."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.records import TheoryRecord
from benchmarks.theory.experiment import Experiment, finding_of, load, verdict_of
from toolkit.evaluation.plots import save_figure

TABLE = "what the textbooks say"
FIGURE_INCHES = (9.0, 3.6)


def measure(experiment: Experiment, results: Path, figures: Path, seeds: Sequence[int] | None = None, **sizes: Any) -> TheoryRecord:
    """Runs an experiment.

    Args:
        experiment: What to run.
        results: Folder of the record.
        figures: Folder of the figure.
        seeds: Other seeds than the experiment's.
        **sizes: Other sizes than the experiment's.

    Returns:
        The record, which is written.
    """
    seeds, started, rows = tuple(seeds or experiment.seeds), time.monotonic(), []
    for row in experiment.run(seeds, **sizes):
        rows.append(row)
        print(" ".join(f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in _short(row)), flush=True)
    minutes = round((time.monotonic() - started) / 60, 2)
    comparisons = experiment.compare(rows)
    record = TheoryRecord(
        name=f"theory-{experiment.name}",
        table=TABLE,
        what=experiment.title,
        command=f"python -m benchmarks.theory {experiment.name}",
        seed=seeds[0],
        minutes=minutes,
        seeds=list(seeds),
        claim=experiment.claim,
        source=experiment.source,
        rule=experiment.rule,
        setting=experiment.setting,
        verdict=verdict_of(comparisons),
        finding=finding_of(comparisons),
        comparisons=[comparison.sentence() for comparison in comparisons],
        factors=list(experiment.factors),
        rows=rows,
    )
    print(f"{record.verdict}: {record.finding}", *record.comparisons, sep="\n* ")
    print(record.save(results))
    draw(experiment, rows, figures)
    return record


def draw(experiment: Experiment, rows: Sequence[dict[str, Any]], folder: Path) -> Path:
    """Writes the figure of rows into a folder and returns its path."""
    figure = Figure(figsize=FIGURE_INCHES, layout="constrained")
    experiment.draw(rows, figure)
    folder.mkdir(parents=True, exist_ok=True)
    save_figure(figure, path := folder / f"{experiment.name}.png")
    return path


def measure_named(name: str, results: Path, figures: Path) -> TheoryRecord:
    """Runs the experiment of a name, on one thread: with two, each small step of a loop would wait for both."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    return measure(load(name), results, figures)


def _short(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in row.items() if not isinstance(value, list)]
