"""CIDEr-D: how much a caption has of what people say of an image, and of few others."""

import math
from collections import Counter
from collections.abc import Sequence

LONGEST = 4  # words of an n-gram
SIGMA = 6.0
SCALE = 1000.0  # ten, as in the paper, times a hundred, as the others are told


class CiderD:
    """Compares captions with those that people have given to the same images.

        CIDEr-D(c, S) = 10 / 4 Σ_n 1/m Σ_j exp(-(l(c) - l(s_j))² / 2σ²) · Σ_k min(g_k(c), g_k(s_j)) g_k(s_j) / (‖g(c)‖ ‖g(s_j)‖)

    g_k is how often a caption has the n-gram k, times log(N / d_k), where d_k of the N images have a caption with it. σ is 6, and l the
    number of words. In the paper g has the share of an n-gram in place of its number, which the cosine would cancel if it were not for the
    minimum; the authors' code, whose scores everybody reports, has the number, and so has this. Words are not stemmed, likewise.

    Args:
        references: Of each image the words of its captions: the N images.

    Raises:
        ValueError: There is no image, or one without captions.

    Source: Vedantam, Zitnick & Parikh 2015, "CIDEr: Consensus-based image description evaluation", sections 4 and 7.
    """

    def __init__(self, references: Sequence[Sequence[Sequence[str]]]):
        if not references or not all(references):
            raise ValueError("Argument `references` must hold at least one caption of each of at least one image.")
        self._images = len(references)
        self._seen = Counter(ngram for captions in references for ngram in {n for words in captions for n in _counts(words)})
        self._references = [[self._vectors(words) for words in captions] for captions in references]

    def scores(self, captions: Sequence[Sequence[str]]) -> list[float]:
        """Returns the score of each caption, from 0 to 1,000; a hundred times what the authors' code gives.

        Args:
            captions: Of each image the words of the caption that is measured.

        Raises:
            ValueError: There is not one for each image.
        """
        if len(captions) != self._images:
            raise ValueError(f"Argument `captions` must have one for each of the {self._images} images. Received: {len(captions)}")
        return [
            sum(_similarity(self._vectors(words), reference) for reference in references) * SCALE / len(references)
            for words, references in zip(captions, self._references, strict=True)
        ]

    def _vectors(self, words: Sequence[str]) -> tuple[int, list[dict[tuple, float]]]:
        """Returns the number of words of a caption, and g by the length of the n-grams."""
        vectors: list[dict[tuple, float]] = [{} for _ in range(LONGEST)]
        for ngram, count in _counts(words).items():
            vectors[len(ngram) - 1][ngram] = count * math.log(self._images / max(1, self._seen[ngram]))
        return len(words), vectors


def _counts(words: Sequence[str]) -> Counter:
    """Counts the n-grams of up to `LONGEST` words."""
    return Counter(tuple(words[start : start + n]) for n in range(1, LONGEST + 1) for start in range(len(words) - n + 1))


def _similarity(caption: tuple[int, list[dict]], reference: tuple[int, list[dict]]) -> float:
    """Returns how similar two captions are, from 0 to 1."""
    (length, ours), (other_length, theirs) = caption, reference
    penalty = math.exp(-((length - other_length) ** 2) / (2 * SIGMA**2))
    return penalty * sum(_clipped_cosine(*pair) for pair in zip(ours, theirs, strict=True)) / LONGEST


def _clipped_cosine(ours: dict[tuple, float], theirs: dict[tuple, float]) -> float:
    size = math.sqrt(sum(value**2 for value in ours.values()) * sum(value**2 for value in theirs.values()))
    return sum(min(value, theirs[ngram]) * theirs[ngram] for ngram, value in ours.items() if ngram in theirs) / size if size else 0.0
