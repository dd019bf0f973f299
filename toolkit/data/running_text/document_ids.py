"""The documents of a token file, one by one."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.running_text.token_file import TokenFile


class DocumentIds(Sequence):
    """What a language model reads and predicts of each document, `begin, y_1, ..., y_n` and the end where documents have one.

    Args:
        tokens: The token file, which is read when a document is asked for.
        begin_id: Id that begins a document.
        end_id: Id that ends one; `None` if nothing does.
    """

    def __init__(self, tokens: TokenFile, begin_id: int, end_id: int | None):
        self._tokens = tokens
        self._begin = [begin_id]
        self._end = [] if end_id is None else [end_id]
        self._ends = np.cumsum(tokens.lengths)

    def __len__(self):
        return len(self._ends)

    def __getitem__(self, index):
        end = self._ends[index]
        return np.concatenate([self._begin, self._tokens.ids[end - self._tokens.lengths[index] : end], self._end]).astype(np.int32)
