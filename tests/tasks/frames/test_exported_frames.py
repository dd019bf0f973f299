"""The graph of a model that tags frames, and what compares artefacts with the model."""

import base64

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.images.decoding import to_png
from toolkit.errors import UserError
from toolkit.inference.functions import FunctionRunner
from toolkit.inference.runner import RefusedInput
from toolkit.models import FrameTagger
from toolkit.tasks.frames.exporter import FrameExporter
from toolkit.tasks.frames.functions import SERVED, tag_function, tagger_runner
from toolkit.tasks.frames.verification import FrameCheck

pytestmark = pytest.mark.slow

NOISE = [to_png(each) for each in np.random.default_rng(0).integers(0, 256, (4, 20, 20), np.uint8)]


@pytest.fixture(scope="module")
def model():
    return FrameTagger(["no", "yes", "caf\u00e9"], 16, filters=2, frame_units=6, units=5)


@pytest.fixture(scope="module")
def sequences():
    encoded = [base64.b64encode(file).decode() for file in NOISE]
    return [encoded, encoded[:1], *FrameExporter.probes]


@pytest.fixture(scope="module")
def graph(model):
    return FrameExporter(model).graph


def test_a_right_artefact_agrees(model, sequences, graph):
    check = FrameCheck(model, sequences, [["no", "", "yes", "no"]])
    agreement = check.litert(tagger_runner(model, "litert"))
    assert agreement.same == agreement.compared == sum(map(len, sequences))
    assert agreement.quality == check.quality
    assert check.saved_model(FunctionRunner(graph[1])).same == agreement.compared


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: tf.roll(values, 1, -1), "expected the scores of the model"),
        (lambda values: values + tf.random.uniform(tf.shape(values)), "expected the same probabilities at every call"),
    ],
)
def test_a_wrong_artefact_is_noticed(model, sequences, change, message):
    right = tag_function(model, "litert")
    function = tf.function(lambda images, lengths: {"probabilities": change(right(images, lengths)["probabilities"])})
    shapes = tf.TensorSpec([None, None, 16, 16, 1], tf.float32, name="images"), tf.TensorSpec([None], tf.int32, name="lengths")
    with pytest.raises(UserError, match=message):
        FrameCheck(model, sequences, []).litert(FunctionRunner({SERVED: function.get_concrete_function(*shapes)}))


def test_other_pixels_and_names_are_noticed(model, sequences, graph):
    module, signatures = graph
    spec = [tf.TensorSpec([None, None], tf.string, name="images")]
    turned = tf.function(lambda images: {"pixels": module.pixels(images)["pixels"][:, :, ::-1]}, input_signature=spec)
    with pytest.raises(UserError, match=r"^SavedModel: expected the pixels of each image to within"):
        FrameCheck(model, sequences, []).saved_model(FunctionRunner({**signatures, "pixels": turned}))
    other = tf.function(lambda images: {**module.tag(images), "labels": tf.fill(tf.shape(images), "no")}, input_signature=spec)
    with pytest.raises(UserError, match="expected the most likely of its labels, found others"):
        FrameCheck(model, sequences, []).saved_model(FunctionRunner({**signatures, SERVED: other}))


def test_a_graph_says_nothing_after_the_end_and_refuses_a_gap(graph):
    runner = FunctionRunner(graph[1])
    outputs = runner.run(SERVED, images=[NOISE[:3], [NOISE[0], b"", b""]])
    assert [label == b"" for label in outputs["labels"][1]] == [False, True, True]
    assert not outputs["probabilities"][1, 1:].any()
    alone = runner.run(SERVED, images=[NOISE[:1]])
    np.testing.assert_allclose(outputs["probabilities"][1, :1], alone["probabilities"][0], atol=1e-6)  # single precision
    with pytest.raises(RefusedInput, match="expected no empty string before a frame"):
        runner.run(SERVED, images=[[b"", NOISE[0]]])
