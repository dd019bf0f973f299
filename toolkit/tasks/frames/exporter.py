"""Exports a model that tags frames as a SavedModel and as LiteRT files."""

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
from toolkit.tasks.frames.functions import SERVED, signature
from toolkit.tasks.frames.graph import FrameModule
from toolkit.tasks.frames.padding import padded_files
from toolkit.tasks.frames.verification import FIXED, FIXED_LENGTH, FrameCheck

_PROBES = [base64.b64encode(file).decode() for file in probe_images().values()]


@dataclass(frozen=True)
class FrameExporter(SelfContainedExporter):
    """Exports a model that tags frames.

    The SavedModel takes PNG or JPEG files as strings, a row for each sequence: `tag`, which is also `serving_default`. `pixels` gives what
    the model sees of files, and `pixels_1x16` takes the pixels of one sequence at a fixed shape, for XLA and TPU. The LiteRT files take
    pixels.

    Attributes:
        model: A `FrameTagger`.
    """

    task = "frames"
    request = '{"instances": [{"images": [{"b64": "iVBORw0KGgo..."}, {"b64": "iVBORw0KGgo..."}]}]}'
    limits = (
        "It gives one of its labels to every frame, and often confidently, also to one that shows something else. Frames should look like "
        "those of the training, and follow each other as fast as they do there. It does not read EXIF data."
    )
    joins_requests = False  # rows of requests are of several lengths
    probes = (_PROBES, *([file] for file in _PROBES[:2]), _PROBES[2:4] * 10)

    model: keras.Model

    def summary(self) -> str:
        """Returns the labels, and whether frames that come after count."""
        names, model = self.model.label_names, self.model
        known = "frames before and after" if model.bidirectional else "frames before"
        reads = f" It names what is on a frame from that frame and the {known} it" if model.num_layers else " It sees one frame at a time"
        return f"{reads}; {len(names):,} labels, such as {', '.join(names[:10])}."

    def description(self) -> dict[str, Any]:
        """Returns the labels, and what frames are."""
        names = ("label_names", "image_size", "channels", "num_layers", "bidirectional")
        return {"task": self.task, **{name: getattr(self.model, name) for name in names}}

    @functools.cached_property
    def graph(self) -> tuple[FrameModule, dict[str, Any]]:
        """The graph from files to labels, and its signatures."""
        module = FrameModule(self.model)
        fixed = signature(self.model, batch=1, frames=FIXED_LENGTH)
        return module, {SERVED: module.tag, "tag": module.tag, "pixels": module.pixels, FIXED: fixed}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        size, channels = self.model.image_size, self.model.channels
        seen = "red, green and blue" if channels == 3 else "grey, 0.299 red + 0.587 green + 0.114 blue,"
        return {
            "inputs": {
                "images": f"float32 [batch, frames, {size}, {size}, {channels}]: {seen} from 0 to 255; after the end anything",
                "lengths": "int32 [batch]: how many frames each sequence has, at least one",
            },
            "outputs": {"probabilities": "float32 [batch, frames, labels]: of each label, 0 after the end of a sequence"},
            "resize": how_resized(size),
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what tags frames."""
        fixed = signature(self.model, "litert", 1, FIXED_LENGTH)
        return LiteRTSignatures({SERVED: signature(self.model, "litert")}, {SERVED: fixed})

    def check(self, texts: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> FrameCheck:
        """Returns what compares the artefacts with the model."""
        return FrameCheck(self.model, texts, references)

    def warm_up(self, texts: Sequence[Sequence[str]]) -> list[PredictionLog]:
        """Returns a request of one sequence, and one of several."""
        files = [[base64.b64decode(frame) for frame in each] for each in texts]
        return [predict_request(SERVED, {"images": tf.constant(padded_files(files[:number]))}) for number in (1, len(files))]
