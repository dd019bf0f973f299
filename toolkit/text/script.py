"""Which script texts are in."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"\b\w\w+\b")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # Thai to Chinese


def parts_words(texts: Sequence[str]) -> bool:
    """Tells texts whose words stand between spaces from those mostly of scripts such as Chinese, or of no words at all.

    Args:
        texts: The texts.
    """
    unspaced, words = (sum(len(pattern.findall(text)) for text in texts) for pattern in (_UNSPACED, _WORD))
    return words > 0 and 2 * unspaced < sum(map(len, texts))


def is_unspaced(character: str) -> bool:
    """Tells whether a character is of a script that sets no spaces between words."""
    return bool(_UNSPACED.match(character))
