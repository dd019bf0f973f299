"""The tagger's graph, and what compares artefacts with the model."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.inference.functions import FunctionRunner
from toolkit.models.tagger import Tagger
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.tagging.answers import SERVED
from toolkit.tasks.tagging.exporter import TaggerExporter
from toolkit.tasks.tagging.functions import signature, tag_function, tagger_runner
from toolkit.tasks.tagging.graph import TaggerModule
from toolkit.tasks.tagging.predictor import Predictor
from toolkit.tasks.tagging.verification import TaggerCheck
from toolkit.tasks.tagging.vocabulary import Vocabulary
from toolkit.tasks.tagging.words import words_of

pytestmark = pytest.mark.slow

WORDS = ["the", "straße", "οδος", "0", "a0b", "i\u0307stanbul", "cat"]
TEXTS = [
    *HARD_TEXTS[:-1],
    "The STRASSE Straße ΟΔΟΣ 7 A5b İstanbul cat\tdog\u00a0cat\r\nthe",
    "antidisestablishmentarianism x \u2028 \x85 \x1f",
    "a\ud800b the",
]


@pytest.fixture(scope="module", params=[True, False])
def model(request):
    model = Tagger(
        WORDS, list("acdhot7\u039f"), ["N", "V", "D"], word_length=5, embedding_dim=6, units=5, character_units=3, crf=request.param
    )
    random = np.random.default_rng(0)
    for weight in model.weights:
        if weight.dtype.startswith("float"):
            weight.assign(random.normal(size=weight.shape))
    return model


def test_words_are_looked_up_in_the_graph_as_outside_of_it(model):
    module, vocabulary = TaggerModule(model), Vocabulary.of_model(model)
    for text in TEXTS:
        words = words_of(text)
        if words:
            found = module.inputs(tf.constant([[word.encode() for word in words]]))
            expected = vocabulary.encode(words)
            np.testing.assert_array_equal(found["tokens"][0], expected.tokens)
            np.testing.assert_array_equal(found["characters"][0], expected.characters)


def test_the_graph_tags_as_the_model_does(model):
    module = TaggerModule(model)
    inside = Predictor(FunctionRunner({SERVED: module.tag}), model.tag_names)
    outside = Predictor(tagger_runner(model, "compiled"), model.tag_names, Vocabulary.of_model(model))
    for one, other in zip(inside.predict(TEXTS), outside.predict(TEXTS), strict=True):
        assert (one.words, one.tags) == (other.words, other.tags)
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)  # single precision


@pytest.fixture(scope="module")
def check(model):
    return TaggerCheck(model, TEXTS, [["N"] * len(words_of(text)) for text in TEXTS[:3]])


def test_a_right_artefact_agrees(model, check):
    agreement = check.litert(tagger_runner(model, "litert"))
    assert agreement.same == agreement.compared == sum(len(words_of(text)) for text in TEXTS)
    assert agreement.quality == check.quality
    module, signatures = TaggerExporter(model).graph
    assert check.saved_model(FunctionRunner(signatures)).same == agreement.compared
    del module


@pytest.mark.parametrize("wrong", ["tags", "scores"])
def test_a_wrong_artefact_is_noticed(model, check, wrong):
    right = tag_function(model, "litert")

    def other(inputs):
        answer = right(inputs)
        if wrong == "scores":
            return {**answer, "scores": answer["scores"] + 0.001}
        return {**answer, "tags": tf.where(inputs["tokens"] > 0, (answer["tags"] + 1) % 3, 0)}

    with pytest.raises(UserError, match=r"expected the (scores of the model|tags of the highest score)"):
        check.litert(FunctionRunner({SERVED: signature(model, other)}))


def test_rounded_weights_may_change_what_the_model_is_unsure_of_and_no_more(model, check):
    right = tag_function(model, "litert")
    assert check.rounded(tagger_runner(model, "litert"), "right.tflite", 2.0**-11).compared

    def other(inputs):
        answer = right(inputs)
        return {**answer, "tags": tf.where(inputs["tokens"] > 0, (answer["tags"] + 1) % 3, 0)}

    with pytest.raises(UserError, match=r"^other\.tflite: expected the tags that the model is sure of"):
        check.rounded(FunctionRunner({SERVED: signature(model, other)}), "other.tflite", 2.0**-11)


def test_a_decoder_of_single_words_is_noticed():
    """Which gives the right probabilities, but not the most probable sequence."""
    model = Tagger(WORDS, list("acdh"), ["N", "V", "D"], word_length=5, embedding_dim=6, units=5)
    model.chain.between.assign([[0, 9, 0], [9, 0, 0], [0, 0, 0]])

    def other(inputs):
        answer = tag_function(model, "litert")(inputs)
        logits = model(inputs)
        return {**answer, "tags": tf.argmax(logits, -1, tf.int32) * tf.cast(inputs["tokens"] > 0, tf.int32)}

    with pytest.raises(UserError, match="expected the"):
        TaggerCheck(model, TEXTS, []).litert(FunctionRunner({SERVED: signature(model, other)}))
