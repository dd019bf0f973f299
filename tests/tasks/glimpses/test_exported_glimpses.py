"""The graph of a model that looks at images, and what compares artefacts with the model."""

import base64
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from toolkit.data.images.decoding import to_png
from toolkit.errors import UserError
from toolkit.inference.functions import FunctionRunner
from toolkit.models import GlimpseClassifier
from toolkit.tasks.glimpses.exporter import GlimpseExporter
from toolkit.tasks.glimpses.functions import SERVED, glimpse_runner, look_function
from toolkit.tasks.glimpses.verification import GlimpseCheck

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    model = GlimpseClassifier(["no", "yes", "caf\u00e9"], 16, objects=2, num_glimpses=2, glimpse_size=4, glimpse_units=6, units=7)
    model.build(None)
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1]))))
    return model


@pytest.fixture(scope="module")
def images():
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(buffer, "JPEG")
    noise = np.random.default_rng(0).integers(0, 256, (10, 20, 20), np.uint8)
    files = [buffer.getvalue(), *map(to_png, noise)]
    return [*(base64.b64encode(file).decode() for file in files), *GlimpseExporter.probes[:4]]


def test_a_right_artefact_agrees(model, images):
    check = GlimpseCheck(model, images, [["no", "yes"]])
    agreement = check.litert(glimpse_runner(model, "litert"))
    assert agreement.same == agreement.compared == 2 * len(images)
    assert agreement.quality == check.quality
    module, signatures = GlimpseExporter(model).graph
    assert check.saved_model(FunctionRunner(signatures)).same == 2 * len(images)
    del module


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("probabilities", lambda values: tf.roll(values, 1, -1), "expected the scores of the model"),
        ("probabilities", lambda values: values + 0.001, "expected the scores of the model"),
        ("locations", lambda values: values[:, ::-1], "LiteRT, glimpses: expected the scores of the model"),
        ("locations", lambda values: values + tf.random.normal(tf.shape(values)), "expected the same labels and glimpses at every call"),
    ],
)
def test_a_wrong_artefact_is_noticed(model, images, name, change, message):
    right = look_function(model, "litert")

    def other(pixels):
        looked = right(pixels)
        return {**looked, name: change(looked[name])}

    function = tf.function(lambda images: other(images)).get_concrete_function(tf.TensorSpec([None, 16, 16, 1], tf.float32, name="images"))
    with pytest.raises(UserError, match=message):
        GlimpseCheck(model, images, []).litert(FunctionRunner({SERVED: function}))


def test_other_pixels_are_noticed(model, images):
    module, signatures = GlimpseExporter(model).graph

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")])
    def pixels(images):
        return {"pixels": module.pixels(images)["pixels"][:, ::-1]}

    with pytest.raises(UserError, match=r"^SavedModel: expected the pixels of each image to within"):
        GlimpseCheck(model, images, []).saved_model(FunctionRunner({**signatures, "pixels": pixels}))
