import numpy as np
import pytest

from toolkit.layers import WordDropout

TOKENS = np.tile(np.array([[5, 6, 7, 8, 0, 0]], "int32"), (500, 1))


def test_replaces_a_share_of_the_tokens_and_no_padding():
    dropped = WordDropout(0.3, unknown_id=1, seed=0)(TOKENS, training=True).numpy()
    assert np.array_equal(dropped == 0, TOKENS == 0)
    replaced = dropped[:, :4] == 1
    assert abs(replaced.mean() - 0.3) < 0.05  # five standard errors of 2,000 draws
    assert np.array_equal(dropped[:, :4][~replaced], TOKENS[:, :4][~replaced])


def test_off_outside_of_training():
    np.testing.assert_array_equal(WordDropout(0.9)(TOKENS), TOKENS)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_rates_out_of_range_are_refused(rate):
    with pytest.raises(ValueError, match=f"rate={rate}"):
        WordDropout(rate)
