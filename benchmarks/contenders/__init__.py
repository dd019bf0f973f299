"""Who runs in `benchmarks.recurrent_layers`: each contender makes the same two steps of the same row."""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

OURS_ROUNDED = "ours bfloat16"

# By name: the module of this package, and what its `build` is given besides the row and the problem.
CONTENDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ours": ("ours", {"jit": False}),
    OURS_ROUNDED: ("ours", {"jit": False, "precision": "bfloat16"}),
    "ours jit": ("ours", {"jit": True}),
    "keras graph": ("stock", {"jit": False}),
    "keras jit": ("stock", {"jit": True}),
    "pytorch": ("pytorch", {}),
    "floor graph": ("floor", {"jit": False}),
    "floor jit": ("floor", {"jit": True}),
}
OURS = ("ours", "ours jit")
STOCK = ("keras graph", "keras jit")
FLOOR = ("floor graph", "floor jit")


class Steps(NamedTuple):
    """What a contender can do, each called without arguments; a call returns when the work is done.

    `forward` returns the outputs; `training` returns the gradients of their sum of squares: of the inputs, then of all weights. Those of
    the floor are matrix products of random numbers, which answer nothing.
    """

    forward: Callable[[], Any]
    training: Callable[[], list[Any]]


class Trainer(NamedTuple):
    """A model about to be trained.

    `prepare` turns a batch `(inputs, labels, weights)` into what `train` takes; `train` takes one step of Adam and returns the loss from
    before it, the mean over the tokens that have a weight.
    """

    prepare: Callable[[tuple], Any]
    train: Callable[[Any], float]


class Unavailable(Exception):
    """A contender that cannot take part; the message says why."""


def load(contender: str) -> tuple[ModuleType, dict[str, Any]]:
    """Imports a contender, and with it its framework.

    Args:
        contender: Key of `CONTENDERS`.

    Returns:
        The module, which has `start(threads)` and `build(row, problem, **options) -> Steps`, and those options.

    Raises:
        Unavailable: The framework is not installed.
    """
    module, options = CONTENDERS[contender]
    return import_contender(f"{__name__}.{module}"), options


def import_contender(module: str) -> ModuleType:
    """Imports the module of a contender.

    Raises:
        Unavailable: Its framework is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise Unavailable("PyTorch is not installed (pip install torch)") from error
