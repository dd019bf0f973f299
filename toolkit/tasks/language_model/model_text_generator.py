"""Writes and scores texts with a trained language model."""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.generation_graphs import reading_function, scoring_function, writing_function
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.language_model.text_generator import ROWS, Prompt, TextGenerator
from toolkit.text.tokenizer import Tokenizer

BLOCK = 32  # tokens written by one call of a compiled graph
WINDOW = 1024  # tokens read at once
NUMBERS = 2**24  # most numbers of an array over the vocabulary: 64 MB
_NOBODY = Prompt("", np.zeros(0, np.int32))


class ModelTextGenerator(TextGenerator):
    """Writes and scores texts with a model.

    Args:
        model: A `LanguageModel`.
        tokenizer: Its tokenizer.
        ends: Whether the model was trained on ends of texts. If not, the end id is not drawn.

    Raises:
        ValueError: The tokenizer has no begin id, or not as many ids as the model.
    """

    def __init__(self, model: LanguageModel, tokenizer: Tokenizer, ends: bool = True):
        super().__init__(tokenizer, ends)
        if tokenizer.vocabulary_size != model.vocabulary_size:
            raise ValueError(
                f"Argument `tokenizer` must have as many ids as the model, {model.vocabulary_size}. Received: {tokenizer.vocabulary_size}"
            )
        self.model = model
        self._read, self._score = reading_function(model), scoring_function(model)
        self._writing = functools.cache(self._writing_function)

    def _blocks(
        self, prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        # A power of two, so that few graphs are compiled: nobody reads the rows that are added.
        others = 2 ** math.ceil(math.log2(len(prompts))) - len(prompts)
        prompts, seeds = [*prompts, *others * [_NOBODY]], [*seeds, *others * [0]]
        block = max(1, min(BLOCK, NUMBERS // (len(prompts) * self.tokenizer.vocabulary_size)))
        write = self._writing(block, sampling.greedy, sampling.top_k, sampling.top_p)
        seeds, temperature = tf.constant(seeds), tf.constant(sampling.temperature, tf.float32)
        last, state = self._after(prompts)
        for start in itertools.count(0, block):
            tokens, gains, state = write(last, state, tf.constant(start), seeds, temperature)
            yield tokens.numpy(), gains.numpy()
            last = tokens[:, -1]

    def _after(self, prompts: Sequence[Prompt]) -> tuple[tf.Tensor, list]:
        """Reads prompts; returns the last token of each, which the next step reads, and the state before it."""
        rows = [np.append(np.int32(self.tokenizer.begin_id), prompt.ids) for prompt in prompts]
        tokens, state = padded([row[:-1] for row in rows]), self.model.initial_state(len(rows))
        for start in range(0, tokens.shape[1], WINDOW):
            state = self._read(tokens[:, start : start + WINDOW], state)
        return tf.constant([row[-1] for row in rows], tf.int32), state

    def _next_probabilities(self, prompt: Prompt) -> np.ndarray:
        with backend("graph"):
            logits = self.model.step(*self._after([prompt]))[0]
        return tf.nn.softmax(logits[0]).numpy()

    def _nats(self, texts: Sequence[Prompt]) -> np.ndarray:
        nats = np.zeros(len(texts))
        for rows in by_length([len(text.ids) for text in texts], ROWS):
            nats[rows] = self._nats_of_rows([texts[row].ids for row in rows])
        return nats

    def _nats_of_rows(self, ids: list[np.ndarray]) -> np.ndarray:
        targets, nats = padded(ids), np.zeros(len(ids))
        tokens = np.insert(targets[:, :-1], 0, self.tokenizer.begin_id, axis=1) if targets.size else targets
        window = max(1, min(WINDOW, NUMBERS // (len(ids) * self.tokenizer.vocabulary_size)))
        state = self.model.initial_state(len(ids))
        for start in range(0, targets.shape[1], window):
            here = slice(start, start + window)
            part, state = self._score(tokens[:, here], targets[:, here], state)
            nats += part.numpy()
        return nats

    def _writing_function(self, block: int, greedy: bool, top_k: int | None, top_p: float | None) -> Callable:
        never, end_id = self.tokenizer.ids_without_text(self.ends), self.tokenizer.end_id if self.ends else -1
        return writing_function(self.model, block, greedy, top_k, top_p, never=never, end_id=end_id)
