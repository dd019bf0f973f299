import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.data.batching.token_lists import TOKENS_PER_BATCH, by_length, padded


@given(st.lists(st.integers(1, 6000), max_size=50), st.integers(1, 9))
def test_batches_hold_each_list_once_from_short_to_long_and_are_not_too_large(lengths, batch_size):
    batches = list(by_length(lengths, batch_size))
    order = [position for batch in batches for position in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[position] for position in order] == sorted(lengths)
    for batch in batches:
        assert 1 <= len(batch) <= batch_size
        assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= TOKENS_PER_BATCH


def test_rows_are_padded_with_zeros():
    rows = padded([np.array([5, 6, 7]), np.array([], np.int32)])
    np.testing.assert_array_equal(rows, [[5, 6, 7], [0, 0, 0]])
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(padded([np.array([5])], 3), [[5, 0, 0]])
