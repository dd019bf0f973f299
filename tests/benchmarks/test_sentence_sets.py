import pytest
from sentences import write_sets

from benchmarks.sentence_sets import mr_folds, read_sst2
from toolkit.errors import UserError


def test_sst2_keeps_the_published_splits(tmp_path):
    splits = read_sst2(write_sets(tmp_path))
    assert {name: len(split.texts) for name, split in splits.items()} == {"train": 120, "validation": 40, "test": 40}
    assert splits["test"].labels.tolist() == [0, 1] * 20


def test_mr_folds_share_nothing_and_miss_nothing(tmp_path):
    folds = mr_folds(write_sets(tmp_path))
    everything = sorted(text for split in folds[0].values() for text in split.texts)
    assert len(everything) == len(set(everything)) == 100
    for k, splits in enumerate(folds):
        assert sorted(text for split in splits.values() for text in split.texts) == everything
        assert splits["validation"].texts == folds[(k + 1) % 10]["test"].texts
        assert all(abs(split.labels.mean() - 0.5) < 0.1 for split in splits.values())  # stratified: a fold of 10 has 5 of each
    assert sorted(text for splits in folds for text in splits["test"].texts) == everything


def test_only_newlines_end_a_sentence(tmp_path):
    texts = [text for split in mr_folds(write_sets(tmp_path))[0].values() for text in split.texts]
    assert "bright\x85 and warm" in texts


def test_a_line_without_a_label_is_named(tmp_path):
    write_sets(tmp_path)
    (tmp_path / "stsa.binary.dev").write_text("1 good\nbad\n")
    with pytest.raises(UserError, match=r'stsa\.binary\.dev:2: expected "0 SENTENCE" or "1 SENTENCE", received \'bad\''):
        read_sst2(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"rt-polarity\.all: expected a file of sentences"):
        mr_folds(tmp_path)
