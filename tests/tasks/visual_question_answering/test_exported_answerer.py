"""The graph of a model that answers questions about images, and what compares artefacts with the model."""

import base64
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from toolkit.data.images.decoding import to_png
from toolkit.errors import UserError
from toolkit.inference.functions import FunctionRunner
from toolkit.models import VisualAnswerer
from toolkit.tasks.visual_question_answering.exporter import ASKED, AnswererExporter
from toolkit.tasks.visual_question_answering.functions import SERVED, answer_function, answerer_runner
from toolkit.tasks.visual_question_answering.graph import AnswererModule
from toolkit.tasks.visual_question_answering.verification import AnswererCheck
from toolkit.text.words import Vocabulary

pytestmark = pytest.mark.slow

WORDS = ["is", "it", "red", "what's", "caf\u00e9", "i\u0307stanbul", "stra\u00dfe", "circle"]
QUESTIONS = [*ASKED[:-1], "IS it RED?", "What's (it)", "CAF\u00c9-stra\u00dfe", "\u0130stanbul\ta\ud800b", "is\u00a0it"]


@pytest.fixture(scope="module")
def model():
    model = VisualAnswerer(WORDS, ["yes", "no", "red"], 16, filters=4, embedding_dim=6, units=7)
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1]))))
    return model


@pytest.fixture(scope="module")
def asked():
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(buffer, "JPEG")
    noise = to_png(np.random.default_rng(0).integers(0, 256, (20, 50, 3), np.uint8))
    files = [base64.b64encode(file).decode() for file in (buffer.getvalue(), noise)]
    return [{"image": files[place % 2], "question": question} for place, question in enumerate(QUESTIONS)]


def test_words_are_looked_up_in_the_graph_as_outside_of_it(model):
    module, vocabulary = AnswererModule(model), Vocabulary(model.words)
    for question in QUESTIONS:
        found = module.tokens_of(tf.constant([question.encode("utf-8", "surrogatepass")]))
        np.testing.assert_array_equal(found[0], vocabulary.encode(question))


def test_a_right_artefact_agrees(model, asked):
    check = AnswererCheck(model, asked, ["yes", "no"])
    agreement = check.litert(answerer_runner(model, "litert"))
    assert agreement.same == agreement.compared == len(QUESTIONS)
    assert agreement.quality == check.quality
    module, signatures = AnswererExporter(model).graph
    assert check.saved_model(FunctionRunner(signatures)).same == len(QUESTIONS)
    del module


@pytest.mark.parametrize("wrong", ["shifted", "off"])
def test_a_wrong_artefact_is_noticed(model, asked, wrong):
    right = answer_function(model, "litert")

    def other(images, tokens):
        answer = right(images, tokens)
        moved = tf.roll(answer["probabilities"], 1, -1) if wrong == "shifted" else answer["probabilities"] + 0.001
        return {**answer, "probabilities": moved}

    specs = tf.TensorSpec([None, 16, 16, 3], tf.float32, name="images"), tf.TensorSpec([None, None], tf.int32, name="tokens")
    runner = FunctionRunner({SERVED: tf.function(other).get_concrete_function(*specs)})
    check = AnswererCheck(model, asked, [])
    with pytest.raises(UserError, match="expected the scores of the model"):
        check.litert(runner)
    if wrong == "shifted":
        with pytest.raises(UserError, match="expected the answers that the model is sure of"):
            check.rounded(runner, "other.tflite", 2.0**-11)


def test_other_pixels_are_noticed(model, asked):
    module, signatures = AnswererExporter(model).graph

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")])
    def pixels(images):
        return {"pixels": module.pixels(images)["pixels"][:, ::-1]}

    with pytest.raises(UserError, match=r"^SavedModel: expected the pixels of each image to within"):
        AnswererCheck(model, asked, []).saved_model(FunctionRunner({**signatures, "pixels": pixels}))
