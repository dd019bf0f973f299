"""Translation: what train, evaluate, predict and export do for a recipe whose model turns a sentence into one of another language."""

import functools
import logging
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import keras

from toolkit.arguments import passing_on
from toolkit.data.parallel_texts.drawn_pairs import DrawnPairs
from toolkit.data.parallel_texts.pair_batches import PairBatches
from toolkit.data.parallel_texts.parallel_corpus import ParallelSplit, read_parallel_split
from toolkit.data.reading.reading import Reading
from toolkit.decoding.search import Search
from toolkit.evaluation.divergence import Trouble, of_perplexity
from toolkit.evaluation.measured import Measured
from toolkit.evaluation.plots import attention_heat_map, bleu_by_length
from toolkit.tasks.choice import Choice
from toolkit.tasks.distillation import Teachers
from toolkit.tasks.example_text import shortest
from toolkit.tasks.training_run import TrainingRun
from toolkit.tasks.translation.choices import choices
from toolkit.tasks.translation.distillation import distilled
from toolkit.tasks.translation.examples import measured_translations
from toolkit.tasks.translation.exporter import TranslatorExporter
from toolkit.tasks.translation.functions import translator_runner
from toolkit.tasks.translation.measures import TranslationResult, bleu_metric, evaluate_translations
from toolkit.tasks.translation.pair_likelihood import corpus_nats, pair_nats
from toolkit.tasks.translation.settings import ParallelTextSettings
from toolkit.tasks.translation.text_translator import TextTranslator
from toolkit.tasks.translation.text_translator import Translation as Translated
from toolkit.tasks.translation.texts import ParallelTexts, evenly_spaced, load_tokenizers
from toolkit.training.loop import Score
from toolkit.training.losses import SmoothedCrossEntropy, sparse_cross_entropy
from toolkit.training.projection import MANY_CLASSES, ProjectedObjective

_log = logging.getLogger(__name__)

LANGUAGES = ParallelTextSettings.languages
TRANSLATED_GREEDILY, TRANSLATED = 1.0, 3.0
"""How much longer it takes to translate a sentence than to train on it, greedily and by a beam search."""

CAPTIONS = {
    "bleu_by_length": "BLEU of short and of long sentences: where it falls to the right, long sentences are what the model cannot do",
    "attention": "Where the model looked in a source, the columns, for each token that it wrote, the rows",
}
SAMPLES = 200
HEAT_MAPS = 3
LONGEST_DRAWN = 40  # tokens; more would be too small to read


