"""Exports a trained language model as a SavedModel and as a LiteRT file."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from toolkit.export.language_model_graph import LanguageModule, named
from toolkit.export.language_model_signatures import LanguageSignatures
from toolkit.export.language_model_verification import LanguageModelCheck
from toolkit.export.litert import convert_to_litert
from toolkit.export.litert_model import LiteRTSignatures
from toolkit.export.publishing import write_checked, write_json
from toolkit.export.report import LanguageModelReport
from toolkit.export.saving import save_module
from toolkit.export.verification import HARD_TEXTS
from toolkit.text.tokenizer import Tokenizer


def export_language_model(
    model: keras.Model, tokenizer: Tokenizer, directory: Path, *, samples: Sequence[str], documents: bool
) -> LanguageModelReport:
    """Writes the next version of a model, `directory/VERSION`, as TF Serving lays models out.

    The version has a SavedModel that scores and continues raw strings, and in `litert/` the same model from token ids, its tokenizer, and
    `model.json` that says how to use them. It is written under another name, compared with the model, and renamed: nobody sees half of it.

    Args:
        model: A `LanguageModel`.
        tokenizer: Its tokenizer.
        directory: Folder of the model's versions.
        samples: Held-out texts to compare the artefacts with the model on; a few hard ones are added.
        documents: Whether the model was trained on texts that have an end. Then the end of a text is scored, and ends what is written.

    Returns:
        The report.

    Raises:
        ValueError: The tokenizer has no id that begins a sequence, or none that ends one and there are documents.
        UserError: The folder cannot be written, the conversion fails, or an artefact does not answer as the model does.
    """
    _check(tokenizer, documents)
    parts = (model, tokenizer, documents)
    return write_checked(
        directory, parts, [*samples, *HARD_TEXTS], LanguageModelCheck, _write_saved_model, _write_litert, LanguageModelReport
    )


def _write_saved_model(model: keras.Model, tokenizer: Tokenizer, documents: bool, directory: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        description_file, tokenizer_file = Path(folder) / "model.json", Path(folder) / "tokenizer.model"
        write_json(_description(model, tokenizer, documents), description_file)
        tokenizer.save(tokenizer_file)
        module = LanguageModule(model, tokenizer, documents, description_file, tokenizer_file)
        signatures = {"serving_default": module.score, "score": module.score, "step": module.step, "generate": module.generate}
        save_module(module, signatures, directory)


def _write_litert(model: keras.Model, tokenizer: Tokenizer, documents: bool, directory: Path) -> None:
    directory.mkdir()
    convert_to_litert(module := LanguageSignatures(model, tokenizer, documents), module.functions, directory / "model.tflite")
    tokenizer.save(directory / "tokenizer.model")
    description = {
        **_description(model, tokenizer, documents),
        "tokenizer": "tokenizer.model (SentencePiece; it normalizes the text itself)",
        "read": "begin_id, the ids of the text, then pad_id",
        "noise": "[most tokens, batch, numbers]: Gumbel noise, of which there are top_k numbers, or if that is 0, vocabulary_size; "
        "at temperature 0 it is not looked at, and zeros [most tokens, batch, 1] will do",
        "signatures": LiteRTSignatures(directory / "model.tflite").describe(),
    }
    write_json(description, directory / "model.json")


def _description(model: keras.Model, tokenizer: Tokenizer, documents: bool) -> dict[str, Any]:
    return {
        "task": "language_model",
        "documents": documents,
        "vocabulary_size": tokenizer.vocabulary_size,
        "pad_id": tokenizer.pad_id,
        "unknown_id": tokenizer.unk_id,
        "begin_id": tokenizer.begin_id,
        "end_id": tokenizer.end_id if documents else None,
        "never_written": list(tokenizer.ids_without_text(documents)),
        "state": {
            name: {"shape": ["batch", part.shape[1]], "at_the_start": "zeros"} for name, part in named(model.initial_state(1)).items()
        },
    }


def _check(tokenizer: Tokenizer, documents: bool) -> None:
    if tokenizer.begin_id < 0:
        raise ValueError("Argument `tokenizer` must have an id that begins a sequence. Received: a tokenizer without one")
    if documents and tokenizer.end_id < 0:
        raise ValueError("Argument `tokenizer` must have an id that ends a document. Received: a tokenizer without one")
