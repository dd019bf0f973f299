"""The signatures of a SavedModel, called with NumPy arrays."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from toolkit.inference.runner import STRING, RefusedInput, Signature
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.server.tensor_spec import InvalidRequest, TensorSpec

WARM_UP = "The dog sees a cat. "
WARM_UP_SIZES = ((1, 1), (1, 20), (32, 1), (32, 20))  # texts, and how often each says it


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
        self._runner = SavedModelRunner(folder)
        self.specs = {name: _specs(signature) for name, signature in self._runner.signatures.items()}
        self.definitions = _definitions(folder / "saved_model.pb")

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
        try:
            return self._runner.run(signature, **inputs)
        except RefusedInput as error:
            raise InvalidRequest(f'the signature "{signature}" refuses the values: {error}') from error
        except tf.errors.ResourceExhaustedError as error:
            raise InvalidRequest("this needs more memory than there is; send less at a time") from error

    def warm_up(self) -> None:
        """Asks what takes nothing but texts for one and for many, short and long, so that no request pays for the first call."""
        for name, specs in self.specs.items():
            if all(spec == TensorSpec(STRING, (None,)) for spec in specs.values()):
                with contextlib.suppress(InvalidRequest):  # takes serialized examples, or other strings that are no texts
                    for rows, times in WARM_UP_SIZES:
                        self(name, dict.fromkeys(specs, np.array([WARM_UP.encode() * times] * rows, object)))


def _specs(signature: Signature) -> dict[str, TensorSpec]:
    return {name: TensorSpec(spec.dtype, spec.shape) for name, spec in signature.inputs.items()}


def _definitions(file: Path) -> dict[str, Any]:
    """Returns every definition of a file with every field, as TensorFlow Serving does: TensorFlow's own initialization is one, too."""
    signatures = SavedModel.FromString(file.read_bytes()).meta_graphs[0].signature_def
    options = {"preserving_proto_field_name": True, "always_print_fields_with_no_presence": True}
    return {name: MessageToDict(signature, **options) for name, signature in sorted(signatures.items())}
