"""Writes and scores texts with an exported language model, through the signatures of a SavedModel or of a LiteRT file."""

import abc
from typing import Any

import numpy as np

from toolkit.inference.log_probability import log_softmax
from toolkit.serving.text_generator import Prompt, TextGenerator
from toolkit.text.tokenizer import Tokenizer


class ExportedTextGenerator(TextGenerator):
    """Writes and scores texts, as `ModelTextGenerator` does.

    Args:
        tokenizer: The tokenizer.
        description: What the export says of itself.
    """

    def __init__(self, tokenizer: Tokenizer, description: dict[str, Any]):
        super().__init__(tokenizer, ends=description["documents"])
        self._state = {name: part["shape"][1] for name, part in description["state"].items()}

    def _next_probabilities(self, prompt: Prompt) -> np.ndarray:
        state = self._zeros(1)
        for token in (self.tokenizer.begin_id, *prompt.ids):
            logits, state = self._step(np.array([token]), state)
        return np.exp(log_softmax(logits[0]))

    def _step(self, tokens: np.ndarray, state: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Reads a token of each row, `[rows]`; returns the logits of the next, `[rows, vocabulary]`, and the state."""
        state = self._run("step", tokens=np.ascontiguousarray(tokens, np.int32), **state)
        return state.pop("logits"), state

    def _zeros(self, rows: int) -> dict[str, np.ndarray]:
        """Returns the state before the first step."""
        return {name: np.zeros((rows, units), np.float32) for name, units in self._state.items()}

    @abc.abstractmethod
    def _run(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        """Runs a signature."""
