"""One way to call a model wherever it lives."""

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from toolkit.errors import UserError

STRING = "string"


@dataclass(frozen=True)
class TensorSpec:
    """Type and shape of a tensor.

    Attributes:
        dtype: `"string"`, or NumPy's name of the type.
        shape: Sizes, `None` where any will do; `None` for any rank.
    """

    dtype: str
    shape: tuple[int | None, ...] | None

    def __str__(self):
        sizes = "of any rank" if self.shape is None else [-1 if size is None else size for size in self.shape]
        return f"{self.dtype} {sizes}"


@dataclass(frozen=True)
class Signature:
    """What one signature of a model takes and gives.

    Attributes:
        inputs: By name.
        outputs: By name.
    """

    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]

    def described(self) -> dict[str, dict[str, str]]:
        """Returns the same as JSON can hold it, such as `{"inputs": {"tokens": "int32 [-1]"}, "outputs": ...}`."""
        return {side: {name: str(spec) for name, spec in getattr(self, side).items()} for side in ("inputs", "outputs")}


class RefusedInput(ValueError):
    """The model refuses the values that it was given; the message is what it says of them."""


class Runner(abc.ABC):
    """A model that can be called: in Keras, a SavedModel, a LiteRT file. A subclass for each place where a model lives.

    Attributes:
        name: What messages call the model: its path, if it has one.
        signatures: What can be asked of it, by name.
    """

    name: str
    signatures: Mapping[str, Signature]

    def run(self, signature: str, **arrays: Any) -> dict[str, np.ndarray]:
        """Runs a signature.

        Args:
            signature: Its name.
            **arrays: Its inputs by name, of its types and shapes. Strings are `bytes`.

        Returns:
            Its outputs by name; strings are arrays of `bytes`.

        Raises:
            RefusedInput: The model refuses the values.
            UserError: It has no such signature, or that has other inputs.
        """
        if signature not in self.signatures:
            raise UserError(f"{self.name}: expected a signature among {sorted(self.signatures)}. Received: {signature}")
        if arrays.keys() != self.signatures[signature].inputs.keys():
            inputs = sorted(self.signatures[signature].inputs)
            raise UserError(f"{self.name}: expected the inputs {inputs} of {signature}. Received: {sorted(arrays)}")
        return self._run(signature, arrays)

    @property
    def takes_strings(self) -> bool:
        """Whether a signature takes strings, so that the model has its tokenizer inside."""
        return any(spec.dtype == STRING for signature in self.signatures.values() for spec in signature.inputs.values())

    @abc.abstractmethod
    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Runs a signature that there is, with the inputs that it has."""

    def close(self) -> None:  # noqa: B027 - most runners hold nothing that outlives them
        """Ends what runs besides this process; then the runner can no longer be called."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def encoded(texts: Sequence[str]) -> list[bytes]:
    """Returns texts as runners take strings: in UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes bytes that graphs replace."""
    return [text.encode("utf-8", "surrogatepass") for text in texts]
