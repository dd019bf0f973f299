"""Translates texts with an exported SavedModel."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.data.token_lists import by_length
from toolkit.inference.runner import encoded
from toolkit.serving.saved_model import open_saved_model
from toolkit.serving.translations import Hypothesis, Translation, empty_translation, refuse_prefixes


class SavedModelTranslator:
    """Translates texts with the SavedModel of an export, by its serving signature. Each text gets one hypothesis.

    Args:
        directory: Folder of one version.

    Raises:
        UserError: The folder holds no such SavedModel.
    """

    def __init__(self, directory: Path):
        self._runner, description = open_saved_model(directory, "model.json", "alignments", "max_length")
        self._aligns, self._max_length = description["alignments"], description["max_length"]

    def translate(self, texts: Sequence[str], prefixes: Sequence[str] | None = None) -> list[Translation]:
        """Translates texts, as `TextTranslator` has it.

        Raises:
            ValueError: There are prefixes.
        """
        refuse_prefixes(prefixes)
        translations = [empty_translation(text) for text in texts]
        asked = encoded(texts)
        # A token takes a byte at least.
        for rows in by_length([min(len(text) + 1, self._max_length) for text in asked]):
            answers = self._runner.run("serving_default", texts=[asked[row] for row in rows])
            for row, index in enumerate(rows):
                translations[index] = self._translation(texts[index], {name: value[row] for name, value in answers.items()})
        return translations

    def _translation(self, text: str, answer: dict) -> Translation:
        source_tokens = [piece.decode() for piece in answer["source_tokens"] if piece]
        if not source_tokens:
            return empty_translation(text)
        tokens = [piece.decode() for piece in answer["tokens"] if piece]
        alignment = answer["alignments"][: len(tokens), : len(source_tokens)] if self._aligns else None
        hypothesis = Hypothesis(answer["translations"].decode(), float(answer["scores"]), tokens, alignment)
        return Translation(text, source_tokens, [hypothesis], bool(answer["cropped"]))
