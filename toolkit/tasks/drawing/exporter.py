"""Exports a model that draws as a SavedModel and as LiteRT files."""

import base64
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.data.images.decoding import how_resized
from toolkit.data.images.probes import probe_images
from toolkit.export.exporter import LiteRTSignatures, SelfContainedExporter
from toolkit.export.warm_up import predict_request
from toolkit.tasks.drawing.functions import signatures
from toolkit.tasks.drawing.graph import DrawingModule
from toolkit.tasks.drawing.predictor import DRAW, RECONSTRUCT
from toolkit.tasks.drawing.verification import FIXED, DrawingCheck

SERVED = "serving_default"


@dataclass(frozen=True)
class DrawingExporter(SelfContainedExporter):
    """Exports a model that draws.

    The SavedModel has `reconstruct`, which is also `serving_default`, from PNG or JPEG files as strings and noise; `draw`, from noise;
    `pixels`, what the model sees of a file; and `reconstruct_1` and `draw_1`, for one image at fixed shapes, for XLA and TPU. The LiteRT
    files have `reconstruct`, from pixels, and `draw`. Nothing is drawn by chance inside: noise comes in, and the same noise gives the same
    picture in each form.

    Attributes:
        model: A `DrawingAutoencoder`.
    """

    task = "drawing"
    request = '{"signature_name": "draw", "instances": [{"noise": [[0.4, -1.2, ...], ...]}]}'
    limits = (
        "What it draws looks like the images of its training, and is often none of them: a stroke too many, a shape between two. An image "
        "that is unlike them costs many nats and comes out as something that it knows. It sees shades of grey and does not read EXIF data."
    )
    probes = tuple(base64.b64encode(file).decode() for file in probe_images().values())

    model: keras.Model

    def summary(self) -> str:
        """Returns the size of the drawings, and in how many steps they are made."""
        side, (steps, numbers) = self.model.image_size, self.model.noise_shape
        return f" It draws {side} by {side} pixels in {steps} steps, from {numbers} numbers at each."

    def description(self) -> dict[str, Any]:
        """Returns the sizes of images, noise and windows."""
        names = ("image_size", "num_glimpses", "latent_dim", "attention", "read_size", "write_size")
        return {"task": self.task, **{name: getattr(self.model, name) for name in names}}

    @functools.cached_property
    def graph(self) -> tuple[DrawingModule, dict[str, Any]]:
        """The graph from files and noise to pictures, and its signatures."""
        module = DrawingModule(self.model)
        fixed = {name + FIXED: function for name, function in signatures(self.model, batch=1).items()}
        named = {SERVED: module.reconstruct, RECONSTRUCT: module.reconstruct, DRAW: module.draw, "pixels": module.pixels}
        return module, named | fixed

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        size, (steps, numbers) = self.model.image_size, self.model.noise_shape
        windows = "float32 [batch, glimpses, 4]: row, column, stride and standard deviation of the write window, in pixels"
        return {
            "inputs": {
                "images": f"float32 [batch, {size}, {size}, 1]: grey, 0.299 red + 0.587 green + 0.114 blue, from 0 to 255",
                "noise": f"float32 [batch, {steps}, {numbers}]: standard normal",
            },
            "outputs": {
                "pictures": f"float32 [batch, {size}, {size}]: probability that a pixel is white",
                "canvases": f"float32 [batch, {steps}, {size}, {size}]: the same after each step",
                **({"windows": windows} if self.model.attention else {}),
                "reconstruction": "float32 [batch]: cross-entropy of the image and its picture, in nats; of reconstruct",
                "kl": f"float32 [batch, {steps}]: divergence of each step from the prior, in nats; of reconstruct",
            },
            "resize": how_resized(size),
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what draws."""
        return LiteRTSignatures(signatures(self.model, "litert"), signatures(self.model, "litert", 1))

    def check(self, texts: Sequence[str], references: Sequence[Any]) -> DrawingCheck:
        """Returns what compares the artefacts with the model."""
        return DrawingCheck(self.model, texts, references)

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns requests of one image and of several, to draw them and to draw new ones."""
        files = [base64.b64decode(text) for text in texts]
        requests = []
        for number in (1, len(files)):
            noise = tf.zeros([number, *self.model.noise_shape])
            requests.append(predict_request(RECONSTRUCT, {"images": tf.constant(files[:number]), "noise": noise}))
            requests.append(predict_request(DRAW, {"noise": noise}))
        return requests
