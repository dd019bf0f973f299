"""Exports a trained translator as a SavedModel and as LiteRT files."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from toolkit.arguments import check_integer
from toolkit.decoding.search import Search
from toolkit.export.exporter import TOKENIZER, Exporter, LiteRTSignatures
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.translation.graph import TranslationModule, translation_function
from toolkit.tasks.translation.signatures import encode_and_step, signatures_of
from toolkit.tasks.translation.verification import TranslatorCheck
from toolkit.text.tokenizer import Tokenizer

TARGET_TOKENIZER = "target_tokenizer.model"
SAMPLING = ("temperature", "top_k", "top_p", "seed")  # options of a search that no export has
FIXED_BATCHES, FIXED_LENGTH = (1, 32), 32


@dataclasses.dataclass(frozen=True)
class TranslatorExporter(Exporter):
    """Exports a translator.

    The SavedModel translates raw strings by `translate`, which is also `serving_default`, and token ids by `decode_tokens`, of which
    `decode_tokens_1x32` and `decode_tokens_32x32` have fixed shapes, for XLA and TPU. The LiteRT files have `encode`, `step`, `greedy` and
    `beam`.

    Attributes:
        model: A `Translator`.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target; the same one if both languages share their vocabulary.
        max_length: Tokens read of a source, the end id among them; of a longer one, the first.
        search: How to decode, `"beam"` or `"greedy"`; of its hypotheses the exports give the best.

    Raises:
        ValueError: The search draws samples, a tokenizer has no ids that begin and end a sequence, or `max_length` is below 2.
    """

    task = "translation"
    request = '{"instances": ["two dogs play by a tree ."]}'
    limits = (
        "It translates sentence by sentence, and always something: a text of another kind or language than it was trained on "
        "gets a fluent and wrong translation."
    )
    probes = HARD_TEXTS

    model: keras.Model
    source_tokenizer: Tokenizer
    target_tokenizer: Tokenizer
    max_length: int
    search: Search

    def __post_init__(self):
        """Checks the arguments."""
        _check(self.source_tokenizer, self.target_tokenizer, self.max_length, self.search)
        object.__setattr__(self, "search", dataclasses.replace(self.search, n_best=1))

    def description(self) -> dict[str, Any]:
        """Returns how sources are read and translations are searched."""
        options = {name: value for name, value in dataclasses.asdict(self.search).items() if name not in SAMPLING}
        return {"task": self.task, "max_length": self.max_length, "alignments": self.model.attention != "none", "search": options}

    def tokenizers(self) -> dict[str, Tokenizer]:
        """Returns the tokenizers of source and target, which are one if both languages share their vocabulary."""
        return {TOKENIZER: self.source_tokenizer, self._target_file: self.target_tokenizer}

    def assets(self) -> dict[str, bytes]:
        """Returns the tokenizers."""
        return {name: tokenizer.model_proto for name, tokenizer in self.tokenizers().items()}

    @functools.cached_property
    def graph(self) -> tuple[TranslationModule, dict[str, Any]]:
        """The graph from raw strings to raw strings, and its signatures."""
        module = TranslationModule(*self._parts())
        fixed = {
            f"decode_tokens_{batch}x{self._length}": translation_function(self.model, self.search, *self._ids, shape=(batch, self._length))
            for batch in FIXED_BATCHES
        }
        return module, {"serving_default": module.translate, "translate": module.translate, "decode_tokens": module.decode_tokens, **fixed}

    def litert_description(self) -> dict[str, Any]:
        """Returns what the LiteRT files take and give."""
        source, target = self.source_tokenizer, self.target_tokenizer
        return {
            "source": {**_described(source, TOKENIZER), "read": "the first max_length - 1 ids, end_id, then pad_id"},
            "target": {**_described(target, self._target_file), "begin_id": target.begin_id},
            "state": "what encode gives; step takes all of it and gives the parts that have changed, of which alignment is where it looked",
        }

    def litert_signatures(self) -> LiteRTSignatures:
        """Returns what translates, and what a host translates with step by step."""
        return LiteRTSignatures(signatures_of(self.model, self.search, *self._ids), encode_and_step(self.model, 1, self._length))

    def check(self, texts: Sequence[str], references: Sequence[str]) -> TranslatorCheck:
        """Returns what compares the artefacts with the model."""
        return TranslatorCheck(*self._parts(), texts, references)

    def settings(self) -> dict[str, Any]:
        """Returns what makes the artefacts besides the model and the tokenizers."""
        return {"max_length": self.max_length, "search": dataclasses.asdict(self.search)}

    @classmethod
    def restored(cls, model: keras.Model, folder: Path, settings: Mapping[str, Any]) -> "TranslatorExporter":
        """Returns the exporter that wrote a version."""
        source = target = Tokenizer.load(folder / TOKENIZER)
        if (folder / TARGET_TOKENIZER).is_file():
            target = Tokenizer.load(folder / TARGET_TOKENIZER)
        return cls(model, source, target, settings["max_length"], Search(**settings["search"]))

    @property
    def _target_file(self) -> str:
        return TOKENIZER if self.target_tokenizer.fingerprint == self.source_tokenizer.fingerprint else TARGET_TOKENIZER

    @property
    def _ids(self) -> tuple[int, int]:
        return self.target_tokenizer.begin_id, self.target_tokenizer.end_id

    def _parts(self) -> tuple:
        return self.model, self.source_tokenizer, self.target_tokenizer, self.max_length, self.search

    @property
    def _length(self) -> int:
        return min(FIXED_LENGTH, self.max_length)


def _described(tokenizer: Tokenizer, file: str) -> dict[str, Any]:
    return {
        "tokenizer": file,
        "vocabulary_size": tokenizer.vocabulary_size,
        "pad_id": tokenizer.pad_id,
        "unknown_id": tokenizer.unk_id,
        "end_id": tokenizer.end_id,
    }


def _check(source_tokenizer: Tokenizer, target_tokenizer: Tokenizer, max_length: int, search: Search) -> None:
    check_integer("max_length", max_length, 2)
    if search.method == "sample":
        raise ValueError(
            f"Argument `search` must have a method that always finds the same, 'beam' or 'greedy'. Received: search={search!r}"
        )
    if source_tokenizer.end_id < 0:
        raise ValueError("Argument `source_tokenizer` must have an id that ends a sequence. Received: a tokenizer without one")
    if min(target_tokenizer.begin_id, target_tokenizer.end_id) < 0:
        raise ValueError("Argument `target_tokenizer` must have ids that begin and end a sequence. Received: a tokenizer without them")
