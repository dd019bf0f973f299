"""Tagging: what train, evaluate, predict and export do for a recipe whose model gives a tag to each word."""

import functools
import logging
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from toolkit.evaluation.divergence import LEAST_MISSED, Trouble
from toolkit.evaluation.measured import Measured
from toolkit.tasks.distillation import Teachers
from toolkit.tasks.example_text import shortest
from toolkit.tasks.tagging.answers import answers_of
from toolkit.tasks.tagging.batches import TaggedBatches
from toolkit.tasks.tagging.corpus import read_sentences, read_tagged
from toolkit.tasks.tagging.distillation import distilled
from toolkit.tasks.tagging.examples import measured_sentences
from toolkit.tasks.tagging.exporter import TaggerExporter
from toolkit.tasks.tagging.files import Form
from toolkit.tasks.tagging.functions import tagger_runner
from toolkit.tasks.tagging.measures import TaggingResult, evaluate_tags, kind_of_tags
from toolkit.tasks.tagging.objective import TaggingObjective
from toolkit.tasks.tagging.output import as_text
from toolkit.tasks.tagging.predictor import Predictor
from toolkit.tasks.tagging.sentence import Sentence
from toolkit.tasks.tagging.texts import TaggedSentences, form_of
from toolkit.tasks.tagging.vocabulary import UNKNOWN, Vocabulary
from toolkit.tasks.training_run import TrainingRun
from toolkit.training.loop import Score

SAMPLES = 100

_log = logging.getLogger(__name__)


class Tagging(TrainingRun):
    """The commands over one run of a tagging recipe.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    result = TaggingResult
    model_has = ("tag_names", "words", "characters", "word_length", "character_units", "chain")
    subject_has = ("explain", "read")

    def _distilled(self, data: TaggedSentences, teachers: Teachers) -> TaggedSentences:
        return distilled(data, teachers.models())

    def _batches(self, data: TaggedSentences, split: str, replicas: int) -> TaggedBatches:
        s = self.settings
        return data.batches(
            split,
            max_length=s.max_length,
            batch_size=s.batch_size,
            seed=s.seed,
            replicas=replicas,
            reads_characters=s.character_units > 0,
        )

    def _objective(self, data: TaggedSentences) -> TaggingObjective:
        return TaggingObjective()

    def _scores(self, data: TaggedSentences) -> dict[str, Score]:
        """Returns F1 of chunks or marks, or the accuracy, of the validation sentences as a whole, which batches may have cut."""
        return {"score": lambda model: _evaluate(model, data.corpus.splits["validation"]).score}

    def _describe_tokens(self, data: TaggedSentences) -> str:
        return f"words at white space; {len(data.vocabulary.words):,} words and {len(data.vocabulary.characters):,} characters are known"

    def _test(self, model: keras.Model, data: TaggedSentences) -> tuple[TaggingResult, Callable[[], Measured]]:
        sentences = data.corpus.splits["test"]
        predicted, known = _tagged(model, sentences)
        result = _compared(model, sentences, predicted, known)
        return result, functools.partial(measured_sentences, sentences, predicted, known, result.kind)

    def _keep_results(self, model: keras.Model, data: TaggedSentences, result: TaggingResult) -> dict[str, Any]:
        sentences = data.corpus.splits["test"]
        self._keep_samples(SAMPLES, [sentence.text for sentence in sentences], [list(sentence.tags) for sentence in sentences])
        return {}

    def evaluate(self, data: str | None = None, **options: str | None) -> TaggingResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, or the data cannot be read.
        """
        model, s = self.load_model(), self.settings
        form = Form(**{name: options.get(name) or value for name, value in vars(form_of(s)).items()})
        scheme = options.get("scheme") or s.scheme
        if data is None:
            return _evaluate(model, read_tagged(s.data, form, scheme, s.reviews).splits["test"])
        sentences, notes = read_sentences(data, form, scheme)
        for note in notes:
            _log.warning("%s", note)
        return _evaluate(model, sentences)

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model gives every word the same tag."""
        result = TaggingResult.from_dict(metrics["test"])
        missed = round((1 - result.accuracy) * result.words)
        if len(result.given) != 1 or not missed:
            return None
        [tag] = result.given
        text = f"the model gives all of the {result.words:,} held-out words the tag {tag!r}, and {missed:,} have another"
        return Trouble(text, diverged=False, certain=missed >= LEAST_MISSED)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out texts, each with what the model makes of it below."""
        predictor = self.predictor()
        texts = [textwrap.shorten(text, 200, placeholder="") or text[:200] for text in self.run.read_json(self.run.samples)[:number]]
        answers = predictor.predict(texts)
        return [line for answer in answers for line in (f"text    {answer.text}", f"tagged  {as_text(answer, predictor.kind)}", "")][:-1]

    @property
    def example(self) -> str:
        """A short held-out text."""
        return shortest(self.run.read_json(self.run.samples))

    def predictor(self) -> Predictor:
        """Returns what tags texts with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        model = self.load_model()
        return Predictor(tagger_runner(model), model.tag_names, Vocabulary.of_model(model))

    def exporter(self) -> TaggerExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return TaggerExporter(self.load_model())


def _evaluate(model: keras.Model, sentences: Sequence[Sentence]) -> TaggingResult:
    """Compares a model's tags with those of sentences, some of which it may not know."""
    return _compared(model, sentences, *_tagged(model, sentences))


def _tagged(model: keras.Model, sentences: Sequence[Sentence]) -> tuple[list[list[str]], list[np.ndarray]]:
    """Returns the tags of the words of sentences, and whether the model knows each word."""
    vocabulary = Vocabulary.of_model(model)
    encoded = [vocabulary.encode(sentence.words) for sentence in sentences]
    answers = answers_of(tagger_runner(model), encoded)
    return [[model.tag_names[number] for number in answer["tags"]] for answer in answers], [each.tokens != UNKNOWN for each in encoded]


def _compared(
    model: keras.Model, sentences: Sequence[Sentence], predicted: Sequence[Sequence[str]], known: Sequence[np.ndarray]
) -> TaggingResult:
    return evaluate_tags([sentence.tags for sentence in sentences], predicted, kind_of_tags(model.tag_names), known)
