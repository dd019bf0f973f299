import numpy as np
import pytest

from toolkit.layers import VariationalDropout


def test_one_mask_per_sequence_that_keeps_the_mean():
    dropped = VariationalDropout(0.25, seed=0)(np.ones((200, 5, 50), "float32"), training=True).numpy()
    assert np.array_equal(dropped, np.repeat(dropped[:, :1], 5, axis=1))
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs(dropped.mean() - 1) < 0.03  # five standard errors of 10,000 draws with variance 1/3


def test_off_outside_of_training():
    x = np.ones((2, 3, 4), "float32")
    np.testing.assert_array_equal(VariationalDropout(0.5)(x), x)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.7])
def test_rates_out_of_range_are_refused(rate):
    with pytest.raises(ValueError, match=f"rate={rate}"):
        VariationalDropout(rate)
