"""Text classification: what train, evaluate, predict and export do for a recipe whose model gives one label to a text."""

import os
import resource
import textwrap
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from toolkit import __version__
from toolkit.data.corpus import Split, read_corpus, read_split
from toolkit.data.crop import crop
from toolkit.data.token_batches import TokenBatches
from toolkit.errors import UserError
from toolkit.evaluation.classification import ClassificationResult, evaluate_classifier
from toolkit.evaluation.plots import confusion_matrix, learning_curve
from toolkit.evaluation.prediction import predict_probabilities, probability_function
from toolkit.export.classifier import ExportReport, export_classifier
from toolkit.models import load_model
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder
from toolkit.serving.predictor import Predictor
from toolkit.tasks.labeled_texts import LabeledTexts
from toolkit.text.graph_tokenizer import GraphTokenizer, compare_tokenizers
from toolkit.text.tokenizer import Tokenizer
from toolkit.training.history import History
from toolkit.training.loop import fit
from toolkit.training.optimizers import build_optimizer
from toolkit.training.strategy import build_strategy, is_chief, losing_workers

COLUMNS = ("data_dir", "text_column", "label_column", "source_column")
SAMPLES = 200


class TextClassification:
    """The commands over one run of a classification recipe.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    def __init__(self, recipe: Recipe, settings: Any, run: RunFolder):
        self.recipe = recipe
        self.settings = settings
        self.run = run

    def train(self) -> ClassificationResult | None:
        """Trains to the end, from the start or from the last checkpoint, and measures the model on the test split.

        Returns:
            The result on the test split, which `metrics.json` holds too; `None` in the workers of a cluster that are not its chief.

        Raises:
            UserError: The settings, the data or the run folder are wrong, or the loss is not finite.
            WorkerLost: Another worker of the cluster is gone.
        """
        started = time.monotonic()
        strategy = build_strategy(self.settings.strategy)
        keras.utils.set_random_seed(self.settings.seed)
        with self.run.opening(self.recipe.name, self.settings), losing_workers(strategy):
            data: LabeledTexts = self.recipe.build_data(self.settings, self.run)
            train, validation = (self._batches(data, split, strategy.num_replicas_in_sync) for split in ("train", "validation"))
            with strategy.scope():
                model = self._build_model(data)
                optimizer = self._build_optimizer(total_steps=self.settings.epochs * train.steps(0))
        self._announce(data, model)
        prepared = time.monotonic()
        history = fit(
            model,
            optimizer=optimizer,
            loss=sparse_cross_entropy,
            train=train,
            validation=validation,
            epochs=self.settings.epochs,
            run_dir=self.run.path,
            monitor=self.settings.monitor,
            patience=self.settings.patience,
            strategy=strategy,
            checkpoint_seconds=self.settings.checkpoint_seconds,
        )
        if not is_chief(strategy):
            return None
        trained = time.monotonic()
        result = self._evaluate(model, data.tokenizer, data.corpus.splits["test"])
        # The history counts the training over all resumptions; this process has seen the rest.
        seconds = prepared - started + history.epochs[-1]["seconds"] + time.monotonic() - trained
        self._keep(model, data, history, result, seconds)
        return result

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

    def _build_model(self, data: LabeledTexts) -> keras.Model:
        try:
            return self.recipe.build_model(self.settings, data)
        except ValueError as error:  # of the layers, which name the argument; it is a setting here
            raise UserError(" ".join(str(error).split())) from error

    def _build_optimizer(self, total_steps: int) -> keras.optimizers.Optimizer:
        s = self.settings
        if s.warmup_steps is not None and s.warmup_steps >= total_steps:
            raise UserError(
                f"warmup_steps: expected less than the {total_steps} steps of {s.epochs} epochs, received {s.warmup_steps}; "
                "give a smaller --warmup-steps or more --epochs"
            )
        return build_optimizer(
            s.optimizer,
            s.learning_rate,
            schedule=s.schedule,
            warmup_steps=total_steps // 10 if s.warmup_steps is None else s.warmup_steps,
            total_steps=total_steps,
            clipnorm=s.clipnorm,
            global_clipnorm=s.global_clipnorm,
            weight_decay=s.weight_decay,
            momentum=s.momentum,
            ema_momentum=s.ema_momentum,
        )

    def _announce(self, data: LabeledTexts, model: keras.Model) -> None:
        print(f"data       {data.corpus.report}".replace("\n", "\n           "))
        print(f"tokenizer  {data.tokenizer.model_type}, {data.tokenizer.vocabulary_size:,} pieces")
        print(f"model      {model.count_params():,} parameters")
        print(f"run        {self.run.path} (if interrupted, the same command goes on)", flush=True)

    def _keep(self, model: keras.Model, data: LabeledTexts, history: History, result: ClassificationResult, seconds: float) -> None:
        """Writes the model, the plots and, last, the metrics that say that the run is finished."""
        with self.run.replacing(self.run.model) as temporary:
            model.save(temporary)
        texts = data.corpus.splits["test"].texts
        chosen = np.random.default_rng(0).permutation(len(texts))[:SAMPLES]
        self.run.write_json(self.run.samples, [texts[i] for i in chosen])
        agreement = compare_tokenizers(data.tokenizer, GraphTokenizer(data.tokenizer), texts)
        with self.run.replacing(self.run.plots / "learning_curve.png") as temporary:
            learning_curve(history.epochs, temporary)
        with self.run.replacing(self.run.plots / "confusion_matrix.png") as temporary:
            confusion_matrix(result.confusion, result.label_names, temporary)
        self.run.write_json(
            self.run.metrics,
            {
                "recipe": self.recipe.name,
                "parameters": model.count_params(),
                "history": history.epochs,
                "best_epoch": history.best["epoch"],
                "test": result.as_dict(),
                "graph_tokenizer": asdict(agreement),
                "minutes": round(seconds / 60, 2),
                "cores": os.cpu_count(),
                "peak_memory_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
                "versions": {"recurrent-toolkit": __version__, "tensorflow": tf.__version__, "keras": keras.__version__},
            },
        )

    def evaluate(self, data: str | None = None, **columns: str | None) -> ClassificationResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **columns: `data_dir`, `text_column`, `label_column` and `source_column`; those of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, the data cannot be read, or they have a label that the model does not know.
        """
        model, tokenizer = self.load()
        columns = {name: columns.get(name) or getattr(self.settings, name) for name in COLUMNS}
        if data is None:
            split = read_corpus(self.settings.data, **columns).splits["test"]
        else:
            split = read_split(data, label_names=model.label_names, **columns)
        return self._evaluate(model, tokenizer, split)

    def _evaluate(self, model: keras.Model, tokenizer: Tokenizer, split: Split) -> ClassificationResult:
        tokens = [crop(ids, self.settings.max_length) for ids in tokenizer.encode(split.texts)]
        probabilities = predict_probabilities(probability_function(model), tokens)
        return evaluate_classifier(probabilities, split.labels, model.label_names, split.sources, split.texts)

    def describe(self, metrics: dict[str, Any]) -> str:
        """Returns the few lines that say how good the finished run is, from its `metrics.json`."""
        agreement = metrics["graph_tokenizer"]
        return "\n".join(
            [
                f"test split, after {metrics['minutes']:.1f} minutes, epoch {metrics['best_epoch']} of {len(metrics['history'])}:",
                str(ClassificationResult.from_dict(metrics["test"])),
                f"tokenizer in the graph: {agreement['identical']:,} of {agreement['strings']:,} test texts identical, "
                f"{agreement['ties']} ties, {agreement['different']} different",
            ]
        )

    def show_predictions(self, number: int) -> list[tuple[str, str]]:
        """Returns a few held-out texts, cut for the terminal, each with its label and probability."""
        texts = self.run.read_json(self.run.samples)[:number]
        predictions = self.predictor().predict(texts)
        answers = [f"{label} {row.max():.0%}" for label, row in zip(predictions.labels, predictions.probabilities, strict=True)]
        return [(textwrap.shorten(text, 100, placeholder=" …"), answer) for text, answer in zip(texts, answers, strict=True)]

    def predictor(self) -> Predictor:
        """Returns what labels texts with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        model, tokenizer = self.load()
        return Predictor(model, tokenizer, model.label_names, self.settings.max_length)

    def export(self, directory: Path, name: str) -> ExportReport:
        """Writes the trained model as a SavedModel and as LiteRT files, checked against the model on texts of the test split.

        Args:
            directory: Folder of exported models; the export is `directory/name/VERSION`.
            name: Name of the model.

        Returns:
            What was written, how large it is and how well it agrees.

        Raises:
            UserError: The run is not finished, or the folder cannot be written.
        """
        model, tokenizer = self.load()
        samples = self.run.read_json(self.run.samples)
        return export_classifier(model, tokenizer, directory / name, samples=samples, max_length=self.settings.max_length)

    def load(self) -> tuple[keras.Model, Tokenizer]:
        """Returns the trained model and its tokenizer.

        Raises:
            UserError: The run is not finished.
        """
        self.run.read_metrics()
        return load_model(self.run.model), Tokenizer.load(self.run.tokenizer)


def sparse_cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns `-log softmax(logits)[label]` of each row, `[batch]`."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
