"""Who runs in `benchmarks.language_model_speed`: each contender trains the same model, from the same weights."""

from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.contenders import OURS_ROUNDED, import_contender

# By name: the module of this package, and what its `build` is given besides setting and weights.
CONTENDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ours": ("ours", {}),
    OURS_ROUNDED: ("ours", {"precision": "bfloat16"}),
    "keras graph": ("stock", {"jit": False}),
    "keras jit": ("stock", {"jit": True}),
    "pytorch": ("pytorch", {}),
    "floor graph": ("floor", {"jit": False}),
    "floor jit": ("floor", {"jit": True}),
}

# ((tokens [rows, window], whether a row's state is to be zero before), what follows each token, weights), as `WindowBatches`
# gives them.
Batch = tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]


def load(contender: str) -> tuple[ModuleType, dict[str, Any]]:
    """Imports a contender, and with it its framework.

    Args:
        contender: Key of `CONTENDERS`.

    Returns:
        The module, which has `start(threads)` and `build(setting, weights, **options) -> Trainer`, and those options.

    Raises:
        Unavailable: The framework is not installed.
    """
    module, options = CONTENDERS[contender]
    return import_contender(f"{__name__}.{module}"), options
