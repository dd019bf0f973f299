import numpy as np
import pytest

from tests.decoding.scripted import Script
from toolkit.decoding import score

BEGIN = 1
SEQUENCES = [[3, 1, 2], [2, 1, 1, 3, 2]]


@pytest.mark.parametrize("lengths", [None, [3, 5]], ids=["until_the_zeros", "lengths"])
def test_log_probabilities_of_given_tokens(lengths):
    script = Script(seed=8)
    targets = np.array([row + [0] * (5 - len(row)) for row in SEQUENCES])
    scored = score(script.step, script.state(), targets, BEGIN, lengths)
    assert scored.token_scores.shape == (2, 5)
    for item, row in enumerate(SEQUENCES):
        wanted = script.token_scores(item, row, BEGIN)
        np.testing.assert_allclose(scored.token_scores[item, : len(row)], wanted, atol=1e-5)  # float32
        np.testing.assert_allclose(scored.scores[item], wanted.sum(), atol=1e-5)
        np.testing.assert_array_equal(scored.alignments[item, : len(row)], script.alignment(item, row, BEGIN))
        assert not np.any(scored.token_scores[item, len(row) :])
        assert not np.any(scored.alignments[item, len(row) :])


def test_a_zero_inside_is_a_token():
    script = Script(seed=8)
    scored = score(script.step, script.state(), np.array([[3, 0, 2, 0], [0, 0, 0, 0]]), BEGIN)
    np.testing.assert_allclose(scored.scores, [script.token_scores(0, [3, 0, 2], BEGIN).sum(), 0], atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 0), (0, 3)], ids=str)
def test_nothing_to_score(shape):
    script = Script(seed=8)
    scored = score(script.step, script.state(shape[0]), np.zeros(shape, int), BEGIN)
    assert scored.token_scores.shape == shape
    assert not np.any(scored.scores)


@pytest.mark.parametrize("targets", [[1, 2], [[0.5]]], ids=["vector", "floats"])
def test_wrong_targets(targets):
    with pytest.raises(ValueError, match=r"`targets` must be integers \[batch, time\]\. Received: "):
        score(None, (), targets, BEGIN)
