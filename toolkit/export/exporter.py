"""What is exported: a trained model and all that makes it answer as it does."""

import abc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import keras
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.errors import UserError
from toolkit.export.verification import Check
from toolkit.export.warm_up import predict_request
from toolkit.inference.runner import encoded
from toolkit.text.tokenizer import Tokenizer

TOKENIZER = "tokenizer.model"


class LiteRTSignatures(NamedTuple):
    """The signatures of LiteRT files by name, traced with the time loops of LiteRT.

    Attributes:
        dynamic: For any shape.
        fixed: Of fixed shapes, for one text.
        fused: With LiteRT's own LSTM operator, for one unpadded text; none if no such files are wanted.
    """

    dynamic: Mapping[str, Any]
    fixed: Mapping[str, Any]
    fused: Mapping[str, Any] = {}


class Exporter(abc.ABC):
    """A trained model on its way out of Python. A subclass says what its artefacts are and how they are compared with the model.

    Attributes:
        model: The trained model.
        tokenizer: Its tokenizer, if it has one.
    """

    task: ClassVar[str]
    """The kind of task that the artefacts do, as they say it of themselves."""

    request: ClassVar[str]
    """An example of what a server is asked: the JSON of TensorFlow Serving's `:predict`."""

    limits: ClassVar[str]
    """What a model card says that the model cannot do."""

    probes: ClassVar[Sequence[Any]] = ()
    """What the artefacts are asked besides held-out samples: what is likely to go wrong."""

    joins_requests: ClassVar[bool] = True
    """Whether all inputs of all signatures have rows, so that a server can answer several requests at once."""

    takes_strings: ClassVar[bool] = True
    """Whether the SavedModel takes strings, with the tokenizers inside."""

    remarks: ClassVar[Sequence[str]] = ()
    """What reports say of artefacts that are not all that they might be."""

    methods: ClassVar[Mapping[str, str]] = {}
    """The method of each signature that is for another of TF Serving's APIs than Predict."""

    model: keras.Model
    tokenizer: Tokenizer

    def with_fused_lstm(self) -> "Exporter":
        """Returns an exporter that writes LiteRT files with LiteRT's own LSTM operator, too.

        Raises:
            UserError: The model has none that could be fused. One whose last state is read cannot be: LiteRT's operator keeps it.
        """
        raise UserError(f"--fused-lstm: expected a classifier, whose states nobody reads; received a model for {self.task}")

    def summary(self) -> str:
        """Returns what else the first line of a model card says, such as the labels of a classifier."""
        return ""

    @abc.abstractmethod
    def description(self) -> dict[str, Any]:
        """Returns what each form of export says of the model in its `model.json`."""

    def tokenizers(self) -> dict[str, Tokenizer]:
        """Returns the tokenizers by the names of their files. Most kinds of task have one."""
        return {TOKENIZER: self.tokenizer}

    @abc.abstractmethod
    def assets(self) -> dict[str, bytes]:
        """Returns the files that the SavedModel stores besides `model.json`, by name."""

    @property
    @abc.abstractmethod
    def graph(self) -> tuple[tf.Module, dict[str, Any]]:
        """What the SavedModel holds besides variables and assets, and its signatures by name, from raw strings. It is traced once."""

    @abc.abstractmethod
    def litert_description(self) -> dict[str, Any]:
        """Returns what `litert/model.json` says, besides `description` and what the LiteRT files say of themselves."""

    @abc.abstractmethod
    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what the LiteRT files hold, from token ids."""

    @abc.abstractmethod
    def check(self, texts: Sequence[str], references: Sequence[str]) -> Check:
        """Returns what compares the artefacts with the model.

        Args:
            texts: What to ask them.
            references: The right answers to the first so many texts.
        """

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns requests of each kind and of common sizes, which TF Serving makes of itself before it answers others.

        Args:
            texts: A few real ones.
        """
        rows = encoded(texts)
        return [predict_request("serving_default", {"texts": tf.constant(some)}) for some in (rows[:1], rows)]

    @abc.abstractmethod
    def settings(self) -> dict[str, Any]:
        """Returns what, besides the model and the tokenizers, makes the artefacts, as JSON can hold it."""

    @classmethod
    def restored(cls, model: keras.Model, folder: Path, settings: Mapping[str, Any]) -> "Exporter":
        """Returns the exporter that wrote a version.

        Args:
            model: The model.
            folder: Has the tokenizers.
            settings: What `settings` returned.
        """
        return cls(model, Tokenizer.load(folder / TOKENIZER), **settings)


class SelfContainedExporter(Exporter):
    """Exports a model that has in itself all that its artefacts need, such as its vocabulary: there is no tokenizer beside it.

    A subclass is a dataclass whose one field is the model; one that has more says so by `settings` and `restored`.
    """

    def tokenizers(self) -> dict[str, Tokenizer]:
        """Returns none."""
        return {}

    def assets(self) -> dict[str, bytes]:
        """Returns none: `model.json` says it all."""
        return {}

    def settings(self) -> dict[str, Any]:
        """Returns nothing."""
        return {}

    @classmethod
    def restored(cls, model: keras.Model, folder: Path, settings: Mapping[str, Any]) -> "SelfContainedExporter":
        """Returns the exporter that wrote a version."""
        return cls(model)
