"""Exports a trained translator as a SavedModel and as a LiteRT file."""

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from toolkit.arguments import check_integer
from toolkit.decoding.search import Search
from toolkit.export.litert import convert_to_litert
from toolkit.export.litert_model import LiteRTSignatures
from toolkit.export.publishing import write_checked, write_json
from toolkit.export.report import TranslatorReport
from toolkit.export.saving import save_module
from toolkit.export.translation_graph import TranslationModule
from toolkit.export.translation_signatures import TranslationSignatures
from toolkit.export.translation_verification import TranslatorCheck
from toolkit.export.verification import HARD_TEXTS
from toolkit.text.tokenizer import Tokenizer

SAMPLING = ("temperature", "top_k", "top_p", "seed")  # options of a search that no export has


def export_translator(
    model: keras.Model,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    directory: Path,
    *,
    samples: Sequence[str],
    max_length: int,
    search: Search,
) -> TranslatorReport:
    """Writes the next version of a model, `directory/VERSION`, as TF Serving lays models out.

    The version has a SavedModel from raw strings to translations, and in `litert/` the same model from token ids, its tokenizers, and
    `model.json` that says how to use them. It is written under another name, compared with the model, and renamed: nobody sees half of it.

    Args:
        model: A `Translator`.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target; the same one if both languages share their vocabulary.
        directory: Folder of the model's versions.
        samples: Held-out texts to compare the artefacts with the model on; a few hard ones are added.
        max_length: Tokens read of a source, the end id among them; of a longer one, the first.
        search: How to decode, `"beam"` or `"greedy"`; of its hypotheses the exports give the best.

    Returns:
        The report.

    Raises:
        ValueError: The search draws samples, a tokenizer has no ids that begin and end a sequence, or `max_length` is below 2.
        UserError: The folder cannot be written, the conversion fails, or an artefact does not answer as the model does.
    """
    _check(source_tokenizer, target_tokenizer, max_length, search)
    search = dataclasses.replace(search, n_best=1)
    parts = (model, source_tokenizer, target_tokenizer, max_length, search)
    return write_checked(directory, parts, [*samples, *HARD_TEXTS], TranslatorCheck, _write_saved_model, _write_litert, TranslatorReport)


def _write_saved_model(
    model: keras.Model, source_tokenizer: Tokenizer, target_tokenizer: Tokenizer, max_length: int, search: Search, directory: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        description_file = Path(folder) / "model.json"
        write_json(_description(model, max_length, search), description_file)
        module = TranslationModule(model, source_tokenizer, target_tokenizer, max_length, search, description_file)
        signatures = {"serving_default": module.translate, "translate": module.translate, "decode_tokens": module.decode_tokens}
        save_module(module, signatures, directory)


def _write_litert(
    model: keras.Model, source_tokenizer: Tokenizer, target_tokenizer: Tokenizer, max_length: int, search: Search, directory: Path
) -> None:
    directory.mkdir()
    module = TranslationSignatures(model, search, target_tokenizer.begin_id, target_tokenizer.end_id)
    convert_to_litert(module, module.functions, directory / "model.tflite")
    names = {"source": "tokenizer.model", "target": "tokenizer.model"}
    source_tokenizer.save(directory / "tokenizer.model")
    if target_tokenizer.fingerprint != source_tokenizer.fingerprint:
        names["target"] = "target_tokenizer.model"
        target_tokenizer.save(directory / "target_tokenizer.model")
    description = {
        **_description(model, max_length, search),
        "source": {**_described(source_tokenizer, names["source"]), "read": "the first max_length - 1 ids, end_id, then pad_id"},
        "target": {**_described(target_tokenizer, names["target"]), "begin_id": target_tokenizer.begin_id},
        "signatures": LiteRTSignatures(directory / "model.tflite").describe(),
        "state": "what encode gives; step takes all of it and gives the parts that have changed, of which alignment is where it looked",
    }
    write_json(description, directory / "model.json")


def _description(model: keras.Model, max_length: int, search: Search) -> dict[str, Any]:
    options = {name: value for name, value in dataclasses.asdict(search).items() if name not in SAMPLING}
    return {"task": "translation", "max_length": max_length, "alignments": model.attention != "none", "search": options}


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
