"""Exports without strings, where TensorFlow Text is not installed."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.export.exporter import Exporter, LiteRTSignatures
from toolkit.export.verification import Check
from toolkit.export.warm_up import predict_request
from toolkit.inference.functions import concrete, signature_of
from toolkit.text.graph_tokenizer import has_operators
from toolkit.text.tokenizer import Tokenizer

SERVED = "serving_default"
STRINGS = "strings"
"""Among the settings of an exporter, whether its SavedModel takes strings; it does where that is not said."""
_WARMED = 16  # tokens of a warm-up request


def for_what_is_installed(exporter: Exporter) -> Exporter:
    """Returns an exporter that works here: itself, or one of token ids where its strings need TensorFlow Text and that is missing."""
    return exporter if has_operators() or not exporter.tokenizers() else TokenExporter(exporter)


class TokenExporter(Exporter):
    """Exports a model with a SavedModel that has the signatures of its LiteRT files, from token ids, and the tokenizers beside it.

    Args:
        exporter: What exports the model.
    """

    takes_strings = False
    joins_requests = False  # rows of requests are of several lengths
    remarks = ("the SavedModel takes token ids in place of strings, as it was exported without tensorflow-text",)

    def __init__(self, exporter: Exporter):
        self.exporter = exporter
        self.model = exporter.model
        self.task = exporter.task
        self.limits = exporter.limits
        self.probes = exporter.probes

    @property
    def request(self) -> str:
        """An example for the signature that a server asks first."""
        first = min(self.graph[1], key=lambda name: (name != SERVED, name))
        return f'{{"signature_name": "{first}", "instances": [[5, 6, 7]]}}'

    def with_fused_lstm(self) -> "TokenExporter":
        """Returns an exporter that writes LiteRT files with the fused LSTM, too."""
        return TokenExporter(self.exporter.with_fused_lstm())

    def summary(self) -> str:
        """Returns what the model's own exporter says."""
        return self.exporter.summary()

    def description(self) -> dict[str, Any]:
        """Returns what describes the LiteRT files, as the SavedModel takes the same."""
        return {**self.exporter.description(), **self.exporter.litert_description()}

    def tokenizers(self) -> dict[str, Tokenizer]:
        """Returns the tokenizers."""
        return self.exporter.tokenizers()

    def assets(self) -> dict[str, bytes]:
        """Returns the tokenizers, and what the SavedModel would have else."""
        return {**self.exporter.assets(), **{name: tokenizer.model_proto for name, tokenizer in self.tokenizers().items()}}

    @functools.cached_property
    def graph(self) -> tuple[tf.Module, dict[str, Any]]:
        """The signatures of the LiteRT files for any shape."""
        return tf.Module(), dict(self.exporter.litert_signatures().dynamic)

    def litert_description(self) -> dict[str, Any]:
        """Returns nothing more than `description`."""
        return {}

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns the signatures of the LiteRT files."""
        return self.exporter.litert_signatures()

    def check(self, texts: Sequence[str], references: Sequence[str]) -> Check:
        """Returns what compares the artefacts with the model."""
        return self.exporter.check(texts, references)

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns a request to each signature that takes token ids and nothing else."""
        tokenizer = next(iter(self.tokenizers().values()))
        ids = tokenizer.encode(["".join(texts[:1])])[0][:_WARMED]
        tokens = np.array([ids if len(ids) else [tokenizer.unk_id]], np.int32)
        inputs = {name: [*signature_of(concrete(function)).inputs] for name, function in self.graph[1].items()}
        return [predict_request(name, {names[0]: tf.constant(tokens)}) for name, names in inputs.items() if len(names) == 1]

    def settings(self) -> dict[str, Any]:
        """Returns what makes the artefacts besides the model and the tokenizers."""
        return {**self.exporter.settings(), STRINGS: False}
