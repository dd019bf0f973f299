"""The signatures of a SavedModel, called with NumPy arrays."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401 - loads the operators of the tokenizers in the graph
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from toolkit.errors import UserError
from toolkit.serving.server.tensor_spec import STRING, InvalidRequest, TensorSpec

WARM_UP = "The dog sees a cat. "
WARM_UP_SIZES = ((1, 1), (1, 20), (32, 1), (32, 20))  # texts, and how often each says it
GRAPH = ("Graph execution error", "Detected at node", "<stack traces", "[[", "{{")
REFUSED = (tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError, tf.errors.FailedPreconditionError)


class Signatures:
    """What a SavedModel can be asked, with TensorFlow and its text operators alone: nothing of what trained it is imported.

    Args:
        folder: Folder of one version.

    Attributes:
        specs: By signature and input, type and shape.
        definitions: By signature the protocol buffer `SignatureDef` of the file, as JSON has it.

    Raises:
        UserError: The folder holds no SavedModel that can be read.
    """

    def __init__(self, folder: Path):
        try:
            self._model = tf.saved_model.load(str(folder))  # holds the variables
            self._functions = dict(self._model.signatures)
            self.definitions = _definitions(folder / "saved_model.pb")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, DecodeError, tf.errors.OpError) as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise UserError(f"{folder}: expected a SavedModel with signatures, but it cannot be read ({reason})") from error
        self.specs = {name: _specs(function) for name, function in self._functions.items()}

    def __call__(self, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Answers; from any thread.

        Args:
            signature: Name of the signature.
            inputs: Its inputs by name, as `specs` has them.

        Returns:
            The outputs by name.

        Raises:
            InvalidRequest: The model refuses the values.
        """
        tensors = {name: tf.constant(array, _dtype(self.specs[signature][name])) for name, array in inputs.items()}
        try:
            outputs = self._functions[signature](**tensors)
            return {name: output.numpy() for name, output in outputs.items()}
        except REFUSED as error:
            raise InvalidRequest(f'the signature "{signature}" refuses the values: {_reason(error)}') from error
        except tf.errors.ResourceExhaustedError as error:
            raise InvalidRequest("this needs more memory than there is; send less at a time") from error

    def warm_up(self) -> None:
        """Asks what takes nothing but texts for one and for many, short and long, so that no request pays for the first call."""
        for name, specs in self.specs.items():
            if all(spec == TensorSpec(STRING, (None,)) for spec in specs.values()):
                with contextlib.suppress(InvalidRequest):  # takes serialized examples, or other strings that are no texts
                    for rows, times in WARM_UP_SIZES:
                        self(name, dict.fromkeys(specs, np.array([WARM_UP.encode() * times] * rows, object)))


def _specs(function: tf.types.experimental.ConcreteFunction) -> dict[str, TensorSpec]:
    _, inputs = function.structured_input_signature
    return {name: TensorSpec(spec.dtype.name, tuple(spec.shape.as_list())) for name, spec in inputs.items()}


def _definitions(file: Path) -> dict[str, Any]:
    """Returns every definition of a file with every field, as TensorFlow Serving does: TensorFlow's own initialization is one, too."""
    signatures = SavedModel.FromString(file.read_bytes()).meta_graphs[0].signature_def
    options = {"preserving_proto_field_name": True, "always_print_fields_with_no_presence": True}
    return {name: MessageToDict(signature, **options) for name, signature in sorted(signatures.items())}


def _dtype(spec: TensorSpec) -> tf.DType:
    return tf.as_dtype(spec.dtype)


def _reason(error: tf.errors.OpError) -> str:
    """Returns what an operator says, without the graph around it."""
    told = [line.strip() for line in error.message.splitlines() if line.strip() and not line.strip().startswith(GRAPH)]
    return (told or ["they are out of range"])[0].partition("[Op:")[0].strip()[:300]
