"""Translates texts with an exported LiteRT file, without TensorFlow."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toolkit.data.token_lists import by_length, padded, source_ids
from toolkit.inference.litert import LiteRTRunner
from toolkit.serving.description import read_description
from toolkit.serving.translations import Hypothesis, Translation, empty_translation, refuse_prefixes
from toolkit.text.line_breaks import one_line
from toolkit.text.tokenizer import Tokenizer


class LiteRTTranslator:
    """Translates texts with the files of the folder `litert` of an export. Each text gets one hypothesis.

    Args:
        directory: Folder of the file, `model.json` and the tokenizers that it names.
        file: The file; that of rounded weights may be taken as well.

    Raises:
        UserError: A file is missing or damaged.
    """

    def __init__(self, directory: Path, file: str = "model.tflite"):
        description = read_description(directory / "model.json", "alignments", "max_length", "search", "source", "target")
        self._aligns, self._max_length = description["alignments"], description["max_length"]
        self._method = description["search"]["method"]
        names = [description[side]["tokenizer"] for side in ("source", "target")]
        self.source_tokenizer, self.target_tokenizer = (Tokenizer.load(directory / name) for name in names)
        self._runner = LiteRTRunner(directory / file)

    def translate(self, texts: Sequence[str], prefixes: Sequence[str] | None = None) -> list[Translation]:
        """Translates texts, as `TextTranslator` has it.

        Raises:
            ValueError: There are prefixes.
        """
        refuse_prefixes(prefixes)
        translations = [empty_translation(text) for text in texts]
        ids = self.source_tokenizer.encode(texts)
        filled = [index for index, text in enumerate(texts) if text.strip() and len(ids[index])]
        sources = [source_ids(ids[index], self.source_tokenizer.end_id, self._max_length) for index in filled]
        for rows in by_length([len(source) for source in sources]):
            decoded = self._runner.run(self._method, source=padded([sources[row] for row in rows]))
            for place, row in enumerate(rows):
                index = filled[row]
                cropped = len(ids[index]) >= self._max_length
                answer = {name: value[place] for name, value in decoded.items()}
                translations[index] = self._translation(texts[index], sources[row], answer, cropped)
        return translations

    def _translation(self, text: str, source: np.ndarray, answer: dict[str, np.ndarray], cropped: bool) -> Translation:
        tokenizer = self.target_tokenizer
        ids = answer["tokens"][: answer["lengths"]]
        ids = ids[ids != tokenizer.end_id]
        alignment = answer["alignments"][: len(ids), : len(source)] if self._aligns else None
        hypothesis = Hypothesis(one_line(tokenizer.decode(ids)), float(answer["scores"]), tokenizer.pieces(ids), alignment)
        return Translation(text, self.source_tokenizer.pieces(source), [hypothesis], cropped)
