"""Makes a small exported model of a finished run: saved_models/NAME/VERSION, with a model card and the answers that tests hold it to.

python -m benchmarks.publish_model RUN --name NAME
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import published_classifier, published_language_model, published_translator
from benchmarks.finished_run import train_command, without_folders
from benchmarks.records import ROOT
from toolkit.cli.recipes import find_recipe, open_run
from toolkit.run_folder import RunFolder

PUBLISHED = {"sentiment": published_classifier, "language_model": published_language_model, "translation": published_translator}
"""By recipe, a module with `answers(task)`, what is recorded, `card(values, metrics)`, the model card, and the files of `LEFT_OUT`."""
WHY = "to keep the project small; `toolkit export` writes it"


def main(argv: Sequence[str] | None = None) -> Path:
    """Exports a run, records its answers and writes its card."""
    parser = argparse.ArgumentParser(description="Make a small exported model of a finished run.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--name", required=True, help="name of the model")
    parser.add_argument("--directory", type=Path, default=ROOT / "saved_models", help="folder of models (default: saved_models)")
    options = parser.parse_args(argv)
    run, folder = RunFolder(options.run), options.directory / options.name
    metrics = run.read_metrics()
    if (recipe := run.read_config()["recipe"]) not in PUBLISHED:
        parser.error(f"{options.run}: expected a run of one of {', '.join(PUBLISHED)}, received one of {recipe}")
    published, task = PUBLISHED[recipe], open_run(options.run)
    print(task.export(options.directory, options.name, leave_out=dict.fromkeys(published.LEFT_OUT, WHY)))
    run.write_json(folder / "golden.json", published.answers(task))
    run.write_text(folder / "README.md", published.card(card_values(options.name, run), metrics))
    return folder


def card_values(name: str, run: RunFolder) -> dict[str, Any]:
    """Returns what every model card says, and the settings, by the names in its template."""
    config, metrics = run.read_config(), run.read_metrics()
    return {
        **config["settings"],
        **config.get("chosen", {}),
        "name": name,
        "command": without_folders(train_command(find_recipe(config["recipe"]), config["settings"])[1]),
        "parameters": metrics["parameters"],
        "size": run.model.stat().st_size / 1e6,
        "minutes": metrics["minutes"],
        "cores": metrics["cores"],
        "versions": ", ".join(f"{package} {version}" for package, version in metrics["versions"].items()),
    }


if __name__ == "__main__":
    main()
