"""The windows that all contenders train on."""

import numpy as np

from benchmarks.language_models import Batch
from benchmarks.language_models.setting import Setting

SPECIAL = 4  # ids that no text has: padding, unknown, begin, end


def random_text(vocabulary_size: int, length: int, seed: int = 0) -> np.ndarray:
    """Returns so many ids, each drawn by itself, none of them special."""
    return np.random.default_rng(seed).integers(SPECIAL, vocabulary_size, length).astype("int32")


def make_windows(ids: np.ndarray, setting: Setting, count: int) -> list[Batch]:
    """Cuts a text into windows: each row reads its own part, on and on.

    Args:
        ids: Token ids, `[tokens]`.
        setting: The model, which says how many rows of what length.
        count: Batches to make.

    Raises:
        ValueError: The text is too short.
    """
    rows, window = setting.rows, setting.window
    needed = rows * window * count + 1
    if len(ids) < needed:
        raise ValueError(f"Argument `ids` must have {needed:,} tokens for {count} batches. Received: {len(ids):,} tokens")
    read, predicted = (ids[start : start + needed - 1].reshape(rows, count, window).astype("int32") for start in (0, 1))
    first, weights = np.zeros(rows, bool), np.ones((rows, window), "float32")
    return [((read[:, i], first), predicted[:, i], weights) for i in range(count)]
