"""A model that draws, as functions of pixels and noise, and as a runner."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from toolkit.inference.functions import FunctionRunner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.drawing.objective import nats_of
from toolkit.tasks.drawing.predictor import DRAW, RECONSTRUCT

Drawn = dict[str, tf.Tensor]


def draw_function(model: keras.Model, loop: str = "graph") -> Callable[[tf.Tensor], Drawn]:
    """Returns what draws new images: from `noise` to `pictures`, `canvases` and, with attention, `windows`.

    Args:
        model: A `DrawingAutoencoder`.
        loop: Time-loop backend.
    """

    def draw(noise):
        with backend(loop):
            return _pictures(model.draw(noise))

    return draw


def reconstruct_function(model: keras.Model, loop: str = "graph") -> Callable[[tf.Tensor, tf.Tensor], Drawn]:
    """Returns what draws images as they are: from `images` and `noise` to the same, and `reconstruction` and `kl`.

    Args:
        model: As for `draw_function`.
        loop: As for `draw_function`.
    """

    def reconstruct(images, noise):
        with backend(loop):
            outputs = model({"images": images, "noise": noise}, training=False)
        nats = nats_of(outputs["canvases"][:, -1], tf.squeeze(images, -1) / 255)
        return {**_pictures(outputs), "reconstruction": nats, "kl": outputs["kl"]}

    return reconstruct


def _pictures(outputs: Drawn) -> Drawn:
    """Returns the probabilities of white of canvases, and where the windows were."""
    canvases = tf.sigmoid(outputs["canvases"])
    windows = {"windows": outputs["windows"]} if "windows" in outputs else {}
    return {"pictures": canvases[:, -1], "canvases": canvases, **windows}


def signatures(model: keras.Model, loop: str = "graph", batch: int | None = None) -> dict[str, Any]:
    """Returns both as concrete functions, by their names.

    Args:
        model: As for `draw_function`.
        loop: As for `draw_function`.
        batch: Number of images; `None` for any.
    """
    images = tf.TensorSpec([batch, model.image_size, model.image_size, 1], tf.float32, name="images")
    noise = tf.TensorSpec([batch, *model.noise_shape], tf.float32, name="noise")
    draw, reconstruct = draw_function(model, loop), reconstruct_function(model, loop)
    return {
        RECONSTRUCT: tf.function(reconstruct, autograph=False).get_concrete_function(images, noise),
        DRAW: tf.function(draw, autograph=False).get_concrete_function(noise),
    }


def drawing_runner(model: keras.Model, loop: str = "graph") -> FunctionRunner:
    """Returns what runs a model in this process: `reconstruct`, from pixels, and `draw`.

    Args:
        model: As for `draw_function`.
        loop: As for `draw_function`.
    """
    return FunctionRunner(signatures(model, loop))
