import pytest
from sentences import write_sets

from benchmarks import own_data
from benchmarks.own_data_page import own_data_page
from benchmarks.records import load_records
from benchmarks.sentence_polarity import main
from toolkit.data.labeled_texts.corpus import read_corpus


@pytest.fixture
def trained(monkeypatch):
    """What would be trained on: sizes by split, and the seed. A run takes a minute; that of `own_data` is tested there."""
    runs = []

    def train(data, seed):
        corpus = read_corpus(data)
        runs.append(({name: len(split.texts) for name, split in corpus.splits.items()}, seed))
        texts = [text for split in corpus.splits.values() for text in split.texts]
        shares = ("most frequent label", "tf-idf + logistic regression", "recurrent layers alone", "n-grams alone", "accuracy")
        values = dict.fromkeys((*shares, "calibration error"), 0.5 + 0.1 * seed)
        return {"training texts": len(texts), "labels": len(corpus.label_names), "minutes": 1.0, **values}

    monkeypatch.setattr(own_data, "train", train)
    return runs


def test_both_sets_leave_records_of_all_runs(tmp_path, trained):
    main([str(write_sets(tmp_path)), "--seeds", "0", "1", "--folds", "2", "--results", str(tmp_path / "results")])
    assert trained == [
        *(({"train": 120, "validation": 40, "test": 40}, seed) for seed in (0, 1)),
        *(({"train": 80, "validation": 10, "test": 10}, 0) for _ in range(2)),
    ]
    mr, sst2 = load_records(tmp_path / "results")
    assert (mr.name, sst2.name) == ("own-data-mr", "own-data-sst-2")
    assert (list(mr.rows), list(sst2.rows)) == (["fold 0", "fold 1"], ["seed 0", "seed 1"])
    assert mr.command == "python -m benchmarks.sentence_polarity FOLDER --sets MR --folds 2"
    assert sst2.command == "python -m benchmarks.sentence_polarity FOLDER --sets SST-2 --seeds 0 1"
    page = own_data_page([mr, sst2])
    assert "| SST-2 | 200 | 2 | 55.00 |" in page
    assert "* MR: published: 76.1" in page
