"""TensorFlow's C library, called without Python's TensorFlow: `python -m toolkit.inference.c_library SAVED_MODEL`.

The library is the one in the `tensorflow` package. The process writes a line of JSON that says what the SavedModel can be asked, then reads
a request from each line and writes its answer; `toolkit.inference.c_api` is at the other end.
"""

import ctypes
import importlib.util
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import UserError
from toolkit.inference.c_api import TYPES, as_json, from_json
from toolkit.inference.meta_graph import Place, signatures_of
from toolkit.inference.runner import STRING

NUMBER_OF = {name: number for number, name in TYPES.items()}


class _Buffer(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("deallocator", ctypes.c_void_p))


class _Output(ctypes.Structure):
    _fields_ = (("operation", ctypes.c_void_p), ("index", ctypes.c_int))


_P, _I, _S, _N = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t
_FUNCTIONS: dict[str, tuple] = {  # what each returns and takes, as in tensorflow/c/c_api.h, tf_tensor.h and tf_tstring.h
    "TF_NewStatus": (_P,),
    "TF_GetCode": (_I, _P),
    "TF_Message": (_S, _P),
    "TF_LoadLibrary": (_P, _S, _P),
    "TF_NewGraph": (_P,),
    "TF_NewSessionOptions": (_P,),
    "TF_LoadSessionFromSavedModel": (_P, _P, _P, _S, _P, _I, _P, _P, _P),
    "TF_GraphOperationByName": (_P, _P, _S),
    "TF_SessionRun": (None, _P, _P, _P, _P, _I, _P, _P, _I, _P, _I, _P, _P),
    "TF_AllocateTensor": (_P, _I, _P, _I, _N),
    "TF_DeleteTensor": (None, _P),
    "TF_TensorType": (_I, _P),
    "TF_NumDims": (_I, _P),
    "TF_Dim": (ctypes.c_int64, _P, _I),
    "TF_TensorByteSize": (_N, _P),
    "TF_TensorData": (_P, _P),
    "TF_StringInit": (None, _P),
    "TF_StringCopy": (None, _P, _S, _N),
    "TF_StringGetSize": (_N, _P),
    "TF_StringGetDataPointer": (_P, _P),
}
_STRING_SIZE = 24  # bytes of a TF_TString


