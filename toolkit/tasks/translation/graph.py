"""The translator as a graph: encoder and search over token ids, and all of it from raw strings to raw strings."""

from collections.abc import Callable

import keras
import tensorflow as tf

from toolkit.decoding.search import Search
from toolkit.export.ragged_tokens import pad
from toolkit.layers.recurrent.time_loop import backend
from toolkit.text.graph_tokenizer import GraphTokenizer
from toolkit.text.line_breaks import LINE_BREAKS
from toolkit.text.tokenizer import Tokenizer

BLANK = r"[\p{Z}\t-\r\x1c-\x1f\x{85}]*"  # what Python's `str.strip` leaves nothing of


def translation_function(
    model: keras.Model,
    search: Search,
    begin_id: int,
    end_id: int,
    loop: str = "graph",
    shape: tuple[int | None, int | None] = (None, None),
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Returns encoder and search as one graph, of each source the best hypothesis.

    No row depends on the others: each hypothesis may be as long as its own source allows, and at that length has to end.

    Args:
        model: What has the `encode` and `step` of a `Translator`.
        search: How to decode.
        begin_id: What the decoder reads first.
        end_id: What ends a translation.
        loop: Time-loop backend.
        shape: Numbers of sources and of their positions; `None` for any. Fixed ones make a graph of fixed shapes, for XLA and for TPUs,
            which always goes as far as the search may go for so many positions, and gives zeros after the ends.

    Returns:
        A `tf.function` from int32 `[batch, positions]`, 0 after the end of a source, to the parts of `Decoded` by name: tokens
        `[batch, steps]`, lengths and scores `[batch]`, alignments `[batch, steps, positions]`.
    """
    batch, positions = shape
    longest = None if positions is None else search.longest(positions)

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.int32, name="source")], autograph=False)
    def translate(source):
        rows = tf.shape(source)[0] if batch is None else batch
        with backend(loop):
            decoded = search(model.step, model.encode(source), rows, search.limits(source), begin_id, end_id, longest=longest)
        return {name: part[:, 0] for name, part in decoded._asdict().items()}

    return translate


class TranslationModule(tf.Module):
    """What a SavedModel of a translator holds: tokenizers, padding, model, search.

    Args:
        model: A `Translator`.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target.
        max_length: Tokens read of a source, the end id among them; of a longer one, the first.
        search: How to decode.
    """

    def __init__(self, model: keras.Model, source_tokenizer: Tokenizer, target_tokenizer: Tokenizer, max_length: int, search: Search):
        super().__init__()
        self.max_length = max_length
        self.source_end_id = source_tokenizer.end_id
        self.target_end_id = target_tokenizer.end_id
        self.source_tokenizer = GraphTokenizer(source_tokenizer)
        self.target_tokenizer = GraphTokenizer(target_tokenizer)
        self.decode_tokens = translation_function(model, search, target_tokenizer.begin_id, target_tokenizer.end_id)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")], autograph=False)
    def translate(self, texts):
        """Translates texts.

        Args:
            texts: UTF-8 strings `[batch]`, of any length. A blank one has an empty translation, with a score of 0.

        Returns:
            `translations`, strings `[batch]`, without line breaks; `scores`, float32 `[batch]`, what the search ranks by; `alignments`,
            float32 `[batch, steps, positions]`: how much each token of the translation looked at each token of the source; `tokens`,
            strings `[batch, steps]`, its pieces without the end, and `source_tokens`, strings `[batch, positions]`, those of the source,
            which the end belongs to, `""` where there is none; `cropped`, bool `[batch]`: whether a source was longer than the model reads.
        """
        ids = self.source_tokenizer(texts)
        source = self._source(ids)
        decoded = self.decode_tokens(source)
        blank = tf.logical_or(_blank(texts), tf.equal(ids.row_lengths(), 0))
        tokens, alignments = _without_end(decoded, self.target_end_id, blank)
        return {
            "translations": tf.strings.regex_replace(self.target_tokenizer.decode(tokens), LINE_BREAKS, " "),
            "scores": tf.where(blank, 0.0, decoded["scores"]),
            "alignments": tf.cast(alignments, tf.float32),
            "tokens": self.target_tokenizer.pieces(tokens),
            "source_tokens": self.source_tokenizer.pieces(tf.where(tf.expand_dims(blank, 1), 0, source)),
            "cropped": ids.row_lengths() >= self.max_length,
        }

    def _source(self, ids: tf.RaggedTensor) -> tf.Tensor:
        """Returns what the model reads: the first ids of each text, its end id, and padding."""
        ends = tf.fill([ids.nrows(), 1], self.source_end_id)
        return pad(tf.concat([ids[:, : self.max_length - 1], ends], axis=1))


def _blank(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.regex_full_match(tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", replacement_char=0xFFFD), BLANK)


def _without_end(decoded: dict[str, tf.Tensor], end_id: int, blank: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the tokens and alignments without those of the end, and without any of blank texts."""
    tokens = decoded["tokens"]
    told = tf.not_equal(tokens, 0) & tf.not_equal(tokens, end_id) & tf.expand_dims(tf.logical_not(blank), 1)
    counts = tf.reduce_sum(tf.cast(told, tf.int32), 1)
    longest = tf.reduce_max(tf.concat([counts, [0]], 0))
    tokens, told = tf.where(told, tokens, 0)[:, :longest], told[:, :longest]
    return tokens, tf.where(tf.expand_dims(told, 2), decoded["alignments"][:, :longest], 0.0)
