"""From texts of one language to texts of another."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.arguments import InvalidArgument, check_integer, check_positive_integer
from toolkit.data.batching.token_lists import BATCH_SIZE, by_length, padded
from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner
from toolkit.text.line_breaks import one_line
from toolkit.text.tokenizer import Tokenizer
from toolkit.text.unknown_words import decode_with_copies, word_of_each_piece

DECODE, SCORE = "decode", "score"
"""The signatures of a run: what finds translations, all that were asked for, and what scores given ones."""

EXPORTED = "decode_tokens"
"""The signature of a SavedModel that finds translations; one of a LiteRT file is called as the search's method."""


class Hypothesis(NamedTuple):
    """One translation of a text.

    Attributes:
        text: The translation; it has no line break in it.
        score: What the search ranks by: the log-probability, with the penalties of a beam search.
        tokens: Its pieces, without the one that ends it; none for an empty text.
        alignment: float32 `[len(tokens), len(source_tokens)]`: how much each token looked at each token of the source. `None` if the model
            has no attention, or the text is empty.
    """

    text: str
    score: float
    tokens: list[str]
    alignment: np.ndarray | None


class Translation(NamedTuple):
    """The translations of one text.

    Attributes:
        source: The text.
        source_tokens: The pieces that the model has read; the last one is the end of the source.
        hypotheses: At least one, the best first.
        cropped: Whether the text was cut, because it is longer than the model reads.
    """

    source: str
    source_tokens: list[str]
    hypotheses: list[Hypothesis]
    cropped: bool = False

    @property
    def text(self) -> str:
        """The best translation."""
        return self.hypotheses[0].text


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


