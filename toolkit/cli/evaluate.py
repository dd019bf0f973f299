"""`toolkit evaluate`."""

import argparse
import json
from collections.abc import Sequence

from toolkit.cli.recipes import open_task


def run(argv: Sequence[str]) -> int:
    """Measures a trained model."""
    parser = argparse.ArgumentParser("toolkit evaluate", description="Measure a trained model.", allow_abbrev=False)
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--data", help="file, folder or TFDS name; the test split of the run's own data if not given")
    for name in ("data-dir", "text-column", "label-column", "source-column"):
        parser.add_argument(f"--{name}", help="as for `toolkit train`; that of the run if not given")
    parser.add_argument("--json", action="store_true", help="print the whole result as one line of JSON")
    options = vars(parser.parse_args(argv))
    as_json = options.pop("json")
    result = open_task(options.pop("run")).evaluate(**options)
    print(json.dumps(result.as_dict(), ensure_ascii=False) if as_json else result)
    return 0
