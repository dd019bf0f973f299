"""Exports a model that looks at images as a SavedModel and as LiteRT files."""

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
from toolkit.tasks.glimpses.functions import SERVED, signature
from toolkit.tasks.glimpses.graph import GlimpseModule
from toolkit.tasks.glimpses.verification import ONE, GlimpseCheck


@dataclass(frozen=True)
class GlimpseExporter(SelfContainedExporter):
    """Exports a model that looks at images.

    The SavedModel takes PNG or JPEG files as strings: `look`, which is also `serving_default`. `pixels` gives what the model sees of a
    file, and `pixels_1` takes the pixels of one image, for XLA and TPU. The LiteRT files take pixels. No place is drawn by chance: the
    same image gives the same glimpses.

    Attributes:
        model: A `GlimpseClassifier`.
    """

    task = "glimpses"
    request = '{"instances": [{"images": {"b64": "iVBORw0KGgo..."}}]}'
    limits = (
        "It gives one of its labels to every image, and often confidently, also to one that shows something else. Images should look like "
        "those of the training: of a drawing in black on white, a model of white digits on black sees little. It does not read EXIF data."
    )
    probes = tuple(base64.b64encode(file).decode() for file in probe_images().values())

    model: keras.Model

    def summary(self) -> str:
        """Returns the labels, and how often the model looks."""
        names, objects = self.model.label_names, self.model.objects
        of_each = f" for each of {objects} objects" if objects > 1 else ""
        return f" It looks {self.model.num_glimpses} times{of_each}; {len(names):,} labels, such as {', '.join(names[:10])}."

    def description(self) -> dict[str, Any]:
        """Returns the labels, and what images and glimpses are."""
        names = ("label_names", "image_size", "channels", "objects", "num_glimpses", "glimpse_size", "scales")
        return {"task": self.task, **{name: getattr(self.model, name) for name in names}}

    @functools.cached_property
    def graph(self) -> tuple[GlimpseModule, dict[str, Any]]:
        """The graph from files to labels, and its signatures."""
        module = GlimpseModule(self.model)
        return module, {SERVED: module.look, "look": module.look, "pixels": module.pixels, ONE: signature(self.model, batch=1)}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        size, channels = self.model.image_size, self.model.channels
        seen = "red, green and blue" if channels == 3 else "grey, 0.299 red + 0.587 green + 0.114 blue,"
        return {
            "inputs": {"images": f"float32 [batch, {size}, {size}, {channels}]: {seen} from 0 to 255"},
            "outputs": {
                "probabilities": "float32 [batch, objects, labels]: of each label",
                "locations": "float32 [batch, glimpses, 2]: row and column of each glimpse, from -1, the first pixel, to 1, the last",
            },
            "resize": how_resized(size),
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what looks at images."""
        return LiteRTSignatures({SERVED: signature(self.model, "litert")}, {SERVED: signature(self.model, "litert", 1)})

    def check(self, texts: Sequence[str], references: Sequence[Sequence[str]]) -> GlimpseCheck:
        """Returns what compares the artefacts with the model."""
        return GlimpseCheck(self.model, texts, references)

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns a request of one image, and one of several."""
        files = [base64.b64decode(text) for text in texts]
        return [predict_request(SERVED, {"images": tf.constant(files[:number])}) for number in (1, len(files))]
