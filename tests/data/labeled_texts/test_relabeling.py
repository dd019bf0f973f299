import numpy as np
import pytest

from toolkit.data.labeled_texts.corpus import Corpus, Split
from toolkit.data.labeled_texts.relabeling import describe_relabeling, relabeled
from toolkit.data.splits.report import Report


def corpus(*names):
    split = Split([f"text {name}" for name in names], np.arange(len(names), dtype=np.int32), [])
    return Corpus("some", {"train": split}, list(names), Report("some"))


@pytest.mark.parametrize(("names", "numbers"), [(("pos", "neg"), [2, 0]), (("neg", "neutral", "pos"), [0, 1, 2]), (("neutral",), [1])])
def test_labels_are_numbered_as_the_model_does(names, numbers):
    after = relabeled(corpus(*names), ["neg", "neutral", "pos"])
    assert after.label_names == ["neg", "neutral", "pos"]
    assert after.splits["train"].labels.tolist() == numbers
    assert after.splits["train"].labels.dtype == np.int32
    assert after.splits["train"].texts == [f"text {name}" for name in names]


def test_labels_that_the_model_does_not_know_stay_as_they_are():
    before = corpus("neg", "fine")
    assert relabeled(before, ["neg", "pos"]) is before


def test_what_changes_is_said():
    assert describe_relabeling(["neg", "pos"], ["pos", "neg"]) == []
    assert describe_relabeling(["a", "b", "c"], ["c", "a"]) == ['no text is labeled "b"; the model still can answer that']
    assert describe_relabeling(["a", "b"], ["a", "x"]) == ['labels "a", "b" → "a", "x": the output layer starts anew, all others go on']
