"""Makes a record of a finished run that tags frames, or of several seeds, beside models that see one frame.

python -m benchmarks.frames_run RUN [--seeds RUN ...] [--alone RUN ...] [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.finished_run import mean_scores, mean_values, runs_of, seeds_parser, without_folders
from benchmarks.records import Record
from toolkit.run_folder import RunFolder

ALL, WHOLE = "all frames", "sequences without a wrong label"


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folders and writes the record, named for the first."""
    parser = seeds_parser("frames")
    parser.add_argument("--alone", nargs="*", default=[], metavar="RUN", help="runs with --num-layers 0 beside it: the mean is recorded")
    parser.add_argument("--table", help="what tables call the frames (default: the name of the data)")
    options = parser.parse_args(argv)
    runs = runs_of(options)
    tests = [_test_of(run) for run in runs]
    references = [{"what": "of the same encoder, each frame alone", "metrics": {ALL: float(np.mean([test["alone"] for test in tests]))}}]
    if options.alone:
        alone = mean_scores([scores_of(_test_of(RunFolder(run))) for run in options.alone], ALL)
        several = f", mean of {len(options.alone)} seeds" if len(options.alone) > 1 else ""
        references.append({"what": f"trained on one frame at a time{several}", "metrics": alone})
    record = Record(
        table=options.table or without_folders(runs[0].read_json(runs[0].data_report)["name"]),
        metrics=mean_scores([scores_of(test) for test in tests], ALL),
        references=references,
        **mean_values(runs, options),
    )
    print(record.save(options.results))
    return record


def scores_of(test: dict[str, Any]) -> dict[str, float]:
    """Returns the accuracy of frames and of whole sequences, of a `FrameResult` as a dictionary."""
    return {ALL: test["accuracy"], WHOLE: test["all_right"]}


def _test_of(run: RunFolder) -> dict[str, Any]:
    return run.read_metrics()["test"]


if __name__ == "__main__":
    main()
