import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.data.running_text.stretch import Stretch, Thinned, evenly, has_text, in_parts

PART = 1 << 16


def test_a_short_text_is_one_part():
    assert list(Stretch("a b\nc")) == ["a b\nc"]
    assert list(Stretch("")) == []


@pytest.mark.parametrize("size", [7, 1000, PART - 1, PART, 200_000])
def test_parts_do_not_depend_on_how_a_text_was_read(size):
    text = "some words, \n  more " * 20_000
    parts = list(Stretch([text[start : start + size] for start in range(0, len(text), size)]))
    assert parts == list(Stretch(text))
    assert "".join(parts) == text
    assert all(len(part) <= PART for part in parts)
    assert all(part[0] in " \n" for part in parts[1:])


def test_only_a_long_text_is_cut():
    assert in_parts("a b") == ("a b",)
    assert [len(part) for part in in_parts("x" * (PART + 1))] == [PART, 1]


def test_what_has_no_space_is_cut_anywhere():
    assert [len(part) for part in Stretch("x" * (2 * PART + 3))] == [PART, PART, 3]


@given(st.lists(st.text(max_size=5)), st.integers(0, 30), st.none() | st.integers(0, 30))
def test_some_of_a_text(parts, start, stop):
    stretch = Stretch(parts, start, stop)
    assert "".join(stretch) == "".join(parts)[start:stop]
    assert "".join(stretch) == "".join(parts)[start:stop]  # again


def test_white_space_is_no_text():
    assert not has_text(["", " \n", "\t\u00a0"])
    assert has_text([" ", "x"])


@given(st.integers(0, 500), st.floats(0, 1))
def test_a_share_of_items_comes_from_all_of_them(number, share):
    found = list(evenly(range(number), share))
    assert len(found) == int(number * share)
    assert len({b - a for a, b in itertools.pairwise(found)}) <= 2


def test_a_thinned_text_is_read_anew_each_time():
    text = Thinned(Stretch("word " * 100_000), 0.5)
    assert list(text) == list(text)
    assert sum(map(len, text)) == pytest.approx(250_000, abs=PART)
