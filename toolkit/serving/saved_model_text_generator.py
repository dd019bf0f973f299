"""Writes and scores texts with an exported SavedModel."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.data.token_lists import by_length
from toolkit.errors import UserError
from toolkit.inference.runner import RefusedInput, encoded
from toolkit.serving.exported_text_generator import ExportedTextGenerator
from toolkit.serving.sampling import Sampling
from toolkit.serving.saved_model import open_saved_model
from toolkit.serving.text_generator import ROWS, Prompt
from toolkit.text.tokenizer import Tokenizer

REFUSED = re.compile(r"assertion failed: \[(.+?)\] \[(.+?)\]")  # how the graph says what it takes, and what it was given


class SavedModelTextGenerator(ExportedTextGenerator):
    """Writes and scores texts with the SavedModel of an export. The same seed gives the text that it gives with the run.

    One call writes a whole text, so a stream comes in one piece.

    Args:
        directory: Folder of one version.

    Raises:
        UserError: The folder holds no such SavedModel.
    """

    def __init__(self, directory: Path):
        self._runner, description = open_saved_model(directory, "model.json", "documents", "state")
        super().__init__(Tokenizer.load(directory / "assets" / "tokenizer.model"), description)

    def _blocks(
        self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        answer = self._run(
            "generate",
            prompts=encoded([prompt.text for prompt in prompts]),
            seeds=np.array(seeds, np.int32),
            max_tokens=np.int32(max_tokens),
            temperature=np.float32(0 if sampling.greedy else sampling.temperature),
            top_k=np.int32(sampling.top_k or 0),
            top_p=np.float32(sampling.top_p or 1),
        )
        yield answer["tokens"], answer["log_probabilities"]

    def _nats(self, texts: Sequence[Prompt]) -> np.ndarray:
        nats = np.zeros(len(texts))
        for rows in by_length([len(text.ids) for text in texts], ROWS):
            nats[rows] = self._run("score", texts=encoded([texts[row].text for row in rows]))["nats"]
        return nats

    def _run(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        try:
            return self._runner.run(signature, **inputs)
        except RefusedInput as error:
            said = REFUSED.search(str(error))
            if said is None:
                raise
            raise UserError(f"{said[1]} {said[2]}") from error
