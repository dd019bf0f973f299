"""Whether an exported classifier answers as the model does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden

TOLERANCE = 1e-4  # single precision, summed in another order over up to a thousand steps
HARD_TEXTS = ("", " ", "a", "\U0001f600 \u05e9\u05dc\u05d5\u05dd e\u0301", "\ue000\ue001", "word " * 5000)


def run_saved_model(directory: Path, texts: Sequence[str], batch_size: int = 32) -> np.ndarray:
    """Returns the scores of a SavedModel, float32 `[texts, labels]`."""
    classify = tf.saved_model.load(str(directory)).signatures["serving_default"]
    batches = [texts[start : start + batch_size] for start in range(0, len(texts), batch_size)]
    return np.concatenate([classify(texts=tf.constant(batch))["scores"].numpy() for batch in batches])


def run_litert(path: Path, token_lists: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the scores of a LiteRT file, float32 `[texts, labels]`; the interpreter has no operators but the built-in ones."""
    from ai_edge_litert.interpreter import Interpreter

    with native_notices_hidden():
        interpreter = Interpreter(str(path))
        interpreter.allocate_tensors()
    tokens, scores = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    results = []
    for ids in token_lists:
        row = np.zeros((1, max(len(ids), 1)), np.int32)
        row[0, : len(ids)] = ids
        interpreter.resize_tensor_input(tokens, row.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(tokens, row)
        interpreter.invoke()
        results.append(interpreter.get_tensor(scores)[0].copy())
    return np.stack(results)


def largest_difference(name: str, expected: np.ndarray, received: np.ndarray) -> float:
    """Compares the scores of an artefact with those of the model.

    Args:
        name: What the artefact is called.
        expected: Scores of the model, `[texts, labels]`.
        received: Scores of the artefact.

    Returns:
        The largest difference.

    Raises:
        UserError: A score is not finite, differs by more than `TOLERANCE`, or makes another label win.
    """
    if not np.isfinite(expected).all() or not np.isfinite(received).all():
        raise UserError(f"{name}: expected finite scores, found NaN or infinity; nothing was exported")
    difference = float(np.abs(expected - received).max())
    if difference > TOLERANCE:
        raise UserError(
            f"{name}: expected the scores of the model to within {TOLERANCE}, found a difference of {difference:.2g}; nothing was exported"
        )
    # Two labels that the model itself cannot tell apart may change places.
    best, second = np.sort(expected, axis=1)[:, -1], np.sort(expected, axis=1)[:, -2]
    changed = (expected.argmax(axis=1) != received.argmax(axis=1)) & (best - second > 2 * TOLERANCE)
    if changed.any():
        raise UserError(f"{name}: expected the labels of the model, found {changed.sum()} other ones; nothing was exported")
    return difference
