"""Whether an exported language model answers as the model does."""

import functools
import unicodedata
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance, nudged_answers, spread, tolerance_of_sum
from toolkit.export.verification import (
    TIMED,
    Check,
    check_finite,
    ids_in_graph,
    largest_difference,
    median_milliseconds,
)
from toolkit.inference.log_probability import log_probability
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.language_model import graph
from toolkit.tasks.language_model.reading import FILLER, Reader, Rows, most_probable, size_of_logits
from toolkit.text.tokenizer import Tokenizer

COMPARED = 1000  # tokens of a text: what is wrong shows in them
STEPPED, STEPS = 16, 64  # texts that are read step by step from outside, and their tokens
PROMPTS, PROMPT_CHARACTERS, WRITTEN = 6, 40, 32  # texts that are begun, what is read of them, and the tokens written after each

Write = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]


def sampling(temperature: float, top_k: int = 0, top_p: float = 1.0) -> dict[str, np.ndarray]:
    """Returns options of sampling as inputs of a signature."""
    return {"temperature": np.array(temperature, "float32"), "top_k": np.array(top_k, "int32"), "top_p": np.array(top_p, "float32")}


class LanguageModelCheck(Check):
    """Compares the artefacts of a language model with it.

    Args:
        model: The `LanguageModel`.
        tokenizer: Its tokenizer.
        documents: Whether texts have an end.
        texts: What to score, and whose beginnings to continue.
    """

    answers, measure, timed = "next tokens", "nats per token", "token"

    def __init__(self, model: keras.Model, tokenizer: Tokenizer, documents: bool, texts: Sequence[str]):
        self.model = model
        self.tokenizer = tokenizer
        self.documents = documents
        self.texts = list(texts)
        self.prompts = ["", *(text[:PROMPT_CHARACTERS] for text in self.texts[:PROMPTS])]
        self._log_probabilities = Reader(model, graph.log_probability)
        self._gaps = Reader(model, self._below_the_best)
        self._read = [ids[: STEPS + 1] for ids in map(self._begun, tokenizer.encode(self.texts)) if len(ids) > 1][:STEPPED]
        self._expected = self._log_probabilities(self._read)
        check_finite("the model", *self._expected)
        largest = Reader(model, most_probable, size_of_logits)(self._read)
        self._best = [rows[:, 0] for rows in largest]
        self.tolerance = Tolerance.of_model(model, size=max(rows[:, 1].max() for rows in largest))
        self.quality = -float(np.concatenate(self._expected).mean())

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares the scores, the steps and the writing of a SavedModel with the model's."""
        prompts = ids_in_graph(self.tokenizer, self.prompts)

        def write(options) -> dict[str, np.ndarray]:
            asked = {"prompts": encoded(self.prompts), "seeds": np.arange(len(prompts), dtype="int32"), "max_tokens": WRITTEN}
            written = runner.run("generate", **asked, **options)
            self._check_strings(prompts, written)
            return written

        scores = self._check_scores(runner, [self._begun(ids) for ids in ids_in_graph(self.tokenizer, self.texts)])
        steps = self._check_steps("SavedModel, step", runner)
        ties, difference = self._check_writing("SavedModel, generate", write, prompts)
        for signature in sorted(runner.signatures):
            if signature.startswith("step_"):
                self._check_fixed(f"SavedModel, {signature}", runner, signature)
        return steps._replace(
            difference=max(scores, steps.difference, difference), ties=steps.ties + ties, milliseconds=self._speed(runner)
        )

    def litert(self, runner: Runner) -> Agreement:
        """Compares the steps and the writing of a LiteRT file with the model's."""
        prompts = self.tokenizer.encode(self.prompts)
        begun = padded([self._begun(ids) for ids in prompts])
        uniform = np.random.default_rng(0).uniform(1e-6, 1.0, (WRITTEN, len(begun), self._most_drawn))

        def write(options) -> dict[str, np.ndarray]:
            return runner.run("generate", tokens=begun, noise=-np.log(-np.log(uniform)).astype("float32"), **options)

        steps = self._check_steps("LiteRT, step", runner)
        ties, difference = self._check_writing("LiteRT, generate", write, prompts)
        return steps._replace(difference=max(steps.difference, difference), ties=steps.ties + ties, milliseconds=self._speed(runner))

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares the steps of a LiteRT file whose weights are rounded; it may differ as much as it does."""
        return self._agreement(*self._stepped(name, runner))._replace(milliseconds=self._speed(runner))

    def static(self, runner: Runner) -> Agreement:
        """Compares the steps of a LiteRT file of fixed shapes."""
        return self._check_fixed("LiteRT of fixed shapes", runner, "step")._replace(quality=None, milliseconds=self._speed(runner))

    def _check_fixed(self, name: str, runner: Runner, signature: str) -> Agreement:
        """Reads texts with a step of a fixed number of rows, the first two of them if there is one row."""
        [batch], scores, best = runner.signatures[signature].inputs["tokens"].shape, [], []
        for start in range(0, len(self._read) if batch > 1 else 2, batch):
            rows = self._read[start : start + batch]
            padded_rows = [*rows, *[FILLER] * (batch - len(rows))]
            some = _stepped(runner, signature, padded_rows, self._zeros(batch), len(rows))
            scores, best = scores + some[0], best + some[1]
        self._compare_read(name, scores)
        return self._agreement(scores, best)

    def _compare_read(self, name: str, scores: Sequence[np.ndarray]) -> None:
        """Compares the log-probabilities of as many of the texts that are read step by step as there are."""
        texts = len(scores)
        self._compare(name, lambda: self._log_probabilities(self._read[:texts]), scores, self._expected[:texts])

    def _compare(self, name: str, expect: Callable[[], Rows], found: Sequence[np.ndarray], expected: Rows | None = None) -> float:
        """Compares log-probabilities token by token.

        Args:
            name: What is compared.
            expect: Asks the model for them.
            found: Those of the artefact.
            expected: What `expect` returns, if it is known.
        """
        expected = expect() if expected is None else expected
        unsure = self._unsure(expect, expected)
        rows = zip(expected, found, strict=True)
        differences = [
            largest_difference(name, *both, self.tolerance.score, lambda row=row: unsure()[row]) for row, both in enumerate(rows)
        ]
        return max(differences, default=0.0)

    def _unsure(self, expect: Callable[[], Rows], expected: Rows) -> Callable[[], Rows]:
        """Returns what says how unsure the model is of its own numbers; it is asked only if there is need."""
        return functools.cache(lambda: spread(expected, nudged_answers(self.model, self.tolerance.rounding, expect)))

    def _check_scores(self, runner: Runner, sequences: Sequence[np.ndarray]) -> float:
        texts, scores = encoded(self.texts), {}
        for rows in by_length([len(ids) for ids in sequences]):
            answer = runner.run("score", texts=[texts[row] for row in rows])
            for place, row in enumerate(rows):
                scores[row] = found = answer["log_probabilities"][place][: len(sequences[row]) - 1]
                if answer["tokens"][place] != len(found):
                    raise UserError("SavedModel, score: expected the model's number of tokens, found another one")
                check_sum("SavedModel, nats", -found, answer["nats"][place])
        begun = [ids[: COMPARED + 1] for ids in sequences]
        found = [scores[row][:COMPARED] for row in range(len(sequences))]
        return self._compare("SavedModel, score", lambda: self._log_probabilities(begun), found)

    def _check_steps(self, name: str, runner: Runner) -> Agreement:
        """Reads texts as a host would, token by token, from a state of zeros."""
        scores, best = self._stepped(name, runner)
        self._compare_read(name, scores)
        return self._agreement(scores, best)

    def _stepped(self, name: str, runner: Runner) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Reads the texts twice: a runtime that keeps something of what it read before answers right only once."""
        (scores, best), (again, _) = (_stepped(runner, "step", self._read, self._zeros(len(self._read)), len(self._read)) for _ in range(2))
        check_finite(name, *scores)
        if not all(map(np.array_equal, scores, again)):
            raise UserError(f"{name}: expected the same scores at every call, found others")
        return scores, best

    def _agreement(self, scores: Sequence[np.ndarray], best: Sequence[np.ndarray]) -> Agreement:
        """Compares the log-probabilities, and the most probable tokens, of as many texts as there are."""
        texts = len(scores)
        found, expected = np.concatenate(scores), np.concatenate(self._expected[:texts])
        same = int((np.concatenate(best) == np.concatenate(self._best[:texts])).sum())
        return Agreement(float(np.abs(found - expected).max()), same, len(found), quality=-float(found.mean()))

    def _speed(self, runner: Runner) -> float:
        """Returns the time of a step with one text."""
        tokens, state = np.array([self.tokenizer.begin_id], "int32"), self._zeros(1)
        return median_milliseconds(lambda _: runner.run("step", tokens=tokens, **state), range(TIMED))

    def _zeros(self, batch: int) -> dict[str, np.ndarray]:
        return {name: np.zeros((batch, part.shape[1]), "float32") for name, part in graph.named_start(self.model).items()}

    def _check_writing(self, name: str, write: Write, prompts: Sequence[np.ndarray]) -> tuple[int, float]:
        """Greedy writing must take the model's most probable tokens, and any writing must have the scores that the model gives it."""
        best, few = sampling(temperature=0), sampling(temperature=1.2, top_k=self._most_drawn, top_p=0.9)
        greedy, drawn = write(best), write(few)
        for options, same in ((best, greedy), (sampling(temperature=1, top_k=1), greedy), (few, drawn)):
            if not np.array_equal(write(options)["tokens"], same["tokens"]):
                raise UserError(f"{name}: expected the same tokens at every call, found others")
        ties = self._check_greedy(name, prompts, greedy)
        return ties, max(self._difference_of_written(name, prompts, written) for written in (greedy, drawn))

    def _check_greedy(self, name: str, prompts: Sequence[np.ndarray], greedy: dict[str, np.ndarray]) -> int:
        """Returns the number of texts in which another token was taken that is as probable."""

        def expect():
            return self._of_written(self._gaps, prompts, greedy)

        gaps = expect()
        unsure, surely = self._unsure(expect, gaps), 2 * self.tolerance.score  # a gap is between two logits
        for row, gap in enumerate(gaps):
            if not (np.abs(gap) <= surely).all() and not (np.abs(gap) <= surely + unsure()[row]).all():
                raise UserError(f"{name}: expected the model's most probable tokens, found others")
        return sum(bool(gap.any()) for gap in gaps)

    def _difference_of_written(self, name: str, prompts: Sequence[np.ndarray], written: dict[str, np.ndarray]) -> float:
        found = [row[:length] for row, length in zip(written["log_probabilities"], written["lengths"], strict=True)]
        difference = self._compare(name, lambda: self._of_written(self._log_probabilities, prompts, written), found)
        for row, score in zip(found, written["scores"], strict=True):
            check_sum(name, row, score)
        return difference

    def _check_strings(self, prompts: Sequence[np.ndarray], written: dict[str, np.ndarray]) -> None:
        parts = zip(self.prompts, prompts, written["tokens"], written["lengths"], written["texts"], strict=True)
        for prompt, ids, tokens, length, text in parts:
            if text.decode() != continuation(self.tokenizer, prompt, ids, tokens[:length]):
                raise UserError("SavedModel, generate: expected the tokenizer's texts, found others")

    def _of_written(self, read: Callable, prompts: Sequence[np.ndarray], written: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Returns a measure of each token that was written."""
        parts = zip(prompts, written["tokens"], written["lengths"], strict=True)
        values = read([np.concatenate([self._begun(ids), tokens[:length]]) for ids, tokens, length in parts])
        return [row[len(ids) :] for row, ids in zip(values, prompts, strict=True)]

    def _below_the_best(self, tokens: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Returns by how much the logit of each token is below the highest of those that may be written."""
        forbidden = tf.reduce_any(
            tf.equal(tf.range(self.model.vocabulary_size)[:, None], self.tokenizer.ids_without_text(self.documents)), 1
        )
        best = tf.reduce_max(tf.where(forbidden, float("-inf"), logits), 1)
        return best - tf.gather(logits, tokens, batch_dims=1)

    @property
    def _most_drawn(self) -> int:
        return min(20, self.model.vocabulary_size)

    def _begun(self, ids: np.ndarray) -> np.ndarray:
        return np.concatenate([[self.tokenizer.begin_id], ids]).astype("int32")


def _stepped(
    runner: Runner, signature: str, sequences: Sequence[np.ndarray], state: dict[str, np.ndarray], rows: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Returns the log-probability of each token but the first of the first so many sequences, and the most probable token in its place."""
    tokens, scores, best = padded(sequences), [], []
    for read, predicted in zip(tokens.T[:-1], tokens.T[1:], strict=True):
        state = runner.run(signature, tokens=read, **state)
        logits = state.pop("logits")
        scores.append(log_probability(logits, predicted))
        best.append(logits.argmax(1))
    lengths = [len(ids) - 1 for ids in sequences[:rows]]
    return tuple([row[:n] for row, n in zip(np.stack(part, 1), lengths, strict=False)] for part in (scores, best))


def continuation(tokenizer: Tokenizer, prompt: str, ids: Sequence[int], tokens: Sequence[int]) -> str:
    """Returns the text that tokens add to a prompt, as it is to be appended to it.

    Args:
        tokenizer: What the tokens are of.
        prompt: The prompt.
        ids: Its tokens. If they do not keep the space that it ends in, the text does not begin with one either.
        tokens: Those that follow. Bytes at their end that are no character yet are left out.
    """
    begun = tokenizer.decode(ids)
    text = tokenizer.decode([*ids, *tokens])[len(begun) :]
    if _ends_in_space(prompt) and not _ends_in_space(begun):
        text = text.lstrip(" ")
    return text.rstrip("\ufffd")


def _ends_in_space(text: str) -> bool:
    """Whether the graph's `ENDS_IN_SPACE` matches."""
    return text[-1:] in {*"\t\n\f\r "} or unicodedata.category(text[-1:] or "a").startswith("Z")


def check_sum(name: str, parts: np.ndarray, received: float) -> None:
    """Checks that a sum is that of its parts, in the precision that it was made in.

    A network that nothing bounds may overflow after thousands of tokens; then the sum has to say so.

    Args:
        name: What messages call it.
        parts: float32 `[n]`.
        received: Their sum.

    Raises:
        UserError: It is not.
    """
    if not np.isfinite(parts).all() and not np.isfinite(received):
        return
    difference, allowed = abs(parts.sum(dtype=np.float64) - received), tolerance_of_sum(parts)
    if not difference <= allowed:  # nor is NaN
        expected = f"the sum of the {len(parts)} log-probabilities to within {allowed:.1g}"
        raise UserError(f"{name}: expected {expected}, found a difference of {difference:.2g}")
