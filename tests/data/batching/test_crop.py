import numpy as np
import pytest

from toolkit.data.batching.crop import crop


def test_a_short_text_stays():
    ids = np.arange(5)
    assert crop(ids, 5) is ids


def test_head_and_tail_stay():
    np.testing.assert_array_equal(crop(np.arange(10), 4), [0, 1, 8, 9])
    np.testing.assert_array_equal(crop(np.arange(10), 5), [0, 1, 7, 8, 9])


def test_a_length_without_head_is_refused():
    with pytest.raises(ValueError, match="max_length=1"):
        crop(np.arange(10), 1)
