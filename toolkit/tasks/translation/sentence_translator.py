"""From texts of one language to texts of another."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from toolkit.arguments import check_integer, check_positive_integer
from toolkit.data.batching.token_lists import by_length, padded
from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.decoding import Decoded, Search
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.translation.translations import Hypothesis, Translation, empty_translation
from toolkit.text.line_breaks import one_line
from toolkit.text.tokenizer import Tokenizer
from toolkit.text.unknown_words import decode_with_copies, word_of_each_piece

DEFAULT_SEARCH = Search()


class _Source(NamedTuple):
    """A text to translate.

    Attributes:
        ids: What the model reads.
        pieces: The same as strings.
        words: The word of each piece but the end.
        cropped: Whether pieces were left out.
    """

    ids: np.ndarray
    pieces: list[str]
    words: list[str]
    cropped: bool


class SentenceTranslator:
    """Translates texts with a trained model.

    Texts of similar length go together, and a translation does not depend on which: each may be as long as its own source allows, besides
    its prefix, and at that length has to end. With `Search(method="sample")` it does depend on them, as all rows of a batch draw from one
    source of noise.

    Args:
        model: A `Translator`, or what has its `encode`, `step` and call.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target; the same one if both languages share their vocabulary.
        max_length: Tokens read of a source, its end among them; a longer one is cut.
        search: How to decode.
        copy_unknown: Whether an unknown token of the translation becomes the word of the source that it looked at most.
        batch_size: Texts translated at once.

    Raises:
        ValueError: An argument is out of range, a tokenizer has no end id, or unknown words are to be copied by a model without attention.
    """

    def __init__(
        self,
        model: keras.Model,
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        max_length: int,
        search: Search = DEFAULT_SEARCH,
        copy_unknown: bool = False,
        batch_size: int = 64,
    ):
        check_integer("max_length", max_length, 2)
        check_positive_integer("batch_size", batch_size)
        self._aligns = getattr(model, "attention", "none") != "none"
        if copy_unknown and not self._aligns:
            raise ValueError("Argument `copy_unknown` needs a model with attention. Received: a model without it")
        for name, tokenizer in (("source_tokenizer", source_tokenizer), ("target_tokenizer", target_tokenizer)):
            if tokenizer.end_id < 0 or (tokenizer is target_tokenizer and tokenizer.begin_id < 0):
                raise ValueError(f"Argument `{name}` must have ids that begin and end a sequence. Received: a tokenizer without them")
        if search.top_k is not None:
            check_integer("top_k", search.top_k, 1, target_tokenizer.vocabulary_size)
        self.model = model
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_length = max_length
        self.search = search
        self.copy_unknown = copy_unknown
        self.batch_size = batch_size
        self._decode = decoding_function(model, search, target_tokenizer.begin_id, target_tokenizer.end_id)
        self._score = scoring_function(model, target_tokenizer.begin_id)

    def translate(self, texts: Sequence[str], prefixes: Sequence[str] | None = None) -> list[Translation]:
        """Translates texts, as `TextTranslator` has it; a blank one without running the model.

        Raises:
            ValueError: `prefixes` has not one entry for each text.
        """
        if prefixes is not None and len(prefixes) != len(texts):
            raise ValueError(f"Argument `prefixes` must have one entry for each of the {len(texts)} texts. Received: {len(prefixes)}")
        sources = self._sources(texts)
        begun = self.target_tokenizer.encode(prefixes) if prefixes is not None else [np.empty(0, np.int32)] * len(texts)
        translations = [empty_translation(text) for text in texts]
        filled = [index for index, text in enumerate(texts) if text.strip() and len(sources[index].ids) > 1]
        for places in by_length([len(sources[index].ids) for index in filled], self.batch_size):
            rows = [filled[place] for place in places]
            decoded = self._decode(padded([sources[i].ids for i in rows]), padded([begun[i] for i in rows]))
            for row, index in enumerate(rows):
                translations[index] = self._translation(texts[index], sources[index], decoded, row)
        return translations

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """Returns how probable given translations are.

            log p(y, end | x) = Σ_t log p(y_t | y_{<t}, x)

        Args:
            sources: Texts.
            targets: A translation of each. Of one that is longer than `max_length`, its first tokens are scored.

        Returns:
            The natural logarithm of each one's probability.

        Raises:
            ValueError: There are not as many targets as sources.
        """
        if len(sources) != len(targets):
            raise ValueError(f"Argument `targets` must have one entry for each of the {len(sources)} sources. Received: {len(targets)}")
        read = [source.ids for source in self._sources(sources)]
        written = [np.append(ids, self.target_tokenizer.end_id)[: self.max_length] for ids in self.target_tokenizer.encode(targets)]
        scores = np.zeros(len(sources))
        for rows in by_length([len(source) + len(target) for source, target in zip(read, written, strict=True)], self.batch_size):
            scores[rows] = self._score(padded([read[i] for i in rows]), padded([written[i] for i in rows]))
        return scores.tolist()

    def _sources(self, texts: Sequence[str]) -> list[_Source]:
        tokenizer, sources = self.source_tokenizer, []
        for text, ids in zip(texts, tokenizer.encode(texts), strict=True):
            read = source_ids(ids, tokenizer.end_id, self.max_length)
            words = word_of_each_piece(text, tokenizer.pieces(ids))[: len(read) - 1] if self.copy_unknown else []
            sources.append(_Source(read, tokenizer.pieces(read), words, len(read) - 1 < len(ids)))
        return sources

    def _translation(self, text: str, source: _Source, decoded: Decoded, row: int) -> Translation:
        hypotheses = []
        for rank, (length, score) in enumerate(zip(decoded.lengths[row], decoded.scores[row], strict=True)):
            if rank and not length:
                break  # there are fewer hypotheses than were asked for
            ids = decoded.tokens[row, rank, :length]
            ids = ids[ids != self.target_tokenizer.end_id]
            alignment = decoded.alignments[row, rank, : len(ids), : len(source.ids)] if self._aligns else None
            hypotheses.append(Hypothesis(self._text(ids, alignment, source), float(score), self.target_tokenizer.pieces(ids), alignment))
        return Translation(text, source.pieces, hypotheses, source.cropped)

    def _text(self, ids: np.ndarray, alignment: np.ndarray | None, source: _Source) -> str:
        if self.copy_unknown:
            return one_line(decode_with_copies(self.target_tokenizer, ids.tolist(), alignment, source.words))
        return one_line(self.target_tokenizer.decode(ids.tolist()))


def decoding_function(model: keras.Model, search: Search, begin_id: int, end_id: int) -> Callable[[np.ndarray, np.ndarray], Decoded]:
    """Returns encoder and search as one graph for any batch and length.

    Args:
        model: As in `SentenceTranslator`.
        search: How to decode.
        begin_id: What the decoder reads first.
        end_id: What ends a translation.

    Returns:
        A function from sources and prefixes, int32 `[batch, positions]` and `[batch, time]`, 0 for padding, to `Decoded` with arrays.
    """
    matrix = tf.TensorSpec([None, None], tf.int32)

    @tf.function(input_signature=[matrix, matrix])
    def decode(source, prefix):
        with backend("graph"):  # compiles nothing when a new shape comes along
            limits = search.limits(source, prefix)
            return search(model.step, model.encode(source), tf.shape(source)[0], limits, begin_id, end_id, prefix)

    def as_arrays(source, prefix) -> Decoded:
        return Decoded(*(None if part is None else part.numpy() for part in decode(source, prefix)))

    return as_arrays


def scoring_function(model: keras.Model, begin_id: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Returns the model, all steps in one call, with the sum of the log-probabilities behind it, as one graph for any batch and length.

    Args:
        model: As in `SentenceTranslator`.
        begin_id: What the decoder reads first.

    Returns:
        A function from sources and targets, int32 `[batch, positions]` and `[batch, time]`, 0 for padding, to float32 `[batch]`.
    """
    matrix = tf.TensorSpec([None, None], tf.int32)

    @tf.function(input_signature=[matrix, matrix])
    def score(source, target):
        with backend("graph"):
            read = tf.pad(target[:, :-1], [[0, 0], [1, 0]], constant_values=begin_id)
            logits = tf.cast(model((source, read), training=False), tf.float32)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
            return -tf.reduce_sum(tf.where(tf.equal(target, 0), 0.0, losses), -1)

    return lambda source, target: score(source, target).numpy()
