"""What a translator reads of a text. No TensorFlow here: LiteRT does without."""

import numpy as np


def source_ids(ids: np.ndarray, end_id: int, max_length: int | None = None) -> np.ndarray:
    """Returns what a translator reads: the first ids of a text, and its end id.

    Args:
        ids: Token ids of the text.
        end_id: Id of the end.
        max_length: Most ids, the end id among them; `None` for no limit.
    """
    return np.append(ids[: None if max_length is None else max_length - 1], np.int32(end_id))
