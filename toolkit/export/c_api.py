"""Runs SavedModels by TensorFlow's C library alone, in a process without Python's TensorFlow: `python -m toolkit.export.c_api`.

It loads a SavedModel by the code that TF Serving loads it by. The library is the one in the `tensorflow` package.
"""

import base64
import ctypes
import importlib.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import UserError

STRING = 7
NUMBERS = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 6: "int8", 9: "int64", 10: "bool", 22: "uint32", 23: "uint64"}
"""Types of tensors as TensorFlow's C API numbers them."""

Arrays = Mapping[str, np.ndarray]


def run_in_c_api(saved_model: Path, requests: Sequence[tuple[str, Arrays]]) -> list[dict[str, np.ndarray]]:
    """Runs signatures of a SavedModel, one after the other, in a process of their own.

    Args:
        saved_model: Its folder.
        requests: Names of signatures, each with its inputs by name, of the very types that it takes; strings are `str` or `bytes`.

    Returns:
        The outputs of each request by name; strings are arrays of `bytes`.

    Raises:
        UserError: The library is missing, it cannot load the SavedModel, or a request fails.
        ValueError: An input is of a type that is not known here.
    """
    asked = [[signature, {name: _encoded(value) for name, value in inputs.items()}] for signature, inputs in requests]
    process = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps({"saved_model": str(saved_model), "requests": asked}),
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        reason = (process.stderr.strip().splitlines() or ["no message"])[-1]
        raise UserError(f"{saved_model}: TensorFlow's C API ended with exit code {process.returncode}: {reason}")
    answer = json.loads(process.stdout)
    if "error" in answer:
        raise UserError(answer["error"])
    if answer["python_tensorflow"]:
        raise UserError(f"{saved_model}: expected a process without Python's TensorFlow, but something imported it; mend the environment")
    return [{name: _decoded(value) for name, value in outputs.items()} for outputs in answer["answers"]]


def _encoded(value: np.ndarray) -> dict[str, Any]:
    """Returns an array as JSON has it; exactly, whatever bytes there are in it."""
    array = np.asarray(value)
    if array.dtype.kind not in "OSU":
        if array.dtype.name not in NUMBERS.values():
            raise ValueError(f"Arguments of a signature must be strings or one of {[*NUMBERS.values()]}. Received: {array.dtype.name}")
        return {"type": array.dtype.name, "shape": array.shape, "data": base64.b64encode(array.tobytes()).decode()}
    items = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    return {"type": "string", "shape": array.shape, "data": [base64.b64encode(item).decode() for item in items]}


