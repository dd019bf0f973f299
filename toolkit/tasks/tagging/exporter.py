"""Exports a trained tagger as a SavedModel and as LiteRT files."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from toolkit.export.exporter import LiteRTSignatures, SelfContainedExporter
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.tagging.answers import SERVED
from toolkit.tasks.tagging.functions import signature, tag_function
from toolkit.tasks.tagging.graph import TaggerModule
from toolkit.tasks.tagging.verification import TaggerCheck

FIXED_LENGTH = 64

LONGEST_ASKED = 300  # words of a text: more than a sentence has; a cell that nothing bounds overflows in thousands


@dataclass(frozen=True)
class TaggerExporter(SelfContainedExporter):
    """Exports a tagger.

    The SavedModel tags the words of raw strings: `tag`, which is also `serving_default`; `tokens_1x64` takes numbers of words at a fixed
    shape, for XLA and TPU. The LiteRT files take numbers of words. Decoding is in the graphs.

    Attributes:
        model: A `Tagger`.
    """

    task = "tagging"
    request = '{"instances": ["a film that stays with you"]}'
    limits = "It gives every word one of its tags, and often confidently, also in a text of another kind or language."
    probes = (*HARD_TEXTS[:-1], "word " * LONGEST_ASKED)

    model: keras.Model

    def summary(self) -> str:
        """Returns the tags."""
        return f" Tags: {', '.join(self.model.tag_names)}."

    def description(self) -> dict[str, Any]:
        """Returns the tags, and all that makes numbers of words."""
        names = ("tag_names", "words", "characters", "word_length")
        return {"task": self.task, **{name: getattr(self.model, name) for name in names}}

    @functools.cached_property
    def graph(self) -> tuple[TaggerModule, dict[str, Any]]:
        """The graph from raw strings to tags, and its signatures."""
        module = TaggerModule(self.model)
        fixed = signature(self.model, tag_function(self.model), 1, FIXED_LENGTH)
        return module, {SERVED: module.tag, "tag": module.tag, f"tokens_1x{FIXED_LENGTH}": fixed}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        length = self.model.word_length
        read = "numbers of the characters of each word, 0 after its end"
        characters = {"characters": f"int32 [batch, time, word_length]: {read}"} if self.model.character_units else {}
        return {
            "inputs": {"tokens": "int32 [batch, time]: numbers of words, 0 after the end of a text, which has one at least", **characters},
            "outputs": {
                "tags": "int32 [batch, time]: places in tag_names, 0 after the end of a text",
                "scores": "float32 [batch, time]: the probability of each tag",
            },
            "numbers": "0 padding, 1 unknown, 2 and so on the words and the characters in their order",
            "look_up": "a word is what is between spaces; it is looked up in lower case, each digit as 0",
            "crop": f"of a longer word, the first {length // 2} and the last {length - length // 2} characters",
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what tags words."""
        tag = tag_function(self.model, "litert")
        return LiteRTSignatures({SERVED: signature(self.model, tag)}, {SERVED: signature(self.model, tag, 1, FIXED_LENGTH)})

    def check(self, texts: Sequence[str], references: Sequence[Sequence[str]]) -> TaggerCheck:
        """Returns what compares the artefacts with the model."""
        return TaggerCheck(self.model, texts, references)
