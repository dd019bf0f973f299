"""The tokenizer as TensorFlow operations, and how far it agrees with the one outside of the graph."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.quiet import native_notices_hidden
from toolkit.text.tokenizer import SPACE_PIECE, Tokenizer

try:
    import tensorflow_text
except ModuleNotFoundError:  # it has no package for Windows
    tensorflow_text = None

NO_STRINGS = "tensorflow-text is not installed, which has no package for Windows"


class GraphTokenizer(tf.Module):
    """Turns strings into the ids of a `Tokenizer` and back inside a graph, so that a SavedModel takes and gives raw text.

    Invalid UTF-8 is replaced by U+FFFD, so no string makes the graph fail. A program that loads such a SavedModel needs TensorFlow Text's
    operators: TensorFlow Serving has them, Python gets them by `import tensorflow_text`.

    Args:
        tokenizer: The tokenizer; its model is stored in the graph.

    Raises:
        UserError: TensorFlow Text is not installed.
    """

    def __init__(self, tokenizer: Tokenizer):
        if not has_operators():
            raise UserError(f"expected TensorFlow Text, whose operators make tokens of strings in a graph, but {NO_STRINGS}")
        super().__init__()
        self._model_proto = tokenizer.model_proto
        # A process that loads SavedModels keeps one tokenizer for each name of its operation: two of one name would be the same one.
        self._operation = f"sentencepiece_{tokenizer.fingerprint}"
        self._unknown = (tokenizer.unk_id, tokenizer.model_type) if tokenizer.counts_unknown else None
        with native_notices_hidden():  # SentencePiece says which of its normalizations a model has not
            self._tokenizer = self._load(tf.int32)
            self._piece_tokenizer = self._load(tf.string) if self._unknown else None

    def __call__(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Tokenizes a batch.

        Args:
            texts: Strings of shape `[batch]`.

        Returns:
            int32 ids of shape `[batch, None]`; an empty row for an empty string.
        """
        texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", replacement_char=0xFFFD)
        ids = self._loaded().tokenize(texts)
        return ids if self._unknown is None else self._counted(ids, texts)

    def _counted(self, ids: tf.RaggedTensor, texts: tf.Tensor) -> tf.RaggedTensor:
        """Gives each of several unknown characters or words in a row its own id, as `Tokenizer.encode` does; they come as one piece."""
        unk_id, model_type = self._unknown
        tokenizer = self._load(tf.string) if tf.executing_eagerly() else self._piece_tokenizer
        pieces = tokenizer.tokenize(texts).flat_values
        units = tf.strings.regex_replace(pieces, f"[^{SPACE_PIECE}]", "") if model_type == "word" else pieces
        repeats = tf.where(ids.flat_values == unk_id, tf.strings.length(units, unit="UTF8_CHAR"), 1)
        lengths = tf.cast(tf.reduce_sum(ids.with_values(repeats), axis=1), ids.row_splits.dtype)
        return tf.RaggedTensor.from_row_lengths(tf.repeat(ids.flat_values, repeats), lengths)

    def decode(self, ids: tf.Tensor) -> tf.Tensor:
        """Turns ids into texts, as `Tokenizer.decode` does: padding, begin and end ids leave no trace.

        Args:
            ids: int32 of shape `[batch, length]`, a tensor or a ragged one.

        Returns:
            Strings of shape `[batch]`.
        """
        return self._loaded().detokenize(ids)

    def pieces(self, ids: tf.Tensor) -> tf.Tensor:
        """Turns ids into pieces, as `Tokenizer.pieces` does; padding becomes `""`.

        Args:
            ids: int32, 0 for padding.

        Returns:
            Strings of the same shape.
        """
        return tf.where(tf.equal(ids, 0), "", self._loaded().id_to_string(ids))

    def _loaded(self) -> "tensorflow_text.SentencepieceTokenizer":
        # Outside of a graph TensorFlow drops the loaded model whenever a global seed is set, so it is loaded for each call.
        return self._load(tf.int32) if tf.executing_eagerly() else self._tokenizer

    def _load(self, out_type: tf.DType) -> "tensorflow_text.SentencepieceTokenizer":
        return tensorflow_text.SentencepieceTokenizer(model=self._model_proto, out_type=out_type, name=self._operation)


def has_operators() -> bool:
    """Returns whether TensorFlow Text is there, so that graphs can take strings."""
    return tensorflow_text is not None


@dataclass(frozen=True)
class TokenizerAgreement:
    """How often a `Tokenizer` and its `GraphTokenizer` gave the same ids.

    Attributes:
        strings: Texts compared.
        identical: Texts with the same ids.
        ties: Texts with other ids of the same total score, of which neither is wrong.
        different: The other texts. There should be none.
    """

    strings: int
    identical: int
    ties: int
    different: int


def compare_tokenizers(tokenizer: Tokenizer, graph_tokenizer: GraphTokenizer, texts: Sequence[str]) -> TokenizerAgreement:
    """Counts the texts on which the two give the same ids, equally likely ids, and other ids.

    Args:
        tokenizer: The tokenizer outside of the graph.
        graph_tokenizer: The same inside of it.
        texts: What to compare them on.

    Returns:
        The counts.
    """
    graph_rows = graph_tokenizer(tf.constant([text.encode("utf-8", "surrogatepass") for text in texts], dtype=tf.string)).to_list()
    pairs = zip(tokenizer.encode(texts), graph_rows, strict=True)
    unequal = [pair for pair in pairs if not np.array_equal(*pair)]
    ties = sum(_tie(tokenizer, *pair) for pair in unequal)
    return TokenizerAgreement(strings=len(texts), identical=len(texts) - len(unequal), ties=ties, different=len(unequal) - ties)


def _tie(tokenizer: Tokenizer, ids: np.ndarray, graph_ids: list[int]) -> bool:
    # Both sides add scores in float32, so totals that differ by a few of its roundings are the same to them.
    return tokenizer.model_type == "unigram" and math.isclose(tokenizer.score(ids), tokenizer.score(graph_ids), rel_tol=1e-6)
