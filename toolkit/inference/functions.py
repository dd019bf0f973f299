"""Runs TensorFlow's functions: a Keras model in this process."""

import functools
from collections import UserDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.inference.runner import RefusedInput, Runner, Signature, TensorSpec

REFUSED = (tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError, tf.errors.FailedPreconditionError)
GRAPH = ("Graph execution error", "Detected at node", "<stack traces", "[[", "{{", 'File "')  # how lines begin that say where


class FunctionRunner(Runner):
    """Runs functions of a model, as the signatures of a SavedModel are run; from any thread.

    Args:
        functions: By name a `tf.function` that has an `input_signature`, or a concrete function, from named tensors to tensors by name, as
            a SavedModel takes them.
        name: What messages call the model.

    Attributes:
        functions: The concrete functions by name, each traced when it is first asked for.
    """

    def __init__(self, functions: Mapping[str, Any], name: str = "the model"):
        self.name = name
        self.functions = OnDemand(functions, lambda key: concrete(functions[key]))
        self.signatures = OnDemand(functions, lambda key: signature_of(self.functions[key]))

    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        specs = self.signatures[signature].inputs
        tensors = {name: tf.constant(array, specs[name].dtype) for name, array in arrays.items()}
        try:
            return {name: output.numpy() for name, output in self.functions[signature](**tensors).items()}
        except REFUSED as error:
            raise RefusedInput(_reason(error)) from error


class OnDemand(UserDict):
    """Values by name, each made when it is first asked for.

    Args:
        names: All names.
        make: From a name to its value.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Any]):
        super().__init__(dict.fromkeys(names))
        self._make = functools.cache(make)

    def __getitem__(self, name: str) -> Any:
        return self._make(name) if name in self else super().__getitem__(name)


def concrete(function: Any) -> Any:
    """Returns the concrete function of a `tf.function` that has an `input_signature`; a concrete function is its own."""
    return function if isinstance(function, tf.types.experimental.ConcreteFunction) else function.get_concrete_function()


def signature_of(function: Any) -> Signature:
    """Returns what a concrete function takes and gives."""
    inputs = {spec.name: spec_of(spec) for spec in tf.nest.flatten(function.structured_input_signature)}
    return Signature(inputs, {name: spec_of(output) for name, output in function.structured_outputs.items()})


def spec_of(tensor: Any) -> TensorSpec:
    """Returns type and shape of a tensor, or of what TensorFlow describes one by."""
    return TensorSpec(tensor.dtype.name, None if tensor.shape.rank is None else tuple(tensor.shape.as_list()))


def _reason(error: tf.errors.OpError) -> str:
    """Returns what an operator says, without the graph around it."""
    told = [line.strip() for line in error.message.splitlines() if line.strip() and not line.strip().startswith(GRAPH)]
    return (told or ["they are out of range"])[0].partition("[Op:")[0].strip()[:300]
