"""The graph of a model that draws, and what compares artefacts with the model."""

import base64

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.images.decoding import to_png
from toolkit.errors import UserError
from toolkit.inference.functions import FunctionRunner
from toolkit.models import DrawingAutoencoder
from toolkit.tasks.drawing.exporter import DrawingExporter
from toolkit.tasks.drawing.functions import DRAW, RECONSTRUCT, draw_function, drawing_runner, reconstruct_function
from toolkit.tasks.drawing.verification import DrawingCheck

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    model = DrawingAutoencoder(12, num_glimpses=3, read_size=3, write_size=4, units=7, latent_dim=3)
    model.build(None)
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1]))) / 2)
    return model


@pytest.fixture(scope="module")
def check(model):
    noise = np.random.default_rng(0).integers(0, 256, (4, 20, 20), np.uint8)
    files = [base64.b64encode(file).decode() for file in map(to_png, noise)]
    return DrawingCheck(model, [*files, *DrawingExporter.probes[:4]], [1.0])


def test_a_right_artefact_agrees(model, check):
    agreement = check.litert(drawing_runner(model, "litert"))
    assert agreement.same == agreement.compared == 8 * 144
    assert agreement.quality == pytest.approx(check.quality, rel=1e-5)
    _, signatures = DrawingExporter(model).graph
    assert check.saved_model(FunctionRunner(signatures)).same == 8 * 144


@pytest.mark.parametrize(
    ("signature", "name", "change", "message"),
    [
        (RECONSTRUCT, "canvases", lambda values: values[:, ::-1], "expected the last canvas as the picture"),
        (RECONSTRUCT, "kl", lambda values: values + 0.01, "LiteRT, kl: expected the scores of the model"),
        (RECONSTRUCT, "windows", lambda values: values + 0.01, "LiteRT, windows: expected the scores of the model"),
        (RECONSTRUCT, "reconstruction", lambda values: 2 * values, "LiteRT, reconstruction: expected the scores of the model"),
        (RECONSTRUCT, "kl", lambda values: values + tf.random.normal(tf.shape(values)), "expected the same drawing of the same noise"),
        (DRAW, "windows", lambda values: values + 0.01, "LiteRT, draw, windows: expected the scores of the model"),
    ],
)
def test_a_wrong_artefact_is_noticed(model, check, signature, name, change, message):
    def changed(drawn, of):
        return {**drawn, name: change(drawn[name])} if of == signature else drawn

    draw, reconstruct = draw_function(model), reconstruct_function(model)
    images, noise = tf.TensorSpec([None, 12, 12, 1], name="images"), tf.TensorSpec([None, 3, 3], name="noise")
    functions = {
        RECONSTRUCT: tf.function(lambda images, noise: changed(reconstruct(images, noise), RECONSTRUCT)).get_concrete_function(
            images, noise
        ),
        DRAW: tf.function(lambda noise: changed(draw(noise), DRAW)).get_concrete_function(noise),
    }
    with pytest.raises(UserError, match=message):
        check.litert(FunctionRunner(functions))
