"""What a vocabulary does not have; and copying it: names and numbers are often the same in both languages."""

from collections.abc import Sequence

import numpy as np

from toolkit.text.tokenizer import Tokenizer

_WORD_STARTS = ("\u2581", " ")  # a space, in most models and in those of characters


def word_of_each_piece(text: str, pieces: Sequence[str]) -> list[str]:
    """Returns, for each piece of a text, the word that it belongs to.

    Args:
        text: The text; its words are what stands between white space.
        pieces: All of its pieces. Where a tokenizer's normalization has changed the number of words, they are joined from these.
    """
    numbers = word_numbers(pieces)
    words = text.split()
    if len(pieces) and numbers[-1] + 1 != len(words):
        joined = [
            "".join(piece for piece, number in zip(pieces, numbers, strict=True) if number == word) for word in range(numbers[-1] + 1)
        ]
        words = [word.replace("\u2581", " ").strip() for word in joined]
    return [words[number] for number in numbers]


def word_numbers(pieces: Sequence[str]) -> np.ndarray:
    """Returns the number of the word that each piece of a text belongs to, from 0, `[len(pieces)]`."""
    starts = np.array([piece.startswith(_WORD_STARTS) for piece in pieces], int)
    return np.cumsum(starts) - starts[:1]


def decode_with_copies(tokenizer: Tokenizer, ids: Sequence[int], alignment: np.ndarray, words: Sequence[str]) -> str:
    """Turns ids into a text in which each unknown token is the source's word that it looked at most.

    Args:
        tokenizer: That of the target.
        ids: The target's ids.
        alignment: float32 `[len(ids), positions]`, with at least as many positions as words.
        words: The word of each position of the source, from `word_of_each_piece`; the end of the source has none.

    Returns:
        The text. A copied word stands between spaces, unless nothing was unknown.

    Source: Jean et al. 2015, "On using very large target vocabulary for neural machine translation", section 3.3; Luong et al. 2015,
    "Addressing the rare word problem in neural machine translation".
    """
    unknown = [place for place, token in enumerate(ids) if token == tokenizer.unk_id]
    if not unknown or not words:
        return tokenizer.decode(ids)
    parts, start = [], 0
    for place in unknown:
        copied = words[int(np.argmax(alignment[place, : len(words)]))]
        parts += [tokenizer.decode(ids[start:place]), copied]
        start = place + 1
    return " ".join(" ".join([*parts, tokenizer.decode(ids[start:])]).split())


def unknown_parts(tokenizer: Tokenizer, text: str) -> list[str]:
    """Returns the characters of a text, or its words for a tokenizer of words, that are not in the vocabulary, each once, in order."""
    parts = list(dict.fromkeys(text.split() if tokenizer.model_type == "word" else text))
    return [part for part, ids in zip(parts, tokenizer.encode(parts), strict=True) if tokenizer.unk_id in ids]
