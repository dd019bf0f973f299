"""A search for numbers at which a cost is low."""

import numpy as np
import pytest

from toolkit.tasks.language_model.coordinate_search import FACTOR, FARTHEST, lowest


def test_a_search_ends_at_the_lowest_of_its_grid():
    tried = []

    def cost(x, y):
        tried.append((x, y))
        return np.log(x / 30) ** 2 + np.log(y * x / 3) ** 2

    x, y = lowest(cost, (1.0, 1.0), factor=3.0)
    assert (x, y) == pytest.approx((27, 1 / 9))
    assert len({*tried}) == len(tried)


def test_it_does_not_go_far():
    assert lowest(lambda x: -x, (1.0,)) == pytest.approx((FACTOR**FARTHEST,))
