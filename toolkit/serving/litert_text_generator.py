"""Writes and scores texts with an exported LiteRT file, without TensorFlow."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.data.token_lists import by_length, padded
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.log_probability import log_probability, log_softmax
from toolkit.serving.description import read_description
from toolkit.serving.exported_text_generator import ExportedTextGenerator
from toolkit.serving.sampling import Sampling
from toolkit.serving.text_generator import ROWS, Prompt
from toolkit.text.tokenizer import Tokenizer


class LiteRTTextGenerator(ExportedTextGenerator):
    """Writes and scores texts with the files of the folder `litert` of an export, token by token, as a phone would.

    The noise is NumPy's: the same seed gives the same text each time, but not the text that it gives with the run.

    Args:
        directory: Folder of the file, `model.json` and the tokenizer.
        file: The file; that of rounded weights may be taken as well.

    Raises:
        UserError: A file is missing or damaged.
    """

    def __init__(self, directory: Path, file: str = "model.tflite"):
        description = read_description(directory / "model.json", "documents", "state", "never_written")
        super().__init__(Tokenizer.load(directory / "tokenizer.model"), description)
        self._never = description["never_written"]
        self._runner = LiteRTRunner(directory / file)

    def _blocks(
        self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        generators = [np.random.default_rng(seed) for seed in seeds]
        logits, state = self._after(prompts)
        ended = np.zeros(len(prompts), bool)
        for _ in range(max_tokens):
            allowed = logits.copy()
            allowed[:, self._never] = -np.inf
            tokens = np.where(ended, 0, draw(allowed, sampling, generators))
            gains = np.where(ended, 0.0, log_probability(logits, tokens))
            yield tokens[:, np.newaxis], gains[:, np.newaxis]
            ended |= self.ends & (tokens == self.tokenizer.end_id)
            logits, state = self._step(tokens, state)

    def _after(self, prompts: Sequence[Prompt]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Returns logits and state after the prompts; a row whose prompt has come to its end keeps them."""
        tokens = padded([np.append(self.tokenizer.begin_id, prompt.ids) for prompt in prompts])
        logits, state = self._step(tokens[:, 0], self._zeros(len(tokens)))
        for step in tokens.T[1:]:
            reads = (step != 0)[:, np.newaxis]
            new_logits, new_state = self._step(step, state)
            logits = np.where(reads, new_logits, logits)
            state = {name: np.where(reads, part, state[name]) for name, part in new_state.items()}
        return logits, state

    def _nats(self, texts: Sequence[Prompt]) -> np.ndarray:
        nats = np.zeros(len(texts))
        for rows in by_length([len(text.ids) for text in texts], ROWS):
            targets, state = padded([texts[row].ids for row in rows]), self._zeros(len(rows))
            read = np.full(len(rows), self.tokenizer.begin_id)
            for predicted in targets.T:
                logits, state = self._step(read, state)
                nats[rows] -= np.where(predicted == 0, 0.0, log_probability(logits, predicted))
                read = predicted
        return nats

    def _run(self, signature: str, **inputs: Any) -> dict[str, np.ndarray]:
        return self._runner.run(signature, **inputs)


def draw(logits: np.ndarray, sampling: Sampling, generators: Sequence[np.random.Generator]) -> np.ndarray:
    """Draws a token for each row, as `toolkit.decoding.sample` does.

    Args:
        logits: float `[rows, vocabulary]`; -inf excludes a token.
        sampling: How to choose.
        generators: Where the noise of each row comes from.

    Returns:
        int32 `[rows]`.
    """
    if sampling.greedy:
        return logits.argmax(-1).astype(np.int32)
    order = np.argsort(-logits, axis=-1, kind="stable")[:, : sampling.top_k]
    scaled = log_softmax(np.take_along_axis(logits, order, 1) / np.float64(sampling.temperature))
    if sampling.top_p is not None:
        probabilities = np.exp(scaled)
        scaled[np.cumsum(probabilities, -1) - probabilities >= sampling.top_p] = -np.inf
    noise = np.stack([generator.gumbel(size=scaled.shape[1]) for generator in generators])
    places = (scaled + noise).argmax(-1)[:, np.newaxis]
    return np.take_along_axis(order, places, 1)[:, 0].astype(np.int32)
