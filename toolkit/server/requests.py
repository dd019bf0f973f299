"""TensorFlow Serving's JSON of `:predict`: requests to tensors, tensors to answers.

https://www.tensorflow.org/tfx/serving/api_rest describes it.
"""

import base64
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from toolkit.server.tensor_spec import InvalidRequest, TensorSpec, describe, is_binary

DEFAULT_SIGNATURE = "serving_default"
KEYS = ("signature_name", "instances", "inputs")
Specs = Mapping[str, TensorSpec]


@dataclasses.dataclass(frozen=True)
class PredictRequest:
    """A request that a signature can answer.

    Attributes:
        signature: Its name.
        inputs: Tensors by the names of the signature's inputs.
        in_rows: Whether it came as `instances`, row by row, and is answered so; otherwise as `inputs`, column by column.
    """

    signature: str
    inputs: dict[str, np.ndarray]
    in_rows: bool


def read_request(body: Any, signatures: Mapping[str, Specs]) -> PredictRequest:
    """Reads a request.

    Args:
        body: What its JSON holds.
        signatures: The inputs of each signature.

    Raises:
        InvalidRequest: The request is not what the signature takes.
    """
    if not isinstance(body, dict):
        raise InvalidRequest(f'expected a JSON object with "instances" or "inputs", received {describe(body)}')
    if unknown := [key for key in body if key not in KEYS]:
        raise InvalidRequest(f'"{unknown[0]}": expected no other keys than {_quoted(KEYS)}')
    if ("instances" in body) == ("inputs" in body):
        received = "both" if "inputs" in body else "neither"
        raise InvalidRequest(f'expected "instances", a list of rows, or "inputs", an object of columns, received {received}')
    name = body.get("signature_name", DEFAULT_SIGNATURE)
    if not isinstance(name, str) or name not in signatures:
        raise InvalidRequest(f'"signature_name": expected one of {_quoted(signatures)}, received {describe(name)}')
    in_rows = "instances" in body
    inputs = _from_rows(body["instances"], name, signatures[name]) if in_rows else _from_columns(body["inputs"], name, signatures[name])
    _check_rows(inputs, signatures[name])
    return PredictRequest(name, inputs, in_rows)


def count_instances(inputs: Mapping[str, np.ndarray]) -> int:
    """Returns how many rows a request has."""
    return max((len(array) for array in inputs.values() if array.ndim), default=1)


def _from_rows(rows: Any, signature: str, specs: Specs) -> dict[str, np.ndarray]:
    if not isinstance(rows, list):
        raise InvalidRequest(f'"instances": expected a list, received {describe(rows)}')
    if shared := [name for name, spec in specs.items() if not spec.shape]:
        raise InvalidRequest(
            f'"instances": "{signature}" takes one value of {_quoted(shared)} for all rows; send "inputs" instead, by columns'
        )
    if len(specs) == 1 and not any(map(_is_object, rows)):
        ((name, spec),) = specs.items()
        return {name: spec.read(rows, "instances")}
    for i, row in enumerate(rows):
        if not _is_object(row) or set(row) != set(specs):
            raise InvalidRequest(f"instances[{i}]: expected {_expected_row(specs)}, received {describe(row)}")
    return {name: spec.read([row[name] for row in rows], "instances", f".{name}") for name, spec in specs.items()}


def _from_columns(columns: Any, signature: str, specs: Specs) -> dict[str, np.ndarray]:
    if len(specs) == 1 and not _is_object(columns):
        ((name, spec),) = specs.items()
        return {name: spec.read(columns, "inputs")}
    if not _is_object(columns) or set(columns) != set(specs):
        raise InvalidRequest(f'"inputs": expected an object with {_quoted(specs)} for "{signature}", received {describe(columns)}')
    return {name: spec.read(columns[name], f"inputs.{name}") for name, spec in specs.items()}


def _check_rows(inputs: Mapping[str, np.ndarray], specs: Specs) -> None:
    lengths = {name: len(inputs[name]) for name, spec in specs.items() if spec.has_rows}
    if 0 in lengths.values():
        raise InvalidRequest("expected at least one instance, received none")
    if len(set(lengths.values())) > 1:
        received = ", ".join(f"{length} of {name}" for name, length in lengths.items())
        raise InvalidRequest(f'"inputs": expected as many rows in one column as in another, received {received}')


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not is_binary(value)


def _expected_row(specs: Specs) -> str:
    plain = "a plain value, or " if len(specs) == 1 else ""
    return f"{plain}an object with {_quoted(specs)}"


def _quoted(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)


def write_answer(outputs: Mapping[str, np.ndarray], in_rows: bool) -> dict[str, Any]:
    """Makes the answer to a request.

    Args:
        outputs: What the signature gave, strings as `bytes`. By rows, all have the same number of them.
        in_rows: Whether the request came by rows.

    Returns:
        `{"predictions": [...]}` or `{"outputs": ...}`, with NumPy's numbers and arrays in it; with one output, its name is left out.
    """
    columns = {name: _writable(name, array) for name, array in outputs.items()}
    if not in_rows:
        return {"outputs": columns if len(columns) > 1 else next(iter(columns.values()))}
    rows = zip(*(list(column) for column in columns.values()), strict=True)
    return {"predictions": [dict(zip(columns, row, strict=True)) if len(columns) > 1 else row[0] for row in rows]}


def _writable(name: str, array: np.ndarray) -> Any:
    if array.dtype != object:
        return array
    return _texts(array.tolist(), name.endswith("_bytes"))


def _texts(value: Any, is_binary_output: bool) -> Any:
    if isinstance(value, list):
        return [_texts(inner, is_binary_output) for inner in value]
    if is_binary_output:
        return {"b64": base64.b64encode(value).decode()}
    return value.decode(errors="replace")  # a piece of a text can end within a character
