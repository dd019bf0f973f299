from types import SimpleNamespace

import numpy as np
import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks import contrast_pairs
from benchmarks.contrast_pairs import Pair, count_right, main, read_pairs
from benchmarks.records import load_records
from benchmarks.render import main as render
from toolkit.errors import UserError

GOOD = ("good", "exciting", "wonderful", "loved")


def answers(texts, labels=("negative", "positive")):
    """A model that knows a few good words by heart, and calls everything else negative."""
    positive = np.array([0.9 if any(word in text.lower() for word in GOOD) else 0.2 for text in texts])
    columns = {"positive": positive, "negative": 1 - positive}
    return SimpleNamespace(probabilities=np.stack([columns[label] for label in labels], axis=1))


@pytest.fixture
def model(monkeypatch):
    predictor = SimpleNamespace(label_names=["negative", "positive"], predict=answers)
    monkeypatch.setattr(contrast_pairs, "_predictor", lambda path: predictor)


def test_the_pairs_are_short_different_and_many():
    pairs = read_pairs()
    texts = [text for pair in pairs for text in pair[1:]]
    assert 60 <= len(texts) == len(set(texts)) <= 100
    assert max(map(len, texts)) < 80
    assert all(text.strip() == text and text.endswith(".") for text in texts)
    categories = [pair.category for pair in pairs]
    assert sorted(categories, key=categories.index) == categories  # each in one piece
    assert min(categories.count(category) for category in categories) >= 6


def test_a_pair_is_right_if_both_sentences_are():
    pairs = [Pair("a", "a+", "a-"), Pair("a", "b+", "b-"), Pair("b", "c+", "c-")]
    probabilities = {"a+": 0.9, "a-": 0.1, "b+": 0.9, "b-": 0.9, "c+": 0.5, "c-": 0.5}
    assert count_right(pairs, probabilities) == {
        "a": {"pairs": 2, "right pairs": 1, "right sentences": 3},
        "b": {"pairs": 1, "right pairs": 0, "right sentences": 0},
    }


def test_a_record_is_written_and_shown(project, model):  # noqa: F811
    results = project / "results"
    [one, other] = main(["words=/a/b/run", "/a/b/other", "--results", str(results)])
    assert [record.what for record in (one, other)] == ["words", "other"]
    assert one.command == "python -m benchmarks.contrast_pairs words=run"
    assert one.probabilities["Terribly exciting."] == 0.9
    assert one.rows["intensifier"]["right pairs"] == sum(
        any(word in pair.positive.lower() for word in GOOD) for pair in read_pairs() if pair.category == "intensifier"
    )
    assert [record for record in load_records(results) if record.table == "contrast pairs"] == [other, one]
    assert render(arguments(project)) == 0
    page = (project / "docs" / "contrast_pairs.md").read_text()
    assert "| right | other | words |" in page
    assert "| The film is good. | The film is not good. | positive only | positive only |" in page
    assert "/a/" not in page


def test_a_model_of_other_labels_is_refused(monkeypatch):
    monkeypatch.setattr(contrast_pairs, "_predictor", lambda path: SimpleNamespace(label_names=["spam", "ham"]))
    with pytest.raises(UserError, match="run: expected a classifier with the labels positive and negative"):
        main(["run"])


def test_without_a_record_the_page_says_so(project):  # noqa: F811
    render(arguments(project))
    assert "There is no record yet." in (project / "docs" / "contrast_pairs.md").read_text()


@pytest.mark.slow
def test_the_small_model_is_asked(tmp_path):
    [record] = main(["small=saved_models/sentiment", "--results", str(tmp_path)])
    [kept] = [record for record in load_records() if record.name == "contrast-pairs-small"]
    assert record.probabilities.keys() == kept.probabilities.keys()
    differences = [abs(record.probabilities[text] - kept.probabilities[text]) for text in kept.probabilities]
    assert max(differences) < 1e-3  # machines round sums otherwise, and the record has four digits
