import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from tests.benchmarks.sentences import lines
from toolkit.data.labeled_texts.corpus import Split
from toolkit.tasks.classification.baseline import Baseline, fit_linear
from toolkit.tasks.classification.measures import ClassificationResult


def split(number, seed):
    rows = [line.partition(" ") for line in lines(number, seed)]
    return Split([text for _, _, text in rows], np.array([int(label) for label, _, _ in rows], np.int32), ["a", "b"] * (number // 2))


def test_the_baseline_learns_the_word_that_decides():
    assert fit_linear(split(60, 0), split(20, 1)).score(split(20, 2).texts, split(20, 2).labels) == 1


def test_it_stands_beside_the_most_frequent_label():
    test = split(20, 2)
    few = Split(test.texts[:7], test.labels[:7], [])
    baseline = Baseline.of(split(60, 0), split(20, 1), few, 3)
    predicted = [0] * 7  # between equals the first label
    assert baseline.majority["accuracy"] == accuracy_score(few.labels, predicted)
    assert baseline.majority["macro_f1"] == pytest.approx(f1_score(few.labels, predicted, average="macro", zero_division=0))
    assert (baseline.linear["accuracy"], baseline.linear["macro_f1"]) == (1, 1)
    assert Baseline.from_dict(json.loads(json.dumps(baseline.as_dict()))) == baseline


def test_the_baseline_of_an_older_run_is_read():
    baseline = Baseline.from_dict({"majority": 0.5, "linear": 0.8})
    assert baseline.rows["tf-idf + logistic regression"] == {"accuracy": 0.8}
    assert "no better than tf-idf" in baseline.verdict(model(0.8, 0.0))


def model(accuracy, macro_f1, examples=10_000):
    return ClassificationResult(examples, accuracy, macro_f1, 0.1, {}, ["no", "yes"], [[1, 0], [0, 1]], [])


@pytest.mark.parametrize(
    ("accuracy", "macro_f1", "words"),
    [
        (0.9, 0.8, ""),
        (0.9, 0.6, "the baseline does better with rare labels, as its macro F1 says: try --class-weights balanced"),
        (0.7, 0.8, "the baseline is more accurate, the model better with rare labels, as its macro F1 says"),
        (0.8, 0.7, "the model is no better than tf-idf + logistic regression, on 10,000 texts, where the difference may be chance: try"),
        (0.7, 0.7, "the model is no better than tf-idf + logistic regression, which is trained in seconds: try more labeled texts"),
    ],
)
def test_a_model_that_is_no_better_is_told_so(accuracy, macro_f1, words):
    verdict = Baseline({"accuracy": 0.5, "macro_f1": 0.3}, {"accuracy": 0.8, "macro_f1": 0.7}).verdict(model(accuracy, macro_f1))
    assert verdict.startswith(words)
    assert bool(verdict) == bool(words)


def test_the_most_frequent_label_may_be_what_a_model_has_to_beat():
    baseline = Baseline({"accuracy": 0.9, "macro_f1": 0.5}, {"accuracy": 0.8, "macro_f1": 0.5})
    assert baseline.verdict(model(0.85, 0.5)).startswith("the model is no better than most frequent label")


def test_characters_stand_for_words_where_spaces_do_not_part_them():
    rows = [("味道很好下次再点还会来的朋友们", 1), ("不好吃等了两个小时才送到的东西", 0)] * 8
    texts, labels = zip(*rows, strict=True)
    chinese = Split(list(texts), np.array(labels, np.int32), [])
    assert fit_linear(chinese, chinese)[0].analyzer == "char"


@pytest.mark.parametrize(("label", "strength"), [(0, 1.0), (1, 1e-6)])
def test_the_validation_split_chooses_the_strength(label, strength):
    # Training has three times as many positive texts: a model regularized so strongly that it sees no words calls every text positive.
    both = split(80, 0)
    rows = np.flatnonzero((both.labels == 1) | (np.arange(80) % 6 == 0))
    train = Split([both.texts[i] for i in rows], both.labels[rows], [""] * len(rows))
    dull = [text for text, opinion in zip(both.texts, both.labels, strict=True) if opinion == 0]
    validation = Split(dull, np.full(len(dull), label, np.int32), [""] * len(dull))
    chosen = fit_linear(train, validation, [1e-6, 1.0])[-1]
    assert chosen.get_params()["C"] == strength


def test_between_equals_the_smaller_strength_is_chosen():
    assert fit_linear(split(60, 0), split(20, 1), [1.0, 3.0])[-1].C == 1.0


def test_there_is_a_baseline_for_odd_texts():
    marks = Split(["!!!", "???", "!?!", "?!?"] * 3, np.array([0, 1, 0, 1] * 3, np.int32), [])
    assert Baseline.of(marks, marks, marks, 2).linear["accuracy"] >= 0.5
    one = Split(["a good film", "a bad film"], np.array([0, 0], np.int32), [])
    baseline = Baseline.of(one, one, split(20, 2), 2)
    assert baseline.linear == baseline.majority
    assert baseline.linear["accuracy"] == 0.5


def test_a_label_that_training_lacks_has_no_probability():
    test = split(20, 2)
    with_third = Split(test.texts, np.where(np.arange(20) < 5, 2, test.labels), [])
    assert Baseline.of(split(60, 0), split(20, 1), with_third, 3).linear["accuracy"] == 0.75
