import pytest

from toolkit.data.labeled_texts.label_matching import describe_matches, match_labels


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        (["1", "5"], ["1 star", "5 stars"], {"1": "1 star", "5": "5 stars"}),  # by number, never by position
        (["__label__1", "__label__5"], ["1 star", "5 stars"], {"__label__1": "1 star", "__label__5": "5 stars"}),
        (["1 star", "5 stars"], ["1", "5"], {"1 star": "1", "5 stars": "5"}),
        (["__label__1", "2.0"], ["1", "2"], {"__label__1": "1", "2.0": "2"}),
        (["POSITIVE", "Negative "], ["negative", "positive"], {"POSITIVE": "positive", "Negative ": "negative"}),
        (["not hate", "hate"], ["hate", "not_hate"], {"not hate": "not_hate"}),
        (["0", "1"], ["negative", "positive"], {"0": "negative", "1": "positive"}),
        (["negative", "positive"], ["0", "1"], {"negative": "0", "positive": "1"}),
        (["pos", "NEG"], ["negative", "positive"], {"pos": "positive", "NEG": "negative"}),
        (["positive", "negative"], ["neg", "pos"], {"negative": "neg", "positive": "pos"}),
        (["5 star"], ["1 stars", "5 stars"], {"5 star": "5 stars"}),
        (["good"], ["goodbye", "good"], {}),
    ],
)
def test_what_can_only_mean_one_label_is_matched(labels, names, expected):
    assert match_labels(labels, names) == expected


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["0", "1", "2", "3"], ["Business", "Sci/Tech", "Sports", "World"]),  # whose order is that of the alphabet
        (["1", "2"], ["negative", "positive"]),
        (["2"], ["negative", "positive"]),
        (["0", "1"], ["irony", "not"]),
        (["1"], ["0", "2"]),
        (["goo"], ["goodbye", "good"]),
        (["po"], ["negative", "positive"]),
        (["pos", "posi"], ["negative", "positive"]),  # two for one
        (["1", "01"], ["1 star", "5 stars"]),
        (["-1"], ["1 star", "5 stars"]),
        (["nothing"], ["irony", "not"]),
        (["-1"], ["1", "2"]),
    ],
)
def test_what_could_mean_another_is_not(labels, names):
    assert match_labels(labels, names) == {}


def test_matches_are_said_with_their_counts():
    assert describe_matches({"1": "1 star", "5": "5 stars"}, {"1": 3, "5": 1200}) == (
        'labels read as those of the model: "1" (3) as "1 star", "5" (1,200) as "5 stars"; --label-map says otherwise'
    )
