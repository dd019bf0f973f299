import numpy as np
import pytest

from toolkit.layers import AttentionOverTime, MaxOverTime, MeanOverTime

X = np.random.default_rng(0).normal(size=(3, 6, 4)).astype("float32") - 5  # all negative: a zero of padding would win a maximum
LENGTHS = [6, 3, 0]
MASK = np.arange(6)[np.newaxis] < np.array(LENGTHS)[:, np.newaxis]


def numpy_attention(layer, rows):
    scores = np.tanh(rows @ layer.hidden.kernel.numpy() + layer.hidden.bias.numpy()) @ layer.score.kernel.numpy()
    weights = np.exp(scores - scores.max())
    return (rows * weights / weights.sum()).sum(axis=0)


POOLED = {
    "max": (MaxOverTime, lambda layer, rows: rows.max(axis=0)),
    "mean": (MeanOverTime, lambda layer, rows: rows.mean(axis=0)),
    "attention": (lambda: AttentionOverTime(5), numpy_attention),
}


@pytest.mark.parametrize("name", POOLED)
def test_pools_the_tokens_of_each_row_and_zeros_for_none(name):
    make, reference = POOLED[name]
    layer = make()
    pooled = layer(X, mask=MASK).numpy()
    for row, length in enumerate(LENGTHS):
        expected = reference(layer, X[row, :length]) if length else np.zeros(4)
        np.testing.assert_allclose(pooled[row], expected, rtol=1e-5, atol=1e-6)  # single precision


@pytest.mark.parametrize("name", POOLED)
def test_without_a_mask_every_step_counts(name):
    layer = POOLED[name][0]()
    np.testing.assert_array_equal(layer(X), layer(X, mask=np.ones((3, 6), bool)))


@pytest.mark.parametrize("units", [0, -2, 1.5])
def test_attention_needs_units(units):
    with pytest.raises(ValueError, match=f"units={units}"):
        AttentionOverTime(units)
