"""`toolkit evaluate`."""

import argparse
from collections.abc import Sequence

from toolkit.cli.recipes import open_task
from toolkit.errors import UserError
from toolkit.json_text import to_json


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
    print(to_json(result.as_dict()) if as_json else result)
    return 0
