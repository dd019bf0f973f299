"""Chunks in tags of all schemes, legal or not."""

import itertools
import random

import pytest

from toolkit.errors import UserError
from toolkit.tasks.tagging.schemes import Span, illegal, in_iob2, mark_chunks, spans, to_iob2
from toolkit.tasks.tagging.sentence import Sentence

ALL = ["O", *(f"{letter}-{kind}" for letter in "BIES" for kind in "XY")]


def conlleval(tags):
    """The chunks by the rules of conlleval, one by one, as that program has them."""
    found, start = [], 0
    before, kind_before = "O", ""
    for place, tag in enumerate([*tags, "O"]):
        letter, _, kind = tag.partition("-")
        ends = before in ("E", "S") or (before in ("B", "I") and letter in ("B", "S", "O")) or (before != "O" and kind_before != kind)
        begins = letter in ("B", "S") or (before in ("E", "S", "O") and letter in ("E", "I")) or (letter != "O" and kind_before != kind)
        if ends:
            found.append((kind_before, start, place))
        if begins:
            start = place
        before, kind_before = letter, kind
    return found


def test_spans_are_those_of_conlleval():
    chance = random.Random(0)
    for tags in [*itertools.product(ALL, repeat=3), *(chance.choices(ALL, k=8) for _ in range(2000))]:
        assert spans(tags) == conlleval(tags), tags


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("iob1", ["I-X", "I-X", "B-X", "O", "I-Y"]),
        ("iob2", ["B-X", "I-X", "B-X", "O", "B-Y"]),
        ("iobes", ["B-X", "E-X", "S-X", "O", "S-Y"]),
    ],
)
def test_the_same_chunks_in_each_scheme(scheme, tags):
    assert spans(tags) == [Span("X", 0, 2), Span("X", 2, 3), Span("Y", 4, 5)]
    assert illegal(tags, scheme) == []
    assert to_iob2(tags) == ["B-X", "I-X", "B-X", "O", "B-Y"]
    assert [other for other in ("iob1", "iob2", "iobes") if not illegal(tags, other)] == [scheme]


@pytest.mark.parametrize(
    ("scheme", "tags", "wrong"),
    [
        ("iob2", ["O", "I-X"], [1]),
        ("iob2", ["B-X", "I-Y"], [1]),
        ("iob1", ["B-X", "I-X"], [0]),
        ("iob1", ["I-Y", "B-X"], [1]),
        ("iobes", ["B-X", "O"], [1]),
        ("iobes", ["O", "B-X"], [1]),
        ("iobes", ["I-X", "E-X"], [0]),
        ("iobes", ["B-X", "E-Y"], [1]),
    ],
)
def test_illegal_tags_are_found(scheme, tags, wrong):
    assert illegal(tags, scheme) == wrong


def test_iob2_written_again_is_the_same():
    chance = random.Random(0)
    for _ in range(200):
        tags = to_iob2(chance.choices(ALL, k=8))
        assert to_iob2(tags) == tags
        assert illegal(tags, "iob2") == []


@pytest.mark.parametrize(
    ("tags", "expected"),
    [({"O", "B-NP"}, True), ({"B", "I", "O"}, True), ({"O"}, False), ({"NOUN", "O"}, False), ({"IN", "B"}, False), ({"B-N-P"}, True)],
)
def test_tags_of_chunks_are_told_from_others(tags, expected):
    assert mark_chunks(tags) == expected


def sentence(*tags):
    return Sentence([f"w{place}" for place in range(len(tags))], list(tags), "train.txt", list(range(11, 11 + len(tags))))


def test_the_scheme_is_found():
    read, notes = in_iob2([sentence("I-X", "B-X", "O")], None)
    assert read[0].tags == ["B-X", "B-X", "O"]
    assert notes == ["the tags are IOB1; they were converted to IOB2"]
    assert in_iob2([sentence("B-X", "I-X")], None)[1] == []


def test_tags_of_no_scheme_are_refused_with_their_place_and_number():
    sentences = [sentence("B-X", "I-X", "B-Y", "O"), sentence("O", "I-X", "B-X")]
    expected = "train.txt:12: the tag I-X after O is not IOB2; 1 of 7 tags are not, and 2 are not IOB1; correct them, or say --scheme iob2"
    with pytest.raises(UserError) as error:
        in_iob2(sentences, None)
    assert expected in str(error.value)


def test_a_scheme_that_was_said_converts_them_aloud():
    read, notes = in_iob2([sentence("O", "I-X", "B-X")], "iob2")
    assert read[0].tags == ["O", "B-X", "B-X"]
    assert "1 of 3 tags are not; they were read as conlleval does" in notes[0]
