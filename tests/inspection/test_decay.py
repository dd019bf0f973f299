import numpy as np
import pytest

from toolkit.inspection.decay import decay_of


@pytest.mark.parametrize(
    ("norms", "verdict", "half_life", "doubling", "zero_from"),
    [
        (0.5 ** np.arange(10), "vanishing", 1, None, None),
        (0.5 ** np.arange(6), "healthy", 1, None, None),  # half of it at each step, but there are few
        ([9.0, *0.9 ** np.arange(8)], "healthy", -1 / np.log2(0.9), None, None),  # the last step has its own
        (2.0 ** np.arange(8), "exploding", None, 1, None),
        ([1.0, 2.0, 4.0, np.inf], "exploding", None, 1, None),
        ([1.0] * 5, "healthy", None, None, None),
        ([1.0, 0.5, 0.25, 0.0, 0.0], "vanishing", 1, None, 3),
        ([0.0, 1.0, 0.5, 0.25, 0.125], "healthy", 1, None, None),
        ([0.0] * 5, "vanishing", None, None, 0),
        ([1.0, 1e-9, 1e-18], "too short", None, None, None),
        ([], "too short", None, None, None),
    ],
)
def test_the_verdict_follows_from_the_norms(norms, verdict, half_life, doubling, zero_from):
    found = decay_of(norms)
    assert (found.verdict, found.zero_from) == (verdict, zero_from)
    assert found.half_life == (None if half_life is None else pytest.approx(half_life, rel=0.02))
    assert found.doubling == (None if doubling is None else pytest.approx(doubling))


def test_noise_hardly_moves_the_half_life():
    rng = np.random.default_rng(0)
    norms = 0.9 ** np.arange(40) * np.exp(rng.normal(size=40) / 10)
    norms[[3, 17]] *= 1e4
    assert decay_of(norms).half_life == pytest.approx(np.log(0.5) / np.log(0.9), rel=0.1)