def _decoded(value: dict[str, Any]) -> np.ndarray:
    """Undoes `_encoded`."""
    if value["type"] != "string":
        return np.frombuffer(base64.b64decode(value["data"]), value["type"]).reshape(value["shape"])
    array = np.empty(len(value["data"]), object)
    array[:] = [base64.b64decode(item) for item in value["data"]]
    return array.reshape(value["shape"])


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
        for operators in sorted(_package("tensorflow_text").glob("python/ops/_*.so")):
            self.library.TF_LoadLibrary(os.fsencode(operators), self.status)
            self._check(f"{operators}: expected operators for TensorFlow's C API; install the versions that fit together")
        self.graph, description = self.library.TF_NewGraph(), _Buffer()
        tags = (_S * 1)(b"serve")
        options = self.library.TF_NewSessionOptions()
        loaded = (options, None, os.fsencode(path), tags, 1, self.graph, ctypes.byref(description), self.status)
        self.session = self.library.TF_LoadSessionFromSavedModel(*loaded)
        self._check(f"{path}: expected a SavedModel that TensorFlow's C API can load")
        self.signatures = dict(_signatures(ctypes.string_at(description.data, description.length)))

    def run(self, name: str, values: Arrays) -> dict[str, np.ndarray]:
        """Returns the outputs of a signature."""
        if name not in self.signatures:
            known = sorted(each for each in self.signatures if not each.startswith("__"))
            raise UserError(f"{self.path}: expected a signature among {known}. Received: {name}")
        inputs, outputs = self.signatures[name]
        if set(values) != set(inputs):
            raise UserError(f"{self.path}: expected the inputs {sorted(inputs)} of {name}. Received: {sorted(values)}")
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

    def _places(self, names: Any) -> ctypes.Array:
        """Returns the tensors of the graph that are named, such as `"serving_default_texts:0"`."""
        parts = [name.partition(":") for name in names]
        places = [_Output(self.library.TF_GraphOperationByName(self.graph, name.encode()), int(index)) for name, _, index in parts]
        return (_Output * len(places))(*places)

    def _tensor(self, array: np.ndarray) -> int:
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        if array.dtype.kind != "O":
            kind = next(number for number, name in NUMBERS.items() if name == array.dtype.name)
            tensor = self.library.TF_AllocateTensor(kind, shape, array.ndim, array.nbytes)
            ctypes.memmove(self.library.TF_TensorData(tensor), array.tobytes(), array.nbytes)
            return tensor
        tensor = self.library.TF_AllocateTensor(STRING, shape, array.ndim, array.size * _STRING_SIZE)
        for place, item in zip(self._strings(tensor), array.ravel(), strict=True):
            self.library.TF_StringInit(place)
            self.library.TF_StringCopy(place, item, len(item))
        return tensor

    def _array(self, tensor: int) -> np.ndarray:
        shape = self._shape(tensor)
        kind = self.library.TF_TensorType(tensor)
        if kind != STRING:
            data = ctypes.string_at(self.library.TF_TensorData(tensor), self.library.TF_TensorByteSize(tensor))
            return np.frombuffer(data, NUMBERS[kind]).reshape(shape)
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


def _library() -> ctypes.CDLL:
    folder = _package("tensorflow")
    files = sorted(folder.glob("libtensorflow_cc.*"))
    if not files:
        raise UserError(
            f"{folder}: expected TensorFlow's C library, libtensorflow_cc, found none; its packages for Linux and macOS have it"
        )
    try:
        library = ctypes.CDLL(str(files[0]))
    except OSError as error:
        raise UserError(f"{files[0]}: expected a library that can be loaded, but: {str(error).splitlines()[0]}") from error
    for name, (result, *arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _signatures(meta_graph: bytes) -> Iterator[tuple[str, tuple[dict[str, str], dict[str, str]]]]:
    """Yields the signatures of a MetaGraphDef: their names, and the names of their inputs' and outputs' tensors by the names they have."""
    for entry in _fields(meta_graph, 5):  # signature_def
        (name,), (signature,) = _fields(entry, 1), _fields(entry, 2)
        inputs, outputs = (dict(_tensor_name(part) for part in _fields(signature, number)) for number in (1, 2))
        yield name.decode(), (inputs, outputs)


def _tensor_name(entry: bytes) -> tuple[str, str]:
    (key,), (info,) = _fields(entry, 1), _fields(entry, 2)
    (name,) = _fields(info, 1)
    return key.decode(), name.decode()


def _fields(message: bytes, number: int) -> Iterator[bytes]:
    """Yields each value of a field of bytes in a Protocol Buffers message.

    Source: "Encoding", Protocol Buffers documentation.
    """
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        kind = key & 7
        if kind == 0:
            _, position = _varint(message, position)
            continue
        size, position = _varint(message, position) if kind == 2 else ({1: 8, 5: 4}[kind], position)
        if kind == 2 and key >> 3 == number:
            yield message[position : position + size]
        position += size


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Returns an integer of 7 bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while message[position] & 0x80:
        value |= (message[position] & 0x7F) << shift
        position, shift = position + 1, shift + 7
    return value | message[position] << shift, position + 1


def _answers(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        model = _SavedModel(asked["saved_model"])
        requests = [(name, {key: _decoded(value) for key, value in inputs.items()}) for name, inputs in asked["requests"]]
        answers = [{key: _encoded(value) for key, value in model.run(*request).items()} for request in requests]
    except UserError as error:
        return {"error": str(error)}
    return {"answers": answers, "python_tensorflow": "tensorflow" in sys.modules}


if __name__ == "__main__":
    json.dump(_answers(json.load(sys.stdin)), sys.stdout)
