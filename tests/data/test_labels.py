import pytest

from toolkit.data.labels import known_label, label_numbers, sort_labels
from toolkit.errors import UserError


def test_numbers_sort_by_value_and_before_words():
    assert sort_labels(["10", "9", "-1", "b", "a", "2.5"]) == ["-1", "2.5", "9", "10", "a", "b"]


def test_numbers_inside_words_sort_by_value():
    assert sort_labels(["class 10", "class 2", "class 2"]) == ["class 2", "class 10"]


def test_numbering():
    assert label_numbers(["b", "a", "b"], ["f:1", "f:2", "f:3"], ["a", "b"]) == [1, 0, 1]


def test_an_unseen_label_says_where():
    with pytest.raises(UserError, match=r'f:2: the label "c" does not occur in training, which has "a", "b"'):
        label_numbers(["b", "c"], ["f:1", "f:2"], ["a", "b"])


def test_a_long_list_of_labels_is_cut():
    with pytest.raises(UserError, match=r'"9" and 5 more'):
        label_numbers(["x"], ["f:1"], [str(number) for number in range(15)])


@pytest.mark.parametrize(
    ("label", "names", "expected"),
    [
        ("1", ["negative", "positive"], "positive"),
        ("pos", ["negative", "positive"], "positive"),
        ("NEG", ["negative", "positive"], "negative"),
        ("2", ["negative", "positive"], "2"),
        ("po", ["negative", "positive"], "po"),
        ("1", ["0", "2"], "1"),
        ("good", ["goodbye", "good"], "good"),
        ("goo", ["goodbye", "good"], "goo"),
    ],
)
def test_known_label(label, names, expected):
    assert known_label(label, names) == expected
