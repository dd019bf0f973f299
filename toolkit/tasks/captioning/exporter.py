"""Exports a model that writes captions as a SavedModel and as LiteRT files."""

import base64
import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.data.images.decoding import how_resized
from toolkit.data.images.probes import probe_images
from toolkit.decoding.search import Search
from toolkit.export.exporter import LiteRTSignatures, SelfContainedExporter
from toolkit.export.warm_up import predict_request
from toolkit.models.captioner import BEGIN, END
from toolkit.tasks.captioning.functions import SERVED, caption_function
from toolkit.tasks.captioning.graph import CaptionerModule, table_of
from toolkit.tasks.captioning.verification import CaptionerCheck


@dataclasses.dataclass(frozen=True)
class CaptionerExporter(SelfContainedExporter):
    """Exports a model that writes captions.

    The SavedModel takes PNG or JPEG files as strings: `caption`, which is also `serving_default`. `pixels` gives what the model sees of a
    file, `decode_pixels` takes that, and `decode_pixels_1` the same of one image at fixed shapes, for XLA and TPU. The LiteRT files take
    pixels: `serving_default` searches as the run does, `greedy` takes the most probable word at each step.

    Attributes:
        model: A `Captioner`.
        search: How to decode, `"beam"` or `"greedy"`.
        max_length: Words of a caption at most.
    """

    task = "captioning"
    request = '{"instances": [{"images": {"b64": "iVBORw0KGgo..."}}]}'
    limits = (
        "It writes a sentence of any image, also of one that is unlike all that it was trained on, and often names what is likely and not "
        "there. It does not read EXIF data: a picture has to be upright."
    )
    probes = tuple(base64.b64encode(file).decode() for file in probe_images().values())

    model: keras.Model
    search: Search
    max_length: int

    def summary(self) -> str:
        """Returns how many words there are, and the most frequent of them."""
        return f" {len(self.model.words):,} words, such as {', '.join(self.model.words[:10])}."

    def description(self) -> dict[str, Any]:
        """Returns the words by their numbers, and how images are read and captions searched."""
        search = {name: getattr(self.search, name) for name in ("method", "beam_width", "length_penalty")}
        read = {"image_size": self.model.image_size, "attention": self.model.attention}
        return {"task": self.task, **read, "max_length": self.max_length, "search": search, "numbers": table_of(self.model.words)}

    @functools.cached_property
    def graph(self) -> tuple[CaptionerModule, dict[str, Any]]:
        """The graph from files to sentences, and its signatures."""
        module = CaptionerModule(*self._parts())
        decode = {"decode_pixels": caption_function(*self._parts()), "decode_pixels_1": caption_function(*self._parts(), batch=1)}
        return module, {SERVED: module.caption, "caption": module.caption, "pixels": module.pixels, **decode}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        size = self.model.image_size
        return {
            "inputs": {"images": f"float32 [batch, {size}, {size}, 3]: red, green and blue from 0 to 255"},
            "outputs": {
                "tokens": f"int32 [batch, steps]: places in numbers; {END} ends a caption, then 0; the one before the first is {BEGIN}",
                "lengths": "int32 [batch]: how many tokens there are, the end among them",
                "scores": "float32 [batch]: what the search ranks by, the log-probability with its penalties",
                "alignments": "float32 [batch, steps, places]: where the model looked for each word, row by row of the image",
            },
            "resize": how_resized(size),
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what writes captions."""
        greedy = dataclasses.replace(self.search, method="greedy")
        ways = {SERVED: self.search, "greedy": greedy}
        found = {name: caption_function(self.model, way, self.max_length, "litert") for name, way in ways.items()}
        return LiteRTSignatures(found, {SERVED: caption_function(self.model, greedy, self.max_length, "litert", batch=1)})

    def check(self, texts: Sequence[str], references: Sequence[Sequence[str]]) -> CaptionerCheck:
        """Returns what compares the artefacts with the model."""
        return CaptionerCheck(*self._parts(), texts, references)

    def warm_up(self, texts: Sequence[str]) -> list[PredictionLog]:
        """Returns a request of one image, and one of several."""
        files = [base64.b64decode(text) for text in texts]
        return [predict_request(SERVED, {"images": tf.constant(some)}) for some in (files[:1], files)]

    def settings(self) -> dict[str, Any]:
        """Returns what makes the artefacts besides the model, which holds the words."""
        return {"search": dataclasses.asdict(self.search), "max_length": self.max_length}

    @classmethod
    def restored(cls, model: keras.Model, folder: Path, settings: Mapping[str, Any]) -> "CaptionerExporter":
        """Returns the exporter that wrote a version."""
        return cls(model, Search(**settings["search"]), settings["max_length"])

    def _parts(self) -> tuple[keras.Model, Search, int]:
        return self.model, self.search, self.max_length
