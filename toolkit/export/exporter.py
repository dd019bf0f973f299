"""What is exported: a trained model and all that makes it answer as it does."""

import abc
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import keras
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.errors import UserError
from toolkit.export.saving import save_module, set_method_name
from toolkit.export.verification import Check
from toolkit.text.tokenizer import Tokenizer


class Exporter(abc.ABC):
    """A trained model on its way out of Python. A subclass says what its artefacts are and how they are compared with the model.

    Attributes:
        model: The trained model.
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

    methods: ClassVar[Mapping[str, str]] = {}
    """The method of each signature that is for another of TF Serving's APIs than Predict."""

    model: keras.Model

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
    def assets(self) -> dict[str, bytes]:
        """Returns the files that the SavedModel stores, by name: what it says of itself, its vocabulary, its tokenizers."""

    @abc.abstractmethod
    def graph(self, assets: Sequence[Path]) -> tuple[tf.Module, dict[str, Any]]:
        """Returns what the SavedModel holds, and its signatures by name.

        Args:
            assets: The files to store.
        """

    @abc.abstractmethod
    def tokenizers(self) -> dict[str, Tokenizer]:
        """Returns the tokenizers by the names of their files."""

    @abc.abstractmethod
    def description(self) -> dict[str, Any]:
        """Returns what `litert/model.json` says, besides what the LiteRT files say of themselves."""

    def write_saved_model(self, directory: Path) -> tuple[tf.Module, dict[str, Any]]:
        """Writes the SavedModel, from raw strings, with its assets.

        Args:
            directory: The folder of the version.

        Returns:
            What `graph` returns: what it holds, and its signatures by name.

        Raises:
            OSError: It cannot be written.
        """
        with tempfile.TemporaryDirectory() as folder:
            contents = self.assets()
            files = [Path(folder) / name for name in contents]
            for file in files:
                file.write_bytes(contents[file.name])
            graph = self.graph(files)
            save_module(*graph, directory)
        for signature, method in self.methods.items():
            set_method_name(directory, signature, method)
        return graph

    @abc.abstractmethod
    def write_litert(self, directory: Path) -> None:
        """Writes the LiteRT files, from token ids, their tokenizers, and `model.json` that says how to use them.

        Args:
            directory: A folder that is there and empty.

        Raises:
            OSError: They cannot be written.
            UserError: The conversion fails.
        """

    @abc.abstractmethod
    def check(self, texts: Sequence[str], references: Sequence[str]) -> Check:
        """Returns what compares the artefacts with the model.

        Args:
            texts: What to ask them.
            references: The right answers to the first so many texts.
        """

    @abc.abstractmethod
    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns requests of each kind and of common sizes, which TF Serving makes of itself before it answers others.

        Args:
            texts: A few real ones.
        """

    @abc.abstractmethod
    def settings(self) -> dict[str, Any]:
        """Returns what, besides the model and the tokenizers, makes the artefacts, as JSON can hold it."""

    @classmethod
    @abc.abstractmethod
    def restored(cls, model: keras.Model, litert: Path, settings: Mapping[str, Any]) -> "Exporter":
        """Returns the exporter that wrote a version.

        Args:
            model: The model.
            litert: The version's folder `litert`, which has the tokenizers.
            settings: What `settings` returned.
        """
