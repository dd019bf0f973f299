"""Reads the signatures of a serialized `MetaGraphDef`, without TensorFlow."""

from collections.abc import Iterator
from typing import NamedTuple

LARGEST = 2**63  # integers from here on are negative ones
VARINT, BYTES = 0, 2
SIZES = {1: 8, 5: 4}  # of fixed numbers, by how they are written


class Place(NamedTuple):
    """A tensor of a graph.

    Attributes:
        name: Such as `"serving_default_texts:0"`.
        dtype: TensorFlow's number of the type.
        shape: Sizes, `None` where any will do; `None` for any rank.
    """

    name: str
    dtype: int
    shape: list[int | None] | None


Places = dict[str, Place]


def signatures_of(meta_graph: bytes) -> dict[str, tuple[Places, Places]]:
    """Returns inputs and outputs of each signature, by the names that they have there; without TensorFlow's own."""
    found = {}
    for entry in _fields(meta_graph, 5):  # signature_def
        (name,), (signature,) = _fields(entry, 1), _fields(entry, 2)
        if not name.startswith(b"__"):
            found[name.decode()] = tuple(dict(map(_place, _fields(signature, side))) for side in (1, 2))
    return found


def _place(entry: bytes) -> tuple[str, Place]:
    (key,), (info,) = _fields(entry, 1), _fields(entry, 2)
    (name,), (dtype,), (shape,) = (_fields(info, number) for number in (1, 2, 3))
    return key.decode(), Place(name.decode(), dtype, None if any(_fields(shape, 3)) else [_size(size) for size in _fields(shape, 2)])


def _size(dimension: bytes) -> int | None:
    size = next(_fields(dimension, 1), 0)
    return None if size >= LARGEST else size


def _fields(message: bytes, number: int) -> Iterator:
    """Yields each value of a field of integers or bytes in a Protocol Buffers message.

    Source: "Encoding", Protocol Buffers documentation.
    """
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        kind, value = key & 7, None
        if kind in (VARINT, BYTES):
            value, position = _varint(message, position)
        if kind == BYTES:
            size = value
            value, position = message[position : position + size], position + size
        if key >> 3 == number:
            yield value
        position += SIZES.get(kind, 0)


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Returns an integer of 7 bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while message[position] & 0x80:
        value |= (message[position] & 0x7F) << shift
        position, shift = position + 1, shift + 7
    return value | message[position] << shift, position + 1
