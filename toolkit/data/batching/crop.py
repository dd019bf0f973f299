"""Shortening a long text: its beginning and its end say more than its middle."""

import numpy as np


def crop(ids: np.ndarray, max_length: int) -> np.ndarray:
    """Drops the middle of a text that is too long.

    Args:
        ids: Token ids `[length]`.
        max_length: The number of tokens to keep, at least 2.

    Returns:
        `ids` itself if it is short enough, else its first `max_length // 2` ids followed by its last `max_length - max_length // 2`.

    Raises:
        ValueError: `max_length` is below 2.
    """
    if max_length < 2:
        raise ValueError(f"`max_length` must be at least 2, to keep a head and a tail. Received: max_length={max_length}")
    if len(ids) <= max_length:
        return ids
    head = max_length // 2
    return np.concatenate([ids[:head], ids[head - max_length :]])
