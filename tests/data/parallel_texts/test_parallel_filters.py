import numpy as np
import pytest

from toolkit.data.parallel_texts.parallel_filters import (
    EMPTY_SIDE,
    empty_side,
    identical_sides,
    kept_pairs,
    length_filters,
    repeated,
    text_filters,
    too_long,
    too_uneven,
)
from toolkit.data.splits.report import SplitReport


def test_each_filter():
    assert empty_side(" ", "a")
    assert empty_side("a", "")
    assert not empty_side("a", "b")
    assert identical_sides("a b", "a b ")
    assert not identical_sides("a b", "A b")
    assert too_long("abc", "a", 2)
    assert too_long("a", "abc", 2)
    assert not too_long("ab", "ab", 2)
    assert too_uneven("abc", "a", 2)
    assert too_uneven("a", "abc", 2)
    assert too_uneven("", "a", 2)
    assert not too_uneven("ab", "a", 2)


def test_repeated_pairs_are_those_after_the_first():
    is_repeated = repeated()
    assert [is_repeated(*pair) for pair in ["ab", "ac", "ab", "ba", "ab"]] == [False, False, True, False, True]
    assert not repeated()("a", "b")


PAIRS = [("a", "b"), ("", "b"), ("same", "same"), ("a", "b"), ("long enough", "x"), ("a", "c"), (" ", " ")]


def kept(filters, whole=False):
    report = SplitReport(read=len(PAIRS))
    return kept_pairs(*zip(*PAIRS, strict=True), filters, report, whole), report


def test_every_dropped_pair_is_counted_once():
    positions, report = kept(text_filters(max_characters=10))
    assert positions == [0, 5]
    assert report.dropped == {EMPTY_SIDE: 2, "identical sides": 1, "repeated": 1, "longer than 10 characters": 1}
    assert report.read == report.kept + sum(report.dropped.values())


def test_of_a_whole_split_only_empty_pairs_are_dropped():
    positions, report = kept(text_filters(max_ratio=10), whole=True)
    assert positions == [0, 2, 3, 4, 5]
    assert report.dropped == {EMPTY_SIDE: 2}
    assert report.noted == {"identical sides": 1, "repeated": 1, "one side over 10 times as many characters": 1}
    assert report.kept == 5


def test_tokens_are_filtered_after_texts_in_the_same_report():
    _, report = kept(text_filters())
    tokens = [np.arange(length) for length in (3, 4, 9)]
    assert kept_pairs(tokens, [np.arange(3)] * 3, length_filters("tokens", max_length=8, max_ratio=1.2), report) == [0]
    assert report.dropped == {
        EMPTY_SIDE: 2,
        "identical sides": 1,
        "repeated": 1,
        "longer than 8 tokens": 1,
        "one side over 1.2 times as many tokens": 1,
    }
    assert report.read == report.kept + sum(report.dropped.values())


@pytest.mark.parametrize("limits", [{"max_length": 0}, {"max_ratio": 0.5}, {"max_length": -1}])
def test_limits_below_one_are_refused(limits):
    with pytest.raises(ValueError, match="`max_length` and `max_ratio` must be at least 1"):
        length_filters("tokens", **limits)