class _SavedModel:
    """A SavedModel, loaded by the C library."""

    def __init__(self, path: str):
        self.path = path
        self.library = _library()
        self.status = self.library.TF_NewStatus()
        for operators in _operators():
            self.library.TF_LoadLibrary(os.fsencode(operators), self.status)
            self._check(f"{operators}: expected operators for TensorFlow's C API; install the versions that fit together")
        self.graph, description = self.library.TF_NewGraph(), _Buffer()
        tags = (_S * 1)(b"serve")
        options = self.library.TF_NewSessionOptions()
        loaded = (options, None, os.fsencode(path), tags, 1, self.graph, ctypes.byref(description), self.status)
        self.session = self.library.TF_LoadSessionFromSavedModel(*loaded)
        self._check(f"{path}: expected a SavedModel that TensorFlow's C API can load")
        self.signatures = signatures_of(ctypes.string_at(description.data, description.length))

    def run(self, name: str, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Returns the outputs of a signature."""
        inputs, outputs = self.signatures[name]
        given = (_P * len(inputs))(*(self._tensor(values[key]) for key in inputs))
        found = (_P * len(outputs))()
        feeds, fetches = self._places(inputs.values()), self._places(outputs.values())
        sizes = len(inputs), len(outputs)
        self.library.TF_SessionRun(self.session, None, feeds, given, sizes[0], fetches, found, sizes[1], None, 0, None, self.status)
        for tensor in given:  # their strings stay until the process ends: what TensorFlow gives may be them
            self.library.TF_DeleteTensor(tensor)
        self._check(f"{self.path}: expected {name} to run in TensorFlow's C API")
        answer = {key: self._array(tensor) for key, tensor in zip(outputs, found, strict=True)}
        for tensor in found:
            self.library.TF_DeleteTensor(tensor)
        return answer

    def _check(self, message: str) -> None:
        if self.library.TF_GetCode(self.status):
            reason = (self.library.TF_Message(self.status).decode(errors="replace").strip().splitlines() or ["no message"])[0]
            raise UserError(f"{message}, but: {reason}")

    def _places(self, named: Iterable[Place]) -> ctypes.Array:
        """Returns the tensors of the graph that are named."""
        parts = [place.name.partition(":") for place in named]
        places = [_Output(self.library.TF_GraphOperationByName(self.graph, name.encode()), int(index)) for name, _, index in parts]
        return (_Output * len(places))(*places)

    def _tensor(self, array: np.ndarray) -> int:
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        if array.dtype.kind != "O":
            tensor = self.library.TF_AllocateTensor(NUMBER_OF[array.dtype.name], shape, array.ndim, array.nbytes)
            ctypes.memmove(self.library.TF_TensorData(tensor), array.tobytes(), array.nbytes)
            return tensor
        tensor = self.library.TF_AllocateTensor(NUMBER_OF[STRING], shape, array.ndim, array.size * _STRING_SIZE)
        for place, item in zip(self._strings(tensor), array.ravel(), strict=True):
            self.library.TF_StringInit(place)
            self.library.TF_StringCopy(place, item, len(item))
        return tensor

    def _array(self, tensor: int) -> np.ndarray:
        shape = self._shape(tensor)
        dtype = TYPES[self.library.TF_TensorType(tensor)]
        if dtype != STRING:
            data = ctypes.string_at(self.library.TF_TensorData(tensor), self.library.TF_TensorByteSize(tensor))
            return np.frombuffer(data, dtype).reshape(shape)
        array = np.empty(math.prod(shape), object)
        for i, place in enumerate(self._strings(tensor)):
            array[i] = ctypes.string_at(self.library.TF_StringGetDataPointer(place), self.library.TF_StringGetSize(place))
        return array.reshape(shape)

    def _shape(self, tensor: int) -> list[int]:
        return [self.library.TF_Dim(tensor, axis) for axis in range(self.library.TF_NumDims(tensor))]

    def _strings(self, tensor: int) -> list[int]:
        """Returns where the strings of a tensor are."""
        start = self.library.TF_TensorData(tensor)
        return [start + i * _STRING_SIZE for i in range(math.prod(self._shape(tensor)))]


def _package(name: str) -> Path:
    """Returns the folder of a package, which is not imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f'expected the package "{name}", whose libraries TensorFlow\'s C API needs; run: pip install "recurrent-toolkit"')
    return Path(spec.submodule_search_locations[0])


def _operators() -> list[Path]:
    """Returns TensorFlow Text's libraries; none where it is not installed: a SavedModel of token ids needs none."""
    return sorted(_package("tensorflow_text").glob("python/ops/_*.so")) if importlib.util.find_spec("tensorflow_text") else []


def find_library() -> Path | None:
    """Returns TensorFlow's C library, or `None` if the package has none, as on Windows.

    Raises:
        UserError: TensorFlow is not installed.
    """
    return min(_package("tensorflow").glob("libtensorflow_cc.*"), default=None)


def _library() -> ctypes.CDLL:
    file = find_library()
    if file is None:
        raise UserError("expected TensorFlow's C library, libtensorflow_cc, found none; its packages for Linux and macOS have it")
    try:
        library = ctypes.CDLL(str(file))
    except OSError as error:
        raise UserError(f"{file}: expected a library that can be loaded, but: {str(error).splitlines()[0]}") from error
    for name, (result, *arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _described(signatures: Mapping[str, Any]) -> dict[str, list[dict[str, tuple]]]:
    """Returns type and shape of each input and each output by signature."""

    def of(places: Mapping[str, Place]) -> dict[str, tuple]:
        return {key: (TYPES.get(place.dtype, "unknown"), place.shape) for key, place in places.items()}

    return {name: [of(side) for side in sides] for name, sides in signatures.items()}


def _serve(path: str) -> None:
    """Says what can be asked, then answers what comes in, line by line."""
    try:
        model = _SavedModel(path)
    except UserError as error:
        _say({"error": str(error)})
        return
    _say({"signatures": _described(model.signatures)})
    for line in sys.stdin:
        signature, inputs = json.loads(line)
        try:
            outputs = model.run(signature, {name: from_json(value) for name, value in inputs.items()})
            _say({"outputs": {name: as_json(value) for name, value in outputs.items()}})
        except UserError as error:
            _say({"error": str(error)})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps({**answer, "python_tensorflow": "tensorflow" in sys.modules}), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
