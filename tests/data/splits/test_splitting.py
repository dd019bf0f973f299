import collections
import hashlib

from hypothesis import given
from hypothesis import strategies as st

from toolkit.data.labeled_texts.example import Example
from toolkit.data.splits.splitting import carve, fill_empty, keep_labels, split_of


def examples(count):
    return [Example(f"text {number}", "a", "", "") for number in range(count)]


@given(st.text(), st.integers(0, 100))
def test_split_is_the_bucket_of_the_hash(text, train):
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 100
    expected = "train" if bucket < train else "validation" if bucket < train + 10 else "test"
    assert split_of(text, train, 10) == expected


def test_default_shares():
    counts = collections.Counter(split_of(str(number)) for number in range(10_000))
    # Five standard deviations of a binomial count with p = 0.8 are 200, with p = 0.1 they are 150.
    assert abs(counts["train"] - 8000) < 200
    assert abs(counts["validation"] - 1000) < 150


def test_a_lone_set_is_split_in_three():
    parts = carve({"train": examples(500)})
    assert list(parts) == ["train", "validation", "test"]
    assert all(split_of(example.text) == split for split, part in parts.items() for example in part)
    assert sum(map(len, parts.values())) == 500


def test_a_given_split_is_left_alone():
    test = examples(3)
    parts = carve({"train": examples(500), "test": test})
    assert parts["test"] is test
    assert len(parts["train"]) + len(parts["validation"]) == 500
    assert all(split_of(example.text, 90, 10) == "validation" for example in parts["validation"])


def test_a_missing_test_is_carved_beside_a_given_validation():
    parts = carve({"train": examples(500), "validation": examples(3)})
    assert len(parts["validation"]) == 3
    assert parts["test"]
    assert len(parts["train"]) + len(parts["test"]) == 500


def test_what_is_hashed_can_be_chosen():
    pairs = [(str(number % 50), str(number)) for number in range(200)]
    parts = carve({"train": pairs}, text=lambda pair: pair[0])
    assert all(split_of(source) == split for split, part in parts.items() for source, _ in part)
    assert sorted(pair for part in parts.values() for pair in part) == sorted(pairs)


def test_an_empty_split_is_given_a_tenth():
    rows = [Example(f"{number % 40}", "ab"[number % 2], "", "") for number in range(80)]  # each text twice
    parts = {"train": [*rows], "validation": [], "test": []}
    assert fill_empty(parts, ["train", "validation", "test"]) == {"validation": 8, "test": 8}
    texts = [{row.text for row in part} for part in parts.values()]
    assert texts[0] | texts[1] | texts[2] == {row.text for row in rows}
    assert sum(map(len, texts)) == 40


def test_no_split_is_filled_with_what_training_needs():
    rows = [Example(f"{number}", f"label {number}", "", "") for number in range(30)]
    parts = {"train": [*rows], "test": []}
    assert fill_empty(parts, ["train", "test"], label=lambda row: row.label) == {}
    assert parts == {"train": rows, "test": []}
    assert fill_empty({"train": rows[:9], "test": []}, ["train", "test"]) == {}
    assert fill_empty({"train": [*rows], "test": []}, ["train"]) == {}


def test_labels_are_kept_in_training():
    one, rare, given = Example("1", "a", "", ""), Example("2", "rare", "", ""), Example("3", "new", "", "")
    parts = {"train": [one], "validation": [rare, one], "test": [given]}
    assert keep_labels(parts, ["train", "validation"]) == [("validation", [rare])]
    assert parts == {"train": [one, rare], "validation": [one], "test": [given]}
