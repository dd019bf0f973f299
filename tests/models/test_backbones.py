"""Networks of others, by name. Their weights are random here: nothing is downloaded."""

import keras
import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.models.backbones import load_backbone_weights, make_backbone

NAME, SIZE = "MobileNetV2", 32


def test_a_name_that_is_not_known_is_refused_with_one_like_it():
    with pytest.raises(ValueError, match="Did you mean MobileNetV2"):
        make_backbone("MobileNetv2", SIZE)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match=r"image_size.*InceptionV3.*75x75"):
        make_backbone("InceptionV3", SIZE)


@pytest.mark.slow
def test_a_network_of_keras_sees_pixels_as_its_own_function_prepares_them(tmp_path):
    network = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3))
    network.save_weights(tmp_path / "mine.weights.h5")
    backbone = make_backbone(NAME, SIZE)
    assert not backbone.trainable_weights
    load_backbone_weights(backbone, NAME, str(tmp_path / "mine.weights.h5"))
    pixels = np.random.default_rng(0).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    expected = network(keras.applications.mobilenet_v2.preprocess_input(pixels.copy()))
    np.testing.assert_allclose(backbone(pixels), expected, atol=1e-5)  # single precision


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "found no file"), ("text", "expected weights of MobileNetV2"), ("other", "expected weights of MobileNetV2")],
)
def test_a_file_that_holds_no_such_weights_is_named(tmp_path, content, message):
    file = tmp_path / "its.weights.h5"
    if content == "text":
        file.write_text("no weights", "utf-8")
    elif content == "other":
        keras.applications.MobileNetV3Small(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3)).save_weights(file)
    with pytest.raises(UserError, match=message) as raised:
        load_backbone_weights(make_backbone(NAME, SIZE), NAME, str(file))
    assert str(raised.value).startswith(f"{file}: ")


@pytest.mark.parametrize(("name", "file"), [("efficientnet_lite0", "mine.h5"), (NAME, None)])
def test_whose_weights_a_package_brings_takes_no_file_and_others_need_one(name, file):
    with pytest.raises(ValueError, match="backbone_weights"):
        load_backbone_weights(None, name, file)