class TextTranslator:
    """Translates texts with a model, wherever it runs.

    Texts of similar length go together, and a translation does not depend on which: each may be as long as its own source allows, besides
    its prefix, and at that length has to end. With `Search(method="sample")` it does depend on them, as all rows of a batch draw from one
    source of noise.

    Args:
        runner: What runs the model: that of a run (`translator_runner`), of a SavedModel or of a LiteRT file. Of an export each text gets
            one hypothesis, and there are neither prefixes nor scores of given translations.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target; the same one if both languages share their vocabulary.
        max_length: Tokens read of a source, its end among them; a longer one is cut.
        signature: The one that translates: from `source`, and `prefix` if it takes one, to the parts of `Decoded`.
        aligns: Whether the model has attention; without it there are no alignments.
        copy_unknown: Whether an unknown token of the translation becomes the word of the source that it looked at most.
        batch_size: Texts translated at once.

    Attributes:
        explainer: What explains translations, a `TranslationExplainer`; `None` where nobody asks.

    Raises:
        ValueError: An argument is out of range, a tokenizer has no end id, or unknown words are to be copied by a model without attention.
    """

    explainer: Any = None

    def __init__(
        self,
        runner: Runner,
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        max_length: int,
        *,
        signature: str = DECODE,
        aligns: bool = True,
        copy_unknown: bool = False,
        batch_size: int = 64,
    ):
        check_integer("max_length", max_length, 2)
        check_positive_integer("batch_size", batch_size)
        if copy_unknown and not aligns:
            raise InvalidArgument("copy_unknown", "False for a model without attention", copy_unknown)
        for name, tokenizer in (("source_tokenizer", source_tokenizer), ("target_tokenizer", target_tokenizer)):
            if tokenizer.end_id < 0 or (tokenizer is target_tokenizer and tokenizer.begin_id < 0):
                raise ValueError(f"Argument `{name}` must have ids that begin and end a sequence. Received: a tokenizer without them")
        self.runner = runner
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_length = max_length
        self.signature = signature
        self.aligns = aligns
        self.copy_unknown = copy_unknown
        self.batch_size = batch_size

    def translate(self, texts: Sequence[str], prefixes: Sequence[str] | None = None) -> list[Translation]:
        """Translates texts; a blank one has an empty translation, without running the model.

        Args:
            texts: Any number of texts.
            prefixes: What each translation begins with, one for each text, `""` where it is free; or `None`.

        Returns:
            The translations, in the order of the texts.

        Raises:
            ValueError: `prefixes` has not one entry for each text, or the model takes none.
        """
        begun, sources = self._begun(prefixes, len(texts)), self._sources(texts)
        translations = [empty_translation(text) for text in texts]
        filled = [index for index, text in enumerate(texts) if text.strip() and len(sources[index].ids) > 1]
        for places in by_length([len(sources[index].ids) for index in filled], self.batch_size):
            rows = [filled[place] for place in places]
            inputs = {"source": padded([sources[index].ids for index in rows])}
            if self._takes_prefixes:
                inputs["prefix"] = padded([begun[index] for index in rows])
            decoded = _with_all_hypotheses(self.runner.run(self.signature, **inputs))
            for row, index in enumerate(rows):
                parts = {name: part[row] for name, part in decoded.items()}
                translations[index] = self._translation(texts[index], sources[index], parts)
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
            UserError: The model is an exported one, which scores none.
        """
        if len(sources) != len(targets):
            raise ValueError(f"Argument `targets` must have one entry for each of the {len(sources)} sources. Received: {len(targets)}")
        read = [source.ids for source in self._sources(sources)]
        written = [np.append(ids, self.target_tokenizer.end_id)[: self.max_length] for ids in self.target_tokenizer.encode(targets)]
        scores = np.zeros(len(sources))
        for rows in by_length([len(source) + len(target) for source, target in zip(read, written, strict=True)], self.batch_size):
            source, target = (padded([side[row] for row in rows]) for side in (read, written))
            scores[rows] = self.runner.run(SCORE, source=source, target=target)["scores"]
        return scores.tolist()

    @property
    def _takes_prefixes(self) -> bool:
        return "prefix" in self.runner.signatures[self.signature].inputs

    def _begun(self, prefixes: Sequence[str] | None, texts: int) -> list[np.ndarray]:
        """Returns the tokens that each translation begins with."""
        if prefixes is None:
            return [np.empty(0, np.int32)] * texts
        if not self._takes_prefixes:
            raise ValueError(f"Argument `prefixes` must be None: an exported model takes none. Received: {len(prefixes)} prefixes")
        if len(prefixes) != texts:
            raise ValueError(f"Argument `prefixes` must have one entry for each of the {texts} texts. Received: {len(prefixes)}")
        return self.target_tokenizer.encode(prefixes)

    def _sources(self, texts: Sequence[str]) -> list[_Source]:
        tokenizer, sources = self.source_tokenizer, []
        for text, ids in zip(texts, tokenizer.encode(texts), strict=True):
            read = source_ids(ids, tokenizer.end_id, self.max_length)
            words = word_of_each_piece(text, tokenizer.pieces(ids))[: len(read) - 1] if self.copy_unknown else []
            sources.append(_Source(read, tokenizer.pieces(read), words, len(read) - 1 < len(ids)))
        return sources

    def _translation(self, text: str, source: _Source, decoded: Mapping[str, np.ndarray]) -> Translation:
        hypotheses = []
        for rank, (length, score) in enumerate(zip(decoded["lengths"], decoded["scores"], strict=True)):
            if rank and not length:
                break  # there are fewer hypotheses than were asked for
            ids = decoded["tokens"][rank, :length]
            ids = ids[ids != self.target_tokenizer.end_id]
            alignment = decoded["alignments"][rank, : len(ids), : len(source.ids)] if self.aligns else None
            hypotheses.append(Hypothesis(self._text(ids, alignment, source), float(score), self.target_tokenizer.pieces(ids), alignment))
        return Translation(text, source.pieces, hypotheses, source.cropped)

    def _text(self, ids: np.ndarray, alignment: np.ndarray | None, source: _Source) -> str:
        if self.copy_unknown:
            return one_line(decode_with_copies(self.target_tokenizer, ids.tolist(), alignment, source.words))
        return one_line(self.target_tokenizer.decode(ids.tolist()))


def empty_translation(text: str) -> Translation:
    """Returns the translation of a blank text."""
    return Translation(text, [], [Hypothesis("", 0.0, [], None)])


def open_translator(runner: Runner, folder: Path) -> TextTranslator:
    """Returns what translates texts with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description and its tokenizers are.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "alignments", "max_length", "search")
    source = target = Tokenizer.load(folder / "tokenizer.model")
    if (folder / "target_tokenizer.model").is_file():
        target = Tokenizer.load(folder / "target_tokenizer.model")
    signature = EXPORTED if EXPORTED in runner.signatures else description["search"]["method"]
    options = {"signature": signature, "aligns": description["alignments"], "batch_size": BATCH_SIZE}
    return TextTranslator(runner, source, target, description["max_length"], **options)


def _with_all_hypotheses(decoded: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns the parts of `Decoded` with the axis `n_best`, which those of an export have not."""
    return {name: part if decoded["scores"].ndim > 1 else part[:, np.newaxis] for name, part in decoded.items()}
