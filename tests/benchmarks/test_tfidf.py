import numpy as np
from sentences import lines

from benchmarks.tfidf import accuracy_by_source, count_parameters
from toolkit.data.labeled_texts.corpus import Split
from toolkit.tasks.classification.baseline import fit_linear


def split(number, seed):
    rows = [line.partition(" ") for line in lines(number, seed)]
    return Split([text for _, _, text in rows], np.array([int(label) for label, _, _ in rows], np.int32), ["a", "b"] * (number // 2))


def test_sources_and_parameters_are_counted():
    model, test = fit_linear(split(60, 0), split(20, 1)), split(20, 2)
    assert accuracy_by_source(model.predict(test.texts), test) == {"a": 1.0, "b": 1.0, "all": 1.0}
    assert count_parameters(model) == len(model[0].vocabulary_) + 1


def test_one_source_is_not_listed():
    test = Split(["x", "y"], np.array([0, 1], np.int32), ["", ""])
    assert accuracy_by_source(np.array([0, 0]), test) == {"all": 0.5}
