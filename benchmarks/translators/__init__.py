"""Who runs in `benchmarks.translation_speed`: each translator trains the same model, from the same weights; the floor is its products."""

from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.contenders import OURS_ROUNDED, import_contender

# By name: the module of this package, what its `build` is given besides setting and weights, and whether its batches are sorted by length.
TRANSLATORS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "ours": ("ours", {}, True),
    OURS_ROUNDED: ("ours", {"precision": "bfloat16"}, True),
    "keras graph": ("stock", {"jit": False}, True),
    "keras jit": ("stock", {"jit": True}, True),
    "keras graph, unsorted": ("stock", {"jit": False}, False),
    "pytorch": ("pytorch", {}, True),
    "floor graph": ("floor", {"jit": False}, True),
    "floor jit": ("floor", {"jit": True}, True),
}

# ((source, what the decoder reads), what it is to predict, weights), as `PairBatches` gives them.
Batch = tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]


def load(translator: str) -> tuple[ModuleType, dict[str, Any]]:
    """Imports a translator, and with it its framework.

    Args:
        translator: Key of `TRANSLATORS`.

    Returns:
        The module, which has `start(threads)` and `build(setting, weights, **options) -> Trainer`, and those options.

    Raises:
        Unavailable: The framework is not installed.
    """
    module, options, _ = TRANSLATORS[translator]
    return import_contender(f"{__name__}.{module}"), options
