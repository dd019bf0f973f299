import math

import pytest

from toolkit.data.splits.interval import wilson_interval


@pytest.mark.parametrize(("share", "number"), [(0.0, 4), (0.75, 4), (1.0, 10), (0.8, 1000)])
def test_the_ends_solve_wilsons_equation(share, number):
    """They are the shares p of which the measured one is 1.96 standard deviations away: |share - p| = 1.96 sqrt(p (1 - p) / n)."""
    for end in wilson_interval(share, number):
        assert 0 <= end <= 1
        assert abs(share - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / number), abs=1e-7)


def test_more_texts_tell_more():
    widths = [high - low for low, high in (wilson_interval(0.8, number) for number in (4, 40, 400))]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0.5
