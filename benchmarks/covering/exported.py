"""Trains a configuration for a step or two, exports it in every format, and asks what was exported."""

import base64
import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.cli.recipes import make_run
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.task import Task

ASKED = 3  # texts
CLOSE = 1e-3  # between two forms of a model; the export has compared each with the model more closely


def failures(recipe: Recipe, settings: Any, folder: Path, *, eagerly: bool = False) -> dict[str, str]:
    """Returns what a configuration cannot do, which should be nothing.

    Args:
        recipe: The recipe.
        settings: Its settings.
        folder: An empty folder.
        eagerly: Whether to train without compiling the step, which takes longer than a step or two of a tiny model.

    Returns:
        By artefact, or `"answers"`, what is wrong.
    """
    task = make_run(recipe, settings, RunFolder(folder / "run"))
    with _run_eagerly(eagerly):
        task.train()
    report = task.export(folder / "exports", "model")
    missing = {artefact.name: artefact.left_out for artefact in report.artefacts if artefact.agreement is None}
    return {
        **missing,
        **report.proofs["not_compiled"],
        **_different_answers(Path(report.path), task.run.read_json(task.run.samples)[:ASKED]),
    }


@contextlib.contextmanager
def _run_eagerly(eagerly: bool) -> Iterator[None]:
    tf.config.run_functions_eagerly(eagerly)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Even though the `tf.config.experimental_run_functions_eagerly`")  # tf.data compiles anyway
            yield
    finally:
        tf.config.run_functions_eagerly(False)


def _different_answers(version: Path, texts: Sequence[Any]) -> dict[str, str]:
    """Asks the SavedModel and the LiteRT file of a version as `toolkit predict` does."""
    if not (version / "litert" / "model.tflite").is_file():
        return {}
    saved_model, litert = (_answers(*open_artefact(path), texts) for path in (version, version / "litert"))
    different = np.abs(saved_model - litert).max()
    return {} if different <= CLOSE else {"answers": f"SavedModel and LiteRT differ by {different:.2g}: {saved_model} and {litert}"}


def _answers(task: Task, answerer: Any, texts: Sequence[Any]) -> np.ndarray:
    """Returns numbers that depend on all that an opened export answers."""
    if task.name == "language_model":
        return np.array([likelihood.nats / max(1, likelihood.tokens) for likelihood in answerer.score(texts)])
    if task.name == "translation":
        return np.array([translation.hypotheses[0].score for translation in answerer.translate(texts)])
    if task.name == "tagging":
        return np.concatenate([tagged.scores for tagged in answerer.predict(texts)])
    if task.name == "captioning":
        return np.array([caption.score for caption in answerer.predict([*map(base64.b64decode, texts)])])
    if task.name == "visual_question_answering":
        asked = [{**each, "image": base64.b64decode(each["image"])} for each in texts]
        return np.array([answered.probabilities for answered in answerer.predict(asked)])
    if task.name == "frames":
        items = [{"images": [base64.b64decode(frame) for frame in each]} for each in texts]
        return np.concatenate([tagged.scores for tagged in answerer.predict(items)])
    if task.name == "drawing":
        drawn = answerer.reconstruct([base64.b64decode(each) for each in texts], answerer.noise(range(len(texts))))
        return np.array([each.canvases for each in [*drawn, *answerer.draw(answerer.noise(range(len(texts))))]])
    if task.name == "glimpses":
        return np.array([looked.probabilities for looked in answerer.predict([base64.b64decode(each) for each in texts])])
    return answerer.predict(texts).probabilities
