import pytest
from sentences import write_sets

from benchmarks.records import load_records
from benchmarks.sentence_polarity import SHORT_TEXTS, main


@pytest.mark.slow
def test_both_sets_leave_records(tmp_path, monkeypatch):
    # The smallest model: what is tested is the way from the files to the records.
    small = {"vocabulary_size": 300, "embedding_dim": 8, "units": 8, "tokens_per_batch": 512, "warmup_steps": 2}
    for name, value in small.items():
        monkeypatch.setitem(SHORT_TEXTS, name, value)
    arguments = [str(write_sets(tmp_path)), "--folds", "2", "--epochs", "1", "--results", str(tmp_path / "results")]
    records = main(arguments)
    assert [record.name for record in records] == ["sst-2-tfidf", "sst-2-lstm", "mr-tfidf", "mr-lstm"]
    assert records[0].metrics == {"accuracy": 1.0}
    assert set(records[3].metrics) == {"accuracy", "standard deviation"}
    assert records[3].command == "python -m benchmarks.sentence_polarity FOLDER --sets MR --folds 2"
    assert sorted(load_records(tmp_path / "results"), key=lambda record: record.name) == sorted(records, key=lambda record: record.name)
