"""Makes a small trained model of a finished run: saved_models/NAME, with a model card and the answers that a test holds it to.

python -m benchmarks.publish_model RUN --name NAME
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import published_classifier, published_language_model
from benchmarks.finished_run import train_command, without_folders
from benchmarks.records import ROOT
from toolkit.cli.recipes import find_recipe, open_run
from toolkit.run_folder import RunFolder

KEPT = ("config.yaml", "tokenizer.model", "model.keras", "metrics.json", "data_report.json", "samples.json", "references.json", "plots")
PUBLISHED = {"sentiment": published_classifier, "language_model": published_language_model}
"""By recipe, a module with `answers(task)`, what is recorded, and `card(values, metrics)`, the text of the model card."""


def main(argv: Sequence[str] | None = None) -> Path:
    """Copies what a trained model needs, records its answers and writes its card."""
    parser = argparse.ArgumentParser(description="Make a small trained model of a finished run.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--name", required=True, help="name of the model")
    parser.add_argument("--directory", type=Path, default=ROOT / "saved_models", help="folder of models (default: saved_models)")
    options = parser.parse_args(argv)
    run, model = RunFolder(options.run), RunFolder(options.directory / options.name)
    run.read_metrics()
    if (recipe := run.read_config()["recipe"]) not in PUBLISHED:
        parser.error(f"{options.run}: expected a run of one of {', '.join(PUBLISHED)}, received one of {recipe}")
    for name in KEPT:
        if (run.path / name).exists():  # a language model has no references
            _copy(run.path / name, model.path / name)
    published = PUBLISHED[recipe]
    model.write_json(model.path / "golden.json", published.answers(open_run(str(model.path))))
    model.write_text(model.path / "README.md", published.card(card_values(options.name, model), model.read_metrics()))
    print(model.path)
    return model.path


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, dirs_exist_ok=True) if source.is_dir() else shutil.copyfile(source, target)


def card_values(name: str, model: RunFolder) -> dict[str, Any]:
    """Returns what every model card says, and the settings, by the names in its template."""
    config, metrics = model.read_config(), model.read_metrics()
    return config["settings"] | {
        "name": name,
        "command": without_folders(train_command(find_recipe(config["recipe"]), config["settings"])[1]),
        "parameters": metrics["parameters"],
        "size": model.model.stat().st_size / 1e6,
        "minutes": metrics["minutes"],
        "cores": metrics["cores"],
        "versions": ", ".join(f"{package} {version}" for package, version in metrics["versions"].items()),
    }


if __name__ == "__main__":
    main()
