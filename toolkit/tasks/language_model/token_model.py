"""A language model over tokens, wherever it runs. No TensorFlow here: LiteRT does without."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.errors import UserError
from toolkit.inference.log_probability import log_probability, log_softmax
from toolkit.inference.runner import RefusedInput, Runner, encoded
from toolkit.tasks.language_model.sampling import Sampling, draw
from toolkit.text.tokenizer import Tokenizer

STEP = "step"
"""The signature that all have: from a token of each row, and the state, to the logits of the next, and the new state."""

READ, SCORE_TOKENS, WRITE = "read", "score_tokens", "write"
"""The signatures of a run for many tokens at once, see `LanguageModelRunner`."""

SCORE, GENERATE = "score", "generate"
"""The signatures of a SavedModel that take strings. That of a LiteRT file that is called `generate`, too, is not used: it needs noise."""

ROWS = 32  # texts read or written at once
BLOCK = 32  # tokens written by one call
WINDOW = 1024  # tokens read by one call
REFUSED = re.compile(r"assertion failed: \[(.+?)\] \[(.+?)\]")  # how a graph says what it takes, and what it was given

Blocks = Iterator[tuple[np.ndarray, np.ndarray]]
State = dict[str, np.ndarray]


class Prompt(NamedTuple):
    """What a text begins with.

    Attributes:
        text: As it was given.
        ids: Its tokens, without the begin id.
    """

    text: str
    ids: np.ndarray


class TokenModel:
    """Reads, scores and writes tokens with what signatures there are.

    A run reads and writes many tokens by one call. A SavedModel takes strings and writes a whole text by one call; the same seed gives the
    text that it gives with the run. A LiteRT file is asked token by token, as a phone would; the noise is NumPy's, so a seed gives another
    text than with the run.

    Args:
        runner: What runs the model.
        tokenizer: The tokenizer.
        ends: Whether the end id is drawn, and ends a text.
    """

    def __init__(self, runner: Runner, tokenizer: Tokenizer, ends: bool):
        self._runner, self._tokenizer, self._ends = runner, tokenizer, ends
        self._takes_strings = SCORE in runner.signatures
        self._takes_many = READ in runner.signatures

    def blocks(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
        """Writes what follows prompts.

        Args:
            prompts: At least one.
            seeds: One for each of them.
            max_tokens: How many tokens are asked for at least.
            sampling: How to choose them; its seed does not matter.

        Yields:
            Tokens and their log-probabilities, `[rows, block]`, `max_tokens` or more in all: 0 after the end of a text.

        Raises:
            UserError: An export refuses an option.
        """
        if self._takes_strings:
            return self._written_at_once(prompts, seeds, max_tokens, sampling)
        return (self._written_in_blocks if self._takes_many else self._written_step_by_step)(prompts, seeds, max_tokens, sampling)

    def next_probabilities(self, prompt: Prompt) -> np.ndarray:
        """Returns the probability of each token that may follow a prompt, `[vocabulary]`."""
        logits, _ = self._step(*self._after([prompt]))
        return np.exp(log_softmax(logits[0]))

    def nats(self, texts: Sequence[Prompt]) -> np.ndarray:
        """Returns -log p of each text, float64 `[texts]`."""
        nats = np.zeros(len(texts))
        for rows in by_length([len(text.ids) for text in texts], ROWS):
            some = [texts[row] for row in rows]
            if self._takes_strings:
                nats[rows] = self._runner.run(SCORE, texts=encoded([text.text for text in some]))["nats"]
            else:
                nats[rows] = self._nats_of_rows(padded([text.ids for text in some]))
        return nats

    @property
    def _window(self) -> int:
        return WINDOW if self._takes_many else 1

    def _nats_of_rows(self, targets: np.ndarray) -> np.ndarray:
        begin = np.full((len(targets), 1), self._tokenizer.begin_id, np.int32)
        tokens, nats, state = np.hstack([begin, targets[:, :-1]]), np.zeros(len(targets)), self._zeros(len(targets))
        for start in range(0, targets.shape[1], self._window):
            here = slice(start, start + self._window)
            part, state = self._scored(tokens[:, here], targets[:, here], state)
            nats += part
        return nats

    def _scored(self, tokens: np.ndarray, targets: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Returns -log p of what follows each token, `[rows]`, and the state after a window."""
        if self._takes_many:
            state = self._runner.run(SCORE_TOKENS, tokens=tokens, targets=targets, **state)
            return state.pop("nats"), state
        logits, state = self._step(tokens[:, 0], state)
        return np.where(targets[:, 0] == 0, 0.0, -log_probability(logits, targets[:, 0])), state

    def _after(self, prompts: Sequence[Prompt]) -> tuple[np.ndarray, State]:
        """Reads prompts; returns the last token of each, which the next step reads, and the state before it."""
        rows = [np.append(np.int32(self._tokenizer.begin_id), prompt.ids) for prompt in prompts]
        tokens, state = padded([row[:-1] for row in rows]), self._zeros(len(rows))
        for start in range(0, tokens.shape[1], self._window):
            state = self._read(tokens[:, start : start + self._window], state)
        return np.array([row[-1] for row in rows], np.int32), state

    def _read(self, tokens: np.ndarray, state: State) -> State:
        """Returns the state after a window; a row that has come to its end keeps its own."""
        if self._takes_many:
            return self._runner.run(READ, tokens=tokens, **state)
        _, after = self._step(tokens[:, 0], state)
        return {name: np.where(tokens != 0, after[name], part) for name, part in state.items()}

    def _written_at_once(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
        texts = encoded([prompt.text for prompt in prompts])
        try:
            answer = self._runner.run(GENERATE, prompts=texts, seeds=list(seeds), max_tokens=max_tokens, **_options(sampling))
        except RefusedInput as error:
            said = REFUSED.search(str(error))
            if said is None:
                raise
            raise UserError(f"{said[1]} {said[2]}") from error
        yield answer["tokens"], answer["log_probabilities"]

    def _written_in_blocks(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
        asked = {"seeds": np.array(seeds, np.int32), "steps": BLOCK, **_options(sampling)}
        (last, state), done = self._after(prompts), 0
        while done < max_tokens:
            state = self._runner.run(WRITE, tokens=last, start=done, **asked, **state)
            tokens, gains = state.pop("tokens"), state.pop("log_probabilities")
            yield tokens, gains
            last, done = tokens[:, -1], done + tokens.shape[1]

    def _written_step_by_step(self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling) -> Blocks:
        generators = [np.random.default_rng(seed) for seed in seeds]
        (tokens, state), ended = self._after(prompts), np.zeros(len(prompts), bool)
        for _ in range(max_tokens):
            logits, state = self._step(tokens, state)
            allowed = logits.copy()
            allowed[:, self._tokenizer.ids_without_text(self._ends)] = -np.inf
            tokens = np.where(ended, 0, draw(allowed, sampling, generators))
            gains = np.where(ended, 0.0, log_probability(logits, tokens))
            yield tokens[:, np.newaxis], gains[:, np.newaxis]
            ended |= self._ends & (tokens == self._tokenizer.end_id)

    def _step(self, tokens: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Reads a token of each row, `[rows]`; returns the logits of the next, `[rows, vocabulary]`, and the state."""
        state = self._runner.run(STEP, tokens=np.ascontiguousarray(tokens, np.int32), **state)
        return state.pop("logits"), state

    def _zeros(self, rows: int) -> State:
        """Returns the state before the first step."""
        inputs = self._runner.signatures[READ if self._takes_many else STEP].inputs
        return {name: np.zeros((rows, spec.shape[1]), spec.dtype) for name, spec in inputs.items() if name != "tokens"}


def _options(sampling: Sampling) -> dict[str, Any]:
    """Returns how to choose tokens, as signatures are told."""
    return {"temperature": 0 if sampling.greedy else sampling.temperature, "top_k": sampling.top_k or 0, "top_p": sampling.top_p or 1}
