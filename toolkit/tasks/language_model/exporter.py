"""Exports a trained language model as a SavedModel and as LiteRT files."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.export.exporter import TOKENIZER, Exporter, LiteRTSignatures
from toolkit.export.warm_up import predict_request
from toolkit.inference.runner import encoded
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.language_model.graph import LanguageModule, named_start, step_function
from toolkit.tasks.language_model.signatures import signatures_of
from toolkit.tasks.language_model.verification import LanguageModelCheck, sampling
from toolkit.text.tokenizer import Tokenizer

FIXED_BATCHES = (1, 32)
PROMPTED = 20  # characters of a warm-up prompt


@dataclass(frozen=True)
class LanguageModelExporter(Exporter):
    """Exports a language model.

    The SavedModel scores raw strings by `score`, which is also `serving_default`, writes on by `generate`, and reads token by token by
    `step`; `step_1` and `step_32` do that at fixed shapes, for XLA and TPU. The LiteRT files have `step` and `generate`.

    Attributes:
        model: A `LanguageModel`.
        tokenizer: Its tokenizer.
        documents: Whether the model was trained on texts that have an end. Then the end of a text is scored, and ends what is written.

    Raises:
        ValueError: The tokenizer has no id that begins a sequence, or none that ends one and there are documents.
    """

    task = "language_model"
    request = '{"instances": ["The movie was"]}'
    limits = "It writes what looks probable, and knows nothing of what is true."
    probes = HARD_TEXTS
    joins_requests = False  # `generate` takes one temperature for all rows

    model: keras.Model
    tokenizer: Tokenizer
    documents: bool

    def __post_init__(self):
        """Checks the tokenizer."""
        if self.tokenizer.begin_id < 0:
            raise ValueError("Argument `tokenizer` must have an id that begins a sequence. Received: a tokenizer without one")
        if self.documents and self.tokenizer.end_id < 0:
            raise ValueError("Argument `tokenizer` must have an id that ends a document. Received: a tokenizer without one")

    def description(self) -> dict[str, Any]:
        """Returns the special ids, and what a state is."""
        tokenizer = self.tokenizer
        return {
            "task": self.task,
            "documents": self.documents,
            "vocabulary_size": tokenizer.vocabulary_size,
            "pad_id": tokenizer.pad_id,
            "unknown_id": tokenizer.unk_id,
            "begin_id": tokenizer.begin_id,
            "end_id": tokenizer.end_id if self.documents else None,
            "never_written": list(tokenizer.ids_without_text(self.documents)),
            "state": {name: {"shape": ["batch", part.shape[1]], "at_the_start": "zeros"} for name, part in named_start(self.model).items()},
        }

    def assets(self) -> dict[str, bytes]:
        """Returns the tokenizer."""
        return {TOKENIZER: self.tokenizer.model_proto}

    @functools.cached_property
    def graph(self) -> tuple[LanguageModule, dict[str, Any]]:
        """The graph that scores and writes, and its signatures."""
        module = LanguageModule(self.model, self.tokenizer, self.documents)
        fixed = {f"step_{batch}": step_function(self.model, batch=batch) for batch in FIXED_BATCHES}
        signatures = {"serving_default": module.score, "score": module.score, "step": module.step, "generate": module.generate}
        return module, signatures | fixed

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        return {
            "tokenizer": "tokenizer.model (SentencePiece; it normalizes the text itself)",
            "read": "begin_id, the ids of the text, then pad_id",
            "noise": "[most tokens, batch, numbers]: Gumbel noise, of which there are top_k numbers, or if that is 0, vocabulary_size; "
            "at temperature 0 it is not looked at, and zeros [most tokens, batch, 1] will do",
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what reads token by token, and what writes."""
        signatures = signatures_of(self.model, self.tokenizer, self.documents)
        return LiteRTSignatures(signatures, {"step": step_function(self.model, "litert", 1)})

    def check(self, texts: Sequence[str], references: Sequence[str]) -> LanguageModelCheck:
        """Returns what compares the artefacts with the model; a text is its own reference."""
        return LanguageModelCheck(self.model, self.tokenizer, self.documents, texts)

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns requests to score and to write."""
        options = {"max_tokens": np.array(8, "int32"), **sampling(temperature=1.0)}
        prompts = {"prompts": tf.constant(encoded([texts[0][:PROMPTED]])), "seeds": np.zeros(1, "int32")}
        return [*super().warm_up(texts), predict_request("generate", prompts | options)]

    def settings(self) -> dict[str, Any]:
        """Returns what makes the artefacts besides the model and the tokenizer."""
        return {"documents": self.documents}
