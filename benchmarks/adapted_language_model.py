"""Records what a finished run of the language model recipe costs if it learns from what it reads: static, with a cache, dynamic, and both.

    python -m benchmarks.adapted_language_model RUN --set NAME [--cache 2000] [--results FOLDER]

All four are of the same text. docs/results.md shows them, in a table of their own: they cannot be compared with static results alone.
"""

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.finished_run import run_parser, run_values
from benchmarks.language_model_run import SCORES
from benchmarks.records import LanguageModelRecord
from toolkit.arguments import flag
from toolkit.evaluation.likelihood import Likelihood
from toolkit.opening import open as open_model
from toolkit.run_folder import RunFolder

CACHE = 2000


def main(argv: Sequence[str] | None = None) -> list[LanguageModelRecord]:
    """Measures in all ways, and writes a record of each."""
    parser = run_parser("language model")
    parser.add_argument("--set", required=True, help="what to call the text and its tokens")
    parser.add_argument("--cache", type=int, default=CACHE, help="tokens of the cache (default: %(default)s)")
    options = parser.parse_args(argv)
    run, model = RunFolder(options.run), open_model(options.run)
    values = run_values(run, options)
    ways = {"cache": {"cache": options.cache}, "dynamic": {"dynamic": True}, "dynamic and cache": {"dynamic": True, "cache": options.cache}}
    records = []
    for name, way in ways.items():
        started = time.monotonic()
        result = model.evaluate(**way)
        minutes = round((time.monotonic() - started) / 60, 2)
        words = "".join(f" {flag(option)}{'' if value is True else f' {value}'}" for option, value in way.items())
        own = {"what": " and ".join(map(str, result.ways.values())), "minutes": minutes}
        own["command"] = f"{values['command']}; toolkit evaluate RUN{words}"
        records.append(_record(values | own, name, result.adapted))
    records.insert(0, _record(values | {"what": "the model as it is"}, "static", result.static))
    table = f"Language models that learn as they read: {options.set}, chosen on {result.chosen_on}"
    records = [dataclasses.replace(record, table=table) for record in records]
    for record in records:
        print(record.save(options.results))
    return records


def _record(values: dict[str, Any], name: str, result: Likelihood) -> LanguageModelRecord:
    """Returns the record of one way, whose table is not known yet."""
    scores = {score: getattr(result, key) for score, key in SCORES.items()}
    return LanguageModelRecord(**{**values, "name": f"{values['name']}-{name.replace(' ', '-')}", "table": "", "scores": scores})


if __name__ == "__main__":
    main()
