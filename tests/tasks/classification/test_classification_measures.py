import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from toolkit.data.splits.interval import wilson_interval
from toolkit.evaluation.mistakes import EXCERPT_LENGTH, MISTAKES_SHOWN
from toolkit.tasks.classification.measures import ClassificationResult, evaluate_classifier

NAMES = ["bad", "fair", "good", "never"]


def random_case(seed, examples=200, classes=3):
    random = np.random.default_rng(seed)
    logits = random.normal(size=(examples, classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities, random.integers(0, classes, examples)


def evaluate(probabilities, labels, names=None, sources=None, texts=None):
    names = names or NAMES[: np.shape(probabilities)[1]]
    return evaluate_classifier(probabilities, labels, names, sources or ["here"] * len(labels), texts or ["text"] * len(labels))


@settings(deadline=None)  # scikit-learn takes its time when it is called first
@given(seed=st.integers(0, 10_000), examples=st.integers(1, 40), classes=st.integers(2, 6))
def test_agrees_with_scikit_learn(seed, examples, classes):
    # Few examples and many labels, so some labels are absent from the truth, from the predictions, or from both.
    probabilities, labels = random_case(seed, examples, classes)
    result = evaluate(probabilities, labels, [f"label {i}" for i in range(classes)])
    predicted = probabilities.argmax(axis=1)
    assert result.accuracy == pytest.approx(metrics.accuracy_score(labels, predicted))
    assert result.macro_f1 == pytest.approx(metrics.f1_score(labels, predicted, average="macro", zero_division=0))
    assert result.confusion == metrics.confusion_matrix(labels, predicted, labels=range(classes)).tolist()


def test_a_label_that_is_nowhere_is_left_out_of_macro_f1_and_one_that_is_only_predicted_counts_as_zero():
    perfect_on_two = np.eye(4)[[0, 1, 0, 1]]
    assert evaluate(perfect_on_two, np.array([0, 1, 0, 1])).macro_f1 == 1
    one_wrong = np.eye(4)[[0, 1, 0, 2]]
    f1 = [1, 2 / 3, 0]  # label 2 is predicted once and never true; label 3 is nowhere
    assert evaluate(one_wrong, np.array([0, 1, 0, 1])).macro_f1 == pytest.approx(np.mean(f1))


def test_calibration_error_is_the_definition_written_as_a_loop():
    probabilities, labels = random_case(seed=1)
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    expected = 0.0
    for m in range(15):
        inside = [i for i in range(len(labels)) if m / 15 < confidence[i] <= (m + 1) / 15]
        if inside:
            expected += len(inside) / len(labels) * abs(correct[inside].mean() - confidence[inside].mean())
    result = evaluate(probabilities, labels)
    assert result.calibration_error == pytest.approx(expected)
    assert sum(each["texts"] for each in result.reliability) == len(labels)
    assert sum(each["texts"] * each["accuracy"] for each in result.reliability) == pytest.approx(correct.sum())
    assert all(each["above"] < each["confidence"] <= each["up_to"] for each in result.reliability)


@pytest.mark.parametrize(("right", "error"), [(8, 0.0), (10, 0.2), (0, 0.8)])
def test_calibration_error_by_hand(right, error):
    probabilities = np.tile([0.8, 0.2], (10, 1))
    labels = np.array([0] * right + [1] * (10 - right))
    assert evaluate(probabilities, labels).calibration_error == pytest.approx(error)


def test_calibration_is_said_in_words_with_that_before_the_temperature():
    result = evaluate(np.tile([0.8, 0.2], (10, 1)), np.array([0] * 7 + [1] * 3))
    assert result.calibration == "on average 80.0% sure and 70.0% right; probabilities are off by 10.0 points"
    before = {"recurrent layers": {"accuracy": 0.7, "macro_f1": 0.4, "calibration_error": 0.25}}
    told = replace(result, parts=before)
    assert told.calibration == f"{result.calibration}, by 25.0 before the validation texts set the temperature"
    assert told.calibration in str(told).splitlines()


def test_a_result_of_an_older_run_is_read():
    values = evaluate(*random_case(seed=1)).as_dict()
    del values["reliability"], values["parts"]
    assert str(ClassificationResult.from_dict(values)).splitlines()[-1].startswith("this model")
    values["parts"] = {"recurrent layers": 0.5, "n-grams": 0.25}
    last = str(ClassificationResult.from_dict(values)).splitlines()[-1]
    assert last.split() == ["n-grams", "alone", "25.00%"]


def test_accuracy_of_each_source():
    probabilities = np.eye(2)[[0, 0, 1, 1, 1]]
    result = evaluate(probabilities, np.array([0, 1, 1, 1, 0]), sources=["imdb", "imdb", "tomatoes", "tomatoes", "tomatoes"])
    assert result.sources == {"imdb": {"examples": 2, "accuracy": 0.5}, "tomatoes": {"examples": 3, "accuracy": pytest.approx(2 / 3)}}
    assert "tomatoes" in str(result)


def test_mistakes_are_the_wrong_answers_the_most_confident_first():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.05, 0.95]])
    texts = ["right", "  wrong\n\tby  little ", "right too", "wrong " * 100]
    mistakes = evaluate(probabilities, np.array([0, 1, 1, 0]), texts=texts).mistakes
    assert [m.probability for m in mistakes] == [0.95, 0.6]
    assert (mistakes[0].label, mistakes[0].predicted) == ("bad", "fair")
    assert len(mistakes[0].text) == EXCERPT_LENGTH
    assert mistakes[1].text == "wrong by little"


