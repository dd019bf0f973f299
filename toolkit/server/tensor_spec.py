"""What a signature says of one of its tensors, and how such a tensor is read from JSON."""

import base64
import binascii
from typing import Any

import numpy as np

from toolkit.inference import runner as inference
from toolkit.inference.runner import STRING

MOST_BYTES = 100_000  # of a text: a model reads token by token, and holds the numbers of every token until it has read them all
KINDS = {"b": "true or false", "i": "a whole number", "u": "a whole number", "f": "a number"}  # by NumPy's letter


class InvalidRequest(ValueError):
    """A request that cannot be answered as it is; the message is for the one who sent it."""


class TensorSpec(inference.TensorSpec):
    """Type and shape of a tensor that a request brings."""

    @property
    def has_rows(self) -> bool:
        """Whether the first axis has a row for each instance of a request, however many there are."""
        return bool(self.shape) and self.shape[0] is None

    def read(self, value: Any, place: str, after: str = "") -> np.ndarray:
        """Makes a tensor of what JSON holds: nothing is converted, padded or cut to fit.

        Args:
            value: A string, number or truth value, or lists of lists of them. A string may be `{"b64": "..."}`.
            place: Where the value stands in the request, for the message.
            after: What follows the first index, for the message.

        Returns:
            The tensor; strings are `bytes` in an array of objects.

        Raises:
            InvalidRequest: The value is of another type or shape.
        """
        leaves, shape = self._flatten(value, place)
        for i, leaf in enumerate(leaves):
            if not self._fits(leaf):
                raise InvalidRequest(f"{_place(place, after, i, shape)}: expected {self._expected}, received {describe(leaf)}")
        return self._array(leaves, place).reshape(shape)

    def _flatten(self, value: Any, place: str) -> tuple[list[Any], tuple[int, ...]]:
        leaves, shape = [value], []
        for depth, size in enumerate(self.shape):
            if wrong := [leaf for leaf in leaves if not isinstance(leaf, list)]:
                raise InvalidRequest(f"{place}: expected {_lists(len(self.shape) - depth)} here, received {describe(wrong[0])}")
            lengths = sorted({len(leaf) for leaf in leaves}) or [0]
            if len(lengths) > 1:
                raise InvalidRequest(f"{place}: expected lists of one length, received some of {lengths[0]} and of {lengths[-1]}")
            if size is not None and size != lengths[0]:
                raise InvalidRequest(f"{place}: expected the shape {_shape(self.shape)}, received {lengths[0]} at axis {depth}")
            shape.append(lengths[0])
            leaves = [inner for leaf in leaves for inner in leaf]
        return leaves, tuple(shape)

    @property
    def _expected(self) -> str:
        return "a string" if self.dtype == STRING else KINDS[np.dtype(self.dtype).kind]

    def _fits(self, leaf: Any) -> bool:
        if self.dtype == STRING:
            return isinstance(leaf, str) or is_binary(leaf)
        kind = np.dtype(self.dtype).kind
        if kind == "b" or isinstance(leaf, bool):
            return kind == "b" and isinstance(leaf, bool)
        return isinstance(leaf, (int, float) if kind == "f" else int)

    def _array(self, leaves: list[Any], place: str) -> np.ndarray:
        if self.dtype == STRING:
            array = np.empty(len(leaves), object)  # else NumPy would make one of fixed width, and drop zeros at the end
            array[:] = [_encode(leaf, place) for leaf in leaves]
            return array
        try:
            with np.errstate(over="raise"):
                return np.array(leaves, dtype=self.dtype)
        except (OverflowError, FloatingPointError) as error:
            raise InvalidRequest(f"{place}: expected numbers that {self.dtype} can hold, received a larger one") from error


def is_binary(value: Any) -> bool:
    """Returns whether a value of a request is a string in base 64: `{"b64": "..."}`."""
    return isinstance(value, dict) and list(value) == ["b64"] and isinstance(value["b64"], str)


def describe(value: Any) -> str:
    """Returns a few words about a value of a request."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object with " + (", ".join(f'"{key}"' for key in list(value)[:5]) or "no keys")
    if isinstance(value, str):
        return f'the string "{value[:30]}..."' if len(value) > 30 else f'the string "{value}"'
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)


def _encode(leaf: Any, place: str) -> bytes:
    try:
        text = leaf.encode() if isinstance(leaf, str) else base64.b64decode(leaf["b64"], validate=True)
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise InvalidRequest(f"{place}: expected text that UTF-8 can hold, received half of a surrogate pair") from error
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f'{place}: expected base 64 in "b64", received something else') from error
    if len(text) > MOST_BYTES:
        raise InvalidRequest(f"{place}: expected texts of at most {MOST_BYTES:,} bytes, received one of {len(text):,}; send it in parts")
    return text


def _place(place: str, after: str, i: int, shape: tuple[int, ...]) -> str:
    indices = [f"[{index}]" for index in np.unravel_index(i, shape)] if shape else []
    return place + "".join([*indices[:1], after, *indices[1:]])


def _lists(depth: int) -> str:
    return "a list" if depth == 1 else "a list" + " of lists" * (depth - 1)


def _shape(shape: tuple[int | None, ...]) -> str:
    return f"[{', '.join('any' if size is None else str(size) for size in shape)}]"
