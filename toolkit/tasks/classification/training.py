"""Text classification: what train, evaluate, predict and export do for a recipe whose model gives one label to a text."""

import functools
import logging
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import keras
import numpy as np

from toolkit.arguments import InvalidArgument, option
from toolkit.data.batching.crop import crop
from toolkit.data.labeled_texts.corpus import Split, read_corpus, read_split
from toolkit.data.labeled_texts.corpus_checks import rare_labels
from toolkit.data.labeled_texts.relabeling import relabeled
from toolkit.data.labeled_texts.token_batches import TokenBatches
from toolkit.data.reading.reading import Reading
from toolkit.data.splits.splitting import SPLITS
from toolkit.errors import UserError
from toolkit.evaluation.divergence import Trouble, of_confusion
from toolkit.evaluation.measured import Measured
from toolkit.evaluation.plots import confusion_matrix, reliability_diagram
from toolkit.layers.ngram_logits import NgramLogits
from toolkit.models import TextClassifier
from toolkit.models.contract import as_classifier
from toolkit.models.initialization import start_from_language_model
from toolkit.tasks.choice import Choice
from toolkit.tasks.classification.baseline import Baseline
from toolkit.tasks.classification.choices import buckets_for, choices, ngrams_for
from toolkit.tasks.classification.distillation import distilled
from toolkit.tasks.classification.examples import measured_texts
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.fusion import fit_fusion
from toolkit.tasks.classification.measures import ClassificationResult, evaluate_classifier, scores
from toolkit.tasks.classification.ngrams import fit_ngrams
from toolkit.tasks.classification.predictor import Predictor
from toolkit.tasks.classification.probabilities import logarithm, probabilities_of
from toolkit.tasks.classification.self_training import start_from_vectors, taught
from toolkit.tasks.classification.settings import LabeledTextSettings
from toolkit.tasks.classification.texts import LabeledTexts, load_language_model
from toolkit.tasks.distillation import Teachers
from toolkit.tasks.example_text import shortest
from toolkit.tasks.stage import header, stage
from toolkit.tasks.training_run import TrainingRun
from toolkit.text.graph_tokenizer import GraphTokenizer, compare_tokenizers, has_operators
from toolkit.text.tokenizer import Tokenizer
from toolkit.training.adversarial import AdversarialObjective
from toolkit.training.losses import accuracy, cross_entropy
from toolkit.training.objective import LogitsObjective, Objective

COLUMNS = LabeledTextSettings.columns
_log = logging.getLogger(__name__)
SAMPLES = 200
CAPTIONS = {
    "confusion_matrix": "How often each true label, a row, was given each label, a column; off the diagonal are mistakes",
    "reliability": "How often the model is right, by how sure it is: below the dashed line it promises too much, above it too little",
}


