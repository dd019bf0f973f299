import pytest

from toolkit.data.labeled_texts.labels import is_missing, label_numbers, near_labels, sort_labels, without_fractions
from toolkit.errors import UserError


def test_numbers_sort_by_value_and_before_words():
    assert sort_labels(["10", "9", "-1", "b", "a", "2.5"]) == ["-1", "2.5", "9", "10", "a", "b"]


def test_numbers_inside_words_sort_by_value():
    assert sort_labels(["class 10", "class 2", "class 2"]) == ["class 2", "class 10"]


def test_numbering():
    assert label_numbers(["b", "a", "b"], ["f:1", "f:2", "f:3"], ["a", "b"]) == [1, 0, 1]


def test_an_unseen_label_says_where():
    with pytest.raises(UserError, match=r'f:2: the label "c" \(1\) does not occur in training, which has "a", "b"; .* --label-map "c=a"'):
        label_numbers(["b", "c"], ["f:1", "f:2"], ["a", "b"])


def test_a_long_list_of_labels_is_cut():
    with pytest.raises(UserError, match=r'"9" and 5 more'):
        label_numbers(["x"], ["f:1"], [str(number) for number in range(15)])


def test_all_unseen_labels_are_listed_with_their_counts():
    with pytest.raises(UserError, match=r'f:2: 2 labels, "c" \(2\), "d" \(1\), do not occur in training, which has "a"'):
        label_numbers(["a", "d", "c", "c"], ["f:1", "f:2", "f:3", "f:4"], ["a"])


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["0", "0.0", "1", "1.0"], {"0.0": "0", "1.0": "1"}),
        (["-1.0", "none", "2.00"], {"-1.0": "-1", "2.00": "2"}),
        (["1.0", "1.5"], {}),  # the fractions say something
        (["0", "1"], {}),
        (["a", "v1.0"], {}),
    ],
)
def test_whole_numbers_have_no_fractions(labels, expected):
    assert without_fractions(labels) == expected


def test_labels_that_are_nearly_the_same_are_found():
    assert near_labels(["Positive", "positive", "nega tive", "negative", "neutral"]) == [
        ["Positive", "positive"],
        ["nega tive", "negative"],
    ]
    assert near_labels(["1", "1.0", "1.5", "-1", "10"]) == [["1", "1.0"]]
    assert near_labels(["c", "c++", "-", "_"]) == []


def test_what_pandas_reads_as_missing_is_missing():
    assert all(map(is_missing, ["", "nan", "NaN", "null", "NULL", "None", "N/A", "n/a", "NA", "<NA>"]))
    assert not any(map(is_missing, ["none", "no", "0", "nano", "Na", "NONE"]))
