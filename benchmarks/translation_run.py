"""Makes a record of a finished run of the translation recipe.

python -m benchmarks.translation_run RUN [--table TABLE] [--name NAME] [--what WORDS] [--result FILE] [--examples N]
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.finished_run import progress_of, run_parser, run_values, without_folders
from benchmarks.records import TranslationRecord
from toolkit.cli.recipes import open_run
from toolkit.run_folder import RunFolder

MULTI30K = "Multi30k en-de, test 2016"
SCORES = {"BLEU": "bleu", "chrF": "chrf", "TER": "ter", "exact match": "exact_match", "perplexity": "perplexity"}
# Published results by table; they hold for the protocol that their name says.
REFERENCES = {MULTI30K: [{"what": "one recurrent model with attention, published (tokenised, lower case)", "scores": {"BLEU": 39.0}}]}


def main(argv: Sequence[str] | None = None) -> TranslationRecord:
    """Reads the run folder and writes the record, named for the folder."""
    parser = run_parser("translation")
    parser.add_argument("--table", help=f'the data and the test set, such as "{MULTI30K}" (default: the name of the data)')
    parser.add_argument("--result", type=Path, help="what `toolkit evaluate RUN ... --json` printed, instead of the run's own test")
    parser.add_argument("--examples", type=int, default=0, help="held-out sentences to translate and to show (default: none)")
    options = parser.parse_args(argv)
    run = RunFolder(options.run)
    test = json.loads(options.result.read_text("utf-8")) if options.result else run.read_metrics()["test"]
    table = options.table or without_folders(run.read_json(run.data_report)["name"])
    record = TranslationRecord(
        table=table,
        scores=scores(test),
        signature=test["signatures"]["bleu"],
        references=REFERENCES.get(table, []),
        examples=examples(run, options.examples),
        progress=progress_of(run, "val_bleu"),
        **run_values(run, options),
    )
    print(record.save(options.results))
    return record


def examples(run: RunFolder, number: int) -> list[dict[str, str]]:
    """Translates the first held-out sentences that the run keeps."""
    if not number:
        return []
    translations = open_run(str(run.path)).predictor().translate(run.read_json(run.samples)[:number])
    return [{"source": each.source, "translation": each.text} for each in translations]


def scores(test: dict[str, Any]) -> dict[str, float]:
    """Returns the numbers of a `TranslationResult` as a dictionary that were measured, by the names of a record."""
    return {name: test[key] for name, key in SCORES.items() if test[key] is not None}


if __name__ == "__main__":
    main()
