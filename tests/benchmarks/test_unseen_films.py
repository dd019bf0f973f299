import numpy as np
import pytest

from benchmarks import own_data, unseen_films
from benchmarks.own_data_page import own_data_page
from benchmarks.records import load_records
from benchmarks.unseen_films import ARRANGEMENTS, by_source, main, names_of, sharing
from toolkit.data.labeled_texts.corpus import Corpus, Split, read_corpus
from toolkit.data.splits.report import Report

FILMS = 100


def reviews(number=400):
    """Reviews of films; each names one of its two actors, or both, so that some share no name but through others."""
    texts = []
    for row in range(number):
        film = chr(65 + row % FILMS % 20) + "abcde"[row % FILMS // 20]
        cast = [f"Anna {film}son", f"Ben {film}smith"]
        texts.append(f"{row} a film with {' and '.join(cast[(row // FILMS) % 3 // 2 : 1 + (row // FILMS) % 3])}")
    return texts


@pytest.fixture
def corpus(monkeypatch):
    texts = [*reviews(), *(f"one line, without a name, number {row}" for row in range(100))]
    labels = np.array([row % 2 for row in range(len(texts))], np.int32)
    split = Split(texts, labels, ["imdb"] * 400 + ["rotten_tomatoes"] * 100)
    monkeypatch.setattr(unseen_films, "read_corpus", lambda: Corpus("reviews", {"train": split}, ["no", "yes"], Report("reviews")))


def test_a_name_is_rare_and_never_without_its_capital():
    names = names_of([*reviews(), "Once"])
    assert len(names) == 2 * FILMS
    assert {"Anna", "Ben", "Once"}.isdisjoint(names)
    assert names_of(["Brilliant, says Lee", "Lee and Lee", "brilliant", "Brilliant"]) == {"Lee": [0, 1]}


def test_what_shares_a_name_with_a_held_out_text_is_found():
    texts = ["by Lee", "by Lee and Kurosawa", "with Kurosawa", "with nobody"]
    assert sharing(texts, [0]).tolist() == [True, True, False, False]
    assert sharing(texts, [1, 3]).tolist() == [True, True, True, False]


def test_unseen_films_have_no_name_in_training_and_the_same_number_of_texts(corpus):
    reviews = by_source(unseen_films.read_corpus().splits)
    seen, unseen = (ARRANGEMENTS[name](reviews, 0) for name in ("imdb-films-seen", "imdb-films-unseen"))
    assert seen["test"].texts == unseen["test"].texts
    assert [len(seen[part].texts) for part in seen] == [len(unseen[part].texts) for part in unseen]
    for splits, shared in ((seen, True), (unseen, False)):
        known = [*splits["train"].texts, *splits["validation"].texts]
        assert len(known) > 20
        held_out = range(len(known), len(known) + len(splits["test"].texts))
        assert sharing([*known, *splits["test"].texts], held_out)[: len(known)].any() == shared
        assert not set(known) & set(splits["test"].texts)


def test_each_arrangement_leaves_a_record(tmp_path, corpus, monkeypatch):
    seen = []

    def train(data, seed):
        splits = read_corpus(data).splits
        seen.append([len(split.texts) for split in splits.values()])
        return {"training texts": 1, "labels": 2, "minutes": 1.0, "accuracy": 0.5, "tf-idf + logistic regression": 0.5} | dict.fromkeys(
            ("most frequent label", "recurrent layers alone", "n-grams alone", "calibration error"), 0.5
        )

    monkeypatch.setattr(own_data, "train", train)
    main(["--seeds", "0", "--results", str(tmp_path)])
    assert seen[2:] == [[360, 40, 100], [90, 10, 400]]
    records = load_records(tmp_path)
    assert {record.what for record in records} == set(ARRANGEMENTS)
    page = own_data_page(records)
    assert "There is no record yet." in page.partition("## Films")[0]
    assert "| imdb-films-unseen |" in page.partition("## Films")[2]