class Translation(TrainingRun):
    """The commands over one run of a translation recipe.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    result = TranslationResult
    model_has = ("encode", "step", "attention")
    plot_captions = CAPTIONS

    @property
    def subject_has(self) -> tuple[str, ...]:
        """Attributes of the subject that inspections may need: it attends, unless the settings say that it does not."""
        return ("explain",) if getattr(self.settings, "attention", None) == "none" else ("explain", "attend")

    def _distilled(self, data: ParallelTexts, teachers: Teachers) -> ParallelTexts:
        s = self.settings
        return distilled(data, teachers.models(), Search(beam_width=s.beam_width, length_penalty=s.length_penalty), s.max_length)

    def _choose(self, data: ParallelTexts) -> dict[str, Choice]:
        sizes = data.target_tokenizer.vocabulary_size, len(data.sources["train"]), len(data.corpus.splits["validation"].sources)
        return choices(self.settings, *sizes)

    def _multiplies_large_matrices(self, data: ParallelTexts) -> bool:
        return data.target_tokenizer.vocabulary_size >= MANY_CLASSES or super()._multiplies_large_matrices(data)

    def _batches(self, data: ParallelTexts, split: str, replicas: int) -> PairBatches | DrawnPairs:
        s = self.settings
        if split == "train" and s.subword_dropout:
            return data.drawn_batches(batch_size=s.batch_size, seed=s.seed, replicas=replicas, dropout=s.subword_dropout)
        most = s.validation_pairs if split == "validation" else None
        return data.batches(split, batch_size=s.batch_size, seed=s.seed, replicas=replicas, most=most)

    def _steps_of_scores(self, data: ParallelTexts) -> float:
        return TRANSLATED_GREEDILY * min(self.settings.validation_pairs, len(data.sources["validation"])) / self.settings.batch_size

    def _steps_of_test(self, data: ParallelTexts) -> float:
        return TRANSLATED * len(data.sources["test"]) / self.settings.batch_size

    def _objective(self, data: ParallelTexts) -> ProjectedObjective:
        with passing_on(smoothing="label_smoothing"):
            loss = SmoothedCrossEntropy(self.settings.label_smoothing)
        return ProjectedObjective({"loss": loss, "nats": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy})

    def _scores(self, data: ParallelTexts) -> dict[str, Score]:
        """Returns BLEU of greedy translations of the validation split, or of so many pairs of it as are wanted."""
        split = data.corpus.splits["validation"]
        rows = evenly_spaced(len(split.sources), self.settings.validation_pairs)
        sources, targets = ([texts[row] for row in rows] for texts in (split.sources, split.targets))
        greedy = functools.cache(lambda model: self._translator(model, Search(method="greedy")))  # its graph serves all epochs
        with passing_on(tokenize="bleu_tokenizer"):
            metric = bleu_metric(self.settings.bleu_tokenizer, self.settings.bleu_lowercase)

        def bleu(model: keras.Model) -> float:
            texts = [translation.text for translation in greedy(model).translate(sources)]
            return metric.corpus_score(texts, [targets]).score

        return {"bleu": bleu}

    def _translator(self, model: keras.Model, search: Search, copy_unknown: bool = False) -> TextTranslator:
        tokenizers = load_tokenizers(self.run)
        runner, aligns = translator_runner(model, tokenizers[1], search), getattr(model, "attention", "none") != "none"
        return TextTranslator(runner, *tokenizers, self.settings.max_length, aligns=aligns, copy_unknown=copy_unknown)

    def _describe_tokens(self, data: ParallelTexts) -> str:
        tokenizers = [data.source_tokenizer] if data.shares_vocabulary else [data.source_tokenizer, data.target_tokenizer]
        return ", ".join(f"{tokenizer.model_type} of {tokenizer.vocabulary_size:,} pieces" for tokenizer in tokenizers)

    def _test(self, model: keras.Model, data: ParallelTexts) -> tuple[TranslationResult, Callable[[], Measured]]:
        split = data.corpus.splits["test"]
        translations = self._translator(model, self.search).translate(split.sources)
        self._draw_attention(translations)
        nats, tokens = pair_nats(model, self._test_batches(data))
        result = self._compare(split, translations, (float(nats.sum()), int(tokens.sum())))
        s, texts = self.settings, [translation.text for translation in translations]
        options = {"tokenize": s.bleu_tokenizer, "lowercase": s.bleu_lowercase}
        return result, functools.partial(measured_translations, split, texts, result, nats, tokens, **options)

    def _test_batches(self, data: ParallelTexts) -> PairBatches:
        return data.batches("test", batch_size=self.settings.batch_size, seed=0, replicas=1)

    def _compare(
        self, split: ParallelSplit, translations: Sequence[Translated], nats: tuple[float | None, int | None] = (None, None)
    ) -> TranslationResult:
        s = self.settings
        texts = [translation.text for translation in translations]
        options = {"tokenize": s.bleu_tokenizer, "lowercase": s.bleu_lowercase}
        return evaluate_translations(split.sources, texts, split.targets, **options, nats=nats[0], tokens=nats[1])

    def _draw_attention(self, translations: Sequence[Translated]) -> None:
        """Draws where the first few translations of the test split looked."""
        drawn = [each for each in translations if 0 < len(each.hypotheses[0].tokens) <= LONGEST_DRAWN][:HEAT_MAPS]
        for number, translation in enumerate(drawn, start=1):
            best = translation.hypotheses[0]
            if best.alignment is not None:
                with self.run.replacing(self.run.plots / f"attention_{number}.png") as temporary:
                    attention_heat_map(translation.source_tokens, best.tokens, best.alignment, temporary)

    def _keep_results(self, model: keras.Model, data: ParallelTexts, result: TranslationResult) -> dict[str, Any]:
        split = data.corpus.splits["test"]
        self._keep_samples(SAMPLES, split.sources, split.targets)
        with self.run.replacing(self.run.plots / "bleu_by_length.png") as temporary:
            bleu_by_length(result.bleu_by_length, temporary)
        return {"languages": [data.corpus.source_language, data.corpus.target_language]}

    @property
    def search(self) -> Search:
        """How the run translates unless it is told otherwise."""
        s = self.settings
        return Search(beam_width=s.beam_width, length_penalty=s.length_penalty, coverage_penalty=s.coverage_penalty)

    def evaluate(self, data: str | None = None, **options: str | None) -> TranslationResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, or the data cannot be read.
        """
        model = self.load_model()
        if data is None:
            texts = self.read_data()
            split, nats = texts.corpus.splits["test"], corpus_nats(model, self._test_batches(texts))
        else:
            languages = self._chosen(LANGUAGES, options)
            split, nats = read_parallel_split(data, **languages, reading=Reading.of(self.settings, options)), (None, None)
            for note in split.notes:
                _log.warning("%s", note)
            self._warn_of_direction(data, split)
        return self._compare(split, self._translator(model, self.search).translate(split.sources), nats)

    def _warn_of_direction(self, data: str, split: ParallelSplit) -> None:
        """Warns of data that can be measured, but hardly are what was meant."""
        trained = self.run.read_metrics()["languages"]
        same = sum(source.strip() == target.strip() for source, target in zip(split.sources, split.targets, strict=True))
        if [*split.languages][::-1] == trained != [*split.languages]:
            _log.warning("%s: from %s to %s, but the model translates from %s to %s; are they swapped?", data, *split.languages, *trained)
        if same > len(split.sources) / 2:
            _log.warning("%s: %d of %d sentences are the same on both sides; is it one file twice?", data, same, len(split.sources))

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model predicts the references worse than a guess."""
        result = TranslationResult.from_dict(metrics["test"])
        _, target_tokenizer = load_tokenizers(self.run)
        return of_perplexity(result.perplexity, target_tokenizer.vocabulary_size)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out sentences, cut for the terminal, each with its translation below."""
        translations = self.predictor().translate(self.run.read_json(self.run.samples)[:number])
        return [
            f"{mark} {textwrap.shorten(text, 110, placeholder=' …')}"
            for each in translations
            for mark, text in ((" ", each.source), ("→", each.text))
        ]

    @property
    def example(self) -> str:
        """A short held-out sentence."""
        return shortest(self.run.read_json(self.run.samples))

    def predictor(self, search: Search | None = None, copy_unknown: bool = False) -> TextTranslator:
        """Returns what translates with the trained model.

        Args:
            search: How to decode; `None` for the way of the run's settings.
            copy_unknown: Whether to copy unknown words from the source.

        Raises:
            UserError: The run is not finished.
        """
        return self._translator(self.load_model(), search or self.search, copy_unknown)

    def exporter(self) -> TranslatorExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return TranslatorExporter(self.load_model(), *load_tokenizers(self.run), self.settings.max_length, self.search)
