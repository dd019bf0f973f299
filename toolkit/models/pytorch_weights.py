"""Tensors in files of PyTorch's, without PyTorch, and without what its pickles could run."""

import collections
import pickle
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from toolkit.errors import UserError

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class _Tensor(NamedTuple):
    """Where the numbers of a tensor are: which storage, from which place on, in which shape, with which steps."""

    storage: tuple
    start: int
    shape: tuple
    strides: tuple


class _Unpickler(pickle.Unpickler):
    """Makes dictionaries, numbers, texts and tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Returns what a name of the pickle stands for; refuses what is not of tensors."""
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, start, shape, strides, *_: _Tensor(storage, start, shape, strides)
        if module == "torch" and name in TYPES:
            return name
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> tuple:
        """Returns the type and the key of a storage."""
        _, kind, key, *_ = pid
        return kind, key


def read_pytorch_weights(path: Path) -> dict[str, np.ndarray]:
    """Reads the tensors of a file that `torch.save` wrote before PyTorch 1.6: pickles, and the numbers behind them.

    Args:
        path: The file.

    Returns:
        The tensors by name.

    Raises:
        UserError: It cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except Exception as error:  # what a pickle raises that is none is for nobody to list
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{path}: expected tensors in PyTorch's format of before 1.6, but it cannot be read ({reason})") from error


def _read(file: IO[bytes]) -> dict[str, np.ndarray]:
    header = [_Unpickler(file).load() for _ in range(3)]
    if header[:2] != [MAGIC, PROTOCOL]:
        raise ValueError("it does not begin as such a file")
    tensors, keys = (_Unpickler(file).load() for _ in range(2))
    kinds = dict(tensor.storage[::-1] for tensor in tensors.values())
    storages = {key: _numbers(file, TYPES[kinds[key]]) for key in keys}
    return {name: _array(storages[tensor.storage[1]], tensor) for name, tensor in tensors.items()}


def _numbers(file: IO[bytes], dtype: str) -> np.ndarray:
    """Reads a storage: how many numbers it has, and these."""
    count = int(np.frombuffer(file.read(8), "<i8")[0])
    return np.frombuffer(file.read(count * np.dtype(dtype).itemsize), dtype, count)


def _array(storage: np.ndarray, tensor: _Tensor) -> np.ndarray:
    """Returns a tensor as an array; it has to lie within its storage."""
    last = tensor.start + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
    if not 0 <= tensor.start <= last < len(storage):
        raise ValueError("a tensor lies outside of its storage")
    steps = [step * storage.itemsize for step in tensor.strides]
    return np.lib.stride_tricks.as_strided(storage[tensor.start :], tensor.shape, steps).copy()
