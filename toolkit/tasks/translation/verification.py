"""Whether an exported translator answers as the model does."""

import dataclasses
import functools
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries
from toolkit.data.batching.token_lists import TOKENS_PER_BATCH, by_length, padded
from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.decoding.search import Search
from toolkit.errors import UserError
from toolkit.export.report import Agreement
from toolkit.export.tolerance import Tolerance
from toolkit.export.verification import (
    TIMED,
    Check,
    check_finite,
    ids_in_graph,
    median_milliseconds,
)
from toolkit.inference.functions import FunctionRunner
from toolkit.inference.runner import Runner, encoded
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.decoded_answers import Answer, agreement_of, answers_of, are_sound, compare, faults_of
from toolkit.tasks.translation.answers import in_batches, step_by_step, string_answers_of, translations_of
from toolkit.tasks.translation.graph import translation_function
from toolkit.tasks.translation.measures import bleu_metric
from toolkit.text.line_breaks import one_line
from toolkit.text.tokenizer import Tokenizer

FILLER = np.zeros(1, np.int32)
STEPPED = 4  # sentences that are decoded step by step from outside


class TranslatorCheck(Check):
    """Compares the artefacts of a translator with it.

    Args:
        model: The `Translator`.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target.
        max_length: Tokens read of a source, the end id among them.
        search: How the SavedModel decodes; LiteRT's signatures have the same options.
        texts: What to translate.
        references: Translations of the first so many texts.
    """

    answers, measure = "translations", "BLEU"

    def __init__(
        self,
        model: keras.Model,
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        max_length: int,
        search: Search,
        texts: Sequence[str],
        references: Sequence[str],
    ):
        self.model = model
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_length = max_length
        self.search = search
        self.texts = texts
        self.references = references
        self._known: dict[tuple[Search, bytes], Answer] = {}
        self._translation = functools.cache(self._translation_runner)
        self._given = functools.cache(self._given_runner)
        self.sources = self._as_read(source_tokenizer.encode(texts))
        expected = self._expected(search, self.sources)
        check_finite("the model", *(answer.score for answer in expected))
        self.tolerance = Tolerance.of_model(model, self._largest_logit(self.sources[:STEPPED], expected[:STEPPED]))
        self.quality = self._bleu(expected)

    def saved_model(self, runner: Runner) -> Agreement:
        """Compares the SavedModel's translations, scores, alignments and pieces with the model's."""
        sources, texts = self._as_read(ids_in_graph(self.source_tokenizer, self.texts)), encoded(self.texts)

        def strings_of(rows):
            return string_answers_of(runner.run("serving_default", texts=[texts[row] for row in rows]))

        found = translations_of(runner, "decode_tokens", sources)
        agreement = self._compare("SavedModel", self.search, sources, found)
        wanted = [self._as_strings(*row) for row in zip(found, self.texts, sources, strict=True)]
        compare("SavedModel, strings", wanted, in_batches(strings_of, sources), self.tolerance, exact=True)
        some = next(by_length([len(ids) for ids in sources]))
        compare("SavedModel, a second call", strings_of(some), strings_of(some), self.tolerance, exact=True)
        for name, signature in runner.signatures.items():
            if name.startswith("decode_tokens_"):
                self._check_fixed(runner, name, *signature.inputs["source"].shape, sources)
        speed = median_milliseconds(lambda row: strings_of([row]), range(len(texts))[:TIMED])
        return agreement._replace(quality=self._bleu(found), milliseconds=speed)

    def litert(self, runner: Runner) -> Agreement:
        """Compares the tokens, scores and alignments of LiteRT's signatures with the model's."""
        answers = {method: translations_of(runner, method, self.sources) for method in ("greedy", "beam")}
        greedy, beam = (self._compare(f"LiteRT, {method}", self._by(method), self.sources, found) for method, found in answers.items())
        self._litert_steps(runner, self.sources[:STEPPED])
        return Agreement(
            max(greedy.difference, beam.difference),
            greedy.same + beam.same,
            greedy.compared + beam.compared,
            greedy.ties + beam.ties,
            self._bleu(answers[self.search.method]),
            self._litert_speed(runner),
        )

    def rounded(self, runner: Runner, name: str, rounding: float) -> Agreement:
        """Compares the translations of a LiteRT file whose weights are rounded; they may differ as much as they do."""
        found, wanted = translations_of(runner, self.search.method, self.sources), self._expected(self.search, self.sources)
        check_finite(name, *(part for answer in found for part in (answer.score, answer.alignment)))
        first, second = (runner.run("greedy", source=padded(self.sources[:STEPPED]))["tokens"] for _ in range(2))
        if not np.array_equal(first, second):
            raise UserError(f"{name}: expected the same translations at every call, found others")
        return agreement_of(wanted, found)._replace(ties=0, quality=self._bleu(found), milliseconds=self._litert_speed(runner))

    def static(self, runner: Runner) -> Agreement:
        """Compares greedy translations by `encode` and `step` of fixed shapes."""
        _, length = runner.signatures["encode"].inputs["source"].shape
        sources = [ids[:length] for ids in self.sources[:STEPPED]]
        expected = self._expected(self._by("greedy"), sources)

        def stepped(row):
            return step_by_step(runner, padded([sources[row]], length), [expected[row].tokens], self.target_tokenizer.begin_id)

        found = [answer for row in range(len(sources)) for answer in stepped(row)]
        return self._compare("LiteRT of fixed shapes", self._by("greedy"), sources, found)

    def _check_fixed(self, runner: Runner, name: str, batch: int, length: int, sources: Sequence[np.ndarray]) -> None:
        """Compares a signature of one shape, on sources that fit into it."""
        fitting = [ids for ids in sources if len(ids) <= length][: max(batch, STEPPED)]
        found = []
        for start in range(0, len(fitting), batch):
            rows = fitting[start : start + batch]
            answers = runner.run(name, source=padded([*rows, *[FILLER] * (batch - len(rows))], length))
            found += answers_of(answers)[: len(rows)]
        self._compare(f"SavedModel, {name}", self.search, fitting, found)

    def _by(self, method: str) -> Search:
        return dataclasses.replace(self.search, method=method)

    def _litert_speed(self, runner: Runner) -> float:
        return median_milliseconds(lambda ids: runner.run(self.search.method, source=padded([ids])), self.sources[:TIMED])

    def _bleu(self, answers: Sequence[Answer]) -> float | None:
        if not self.references:
            return None
        ends = {0, self.target_tokenizer.end_id}
        texts = [one_line(self.target_tokenizer.decode([i for i in answer.tokens if i not in ends])) for answer in answers]
        return bleu_metric().corpus_score(texts[: len(self.references)], [list(self.references)]).score

    def _litert_steps(self, runner: Runner, sources: Sequence[np.ndarray]) -> None:
        source = padded(sources)
        greedy = answers_of(runner.run("greedy", source=source))
        compare("LiteRT, a second call", greedy, answers_of(runner.run("greedy", source=source)), self.tolerance, exact=True)
        token_lists = [answer.tokens for answer in greedy]
        stepped = step_by_step(runner, source, token_lists, self.target_tokenizer.begin_id)
        self._compare(
            "LiteRT, encode and step", self._by("greedy"), sources, stepped, self._answers_given(self._by("greedy"), sources, token_lists)
        )

    def _compare(
        self, name: str, search: Search, sources: Sequence[np.ndarray], found: Sequence[Answer], expected: Sequence[Answer] | None = None
    ) -> Agreement:
        """Compares translations with the model's; one that is another is as right where the model itself is unsure.

        Args:
            name: What is compared.
            search: How the model decodes.
            sources: What was translated.
            found: Answers of the artefact.
            expected: Those of the model, if they are not the ones that it finds.
        """
        expected = self._expected(search, sources) if expected is None else expected
        faults = faults_of(name, expected, found, self.tolerance, exact=True)
        rows = list(faults)
        parts = ([part[row] for row in rows] for part in (sources, expected, found))
        for row, is_sound in zip(rows, self._are_sound(search, *parts) if rows else (), strict=True):
            if not is_sound:
                raise UserError(f"{name}: {faults[row]}")
        return agreement_of(expected, found)

    def _are_sound(self, search: Search, sources: Sequence[np.ndarray], wanted: Sequence[Answer], found: Sequence[Answer]) -> list[bool]:
        token_lists = [answer.tokens for answer in found]
        given = functools.partial(self._answers_given, search, sources, token_lists)
        return are_sound(self.model, self.tolerance, wanted, found, given, lambda: self._translated(search, sources))

    def _largest_logit(self, sources: Sequence[np.ndarray], answers: Sequence[Answer]) -> float:
        read = padded([np.array([self.target_tokenizer.begin_id, *answer.tokens], np.int32) for answer in answers])
        with backend("graph"):  # compiles nothing
            return float(np.abs(self.model((padded(sources), read), training=False)).max())

    def _expected(self, search: Search, sources: Sequence[np.ndarray]) -> list[Answer]:
        """Returns the model's answers, each source being translated once."""
        keys = [(search, ids.tobytes()) for ids in sources]
        new = [ids for key, ids in zip(keys, sources, strict=True) if key not in self._known]
        if new:
            for ids, answer in zip(new, self._translated(search, new), strict=True):
                self._known[search, ids.tobytes()] = answer
        return [self._known[key] for key in keys]

    def _translated(self, search: Search, sources: Sequence[np.ndarray]) -> list[Answer]:
        """Translates with the model, in batches of a few shapes, as each is compiled."""
        plan = BatchPlan([len(ids) for ids in sources], length_boundaries(self.max_length), TOKENS_PER_BATCH, shuffle=False)
        answers: dict[int, Answer] = {}
        for indices, boundary in plan.epoch(0):
            source = padded([sources[index] if index >= 0 else FILLER for index in indices], boundary)
            answers.update(zip(indices.tolist(), answers_of(self._translation(search).run("decode_tokens", source=source)), strict=True))
        return [answers[index] for index in range(len(sources))]

    def _translation_runner(self, search: Search) -> Runner:
        ids = self.target_tokenizer.begin_id, self.target_tokenizer.end_id
        return FunctionRunner({"decode_tokens": translation_function(self.model, search, *ids, "compiled")})

    def _answers_given(self, search: Search, sources: Sequence[np.ndarray], token_lists: Sequence[Sequence[int]]) -> list[Answer]:
        """Returns the answers of the model that has to give these translations."""

        def answers_to(rows):
            targets = padded([np.array(token_lists[row], np.int32) for row in rows])
            return answers_of(self._given(search).run("given", source=padded([sources[row] for row in rows]), target=targets))

        return in_batches(answers_to, sources)

    def _given_runner(self, search: Search) -> Runner:
        begin_id, end_id = self.target_tokenizer.begin_id, self.target_tokenizer.end_id

        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32, name=name) for name in ("source", "target")], autograph=False)
        def given(source, target):
            lengths = tf.reduce_sum(tf.cast(tf.not_equal(target, 0), tf.int32), 1)
            with backend("graph"):  # compiles nothing
                decoded = search(self.model.step, self.model.encode(source), tf.shape(source)[0], lengths, begin_id, end_id, target)
            return {name: part[:, 0] for name, part in decoded._asdict().items()}

        return FunctionRunner({"given": given})

    def _as_read(self, token_lists: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [source_ids(ids, self.source_tokenizer.end_id, self.max_length) for ids in token_lists]

    def _as_strings(self, answer: Answer, text: str, source: np.ndarray) -> Answer:
        """Returns an answer in tokens as the strings that the SavedModel should give."""
        if not text.strip() or len(source) == 1:
            return Answer((), 0.0, np.zeros((0, len(source))), ("",))
        ids = [index for index in answer.tokens if index != self.target_tokenizer.end_id]
        written = one_line(self.target_tokenizer.decode(ids))
        strings = (written, *self.source_tokenizer.pieces(source))
        return Answer(tuple(self.target_tokenizer.pieces(ids)), answer.score, answer.alignment[: len(ids)], strings)
