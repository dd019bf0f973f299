"""Translates texts with an exported translator, wherever it runs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.translation.translations import Hypothesis, Translation, empty_translation, refuse_prefixes
from toolkit.text.line_breaks import one_line
from toolkit.text.tokenizer import Tokenizer

TRANSLATE = "translate"  # the signature that takes strings


class ExportedTranslator:
    """Translates texts with the signatures of an export. Each text gets one hypothesis.

    `translate` of a SavedModel takes strings; the searches of a LiteRT file take token ids.

    Args:
        runner: The SavedModel, or the LiteRT file.
        description: What the export says of itself.
        tokenizers: Those of source and target, for a LiteRT file.
    """

    def __init__(self, runner: Runner, description: Mapping[str, Any], tokenizers: Sequence[Tokenizer] = ()):
        self.runner = runner
        self.tokenizers = tokenizers
        self._aligns, self._max_length = description["alignments"], description["max_length"]
        self._method = description["search"]["method"]

    def translate(self, texts: Sequence[str], prefixes: Sequence[str] | None = None) -> list[Translation]:
        """Translates texts, as `TextTranslator` has it.

        Raises:
            ValueError: There are prefixes.
        """
        refuse_prefixes(prefixes)
        translations = [empty_translation(text) for text in texts]
        for index, translation in self._from_ids(texts) if self.tokenizers else self._from_strings(texts):
            translations[index] = translation
        return translations

    def _from_strings(self, texts: Sequence[str]) -> Iterator[tuple[int, Translation]]:
        """Yields the translation of each text that has tokens, and its place."""
        asked = encoded(texts)
        for rows in by_length([min(len(text) + 1, self._max_length) for text in asked]):  # a token takes a byte at least
            answers = self.runner.run(TRANSLATE, texts=[asked[row] for row in rows])
            for row, answer in zip(rows, _rows(answers), strict=True):
                source, tokens = ([piece.decode() for piece in answer[name] if piece] for name in ("source_tokens", "tokens"))
                if source:
                    written = answer["translations"].decode()
                    yield row, self._translation(texts[row], source, written, tokens, answer, bool(answer["cropped"]))

    def _from_ids(self, texts: Sequence[str]) -> Iterator[tuple[int, Translation]]:
        """Does the same as `_from_strings`."""
        source_tokenizer, target_tokenizer = self.tokenizers
        ids = source_tokenizer.encode(texts)
        filled = [index for index, text in enumerate(texts) if text.strip() and len(ids[index])]
        sources = [source_ids(ids[index], source_tokenizer.end_id, self._max_length) for index in filled]
        for rows in by_length([len(source) for source in sources]):
            answers = self.runner.run(self._method, source=padded([sources[row] for row in rows]))
            for row, answer in zip(rows, _rows(answers), strict=True):
                index, written = filled[row], answer["tokens"][: answer["lengths"]]
                written = written[written != target_tokenizer.end_id]
                pieces = source_tokenizer.pieces(sources[row]), one_line(target_tokenizer.decode(written)), target_tokenizer.pieces(written)
                yield index, self._translation(texts[index], *pieces, answer, len(ids[index]) >= self._max_length)

    def _translation(
        self, text: str, source: list[str], written: str, tokens: list[str], answer: Mapping[str, Any], cropped: bool
    ) -> Translation:
        alignment = answer["alignments"][: len(tokens), : len(source)] if self._aligns else None
        return Translation(text, source, [Hypothesis(written, float(answer["scores"]), tokens, alignment)], cropped)


def open_translator(runner: Runner, folder: Path) -> ExportedTranslator:
    """Returns what translates texts with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description and its tokenizers are.

    Raises:
        UserError: A file is missing or damaged.
    """
    keys = ["alignments", "max_length", "search"]
    if TRANSLATE in runner.signatures:
        return ExportedTranslator(runner, read_description(folder / "model.json", *keys))
    description = read_description(folder / "model.json", *keys, "source", "target")
    files = [description[side]["tokenizer"] for side in ("source", "target")]
    return ExportedTranslator(runner, description, [Tokenizer.load(folder / file) for file in files])


def _rows(answers: Mapping[str, np.ndarray]) -> Iterator[dict[str, Any]]:
    """Yields the part of each row."""
    return (dict(zip(answers, parts, strict=True)) for parts in zip(*answers.values(), strict=True))
