"""Writes and scores texts with an exported language model, wherever it runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.errors import UserError
from toolkit.inference.description import read_description
from toolkit.inference.log_probability import log_probability, log_softmax
from toolkit.inference.runner import RefusedInput, Runner, encoded
from toolkit.tasks.language_model.sampling import Sampling, draw
from toolkit.tasks.language_model.text_generator import ROWS, Prompt, TextGenerator
from toolkit.text.tokenizer import Tokenizer

REFUSED = re.compile(r"assertion failed: \[(.+?)\] \[(.+?)\]")  # how the graph says what it takes, and what it was given
SCORE = "score"  # the signature that takes strings; what has it also takes them to write

Blocks = Iterator[tuple[np.ndarray, np.ndarray]]


class ExportedTextGenerator(TextGenerator):
    """Writes and scores texts, as `ModelTextGenerator` does, with the signatures of an export.

    A SavedModel takes strings. One call writes a whole text, so a stream comes in one piece; the same seed gives the text that it gives
    with the run. A LiteRT file is asked token by token, as a phone would. The noise is NumPy's: the same seed gives the same text each
    time, but not the text that it gives with the run.

    Args:
        runner: The SavedModel, or the LiteRT file.
        tokenizer: The tokenizer.
        description: What the export says of itself.
    """

    def __init__(self, runner: Runner, tokenizer: Tokenizer, description: Mapping[str, Any]):
        super().__init__(tokenizer, ends=description["documents"])
        self.runner = runner
        self._never = description["never_written"]
        self._state = {name: part["shape"][1] for name, part in description["state"].items()}
        self._takes_strings = SCORE in runner.signatures

    def _blocks(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
        write = self._written_at_once if self._takes_strings else self._written_step_by_step
        return write(prompts, seeds, max_tokens, sampling)

    def _written_at_once(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
        options = {
            "temperature": 0 if sampling.greedy else sampling.temperature,
            "top_k": sampling.top_k or 0,
            "top_p": sampling.top_p or 1,
        }
        try:
            texts = encoded([prompt.text for prompt in prompts])
            answer = self.runner.run("generate", prompts=texts, seeds=list(seeds), max_tokens=max_tokens, **options)
        except RefusedInput as error:
            said = REFUSED.search(str(error))
            if said is None:
                raise
            raise UserError(f"{said[1]} {said[2]}") from error
        yield answer["tokens"], answer["log_probabilities"]

    def _written_step_by_step(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
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

    def _next_probabilities(self, prompt: Prompt) -> np.ndarray:
        logits, _ = self._after([prompt])
        return np.exp(log_softmax(logits[0]))

    def _nats(self, texts: Sequence[Prompt]) -> np.ndarray:
        nats = np.zeros(len(texts))
        measure = self._scored_at_once if self._takes_strings else self._scored_step_by_step
        for rows in by_length([len(text.ids) for text in texts], ROWS):
            nats[rows] = measure([texts[row] for row in rows])
        return nats

    def _scored_at_once(self, texts: Sequence[Prompt]) -> np.ndarray:
        return self.runner.run(SCORE, texts=encoded([text.text for text in texts]))["nats"]

    def _scored_step_by_step(self, texts: Sequence[Prompt]) -> np.ndarray:
        nats, state = np.zeros(len(texts)), self._zeros(len(texts))
        read = np.full(len(texts), self.tokenizer.begin_id)
        for predicted in padded([text.ids for text in texts]).T:
            logits, state = self._step(read, state)
            nats -= np.where(predicted == 0, 0.0, log_probability(logits, predicted))
            read = predicted
        return nats

    def _step(self, tokens: np.ndarray, state: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Reads a token of each row, `[rows]`; returns the logits of the next, `[rows, vocabulary]`, and the state."""
        state = self.runner.run("step", tokens=np.ascontiguousarray(tokens, np.int32), **state)
        return state.pop("logits"), state

    def _zeros(self, rows: int) -> dict[str, np.ndarray]:
        """Returns the state before the first step."""
        return {name: np.zeros((rows, units), np.float32) for name, units in self._state.items()}


def open_text_generator(runner: Runner, folder: Path) -> ExportedTextGenerator:
    """Returns what writes and scores texts with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description and its tokenizer are.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "documents", "state", "never_written")
    return ExportedTextGenerator(runner, Tokenizer.load(folder / "tokenizer.model"), description)
