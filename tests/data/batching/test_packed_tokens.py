import numpy as np

from toolkit.data.batching.packed_tokens import PackedTokens


def test_lists_are_padded_in_any_order_and_after_the_last_is_an_empty_one():
    packed = PackedTokens([np.array([5, 6, 7]), np.array([], np.int32), np.array([8])])
    tokens, inside = packed.pad(np.array([2, 0, 1, 3]), np.int64(4))
    assert tokens.numpy().tolist() == [[8, 0, 0, 0], [5, 6, 7, 0], [0] * 4, [0] * 4]
    assert tokens.dtype == np.int32
    np.testing.assert_array_equal(inside, tokens.numpy() > 0)