def test_no_more_mistakes_than_promised():
    probabilities, labels = random_case(seed=2)
    assert len(evaluate(probabilities, labels).mistakes) == MISTAKES_SHOWN


def test_the_table_is_short_and_the_dict_is_json():
    probabilities, labels = random_case(seed=3, examples=40)
    result = evaluate(probabilities, labels)
    assert ClassificationResult.from_dict(json.loads(json.dumps(result.as_dict()))) == result
    low, high = wilson_interval(result.accuracy, 40)
    shown = [f"{each:.2%}" for each in (result.accuracy, result.macro_f1, result.calibration_error)]
    head, row, words, few = str(result).splitlines()
    assert head.split() == ["accuracy", "macro", "F1", "calibration", "error"]
    interval = f"(95 % interval of the accuracy: {low:.0%} to {high:.0%})"
    assert row.split(maxsplit=8) == ["this", "model", *shown, "of", "40", "texts", interval]
    assert words == result.calibration
    assert few.startswith("fewer than 50 texts hardly tell a good model from a bad one")


def test_other_classifiers_stand_in_the_columns_of_the_table():
    result = evaluate(*random_case(seed=3, examples=2000), sources=["a", "b"] * 1000)
    lines = result.beside({"guess": {"accuracy": 0.25, "macro_f1": 0.125}}).splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["accuracy", "this", "a", "b", "guess"]
    for line, values in ((lines[1], (result.accuracy, result.macro_f1)), (lines[4], (0.25, 0.125))):
        for head, value in zip(("accuracy", "macro F1"), values, strict=True):
            place = lines[0].index(head)
            assert line[place : place + len(head)].strip() == f"{value:.2%}"
    assert (lines[1].endswith("of 2,000 texts"), lines[2].endswith("of 1,000 texts")) == (True, True)


def test_what_an_accuracy_is_worth_is_said_of_few_texts_only():
    assert "(95 % interval of the accuracy: 30% to 95%)" in str(evaluate(np.eye(2)[[0, 0, 1, 1]], np.array([0, 1, 1, 1])))
    probabilities, labels = random_case(seed=4, examples=1000)
    assert "interval" not in str(evaluate(probabilities, labels))
    assert "hardly" not in str(evaluate(probabilities[:50], labels[:50]))
    assert "hardly" in str(evaluate(probabilities[:49], labels[:49]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probabilities": np.zeros((0, 2)), "labels": np.zeros(0, int)}, "at least one label"),
        ({"probabilities": np.full((2, 3), 1 / 3)}, r"must be \(2, 2\)"),
        ({"probabilities": np.array([[2.0, -1.0], [0.5, 0.5]])}, "were these logits"),
        ({"probabilities": np.array([[np.nan, 1.0], [0.5, 0.5]])}, "were these logits"),
        ({"labels": np.array([0, 2])}, "from 0 to 1"),
        ({"labels": np.array([0.0, 1.0])}, "integers"),
        ({"sources": ["one"]}, "`sources`"),
        ({"texts": []}, "`texts`"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"probabilities": np.full((2, 2), 0.5), "labels": np.array([0, 1]), "label_names": ["no", "yes"]}
    arguments |= {"sources": ["a", "a"], "texts": ["x", "y"]} | change
    with pytest.raises(ValueError, match=message):
        evaluate_classifier(**arguments)
