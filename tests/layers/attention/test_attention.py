import numpy as np
import pytest

from toolkit.layers import Attention
from toolkit.layers.attention.attention import SCORES

BATCH, STEPS, POSITIONS, SIZE = 2, 3, 5, 4


def inputs(memory_size=SIZE):
    random = np.random.default_rng(0)
    return random.normal(size=(BATCH, STEPS, SIZE)), random.normal(size=(BATCH, POSITIONS, memory_size))


def score_by_hand(layer, query, position):
    weights = {weight.name: weight.numpy() for weight in layer.weights}
    if layer.score == "dot":
        return query @ position
    if layer.score == "scaled":
        return query @ position / np.sqrt(SIZE)
    if layer.score == "general":
        return query @ (position @ weights["memory_kernel"])
    inside = np.tanh(query @ weights["query_kernel"] + position @ weights["memory_kernel"] + weights["bias"])
    return (inside @ weights["score_kernel"]).item()


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("mask", [None, [[1, 1, 1, 1, 1], [0, 1, 1, 0, 0]]])
def test_equals_numpy(score, mask):
    memory_size = SIZE if score in ("dot", "scaled") else 6
    layer, (queries, memory) = Attention(score, dtype="float64"), inputs(memory_size)
    seen, weights = layer(queries, memory, memory_mask=None if mask is None else np.array(mask, bool))
    for row in range(BATCH):
        visible = np.flatnonzero(mask[row] if mask else np.ones(POSITIONS))
        for step in range(STEPS):
            scores = np.array([score_by_hand(layer, queries[row, step], memory[row, position]) for position in visible])
            expected = np.exp(scores) / np.exp(scores).sum()
            np.testing.assert_allclose(np.asarray(weights)[row, step, visible], expected, rtol=1e-10)  # double precision
            np.testing.assert_allclose(np.asarray(seen)[row, step], expected @ memory[row, visible], rtol=1e-10)
    np.testing.assert_allclose(np.sum(weights, -1), 1, rtol=1e-12)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="score='louder'"):
        Attention("louder")
    with pytest.raises(ValueError, match="units=0"):
        Attention("additive", 0)
    with pytest.raises(ValueError, match="size of a query, 4"):
        Attention("dot")(*inputs(6))
