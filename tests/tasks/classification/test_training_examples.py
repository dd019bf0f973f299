"""Training on a part of the labeled texts."""

import numpy as np
import pytest

from toolkit.arguments import InvalidArgument
from toolkit.data.labeled_texts.corpus import Split
from toolkit.data.splits.report import SplitReport
from toolkit.tasks.classification.texts import drawn

NAMES = ["negative", "positive"]


@pytest.fixture
def split():
    labels = np.arange(10, dtype="int32") % 2
    report = SplitReport(read=12, kept=10, labels={"negative": 5, "positive": 5}, dropped={"blank": 2})
    return Split([f"text {i}" for i in range(10)], labels, [f"source {i}" for i in range(10)], report)


def test_texts_keep_their_labels_and_sources(split):
    part = drawn(split, 4, seed=3, label_names=NAMES)
    numbers = [int(text.split()[1]) for text in part.texts]
    assert numbers == sorted(set(numbers))
    assert part.labels.tolist() == [number % 2 for number in numbers]
    assert part.sources == [f"source {number}" for number in numbers]


def test_the_report_adds_up(split):
    report = drawn(split, 4, seed=3, label_names=NAMES).report
    assert report.read == report.kept + sum(report.dropped.values())
    assert sum(report.labels.values()) == report.kept == 4
    assert split.report.kept == 10


def test_the_seed_says_which(split):
    assert drawn(split, 4, 3, NAMES).texts == drawn(split, 4, 3, NAMES).texts != drawn(split, 4, 4, NAMES).texts
    assert drawn(split, 10, 3, NAMES).texts == split.texts


def test_more_than_there_are_is_an_error(split):
    with pytest.raises(InvalidArgument, match="`training_examples` must be at most the 10 texts"):
        drawn(split, 11, 0, NAMES)
