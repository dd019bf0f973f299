"""Whether an exported tagger answers as the model does."""

from collections.abc import Callable, Sequence

import keras
import numpy as np

from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance, nudged_answers, spread
from toolkit.export.verification import LEAST_SAME, TIMED, Check, check_finite, difference_of, largest_difference, median_milliseconds
from toolkit.inference.functions import FunctionRunner
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.tagging.answers import SERVED, answers_of, padded_inputs
from toolkit.tasks.tagging.functions import all_function, chain_of, signature
from toolkit.tasks.tagging.vocabulary import Encoded, Vocabulary
from toolkit.tasks.tagging.words import words_of

BATCH = 16
TOKENS = "tokens"  # name of the signatures of fixed shapes, before their shapes

Answer = dict[str, np.ndarray]


class TaggerCheck(Check):
    """Compares the artefacts of a tagger with it: the score of the whole sequence of tags, and the probability of each of them.

    Args:
        model: A `Tagger`.
        texts: What to tag.
        references: The right tags of the first so many texts.
    """

    answers, measure = "tags", "accuracy"

    def __init__(self, model: keras.Model, texts: Sequence[str], references: Sequence[Sequence[str]]):
        self.model, self.texts, self.references = model, list(texts), list(references)
        self.numbers = {name: number for number, name in enumerate(model.tag_names)}
        chain = chain_of(model)
        self.chain = None if chain is None else [np.asarray(part, np.float64) for part in chain]
        self.words = [words_of(text) for text in texts]
        vocabulary = Vocabulary.of_model(model)
        self.encoded = [vocabulary.encode(words) for words in self.words]
        self.reference = FunctionRunner({SERVED: signature(model, all_function(model, "compiled"))})
        self.expected = self._asked(self.encoded)
        check_finite("the model", *(answer["logits"] for answer in self.expected))
        largest = max(np.abs(answer["logits"]).max(initial=0) for answer in self.expected)
        self.tolerance = Tolerance.of_model(model, size=largest)
        self.quality = self._accuracy(self.expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares all signatures of a SavedModel."""
        texts = encoded([" ".join(words) for words in self.words])
        found = [answer for start in range(0, len(texts), BATCH) for answer in self._named(runner, start, texts[start : start + BATCH])]
        self._check_repeated("SavedModel", self._named(runner, 0, texts[:BATCH]), found)
        for name, inputs in runner.signatures.items():
            if name.startswith(TOKENS):
                self._check_fixed(f"SavedModel, {name}", runner, name, inputs.inputs[TOKENS].shape[1])
        speed = median_milliseconds(lambda text: runner.run(SERVED, texts=[text]), texts[:TIMED])
        return self._agreement(self._compare("SavedModel", self.expected, found, self.encoded), found, speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file in single precision."""
        found, speed = self._of_litert("LiteRT", runner)
        return self._agreement(self._compare("LiteRT", self.expected, found, self.encoded), found, speed)

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares a LiteRT file whose weights are rounded; a hundredth of the tags may be other ones, besides those that are unsure."""
        found, speed = self._of_litert(name, runner)
        moved = nudged_answers(self.model, rounding, lambda: self._asked(self.encoded))
        wrong = 0
        for place, (answer, other) in enumerate(zip(self.expected, found, strict=True)):
            sure = np.all([each[place]["tags"] == answer["tags"] for each in moved], axis=0)
            wrong += int((sure & (other["tags"] != answer["tags"])).sum())
        words = sum(map(len, self.words))
        if wrong > (1 - LEAST_SAME) * words:
            raise UserError(
                f"{name}: expected the tags that the model is sure of for {LEAST_SAME:.0%} of the words, found {wrong} others of {words}"
            )
        expected = [_of_tags(answer, other["tags"]) for answer, other in zip(self.expected, found, strict=True)]
        difference = difference_of(name, np.concatenate(expected), np.concatenate([other["scores"] for other in found]))
        return self._agreement(difference, found, speed)

    def static(self, runner: Runner) -> Agreement:
        """Compares a LiteRT file of fixed shapes, on the first words of each text."""
        _, length = runner.signatures[SERVED].inputs[TOKENS].shape
        cut = [Encoded(*(part[:length] for part in each)) for each in self.encoded]
        expected, found = self._asked(cut), self._at(runner, cut, length, SERVED)
        inputs = [padded_inputs(runner, [each], length) for each in cut[:TIMED]]
        speed = median_milliseconds(lambda one: runner.run(SERVED, **one), inputs)
        difference = self._compare("LiteRT of fixed shapes", expected, found, cut)
        return self._agreement(difference, found, speed, expected)

    def _of_litert(self, name: str, runner: Runner) -> tuple[list[Answer], float]:
        found = answers_of(runner, self.encoded, singly=True)
        self._check_repeated(name, answers_of(runner, self.encoded[:3], singly=True), found)
        return found, median_milliseconds(lambda each: answers_of(runner, [each], singly=True), self.encoded[:TIMED])

    def _named(self, runner: Runner, first: int, texts: Sequence[bytes]) -> list[Answer]:
        """Returns the answers to texts from `first` on, whose words have to be those outside of the graph."""
        outputs = runner.run(SERVED, texts=texts)
        answers = []
        for words, found, tags, scores in zip(self.words[first:], *(outputs[name] for name in ("words", "tags", "scores")), strict=False):
            if [word.decode() for word in found if word] != words:
                raise UserError("SavedModel: expected the words between spaces, found others")
            numbers = np.array([self.numbers[tag.decode()] for tag in tags[: len(words)]], np.int32)
            answers.append({"tags": numbers, "scores": scores[: len(words)]})
        return answers

    def _at(self, runner: Runner, sentences: Sequence[Encoded], length: int, name: str) -> list[Answer]:
        outputs = [runner.run(name, **padded_inputs(runner, [each], length, name)) for each in sentences]
        return [
            {key: value[0, : len(each.tokens)] for key, value in answer.items()} for answer, each in zip(outputs, sentences, strict=True)
        ]

    def _check_fixed(self, place: str, runner: Runner, name: str, length: int) -> None:
        cut = [Encoded(*(part[:length] for part in each)) for each in self.encoded[:BATCH]]
        self._compare(place, self._asked(cut), self._at(runner, cut, length, name), cut)

    def _check_repeated(self, name: str, again: Sequence[Answer], found: Sequence[Answer]) -> None:
        if not all(np.array_equal(one[key], other[key]) for one, other in zip(again, found, strict=False) for key in ("tags", "scores")):
            raise UserError(f"{name}: expected the same tags and scores at every call, found others")

    def _asked(self, sentences: Sequence[Encoded]) -> list[Answer]:
        return answers_of(self.reference, sentences)

    def _compare(self, name: str, expected: Sequence[Answer], found: Sequence[Answer], sentences: Sequence[Encoded]) -> float:
        """Compares tags by the score of their sequence, and probabilities; returns the largest difference of one of these."""
        largest = 0.0
        for place, (answer, other) in enumerate(zip(expected, found, strict=True)):
            words = len(answer["tags"])
            if not words:
                continue
            probable, total = _of_tags(answer, other["tags"]), self.tolerance.total(words)
            unsure = self._unsure(answer, other["tags"], sentences[place])
            # A probability moves with the logits of all words, at most as far as with all of them together.
            allowed = 2 * words * self.tolerance.probability(probable)
            largest = max(largest, largest_difference(name, probable, other["scores"], allowed, unsure))
            lost = self._score(answer["logits"], answer["tags"]) - self._score(answer["logits"], other["tags"])
            if lost > 2 * total + words * float(np.max(unsure() if lost > 2 * total else 0)):
                raise UserError(f"{name}: expected the tags of the highest score, found others whose score is lower by {lost:.2g}")
        return largest

    def _unsure(self, answer: Answer, tags: np.ndarray, sentence: Encoded) -> Callable[[], np.ndarray]:
        def unsure() -> np.ndarray:
            moved = nudged_answers(self.model, self.tolerance.rounding, lambda: self._asked([sentence]))
            return spread([_of_tags(answer, tags)], [[_of_tags(each[0], tags)] for each in moved])[0]

        return unsure

    def _score(self, logits: np.ndarray, tags: np.ndarray) -> float:
        """Returns the score of a sequence of tags, exactly."""
        score = float(logits.astype(np.float64)[np.arange(len(tags)), tags].sum())
        if self.chain is not None:
            between, first, last = self.chain
            score += float(first[tags[0]] + between[tags[:-1], tags[1:]].sum() + last[tags[-1]])
        return score

    def _agreement(self, difference: float, found: Sequence[Answer], speed: float, cut: Sequence[Answer] | None = None) -> Agreement:
        tags, others = (np.concatenate([answer["tags"] for answer in answers]) for answers in (cut or self.expected, found))
        probabilities = np.concatenate([answer["probabilities"] for answer in cut or self.expected])
        places = np.flatnonzero(tags != others)
        gaps = np.abs(probabilities[places, tags[places]] - probabilities[places, others[places]])
        quality = None if cut else self._accuracy(found)
        return Agreement(difference, int((tags == others).sum()), len(tags), int((gaps <= 2 * difference).sum()), quality, speed)

    def _accuracy(self, answers: Sequence[Answer]) -> float | None:
        if not self.references:
            return None
        pairs = zip(answers, self.references, strict=False)
        return float(
            np.mean([self.numbers.get(tag) == number for answer, tags in pairs for tag, number in zip(tags, answer["tags"], strict=True)])
        )


def _of_tags(answer: Answer, tags: np.ndarray) -> np.ndarray:
    """Returns the probabilities of tags."""
    return answer["probabilities"][np.arange(len(tags)), tags]
