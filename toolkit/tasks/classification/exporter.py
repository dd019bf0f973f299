"""Exports a trained classifier as a SavedModel and as LiteRT files."""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import keras
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.arguments import check_integer
from toolkit.cells import FUSED, cell_of
from toolkit.errors import UserError
from toolkit.export.exporter import Exporter, LiteRTSignatures
from toolkit.export.warm_up import CLASSIFY_METHOD, classify_request
from toolkit.inference.runner import encoded
from toolkit.tasks.classification.functions import probability_function, scores_function
from toolkit.tasks.classification.graph import ClassifierModule
from toolkit.tasks.classification.probabilities import SERVED
from toolkit.tasks.classification.verification import ClassifierCheck, example
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.text.tokenizer import Tokenizer

FIXED_BATCHES, FIXED_LENGTH = (1, 32), 64


@dataclass(frozen=True)
class ClassifierExporter(Exporter):
    """Exports a classifier.

    The SavedModel labels raw strings: `label`, which is also `serving_default`; `classify` in TF Serving's form; `tokens_1x64` and
    `tokens_32x64` take token ids at fixed shapes, for XLA and TPU. The LiteRT files take token ids of one text.

    Attributes:
        model: Classifier from token ids to logits.
        tokenizer: Its tokenizer.
        max_length: Tokens kept of a text.
        label_names: Names of the labels, in the order of the logits; by default those that the model knows.
        fused_lstm: Whether there are LiteRT files with LiteRT's own LSTM operator, too.

    Raises:
        ValueError: `max_length` is below 1, or the model has other labels.
    """

    task = "classification"
    request = '{"instances": ["A film that stays with you."]}'
    limits = "It answers to any text with one of its labels, and often confidently, also to a text of another kind or language."
    probes = HARD_TEXTS
    methods: ClassVar = {"classify": CLASSIFY_METHOD}

    model: keras.Model
    tokenizer: Tokenizer
    max_length: int
    label_names: Sequence[str] | None = None
    fused_lstm: bool = False

    def __post_init__(self):
        """Checks the arguments."""
        check_integer("max_length", self.max_length, 1)
        known = getattr(self.model, "label_names", self.label_names)
        if self.label_names is None:
            object.__setattr__(self, "label_names", known)
        if list(self.label_names) != list(known):
            raise ValueError(f"Argument `label_names` must be those of the model, {known}. Received: {self.label_names}")

    def with_fused_lstm(self) -> "ClassifierExporter":
        """Returns an exporter that writes LiteRT files with the fused LSTM, too."""
        cell = getattr(self.model, "cell", None)
        if cell is None or FUSED not in cell_of(cell).exports:
            received = f"a {type(self.model).__name__}" if cell is None else f"one of cell {cell}"
            raise UserError(f"--fused-lstm: expected a toolkit.TextClassifier of LSTM layers, received {received}")
        return replace(self, fused_lstm=True)

    def summary(self) -> str:
        """Returns the labels."""
        return f" Labels: {', '.join(self.label_names)}."

    def description(self) -> dict[str, Any]:
        """Returns the label names, and how much of a text is read."""
        return {"task": self.task, "label_names": self.label_names, "max_length": self.max_length}

    def assets(self) -> dict[str, bytes]:
        """Returns the label names and the vocabulary."""
        pieces = self.tokenizer.pieces(range(self.tokenizer.vocabulary_size))
        return {
            "labels.json": json.dumps(self.label_names, ensure_ascii=False).encode(),
            "vocabulary.txt": "".join(f"{piece}\n" for piece in pieces).encode(),
        }

    @functools.cached_property
    def graph(self) -> tuple[ClassifierModule, dict[str, Any]]:
        """The graph from raw strings to labels, and its signatures."""
        module = ClassifierModule(self.model, self.tokenizer, self.max_length, self.label_names)
        scores = probability_function(self.model)
        fixed = {f"tokens_{batch}x{self._length}": scores_function(scores, batch, self._length) for batch in FIXED_BATCHES}
        return module, {"serving_default": module.label, "label": module.label, "classify": module.classify, **fixed}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        return {
            "input": "int32 [batch, time]: token ids, 0 after the end of a text; a text without tokens is a single 0",
            "output": "float32 [batch, labels]: probabilities",
            "pad_id": self.tokenizer.pad_id,
            "unknown_id": self.tokenizer.unk_id,
            "vocabulary_size": self.tokenizer.vocabulary_size,
            "crop": f"of a longer text, the first {self.max_length // 2} and the last {self.max_length - self.max_length // 2} ids",
            "tokenizer": "tokenizer.model (SentencePiece; it normalizes the text itself)",
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what labels texts."""
        labels = probability_function(self.model, "litert")
        fused = {SERVED: scores_function(probability_function(self.model, "fused"), 1, None)} if self.fused_lstm else {}
        return LiteRTSignatures({SERVED: scores_function(labels, None, None)}, {SERVED: scores_function(labels, 1, self._length)}, fused)

    def check(self, texts: Sequence[str], references: Sequence[str]) -> ClassifierCheck:
        """Returns what compares the artefacts with the model."""
        return ClassifierCheck(self.model, self.tokenizer, self.max_length, self.label_names, texts, references)

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns requests of one text and of many."""
        return [*super().warm_up(texts), classify_request("classify", [example(text) for text in encoded(texts)])]

    def settings(self) -> dict[str, Any]:
        """Returns what makes the artefacts besides the model and the tokenizer."""
        return {"max_length": self.max_length, "label_names": self.label_names}

    @property
    def _length(self) -> int:
        return min(FIXED_LENGTH, self.max_length)
