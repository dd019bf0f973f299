"""Whether an exported classifier answers as the model does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from toolkit.errors import UserError
from toolkit.export.litert_model import LiteRTModel

TOLERANCE = 1e-4  # single precision, summed in another order over up to a thousand steps
HARD_TEXTS = ("", " ", "a", "\U0001f600 \u05e9\u05dc\u05d5\u05dd e\u0301", "\ue000\ue001", "word " * 5000)


def run_saved_model(directory: Path, texts: Sequence[str], label_names: Sequence[str], batch_size: int = 32) -> np.ndarray:
    """Returns the scores of a SavedModel, float32 `[texts, labels]`.

    Raises:
        UserError: A label that it gives is not the one of its highest score.
    """
    classify = tf.saved_model.load(str(directory)).signatures["serving_default"]
    answers = [classify(texts=tf.constant(texts[start : start + batch_size])) for start in range(0, len(texts), batch_size)]
    scores = np.concatenate([answer["scores"] for answer in answers])
    labels = [label.decode() for answer in answers for label in answer["labels"].numpy()]
    if labels != [label_names[best] for best in scores.argmax(axis=1)]:
        raise UserError("SavedModel: expected the label of the highest score, found another one; nothing was exported")
    return scores


def run_litert(path: Path, token_lists: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the scores of a LiteRT file, float32 `[texts, labels]`."""
    return np.stack(list(map(LiteRTModel(path), token_lists)))


def check_operators(path: Path) -> None:
    """Checks that a LiteRT file has built-in operators only, so that any LiteRT runtime takes it.

    Raises:
        UserError: It has others.
    """
    model = schema.Model.GetRootAs(path.read_bytes())
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    custom = [code.CustomCode().decode() for code in codes if code.BuiltinCode() == schema.BuiltinOperator.CUSTOM]
    if custom:
        raise UserError(f"LiteRT: expected built-in operators only, found {', '.join(custom)}; nothing was exported")


def largest_difference(name: str, expected: np.ndarray, received: np.ndarray) -> float:
    """Compares the scores of an artefact with those of the model.

    Scores within the tolerance give the same label, but where the model's own two best scores are within twice the tolerance: a tie.

    Args:
        name: What the artefact is called.
        expected: Scores of the model, `[texts, labels]`.
        received: Scores of the artefact.

    Returns:
        The largest difference.

    Raises:
        UserError: A score is not finite or differs by more than `TOLERANCE`.
    """
    if not np.isfinite(expected).all() or not np.isfinite(received).all():
        raise UserError(f"{name}: expected finite scores, found NaN or infinity; nothing was exported")
    difference = float(np.abs(expected - received).max())
    if difference > TOLERANCE:
        raise UserError(
            f"{name}: expected the scores of the model to within {TOLERANCE}, found a difference of {difference:.2g}; nothing was exported"
        )
    return difference
