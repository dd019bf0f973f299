"""Makes a record of a finished run of the sentiment recipe.

python -m benchmarks.sentiment_run RUN [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.finished_run import run_parser, run_values
from benchmarks.records import Record
from toolkit.run_folder import RunFolder


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folder and writes the record, named for the folder."""
    options = run_parser("sentiment").parse_args(argv)
    run = RunFolder(options.run)
    metrics = accuracies(run.read_metrics()["test"])
    record = Record(table=run.read_json(run.data_report)["name"], metrics=metrics, **run_values(run, options))
    print(record.save(options.results))
    return record


def accuracies(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy on each source, if there are several, and on `"all"`, of a `ClassificationResult` as a dictionary."""
    sources = {name: part["accuracy"] for name, part in test["sources"].items()}
    return (sources if len(sources) > 1 else {}) | {"all": test["accuracy"]}


if __name__ == "__main__":
    main()
