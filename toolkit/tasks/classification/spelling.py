"""Which words the tokens of a text make, from how the tokens are written."""

import re
from collections.abc import Sequence

import numpy as np

from toolkit.layers.ngram_logits import PRIMES
from toolkit.text.script import is_unspaced
from toolkit.text.tokenizer import SPACE_PIECE

BASES = (8191, 10007)  # of the hashes of letters
MARK, LETTER, BYTE = range(3)  # what may stand at an end of a token; letters make words, and bytes make one of what the tokenizer lacks
_BYTE = re.compile("<0x[0-9a-f]{2}>")
_LETTER = re.compile(r"\w")


def spelling_of(pieces: Sequence[str]) -> np.ndarray:
    """Returns `NgramLogits.spelling`: words are runs of letters and digits, whatever their case; any mark is a word, too.

    Where spaces do not part words, or no piece has two letters, each piece is one.

    Args:
        pieces: How each token is written.

    Returns:
        int32 `[tokens, 6]`.
    """
    whole = not any(len(piece.strip(SPACE_PIECE)) > 1 for piece in pieces if not piece.startswith("<"))
    return np.array([_row(piece.lower(), whole) for piece in pieces], np.int32)


def _row(piece: str, whole: bool) -> list[int]:
    letters = piece.replace(SPACE_PIECE, "")
    right = _end(letters, -1) if letters else LETTER  # what follows a space alone begins a word with it
    ends = (MARK, MARK) if whole else (_end(piece, 0), right)
    hashes, powers = [], []
    for prime, base in zip(PRIMES, BASES, strict=True):
        number = 0
        for letter in letters:
            number = (base * number + ord(letter)) % prime
        hashes.append(number)
        powers.append(pow(base, len(letters), prime))
    return [*hashes, *powers, *ends]


def _end(piece: str, place: int) -> int:
    if _BYTE.fullmatch(piece):
        return BYTE
    return LETTER if _LETTER.match(letter := piece[place]) and not is_unspaced(letter) else MARK
