"""Text that a language model writes, and how probable it finds given text."""

import logging
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.arguments import InvalidArgument, check_integer
from toolkit.errors import UserError
from toolkit.evaluation.likelihood import Likelihood
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.language_model.text_writer import TextWriter
from toolkit.tasks.language_model.token_model import ROWS, Prompt, TokenModel
from toolkit.text.tokenizer import Tokenizer
from toolkit.text.unknown_words import unknown_parts

_log = logging.getLogger(__name__)

SHOWN = 20  # unknown characters or words that a message names
DEFAULT_SAMPLING = Sampling()


class Generated(NamedTuple):
    """A text that a model has written.

    Attributes:
        text: What follows the prompt.
        tokens: Its pieces, to the one with which a stop string came, without the one that ends it.
        log_probabilities: The logarithm of the model's probability of each piece, at temperature 1 and with no token excluded.
        score: Their sum, with that of the end if the text has ended.
        reason: Why there is no more: `"end"`, `"stop"` or `"length"`.
    """

    text: str
    tokens: list[str]
    log_probabilities: list[float]
    score: float
    reason: str


class TextGenerator:
    """Writes and scores texts with a language model, wherever it runs.

    The prompt is read with the begin id before it, then each token is drawn from the model's distribution, and the drawn token is what the
    model reads next. Padding and the begin id are never drawn; the unknown token neither, as it stands for no text; the end id ends a text.

    The text that follows a prompt depends on the prompt and the seed, not on what is written beside it, up to the rounding of sums. Each
    prompt draws noise of its own, see `Sampling.for_prompt`. A SavedModel writes a text by one call, so a stream of it comes in one piece.
    A LiteRT file draws with NumPy's noise: a seed gives the same text each time, but not the text that it gives elsewhere.

    Args:
        runner: What runs the model: a `LanguageModelRunner`, or the runner of a SavedModel or of a LiteRT file.
        tokenizer: The tokenizer.
        ends: Whether the model was trained on ends of texts. If not, the end id is not drawn.

    Attributes:
        explainer: What explains next tokens, a `NextTokenExplainer`; `None` where nobody asks.

    Raises:
        ValueError: The tokenizer has no begin id.
    """

    explainer: Any = None

    def __init__(self, runner: Runner, tokenizer: Tokenizer, ends: bool = True):
        if tokenizer.begin_id < 0:
            raise ValueError("Argument `tokenizer` must have an id that begins a text. Received: a tokenizer without one")
        self.runner = runner
        self.tokenizer = tokenizer
        self._model = TokenModel(runner, tokenizer, ends and tokenizer.end_id >= 0)
        # A tokenizer of characters has all those of the training texts, so the model has never read its unknown token.
        self.knows_unknown = tokenizer.model_type != "char"

    def generate(
        self,
        prompts: Sequence[str],
        *,
        samples: int = 1,
        max_tokens: int = 200,
        sampling: Sampling = DEFAULT_SAMPLING,
        stop: Sequence[str] = (),
    ) -> list[list[Generated]]:
        """Writes texts that follow prompts.

        Args:
            prompts: Any number of them; one may be empty.
            samples: Texts for each prompt. The second is what the next seed gives, and so on.
            max_tokens: Most tokens of a text.
            sampling: How to choose them.
            stop: Strings that end a text and are no part of it.

        Returns:
            For each prompt its samples.

        Raises:
            UserError: A prompt has characters that the model was never trained on.
            ValueError: An argument is out of range.
        """
        check_integer("samples", samples, 1)
        self._check(max_tokens, sampling, stop)
        begun = [(prompt, sampling.for_prompt(prompt.text)) for prompt in self._encoded(prompts)]
        rows = [(prompt, own.following(sample).seed) for prompt, own in begun for sample in range(samples)]
        texts = [_Text(self.tokenizer, prompt, max_tokens, stop) for prompt, _ in rows]
        for start in range(0, len(rows), ROWS):
            for _ in self._written(texts[start : start + ROWS], *zip(*rows[start : start + ROWS], strict=True), max_tokens, sampling):
                pass
        written = [text.generated() for text in texts]
        return [written[start : start + samples] for start in range(0, len(written), samples)]

    def stream(
        self, prompt: str, *, max_tokens: int = 200, sampling: Sampling = DEFAULT_SAMPLING, stop: Sequence[str] = ()
    ) -> Iterator[str]:
        """Writes the text that follows a prompt, as `generate` does, and gives it while it is written.

        Args:
            prompt: The prompt; it may be empty.
            max_tokens: Most tokens of the text.
            sampling: How to choose them.
            stop: Strings that end the text and are no part of it.

        Returns:
            Pieces of the text, of whole characters; none is empty.

        Raises:
            UserError: The prompt has characters that the model was never trained on.
            ValueError: An argument is out of range.
        """
        self._check(max_tokens, sampling, stop)
        [begun] = self._encoded([prompt])
        text, seed = _Text(self.tokenizer, begun, max_tokens, stop), sampling.for_prompt(prompt).seed
        return (piece for [piece] in self._written([text], [begun], [seed], max_tokens, sampling) if piece)

    def next_tokens(self, prompt: str, count: int = 10) -> list[tuple[str, float]]:
        """Returns what the model expects to follow a prompt.

        Args:
            prompt: The prompt; it may be empty.
            count: Number of tokens.

        Returns:
            The most probable tokens, as they stand in the vocabulary, and their probabilities in the model's own distribution.

        Raises:
            UserError: The prompt has characters that the model was never trained on.
            ValueError: `count` is not from 1 to the size of the vocabulary.
        """
        check_integer("count", count, 1, self.tokenizer.vocabulary_size)
        [begun] = self._encoded([prompt])
        probabilities = self._model.next_probabilities(begun)
        best = np.argsort(-probabilities, kind="stable")[:count]
        return list(zip(self.tokenizer.pieces(best), probabilities[best].tolist(), strict=True))

    def score(self, texts: Sequence[str]) -> list[Likelihood]:
        """Returns how probable texts are, each with nothing before it and whatever after it.

            -log p(t_1 .. t_n) = -Σ_i log p(t_i | begin, t_1 .. t_{i-1})

        Args:
            texts: Any number of texts; an empty one has no tokens and 0 nats.

        Returns:
            One value for each text. A text with characters that the model was never trained on has infinite nats, with a warning.
        """
        ids = self.tokenizer.encode(texts)
        nats = self._model.nats([Prompt(text, row) for text, row in zip(texts, ids, strict=True)])
        for index, text in enumerate(texts):
            if self.tokenizer.unk_id in ids[index] and self._warns_of_unknown(text):
                nats[index] = math.inf
        sizes = [(len(text), len(text.encode("utf-8", "surrogatepass"))) for text in texts]
        return [Likelihood(float(nats[i]), len(ids[i]), *sizes[i]) for i in range(len(texts))]

    def check_prompts(self, prompts: Sequence[str]) -> None:
        """Refuses prompts with characters that the model was never trained on.

        Raises:
            UserError: There is one.
        """
        for prompt, ids in zip(prompts, self.tokenizer.encode(prompts), strict=True):
            if self.tokenizer.unk_id in ids and not self.knows_unknown:
                unknown = _listed(unknown_parts(self.tokenizer, prompt))
                raise UserError(f"the prompt {_shortened(prompt)} has characters that the model was never trained on: {unknown}")

    def _check(self, max_tokens: int, sampling: Sampling, stop: Sequence[str]) -> None:
        check_integer("max_tokens", max_tokens, 1)
        if isinstance(stop, str) or not all(stop):
            raise InvalidArgument("stop", "a sequence of strings that are not empty", stop)
        if sampling.top_k is not None:
            check_integer("top_k", sampling.top_k, 1, self.tokenizer.vocabulary_size)

    def _encoded(self, prompts: Sequence[str]) -> list[Prompt]:
        self.check_prompts(prompts)
        encoded = [Prompt(*pair) for pair in zip(prompts, self.tokenizer.encode(prompts), strict=True)]
        for prompt in encoded:
            if self.tokenizer.unk_id in prompt.ids:
                self._warns_of_unknown(prompt.text)
        return encoded

    def _warns_of_unknown(self, text: str) -> bool:
        """Warns of what is not in the vocabulary; returns whether the model cannot know it."""
        what = "read as the unknown token" if self.knows_unknown else "the model was never trained on it"
        _log.warning("%s: not in the vocabulary, %s: %s", _shortened(text), what, _listed(unknown_parts(self.tokenizer, text)))
        return not self.knows_unknown

    def _written(
        self, texts: "Sequence[_Text]", prompts: Sequence[Prompt], seeds: Sequence[int], max_tokens: int, sampling: Sampling
    ) -> Iterator[list[str]]:
        """Yields, until all texts have ended, what each has become longer by."""
        for tokens, gains in self._model.blocks(prompts, seeds, max_tokens, sampling):
            yield [text.read(*row) for text, *row in zip(texts, tokens, gains, strict=True)]
            if all(text.reason for text in texts):
                return


