import numpy as np
import pytest
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.data.batching.crop import crop
from toolkit.data.batching.token_lists import padded
from toolkit.layers import CropMiddle

TEXTS = [np.arange(1, length + 1, dtype=np.int32) for length in (1, 4, 5, 6, 11)]


@pytest.mark.parametrize("max_length", [2, 5, 11, 12])
@pytest.mark.parametrize("shape", [(None, None), (len(TEXTS), 11)])
def test_what_is_kept_is_what_a_list_keeps(max_length, shape):
    layer = CropMiddle(max_length)
    cropped = tf.function(layer, input_signature=[tf.TensorSpec(shape, tf.int32)])(padded(TEXTS))
    np.testing.assert_array_equal(cropped, padded([crop(ids, max_length) for ids in TEXTS]))


def test_the_shape_is_known_before():
    assert CropMiddle(5).compute_output_shape((None, 7)) == (None, 5)
    assert CropMiddle(5).compute_output_shape((2, 3)) == (2, 3)
    assert CropMiddle(5).compute_output_shape((2, None)) == (2, None)


def test_a_head_and_a_tail_need_two_tokens():
    with pytest.raises(InvalidArgument, match="`max_length` must be an integer of at least 2"):
        CropMiddle(1)
