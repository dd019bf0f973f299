"""Log-probabilities of logits, without TensorFlow."""

import numpy as np


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Returns log-probabilities of logits `[..., vocabulary]`, in double precision."""
    logits = logits.astype(np.float64)
    logits -= logits.max(-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


def log_probability(logits: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Returns the log-probability of each token, float64 `[rows]`.

    Args:
        logits: `[rows, vocabulary]`.
        tokens: Integers `[rows]`.
    """
    return np.take_along_axis(log_softmax(logits), tokens[:, np.newaxis], 1)[:, 0]
