"""The graph of a model that writes captions, and what compares artefacts with the model."""

import base64
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from toolkit.data.images.decoding import to_png
from toolkit.decoding.search import Search
from toolkit.errors import UserError
from toolkit.inference.functions import FunctionRunner
from toolkit.models import Captioner
from toolkit.tasks.captioning.exporter import CaptionerExporter
from toolkit.tasks.captioning.functions import SERVED, caption_function
from toolkit.tasks.captioning.verification import CaptionerCheck

pytestmark = pytest.mark.slow

SEARCH, LENGTH = Search(beam_width=3), 6


@pytest.fixture(scope="module")
def model():
    model = Captioner(["a", "dog", "caf\u00e9", "runs"], 16, filters=4, embedding_dim=6, units=7)
    model.build()
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape) * 2 / np.sqrt(max(1, np.prod(weight.shape[:-1]))))
    return model


@pytest.fixture(scope="module")
def check(model):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(buffer, "JPEG")
    noise = [to_png(np.random.default_rng(seed).integers(0, 256, (20, 50, 3), np.uint8)) for seed in range(6)]
    files = [base64.b64encode(file).decode() for file in (buffer.getvalue(), *noise)]
    return CaptionerCheck(model, SEARCH, LENGTH, files, [["a dog"], ["a dog runs"]])


def runner_of(model, change=lambda found: found):
    spec = tf.TensorSpec([None, 16, 16, 3], tf.float32, name="images")

    def changed(search):
        write = caption_function(model, search, LENGTH, "litert")
        return tf.function(lambda images: change(write(images)), [spec], autograph=False)

    return FunctionRunner({SERVED: changed(SEARCH), "greedy": changed(Search(method="greedy"))})


def test_a_right_artefact_agrees(model, check):
    agreement = check.litert(runner_of(model))
    assert agreement.same == agreement.compared == 7
    assert agreement.quality == check.quality
    _, signatures = CaptionerExporter(model, SEARCH, LENGTH).graph
    assert check.saved_model(FunctionRunner(signatures)).same == 7


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("scores", lambda scores: scores + 0.01),
        ("alignments", lambda looked: looked[..., ::-1]),
        ("tokens", lambda tokens: tf.where(tokens > 4, tokens - 1, tokens)),
    ],
)
def test_a_wrong_artefact_is_noticed(model, check, part, change):
    wrong = runner_of(model, lambda found: {**found, part: change(found[part])})
    with pytest.raises(UserError, match=r"^LiteRT: expected the model's answers and"):
        check.litert(wrong)


def test_other_pixels_and_other_words_are_noticed(model, check):
    exporter = CaptionerExporter(model, SEARCH, LENGTH)
    module, signatures = exporter.graph

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")], autograph=False)
    def pixels(images):
        return {"pixels": module.pixels(images)["pixels"][:, ::-1]}

    with pytest.raises(UserError, match=r"^SavedModel: expected the pixels of each image to within"):
        check.saved_model(FunctionRunner({**signatures, "pixels": pixels}))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")], autograph=False)
    def caption(images):
        found = module.caption(images)
        return {**found, "captions": found["captions"] + "s"}

    with pytest.raises(UserError, match=r"^SavedModel, strings: expected the words and the attention of its tokens"):
        check.saved_model(FunctionRunner({**signatures, SERVED: caption}))
