"""Makes a record of a finished run that answers questions about images, beside what the questions alone tell.

python -m benchmarks.visual_question_answering_run RUN [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.finished_run import run_parser, run_values
from benchmarks.records import Record
from toolkit.run_folder import RunFolder

ALL, UNSEEN = "all questions", "questions not in training"


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folder and writes the record."""
    options = run_parser("visual_question_answering").parse_args(argv)
    run = RunFolder(options.run)
    test = run.read_metrics()["test"]
    alone = {"what": "the most frequent answer to the same question, without the image", "metrics": {ALL: test["question_alone"]}}
    record = Record(
        table=run.read_json(run.data_report)["name"],
        metrics=accuracies(test),
        references=[alone],
        **run_values(run, options),
    )
    print(record.save(options.results))
    return record


def accuracies(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy on all questions, and on those that training has not, of an `AnswerResult` as a dictionary."""
    unseen = {} if test["unseen_accuracy"] is None else {UNSEEN: test["unseen_accuracy"]}
    return {ALL: test["accuracy"], **unseen}


if __name__ == "__main__":
    main()
