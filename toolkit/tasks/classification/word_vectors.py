"""Vectors of tokens from texts without labels: what means something alike has like ones, so that what labels say of one holds for all."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd

WINDOW = 16  # tokens on each side that are the context of one
SMOOTHING = 0.75  # power of the counts of contexts, which makes rare ones less of a surprise
MOST_TOKENS = 20_000_000  # of which memory has room for the pairs
LEAST = 1e-6  # singular value that is one, as a share of the largest


def context_vectors(token_lists: Sequence[np.ndarray], vocabulary_size: int, dim: int) -> np.ndarray:
    """Returns vectors of tokens that stand in like contexts, such as adjectives that say the same.

    They are the left singular vectors of the positive pointwise mutual information of tokens that stand near to each other, times the root
    of the singular values, each of length 1.

    Args:
        token_lists: Token ids of each text.
        vocabulary_size: Number of token ids.
        dim: Size of a vector.

    Returns:
        `[vocabulary_size, dim]`; zeros for a token that does not occur, and in columns that there are too few tokens for.

    Source: Levy, Goldberg & Dagan 2015, "Improving distributional similarity with lessons learned from word embeddings".
    """
    counts = _near(token_lists, vocabulary_size)
    each = np.asarray(counts.sum(axis=1)).ravel()
    context = each**SMOOTHING
    pairs = counts.tocoo()
    surprise = np.log(pairs.data * context.sum() / (each[pairs.row] * context[pairs.col]))
    kept = surprise > 0
    information = csr_matrix((surprise[kept], (pairs.row[kept], pairs.col[kept])), counts.shape)
    left, values, _ = _singular(information, dim)
    return _of_length_one(left * np.sqrt(values))


def topic_vectors(texts: csr_matrix, dim: int) -> np.ndarray:
    """Returns vectors of tokens that occur in like texts.

    Args:
        texts: What each token counts in each text, `[texts, tokens]`, each row of length 1.
        dim: Size of a vector.

    Returns:
        The right singular vectors, `[tokens, dim]`.

    Source: Deerwester et al. 1990, "Indexing by latent semantic analysis".
    """
    return _singular(texts, dim)[2].T


def _near(token_lists: Sequence[np.ndarray], size: int) -> csr_matrix:
    """Returns how often two tokens stand near to each other, each time weighted by one over their distance."""
    gap = np.full(WINDOW, -1, np.int32)
    flat = np.concatenate([gap, *(part for ids in token_lists for part in (ids, gap))])[:MOST_TOKENS]
    total = csr_matrix((size, size), dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        left, right = flat[:-distance], flat[distance:]
        inside = (left >= 0) & (right >= 0)
        weights = np.full(inside.sum(), 1 / distance, np.float32)
        total = total + coo_matrix((weights, (left[inside], right[inside])), total.shape).tocsr()
    return total + total.T


def _singular(matrix: csr_matrix, dim: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns so many singular vectors and values, the largest first; zeros beyond the rank of the matrix."""
    found = min(dim, *matrix.shape)
    left, values, right = randomized_svd(matrix, found, n_iter=2, power_iteration_normalizer="QR", random_state=0)
    there = values > LEAST * values.max(initial=1)
    missing = dim - found
    return (
        np.pad(left * there, [(0, 0), (0, missing)]),
        np.pad(values * there, (0, missing)),
        np.pad(right * there[:, np.newaxis], [(0, missing), (0, 0)]),
    )


def _of_length_one(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
