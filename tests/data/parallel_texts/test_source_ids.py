import numpy as np

from toolkit.data.parallel_texts.source_ids import source_ids


def test_a_source_ends_with_its_end_however_long_it_is():
    ids = np.array([5, 6, 7], np.int32)
    np.testing.assert_array_equal(source_ids(ids, 3), [5, 6, 7, 3])
    np.testing.assert_array_equal(source_ids(ids, 3, 4), [5, 6, 7, 3])
    np.testing.assert_array_equal(source_ids(ids, 3, 3), [5, 6, 3])
