"""Whether an exported classifier answers as the model does."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from toolkit.errors import UserError
from toolkit.export.litert_model import LiteRTModel
from toolkit.text.graph_tokenizer import GraphTokenizer, compare_tokenizers
from toolkit.text.tokenizer import Tokenizer

TOLERANCE = 1e-4  # single precision, summed in another order over up to a thousand steps
RELATIVE_TOLERANCE = 1e-6  # a sum of hundreds of log-probabilities is rounded at its own size
HARD_TEXTS = ("", " ", "a", "\U0001f600 \u05e9\u05dc\u05d5\u05dd e\u0301", "\ue000\ue001", "word " * 5000)


class Agreement(NamedTuple):
    """How far an artefact and the model agree on what they write.

    Attributes:
        difference: Largest difference of a score.
        ties: Answers that are other ones, of the same score to within the tolerance.
    """

    difference: float
    ties: int


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


def encoded(texts: Sequence[str]) -> list[bytes]:
    """Returns texts in UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes bytes that the graph replaces."""
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def ids_in_graph(tokenizer: Tokenizer, texts: Sequence[str]) -> list[np.ndarray]:
    """Returns the token ids that a SavedModel finds; of equally likely ids of a text they may be other ones than outside of the graph.

    Raises:
        UserError: They are less likely.
    """
    graph_tokenizer = GraphTokenizer(tokenizer)
    if different := compare_tokenizers(tokenizer, graph_tokenizer, texts).different:
        raise UserError(f"SavedModel: expected the tokenizer's ids, found others in {different} texts; nothing was exported")
    return [np.array(ids, np.int32) for ids in graph_tokenizer(tf.constant(encoded(texts), tf.string)).to_list()]
