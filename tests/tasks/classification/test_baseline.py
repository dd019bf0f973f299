import numpy as np
import pytest

from tests.benchmarks.sentences import lines
from toolkit.data.labeled_texts.corpus import Split
from toolkit.tasks.classification.baseline import Baseline, fit_linear, parts_words


def split(number, seed):
    rows = [line.partition(" ") for line in lines(number, seed)]
    return Split([text for _, _, text in rows], np.array([int(label) for label, _, _ in rows], np.int32), ["a", "b"] * (number // 2))


def test_the_baseline_learns_the_word_that_decides():
    assert fit_linear(split(60, 0), split(20, 1)).score(split(20, 2).texts, split(20, 2).labels) == 1


def test_it_stands_beside_the_most_frequent_label():
    test = split(20, 2)
    few = Split(test.texts[:7], test.labels[:7], [])
    baseline = Baseline.of(split(60, 0), split(20, 1), few)
    assert baseline == Baseline(float((few.labels == 0).mean()), 1.0)  # between equals the first label
    assert "no better" in baseline.beside(1.0)


def test_a_model_that_is_better_is_not_warned_about():
    assert Baseline(0.5, 0.8).beside(0.81) == "baseline: tf-idf and logistic regression 80.00%, the most frequent label 50.00%"
    assert "no better than that" in Baseline(0.5, 0.8).beside(0.8)
    assert "no better than that" in Baseline(0.9, 0.8).beside(0.85)


def test_characters_stand_for_words_where_spaces_do_not_part_them():
    assert parts_words(["a film that stays", "dull"])
    assert not parts_words(["味道很好送餐也快下次还会再点的谢谢", "很好吃"])
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
    assert Baseline.of(marks, marks, marks).linear >= 0.5
    one = Split(["a good film", "a bad film"], np.array([0, 0], np.int32), [])
    assert Baseline.of(one, one, split(20, 2)) == Baseline(0.5, 0.5)
