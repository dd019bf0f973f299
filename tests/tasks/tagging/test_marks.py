"""Capitals and punctuation as tags."""

import pytest

from toolkit.tasks.tagging.marks import are_marks, plain, restored


@pytest.mark.parametrize(
    ("text", "words", "tags"),
    [
        ("Anna saw it.", "anna saw it", ["Capital", "lower", "lower."]),
        ("Is this BBC, or not?!", "is this bbc or not", ["Capital", "lower", "UPPER,", "lower", "lower?"]),
        (
            'He said: "Well; I go!"<br /><br />The end',
            "he said well i go the end",
            ["Capital", "lower", "Capital;", "Capital", "lower!", "Capital", "lower"],
        ),
        ("film,...it's - a 2/10", "film it's a 2 10", ["lower,", "lower", "lower", "lower", "lower"]),
        ("good , bad", "good bad", ["lower,", "lower"]),
        ("... -- !", "", []),
        ("e.g. U.S. 4.7", "e.g u.s 4.7", ["lower.", "UPPER.", "lower"]),
        ("iPhone McDonald", "iphone mcdonald", ["lower", "Capital"]),
    ],
)
def test_what_is_lost_is_in_the_tags(text, words, tags):
    assert plain(text) == (words.split(), tags)
    assert are_marks(tags) == bool(tags)


def test_what_was_lost_is_restored():
    text = "Anna saw the BBC, or not? Yes; she did! So."
    assert restored(*plain(text)) == text


def test_plain_words_stay_as_they_are():
    words, _ = plain("Don't STOP, well-known 3rd one's!")
    assert plain(" ".join(words))[0] == words


@pytest.mark.parametrize("tags", [["lower", "NOUN"], ["lower:"], ["O", "B-X"], []])
def test_other_tags_are_told_apart(tags):
    assert not are_marks(tags)
