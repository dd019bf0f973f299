"""`toolkit export`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from toolkit.cli.recipes import open_task
from toolkit.quiet import native_notices_hidden


def run(argv: Sequence[str]) -> int:
    """Exports a trained model."""
    parser = argparse.ArgumentParser(
        "toolkit export",
        description="Write a trained model as a SavedModel and as LiteRT files, and check both against the model.",
        allow_abbrev=False,
    )
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--export-dir", type=Path, default=Path("saved_models"), help="folder of exported models (default: saved_models)")
    parser.add_argument("--name", help="name of the model (default: that of the run's folder)")
    parser.add_argument("--json", action="store_true", help="print the report as one line of JSON")
    options = parser.parse_args(argv)
    task = open_task(options.run)
    with native_notices_hidden():
        report = task.export(options.export_dir, options.name or Path(options.run).resolve().name)
    print(json.dumps(report.as_dict()) if options.json else report)
    return 0
