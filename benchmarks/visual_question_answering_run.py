"""Makes a record of a finished run that answers questions about images, or of several seeds, beside what the questions alone tell.

python -m benchmarks.visual_question_answering_run RUN [--seeds RUN ...] [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.finished_run import mean_scores, mean_values, runs_of, seeds_parser
from benchmarks.records import Record

ALL, UNSEEN = "all questions", "questions not in training"


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folders and writes the record, named for the first."""
    options = seeds_parser("visual_question_answering").parse_args(argv)
    runs = runs_of(options)
    tests = [run.read_metrics()["test"] for run in runs]
    alone = {"what": "the most frequent answer to the same question, without the image", "metrics": {ALL: tests[0]["question_alone"]}}
    record = Record(
        table=runs[0].read_json(runs[0].data_report)["name"],
        metrics=mean_scores([accuracies(test) for test in tests], ALL),
        references=[alone],
        **mean_values(runs, options),
    )
    print(record.save(options.results))
    return record


def accuracies(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy on all questions, and on those that training has not, of an `AnswerResult` as a dictionary."""
    unseen = {} if test["unseen_accuracy"] is None else {UNSEEN: test["unseen_accuracy"]}
    return {ALL: test["accuracy"], **unseen}


if __name__ == "__main__":
    main()
