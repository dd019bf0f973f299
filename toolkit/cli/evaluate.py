"""`toolkit evaluate`."""

import argparse
import json
from collections.abc import Sequence

from toolkit.cli.recipes import open_task
from toolkit.errors import UserError


def run(argv: Sequence[str]) -> int:
    """Measures a trained model."""
    parser = argparse.ArgumentParser("toolkit evaluate", description="Measure a trained model.", allow_abbrev=False)
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--data", help="file, folder or TFDS name; the test split of the run's own data if not given")
    parser.add_argument("--data-dir", help="as for `toolkit train`; that of the run if not given, as for all options below")
    parser.add_argument("--text-column", help="of labeled texts, and of texts for a language model")
    for name in ("label-column", "source-column"):
        parser.add_argument(f"--{name}", help="of labeled texts")
    for name in ("source", "target"):
        parser.add_argument(f"--{name}", help="of parallel texts: language, column or feature")
    parser.add_argument("--format", help="of files: csv, tsv, json, jsonl or fasttext; their content decides if nobody says it")
    parser.add_argument("--delimiter", help="of files: what is between two columns")
    parser.add_argument("--quoting", help="of files: csv if quotes hold a field together, none if they are characters")
    parser.add_argument("--header", help="of files: first if the first line names the columns, none if it is data")
    parser.add_argument("--encoding", help="of files that are not UTF-8, such as latin-1")
    parser.add_argument("--label-missing", help="label of the texts that have none")
    parser.add_argument("--label-map", help='labels to rename, as in "1=1 star,5=5 stars"')
    parser.add_argument("--documents", choices=("file", "line"), help="of texts for a language model: what is a document")
    parser.add_argument("--json", action="store_true", help="print the whole result as one line of JSON")
    options = vars(parser.parse_args(argv))
    as_json, task = options.pop("json"), open_task(options.pop("run"))
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in task.measure_options:
            known = ", ".join(f"--{known}".replace("_", "-") for known in task.measure_options)
            raise UserError(f"--{name.replace('_', '-')}: expected an option of {task.kind}, one of {known}; received {given[name]!r}")
    result = task.evaluate(**given)
    print(json.dumps(result.as_dict(), ensure_ascii=False) if as_json else result)
    return 0