class TextClassification(TrainingRun):
    """The commands over one run of a classification recipe.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    plot_captions = CAPTIONS
    _linear: Sequence[np.ndarray] = ()
    _baseline: Baseline | None = None

    @property
    def subject_has(self) -> tuple[str, ...]:
        """Attributes of the subject that inspections may need: it attends if the settings say that it does."""
        return ("explain", "read", *(("attend",) if getattr(self.settings, "pooling", None) == "attention" else ()))

    @property
    def label_names(self) -> list[str]:
        """Names of the labels of the trained model, in the order of its logits.

        Raises:
            UserError: The run is not finished.
        """
        return self.run.read_metrics()["test"]["label_names"]

    def read_data(self) -> LabeledTexts:
        """Returns what the run trains on, with labels for the texts that have none.

        Raises:
            UserError: The data cannot be read, or have changed since the run was started.
        """
        data, s = super().read_data(), self.settings
        if s.unlabelled is None:
            return data
        buckets = buckets_for(s, sum(map(len, data.learned(s.max_length))), len(data.label_names))
        return taught(data, ngrams_for(s, data.tokenizer), buckets, s.class_weights)

    def _distilled(self, data: LabeledTexts, teachers: Teachers) -> LabeledTexts:
        for run in teachers.runs:
            known = run.read_metrics()["test"]["label_names"]
            if known != data.label_names:
                expected = f"expected runs with the labels {', '.join(data.label_names)}, received {run.path}, which has {', '.join(known)}"
                raise UserError(f"{option('distill_from')}: {expected}")
        return distilled(data, teachers.models(), self.settings.distill_share)

    def _checked(self, model: keras.Model, data: LabeledTexts) -> keras.Model:
        model = super()._checked(model, data)
        return model if isinstance(model, TextClassifier) else as_classifier(model, len(data.label_names))

    def _initialize(self, model: keras.Model, data: LabeledTexts) -> None:
        if self.settings.init_from:
            if not isinstance(model, TextClassifier):
                expected = f"none with a recipe that builds a {type(model).__name__}"
                raise InvalidArgument("init_from", expected, self.settings.init_from, "build a toolkit.TextClassifier to start from one")
            start_from_language_model(model, load_language_model(self.settings.init_from))
        elif isinstance(model, TextClassifier) and data.contexts is not None:
            start_from_vectors(model, data.contexts)
        if self.origin:
            self.origin.give_weights(model, keeps_output=data.label_names != self.origin.metrics["test"]["label_names"])

    def _batches(self, data: LabeledTexts, split: str, replicas: int) -> TokenBatches:
        s = self.settings
        return data.batches(
            split,
            max_length=s.max_length,
            tokens_per_batch=s.tokens_per_batch,
            seed=s.seed,
            replicas=replicas,
            class_weights=s.class_weights,
        )

    def _objective(self, data: LabeledTexts) -> Objective:
        objective = LogitsObjective({"loss": cross_entropy, "accuracy": accuracy})
        norm = self.settings.adversarial_norm
        return objective if norm is None else AdversarialObjective(objective, norm)

    def _describe_tokens(self, data: LabeledTexts) -> str:
        return f"{data.tokenizer.model_type}, {data.tokenizer.vocabulary_size:,} pieces"

    def _choose(self, data: LabeledTexts) -> dict[str, Choice]:
        s = self.settings
        return choices(s, data.tokenizer, data.learned(s.max_length), len(data.label_names))

    def _prepare(self, model: keras.Model, data: LabeledTexts) -> None:
        """Finds the linear model of n-grams, which the model gets in the end, and the baseline."""
        if _parts(model) and model.ngrams:
            self._linear = (data.teacher or self._fitted_ngrams(model, data)).get_weights()
        if self.settings.baseline:
            stage("fitting", "the baseline")
            self._baseline = Baseline.of(*(data.corpus.splits[name] for name in SPLITS), len(data.label_names))

    def _fitted_ngrams(self, model: TextClassifier, data: LabeledTexts) -> NgramLogits:
        stage("fitting", "the linear model of words and n-grams")
        layer = NgramLogits.from_config(model.get_layer("ngrams").get_config())
        layer.build((None, None))
        train, held_out = (data.labeled(split, self.settings.class_weights) for split in ("train", "validation"))
        fit_ngrams(layer, data.tokenizer.pieces(range(data.tokenizer.vocabulary_size)), train, held_out)
        return layer

    def _complete(self, model: keras.Model, data: LabeledTexts) -> None:
        """Gives the model what was prepared, and finds how far to trust each part."""
        parts = _parts(model)
        if not parts:
            return
        if model.ngrams:
            model.get_layer("ngrams").set_weights(self._linear)
        held_out = data.labeled("validation", self.settings.class_weights)
        answers = [_probabilities(part, held_out.tokens) for part in parts.values()]
        fit_fusion(model.get_layer("fusion"), [logarithm(each) for each in answers], held_out)

    def _test(self, model: keras.Model, data: LabeledTexts) -> tuple[ClassificationResult, Callable[[], Measured]]:
        split = data.corpus.splits["test"]
        result, probabilities = self._evaluate(model, data.tokenizer, split, data.label_names)
        return result, functools.partial(measured_texts, probabilities, split, data.label_names)

    def _keep_results(self, model: keras.Model, data: LabeledTexts, result: ClassificationResult) -> dict[str, Any]:
        split = data.corpus.splits["test"]
        self._keep_samples(SAMPLES, split.texts, [data.label_names[label] for label in split.labels])
        with self.run.replacing(self.run.plots / "confusion_matrix.png") as temporary:
            confusion_matrix(result.confusion, result.label_names, temporary)
        with self.run.replacing(self.run.plots / "reliability.png") as temporary:
            reliability_diagram(result.reliability, temporary)
        found = {}
        if self._baseline:
            found["baseline"] = self._baseline.as_dict()
        if has_operators():
            found["graph_tokenizer"] = asdict(compare_tokenizers(data.tokenizer, GraphTokenizer(data.tokenizer), split.texts))
        return found

    def evaluate(self, data: str | None = None, **options: str | None) -> ClassificationResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, the data cannot be read, or they have labels that the model does not know.
        """
        model, tokenizer = self.load()
        columns = self._chosen(COLUMNS, options)
        reading = Reading.of(self.settings, options)
        if data is None:
            split = relabeled(read_corpus(self.settings.data, **columns, reading=reading), self.label_names).splits["test"]
        else:
            split = read_split(data, label_names=self.label_names, **columns, reading=reading)
        for note in split.notes:
            _log.warning("%s", note)
        return self._evaluate(model, tokenizer, split, self.label_names)[0]

    def _evaluate(
        self, model: keras.Model, tokenizer: Tokenizer, split: Split, label_names: Sequence[str]
    ) -> tuple[ClassificationResult, np.ndarray]:
        """Measures a model; returns the result, and the probabilities `[texts, labels]` that it is of."""
        tokens = [crop(ids, self._most_tokens(model)) for ids in tokenizer.encode(split.texts)]
        probabilities = _probabilities(model, tokens)
        result = evaluate_classifier(probabilities, split.labels, label_names, split.sources, split.texts)
        parts = {name: scores(_probabilities(part, tokens), split.labels) for name, part in _parts(model).items()}
        return replace(result, parts=parts), probabilities

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model gives every text the same label."""
        return of_confusion(metrics["test"]["confusion"], metrics["test"]["label_names"])

    def describe(self, metrics: dict[str, Any]) -> str:
        """Returns the few lines that say how good the finished run is, from its `metrics.json`."""
        result = ClassificationResult.from_dict(metrics["test"])
        baseline = Baseline.from_dict(metrics["baseline"]) if "baseline" in metrics else None
        lines = [header(metrics), result.beside(baseline.rows if baseline else {})]
        if baseline and (verdict := baseline.verdict(result)):
            lines.append(verdict)
        lines += rare_labels(self.run.read_json(self.run.data_report)["splits"]["train"]["labels"])
        if agreement := metrics.get("graph_tokenizer"):  # without TensorFlow Text there is none
            lines.append(
                f"tokenizer in the graph: {agreement['identical']:,} of {agreement['strings']:,} test texts identical, "
                f"{agreement['ties']} ties, {agreement['different']} different"
            )
        return "\n".join(lines)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out texts, cut for the terminal, each behind its label and probability."""
        texts = self.run.read_json(self.run.samples)[:number]
        predictions = self.predictor().predict(texts)
        answers = [f"{label} {row.max():.0%}" for label, row in zip(predictions.labels, predictions.probabilities, strict=True)]
        return [f"{answer:<20} {textwrap.shorten(text, 100, placeholder=' …')}" for text, answer in zip(texts, answers, strict=True)]

    @property
    def example(self) -> str:
        """A short held-out text."""
        return shortest(self.run.read_json(self.run.samples))

    def predictor(self) -> Predictor:
        """Returns what labels texts with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        model, tokenizer = self.load()
        return Predictor(classifier_runner(model), self.label_names, tokenizer, self._most_tokens(model))

    def exporter(self) -> ClassifierExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        model, tokenizer = self.load()
        return ClassifierExporter(model, tokenizer, self._most_tokens(model), self.label_names)

    def _most_tokens(self, model: keras.Model) -> int:
        """Returns how many tokens of a text a model is given: more than its recurrent layers read, if it has a linear model."""
        return self.settings.most_tokens if getattr(model, "ngrams", 0) else self.settings.max_length

    def load(self) -> tuple[keras.Model, Tokenizer]:
        """Returns the trained model and its tokenizer.

        Raises:
            UserError: The run is not finished.
        """
        return self.load_model(), Tokenizer.load(self.run.tokenizer)


def _probabilities(model: keras.Model, tokens: Sequence[np.ndarray]) -> np.ndarray:
    return probabilities_of(classifier_runner(model), tokens)


def _parts(model: keras.Model) -> dict[str, keras.Model]:
    """Returns the parts of a model that are added up, by their names; any other Keras model has none."""
    return model.parts() if isinstance(model, TextClassifier) else {}
