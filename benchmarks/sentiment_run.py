"""Makes a record of a finished run of the sentiment recipe, or of several that differ in their seed.

python -m benchmarks.sentiment_run RUN [--seeds RUN ...] [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.finished_run import run_parser, run_values
from benchmarks.records import Record
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folders and writes the record, named for the first."""
    parser = run_parser("sentiment")
    parser.add_argument("--seeds", nargs="*", default=[], metavar="RUN", help="runs of other seeds: means of all are recorded")
    options = parser.parse_args(argv)
    runs = [RunFolder(folder) for folder in (options.run, *options.seeds)]
    _check_same(runs)
    scores = [accuracies(run.read_metrics()["test"]) for run in runs]
    metrics = {name: float(np.mean([score[name] for score in scores])) for name in scores[0]}
    if len(runs) > 1:
        metrics["standard deviation"] = float(np.std([score["all"] for score in scores], ddof=1))
    values = run_values(runs[0], options)
    values["minutes"] = round(float(np.mean([run.read_metrics()["minutes"] for run in runs])), 2)
    if len(runs) > 1:
        values["what"] += f", mean of {len(runs)} seeds"
    record = Record(table=_table(runs[0]), metrics=metrics, **values)
    print(record.save(options.results))
    return record


def _check_same(runs: Sequence[RunFolder]) -> None:
    first, *others = ({**run.read_config()["settings"], "seed": None} for run in runs)
    for run, settings in zip(runs[1:], others, strict=True):
        if settings != first:
            raise UserError(f"{run.path}: expected the settings of {runs[0].path} but for the seed, found others")


def _table(run: RunFolder) -> str:
    name, examples = run.read_json(run.data_report)["name"], run.read_config()["settings"].get("training_examples")
    return f"{name}, {examples:,} training texts" if examples else name


def accuracies(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy on each source, if there are several, and on `"all"`, of a `ClassificationResult` as a dictionary."""
    sources = {name: part["accuracy"] for name, part in test["sources"].items()}
    return (sources if len(sources) > 1 else {}) | {"all": test["accuracy"]}


if __name__ == "__main__":
    main()
