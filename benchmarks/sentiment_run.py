"""Makes a record of a finished run of the sentiment recipe, or of several that differ in their seed.

python -m benchmarks.sentiment_run RUN [--seeds RUN ...] [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.finished_run import mean_scores, mean_values, progress_of, runs_of, seeds_parser
from benchmarks.records import Record
from toolkit.run_folder import RunFolder


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folders and writes the record, named for the first."""
    options = seeds_parser("sentiment").parse_args(argv)
    runs = runs_of(options)
    metrics = mean_scores([accuracies(run.read_metrics()["test"]) for run in runs], "all")
    record = Record(table=_table(runs[0]), metrics=metrics, progress=progress_of(runs[0], "val_accuracy"), **mean_values(runs, options))
    print(record.save(options.results))
    return record


def _table(run: RunFolder) -> str:
    name, examples = run.read_json(run.data_report)["name"], run.read_config()["settings"].get("training_examples")
    return f"{name}, {examples:,} training texts" if examples else name


def accuracies(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy on each source, if there are several, and on `"all"`, of a `ClassificationResult` as a dictionary."""
    sources = {name: part["accuracy"] for name, part in test["sources"].items()}
    return (sources if len(sources) > 1 else {}) | {"all": test["accuracy"]}


if __name__ == "__main__":
    main()
