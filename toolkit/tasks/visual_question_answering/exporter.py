"""Exports a model that answers questions about images as a SavedModel and as LiteRT files."""

import base64
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.data.images.decoding import how_resized
from toolkit.data.images.probes import probe_images
from toolkit.export.exporter import LiteRTSignatures, SelfContainedExporter
from toolkit.export.warm_up import predict_request
from toolkit.inference.runner import encoded
from toolkit.tasks.visual_question_answering.functions import SERVED, signature
from toolkit.tasks.visual_question_answering.graph import AnswererModule
from toolkit.tasks.visual_question_answering.verification import AnswererCheck, files_of

FIXED_LENGTH = 32

ASKED = ("what is in the image?", "", "?", "Is there a CIRCLE, or not?", "caf\u00e9 \U0001f600", "word " * 100)
"""Questions that are likely to go wrong, one for each of the images that are."""


@dataclass(frozen=True)
class AnswererExporter(SelfContainedExporter):
    """Exports a model that answers questions about images.

    The SavedModel takes PNG or JPEG files and questions as strings: `answer`, which is also `serving_default`. `pixels` gives what the
    model sees of a file, and `tokens_1x32` takes pixels and numbers of words at a fixed shape, for XLA and TPU. The LiteRT files take
    these.

    Attributes:
        model: A `VisualAnswerer`.
    """

    task = "visual_question_answering"
    request = '{"instances": [{"images": {"b64": "iVBORw0KGgo..."}, "questions": "what shape is in the image?"}]}'
    limits = (
        "It gives one of its answers to every question, and often confidently, also to one that does not fit the image. It does not read "
        "EXIF data: a picture has to be upright."
    )
    probes = tuple(
        {"image": base64.b64encode(file).decode(), "question": question}
        for file, question in zip(probe_images().values(), ASKED, strict=True)
    )

    model: keras.Model

    def summary(self) -> str:
        """Returns how many answers there are, and the most frequent of them."""
        return f" {len(self.model.answers):,} answers, such as {', '.join(self.model.answers[:10])}."

    def description(self) -> dict[str, Any]:
        """Returns the answers, and all that makes pixels and numbers of images and words."""
        names = ("answers", "words", "image_size", "attention_hops")
        return {"task": self.task, **{name: getattr(self.model, name) for name in names}}

    @functools.cached_property
    def graph(self) -> tuple[AnswererModule, dict[str, Any]]:
        """The graph from files and questions to answers, and its signatures."""
        module = AnswererModule(self.model)
        fixed = signature(self.model, batch=1, time=FIXED_LENGTH)
        return module, {SERVED: module.answer, "answer": module.answer, "pixels": module.pixels, f"tokens_1x{FIXED_LENGTH}": fixed}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        size = self.model.image_size
        return {
            "inputs": {
                "images": f"float32 [batch, {size}, {size}, 3]: red, green and blue from 0 to 255",
                "tokens": "int32 [batch, time]: numbers of words, 0 after the end of a question",
            },
            "outputs": {
                "probabilities": "float32 [batch, answers]: of each answer",
                "attention": "float32 [batch, hops, places]: where the model looked, row by row of the image",
            },
            "numbers": "0 padding, 1 unknown, 2 and so on the words in their order; a question without words is a single 0",
            "look_up": "a word is what is between white space and marks of ASCII other than the apostrophe; it is looked up in lower case",
            "resize": how_resized(size),
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what answers questions."""
        return LiteRTSignatures({SERVED: signature(self.model, "litert")}, {SERVED: signature(self.model, "litert", 1, FIXED_LENGTH)})

    def check(self, texts: Sequence[Mapping[str, str]], references: Sequence[str]) -> AnswererCheck:
        """Returns what compares the artefacts with the model."""
        return AnswererCheck(self.model, texts, references)

    def warm_up(self, texts: Sequence[Mapping[str, str]]) -> list[PredictionLog]:
        """Returns a request of one question, and one of several."""
        images, questions = files_of(texts), encoded([each["question"] for each in texts])
        return [
            predict_request(SERVED, {"images": tf.constant(images[:number]), "questions": tf.constant(questions[:number])})
            for number in (1, len(images))
        ]
