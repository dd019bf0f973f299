"""A held-out text for somebody to try a finished run on."""

import textwrap
from collections.abc import Sequence

LOOKED_AT, CHARACTERS = 20, 60


def shortest(texts: Sequence[str]) -> str:
    """Returns the first words of the shortest of a few texts that has any, on one line; `""` if none has.

    Args:
        texts: Held-out texts, in any order.
    """
    lines = [" ".join(text.split()) for text in texts[:LOOKED_AT]]
    words = [textwrap.shorten(line, CHARACTERS, placeholder="") or line[:CHARACTERS] for line in lines]
    return min(filter(None, words), key=len, default="")
