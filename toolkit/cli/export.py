"""`toolkit export`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from toolkit.cli.parser import Parser
from toolkit.cli.recipes import open_run
from toolkit.cli.streams import outlive_readers
from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.run import Run
from toolkit.tasks.registry import exporter_of


def run(argv: Sequence[str]) -> int:
    """Exports a trained model, or compares an export with its model again."""
    parser = Parser(
        "toolkit export",
        "Write a trained model as a SavedModel and as LiteRT files, and check them against the model.",
        usage="toolkit export RUN [--export-dir FOLDER] [--name NAME] [--version N] [--fused-lstm] [--json]\n"
        "       toolkit export --verify FOLDER [--json]",
    )
    parser.add_argument("run", metavar="RUN", nargs="?", help="folder of a finished training run")
    parser.add_argument("--export-dir", type=Path, help="folder of exported models (default: saved_models)")
    parser.add_argument("--name", help="name of the model (default: that of the run's folder)")
    parser.add_argument("--version", type=_version, metavar="N", help="number of the version (default: the one after the highest)")
    parser.add_argument(
        "--fused-lstm", action="store_true", help="write LiteRT files with LiteRT's own LSTM operator, too (classifiers of LSTM layers)"
    )
    parser.add_argument(
        "--verify", type=Path, metavar="FOLDER", help="compare an exported version, or the newest of a model, with its model"
    )
    parser.add_argument("--json", action="store_true", help="print the report as one line of JSON")
    options = parser.parse_args(argv)
    if options.verify and (options.run or options.export_dir or options.name or options.version or options.fused_lstm):
        raise UserError("--verify: expected the folder of an export and nothing else but --json")
    if not options.verify and not options.run:
        raise UserError(
            "expected the folder of a finished training run, or --verify and the folder of an export; see toolkit export --help"
        )
    outlive_readers("nobody reads the output any more; the command goes on")
    if options.verify:
        report = _verify(options.verify)
    else:
        directory = options.export_dir or "saved_models"
        report = Run(open_run(options.run)).export(options.name, directory, options.version, fused_lstm=options.fused_lstm)
    print(json.dumps(report.as_dict()) if options.json else report)
    return 0


def _verify(folder: Path):
    from toolkit.export.inventory import check_inventory
    from toolkit.tasks.artefact import newest_version

    version = newest_version(folder)
    check_inventory(version)  # what is damaged is told before TensorFlow is imported, which takes seconds
    with native_notices_hidden():
        from toolkit.export.exporting import verify

        return verify(version, exporter_of)


def _version(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, received {text!r}")
    return int(text)
