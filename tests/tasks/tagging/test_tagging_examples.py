import numpy as np
import pytest

from toolkit.tasks.tagging.examples import measured_sentences
from toolkit.tasks.tagging.measures import CHUNKS, TAGS, evaluate_tags
from toolkit.tasks.tagging.sentence import Sentence

SENTENCES = [
    Sentence(["Anna", "Meier", "lives", "in", "Rome"], ["B-PER", "I-PER", "O", "O", "B-LOC"], "a.txt"),
    Sentence(["Rome", "is", "old"], ["B-LOC", "O", "O"], "b.txt"),
]
GIVEN = [["B-PER", "O", "O", "O", "B-LOC"], ["B-LOC", "O", "O"]]
KNOWN = [np.array([True, False, True, True, True]), np.array([True, True, True])]


def test_chunks():
    result = evaluate_tags([sentence.tags for sentence in SENTENCES], GIVEN, CHUNKS, KNOWN)
    summary = measured_sentences(SENTENCES, GIVEN, KNOWN, CHUNKS).summary()
    scores = {score["name"]: score["value"] for score in summary["scores"]}
    expected = {"F1": result.f1, "precision": result.precision, "recall": result.recall, "accuracy": result.accuracy}
    assert scores == {name: pytest.approx(value) for name, value in expected.items()} | {"accuracy of words that are not known": 0}
    slices = {sliced["by"]: {group["name"]: group["value"] for group in sliced["groups"]} for sliced in summary["slices"]}
    assert slices["kind"] == {name: pytest.approx(row["f1"]) for name, row in result.names.items()}
    assert slices["source"] == {"a.txt": 0.5, "b.txt": 1}
    [worst] = summary["worst"]["examples"]
    assert (worst["expected"], worst["answer"], worst["score"]) == ("Anna Meier: PER", "Anna: PER", 1)


def test_tags_that_stand_for_themselves():
    sentences = [Sentence(["it", "runs"], ["PRON", "VERB"], "a"), Sentence(["runs"], ["NOUN"], "a")]
    summary = measured_sentences(sentences, [["PRON", "VERB"], ["VERB"]], [np.ones(2, bool), np.ones(1, bool)], TAGS).summary()
    assert [(score["name"], score["value"]) for score in summary["scores"]] == [("accuracy", pytest.approx(2 / 3))]
    assert summary["worst"]["examples"] == [{"text": "runs", "expected": "runs: NOUN", "answer": "runs: VERB", "score": 1.0}]
