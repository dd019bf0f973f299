import numpy as np
import pytest
from sentences import lines

from benchmarks.tfidf import accuracy_by_source, count_parameters, fit_tfidf
from toolkit.data.labeled_texts.corpus import Split


def split(number, seed):
    rows = [line.partition(" ") for line in lines(number, seed)]
    return Split([text for _, _, text in rows], np.array([int(label) for label, _, _ in rows], np.int32), ["a", "b"] * (number // 2))


def test_the_baseline_learns_the_word_that_decides():
    model = fit_tfidf(split(60, 0), split(20, 1))
    test = split(20, 2)
    assert accuracy_by_source(model.predict(test.texts), test) == {"a": 1.0, "b": 1.0, "all": 1.0}
    assert count_parameters(model) == len(model[0].vocabulary_) + 1


@pytest.mark.parametrize(("label", "strength"), [(0, 1.0), (1, 1e-6)])
def test_the_validation_split_chooses_the_strength(label, strength):
    # Training has three times as many positive texts: a model regularized so strongly that it sees no words calls every text positive.
    both = split(80, 0)
    rows = np.flatnonzero((both.labels == 1) | (np.arange(80) % 6 == 0))
    train = Split([both.texts[i] for i in rows], both.labels[rows], [""] * len(rows))
    dull = [text for text, opinion in zip(both.texts, both.labels, strict=True) if opinion == 0]
    validation = Split(dull, np.full(len(dull), label, np.int32), [""] * len(dull))
    chosen = fit_tfidf(train, validation, [1e-6, 1.0])[-1]
    assert chosen.get_params()["C"] == strength


def test_between_equals_the_smaller_strength_is_chosen():
    assert fit_tfidf(split(60, 0), split(20, 1), [1.0, 3.0])[-1].C == 1.0


def test_one_source_is_not_listed():
    test = Split(["x", "y"], np.array([0, 1], np.int32), ["", ""])
    assert accuracy_by_source(np.array([0, 0]), test) == {"all": 0.5}
