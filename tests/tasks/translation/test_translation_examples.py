import numpy as np
import pytest

from toolkit.data.parallel_texts.parallel_corpus import ParallelSplit
from toolkit.data.splits.report import SplitReport
from toolkit.tasks.translation.examples import measured_translations
from toolkit.tasks.translation.measures import evaluate_translations

SOURCES = ["un chien dort", "un chat", "il mange une pomme rouge ce soir", "oui"]
TARGETS = ["a dog sleeps here", "a cat", "he eats a red apple this evening", "yes"]
GIVEN = ["a dog sleeps here", "the cat", "he eats a red pear this evening", "no"]


def test_sentences():
    nats, tokens = np.tile([1.0, 2, 3, 4], 3), np.tile([5, 3, 8, 2], 3)
    result = evaluate_translations(SOURCES, GIVEN, TARGETS, nats=30.0, tokens=54)
    split = ParallelSplit(SOURCES, TARGETS, SplitReport())
    summary = measured_translations(split, GIVEN, result, nats, tokens, tokenize="13a", lowercase=False).summary()
    scores = {score["name"]: score for score in summary["scores"]}
    assert scores["BLEU"]["value"] == pytest.approx(result.bleu)
    assert scores["exact match"]["value"] == result.exact_match
    assert scores["words for each word of the reference"]["value"] == pytest.approx(result.length_ratio)
    assert scores["perplexity"]["low"] < result.perplexity < scores["perplexity"]["high"]
    assert [group["name"] for group in summary["slices"][0]["groups"]] == ["1", "2", "3", "7"]
    assert [example["answer"] for example in summary["worst"]["examples"]] == [mistake.hypothesis for mistake in result.mistakes]