def open_text_generator(runner: Runner, folder: Path) -> TextGenerator:
    """Returns what writes and scores texts with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description and its tokenizer are.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "documents")
    return TextGenerator(runner, Tokenizer.load(folder / "tokenizer.model"), description["documents"])


class _Text:
    """A text while it is written.

    Attributes:
        reason: Why there is no more of it; `""` while it goes on.
    """

    def __init__(self, tokenizer: Tokenizer, prompt: Prompt, max_tokens: int, stop: Sequence[str]):
        self.reason = ""
        self._tokenizer = tokenizer
        self._writer = TextWriter(tokenizer, *prompt, stop)
        self._max_tokens = max_tokens
        self._tokens: list[int] = []
        self._gains: list[float] = []
        self._pieces: list[str] = []
        self._score = 0.0

    def read(self, tokens: np.ndarray, gains: np.ndarray) -> str:
        """Takes tokens and their log-probabilities, as many as the text still wants; returns what it has become longer by."""
        before = len(self._pieces)
        for token, gain in zip(tokens.tolist(), gains.tolist(), strict=True):
            if self.reason:
                break
            self._score += gain
            if token == self._tokenizer.end_id:
                self.reason = "end"
            else:
                self._append(token, gain)
            if self.reason:
                self._pieces.append(self._writer.finish())
        return "".join(self._pieces[before:])

    def _append(self, token: int, gain: float) -> None:
        self._tokens.append(token)
        self._gains.append(gain)
        self._pieces.append(self._writer.add(token))
        if self._writer.stopped:
            self.reason = "stop"
        elif len(self._tokens) == self._max_tokens:
            self.reason = "length"

    def generated(self) -> Generated:
        """Returns what was written."""
        return Generated("".join(self._pieces), self._tokenizer.pieces(self._tokens), self._gains, self._score, self.reason)


def _listed(parts: Sequence[str]) -> str:
    more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return ", ".join(map(repr, parts[:SHOWN])) + more


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
