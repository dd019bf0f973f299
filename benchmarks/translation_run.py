"""Makes a record of a finished run of the translation recipe.

python -m benchmarks.translation_run RUN [--table TABLE] [--name NAME] [--what WORDS] [--result FILE] [--examples N]
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.records import RESULTS, TranslationRecord
from benchmarks.sentiment_run import train_command
from toolkit.cli.recipes import find_recipe, open_task
from toolkit.run_folder import RunFolder

MULTI30K = "Multi30k en-de, test 2016"
SCORES = {"BLEU": "bleu", "chrF": "chrf", "TER": "ter", "exact match": "exact_match", "perplexity": "perplexity"}
# Published results by table; they hold for the protocol that their name says.
REFERENCES = {MULTI30K: [{"what": "one recurrent model with attention, published (tokenised, lower case)", "scores": {"BLEU": 39.0}}]}


def main(argv: Sequence[str] | None = None) -> TranslationRecord:
    """Reads the run folder and writes the record, named for the folder."""
    parser = argparse.ArgumentParser(description="Make a record of a finished run of the translation recipe.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--table", help=f'the data and the test set, such as "{MULTI30K}" (default: the name of the data)')
    parser.add_argument("--name", help="name of the record (default: that of the folder)")
    parser.add_argument("--what", help="the model in a few words (default: the preset)")
    parser.add_argument("--result", type=Path, help="what `toolkit evaluate RUN ... --json` printed, instead of the run's own test")
    parser.add_argument("--examples", type=int, default=0, help="held-out sentences to translate and to show (default: none)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    run = RunFolder(options.run)
    metrics, config = run.read_metrics(), run.read_config()
    preset, command = train_command(find_recipe(config["recipe"]), config["settings"])
    test = json.loads(options.result.read_text("utf-8")) if options.result else metrics["test"]
    table = options.table or without_folders(run.read_json(run.data_report)["name"])
    record = TranslationRecord(
        name=options.name or run.path.resolve().name,
        table=table,
        what=options.what or f"recipe {config['recipe']}, preset {preset}",
        command=without_folders(command),
        seed=config["settings"]["seed"],
        minutes=metrics["minutes"],
        parameters=metrics["parameters"],
        scores=scores(test),
        signature=test["signatures"]["bleu"],
        references=REFERENCES.get(table, []),
        peak_memory_gib=metrics["peak_memory_gib"],
        examples=examples(run, options.examples),
    )
    print(record.save(options.results))
    return record


def examples(run: RunFolder, number: int) -> list[dict[str, str]]:
    """Translates the first held-out sentences that the run keeps."""
    if not number:
        return []
    translations = open_task(str(run.path)).predictor().translate(run.read_json(run.samples)[:number])
    return [{"source": each.source, "translation": each.text} for each in translations]


def scores(test: dict[str, Any]) -> dict[str, float]:
    """Returns the numbers of a `TranslationResult` as a dictionary that were measured, by the names of a record."""
    return {name: test[key] for name, key in SCORES.items() if test[key] is not None}


def without_folders(text: str) -> str:
    """Leaves only the last part of every absolute path, as folders of one machine say nothing on another."""
    return re.sub(r"(?<![^\s=,])~?/(?:[^\s,/]+/)*(?=[^\s,/])", "", text)


if __name__ == "__main__":
    main()
