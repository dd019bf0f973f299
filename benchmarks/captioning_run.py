"""Makes a record of a finished run that writes captions, or of several seeds.

python -m benchmarks.captioning_run RUN [--seeds RUN ...] [--table TABLE] [--name NAME] [--what WORDS] [--result FILE ...]
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.finished_run import mean_scores, mean_values, runs_of, seeds_parser, without_folders
from benchmarks.records import Record

FLICKR8K = "Flickr8k, validation photographs as test"
ORDERS = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4")
EXACT, CIDER, CHRF = "exact match", "CIDEr-D", "chrF"
# Published results by table. They are of the test photographs, which are others, and of larger pictures.
REFERENCES = {
    FLICKR8K: [
        {"what": "Show and Tell, published, test photographs (Vinyals et al. 2015)", "metrics": {"BLEU-1": 0.63}},
        {
            "what": "soft attention, VGG at 224 pixels, published, test photographs (Xu et al. 2015)",
            "metrics": dict(zip(ORDERS, (0.67, 0.448, 0.299, 0.195), strict=True)),
        },
    ]
}


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the run folders and writes the record, named for the first."""
    parser = seeds_parser("captioning")
    parser.add_argument("--table", help=f'the data and the test set, such as "{FLICKR8K}" (default: the name of the data)')
    results = "what `toolkit evaluate RUN ... --json` printed of each, instead of the run's own test"
    parser.add_argument("--result", type=Path, nargs="*", help=results)
    options = parser.parse_args(argv)
    runs = runs_of(options)
    tests = [json.loads(file.read_text("utf-8")) for file in options.result or []] or [run.read_metrics()["test"] for run in runs]
    table = options.table or without_folders(runs[0].read_json(runs[0].data_report)["name"])
    record = Record(
        table=table,
        metrics=mean_scores([*map(scores, tests)], CIDER),
        references=REFERENCES.get(table, []),
        **mean_values(runs, options),
    )
    print(record.save(options.results))
    return record


def scores(test: dict[str, Any]) -> dict[str, float]:
    """Returns the numbers of a `CaptionResult` as a dictionary, from 0 to 1."""
    bleu = {name: score / 100 for name, score in zip(ORDERS, test["bleu"], strict=True)}
    return {**bleu, CIDER: test["cider"] / 100, CHRF: test["chrf"] / 100, EXACT: test["exact_match"]}


if __name__ == "__main__":
    main()
