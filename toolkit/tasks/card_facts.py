"""What a model card says of a training."""

import dataclasses
from typing import Any

from toolkit.tasks.data_report import licence_of, public_name

PRIVATE = (
    "data",
    "data_dir",
    "unlabelled",
    "init_from",
    "distill_from",
    "continue_from",
    "tokenizer_model",
    "target_tokenizer_model",
    "backbone_weights",
)
"""Settings that name folders of the machine: they are of no use where the model goes."""


def facts_of(training: Any, metrics: dict[str, Any]) -> dict[str, Any]:
    """Returns what a model card says of a training.

    Args:
        training: The `TrainingRun`, which is finished.
        metrics: Its `metrics.json`.
    """
    report = training.run.read_json(training.run.data_report)
    settings = {name: value for name, value in dataclasses.asdict(training.settings).items() if name not in PRIVATE}
    return {
        "recipe": training.recipe.name,
        "data": public_name(report["name"]),
        "continued_from": metrics.get("continued_from"),
        "licence": licence_of(report["name"]),
        "splits": {name: split["kept"] for name, split in report["splits"].items()},
        "result": "\n".join(filter(None, (training.describe(metrics), training.warning(metrics)))),
        "settings": settings,
        **{name: metrics[name] for name in ("minutes", "cores", "versions")},
    }
