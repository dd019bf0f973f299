"""Exports a trained classifier as a SavedModel and as LiteRT files."""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.crop import crop
from toolkit.evaluation.prediction import predict_probabilities, probability_function
from toolkit.export.litert import convert_to_litert
from toolkit.export.publishing import sizes, write_json, write_version
from toolkit.export.report import ExportReport
from toolkit.export.saving import save_module
from toolkit.export.serving_module import ServingModule
from toolkit.export.verification import HARD_TEXTS, check_operators, ids_in_graph, largest_difference, run_litert, run_saved_model
from toolkit.text.tokenizer import Tokenizer


def export_classifier(
    model: keras.Model, tokenizer: Tokenizer, directory: Path, *, samples: Sequence[str], max_length: int
) -> ExportReport:
    """Writes the next version of a model, `directory/VERSION`, as TF Serving lays models out.

    The version has a SavedModel from raw strings to labels and scores, and in `litert/` the same model from token ids, its tokenizer, and
    `model.json` that says how to use them. It is written under another name, compared with the model, and renamed: nobody sees half of it.

    Args:
        model: Classifier from token ids to logits, with `label_names`.
        tokenizer: Its tokenizer.
        directory: Folder of the model's versions.
        samples: Held-out texts to compare the artefacts with the model on; a few hard ones are added.
        max_length: Tokens kept of a text.

    Returns:
        The report.

    Raises:
        UserError: The folder cannot be written, the conversion fails, or an artefact does not answer as the model does.
    """
    started = time.monotonic()
    texts = [*samples, *HARD_TEXTS]

    def write(folder: Path) -> tuple[float, float]:
        _write_saved_model(model, tokenizer, max_length, folder)
        _write_litert(model, tokenizer, max_length, folder / "litert")
        return _verify(model, tokenizer, max_length, folder, texts)

    path, differences = write_version(directory, write)
    return ExportReport(str(path), *sizes(path), len(texts), *differences, round(time.monotonic() - started, 1))


def _write_saved_model(model: keras.Model, tokenizer: Tokenizer, max_length: int, directory: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        labels_file = Path(folder) / "labels.json"
        labels_file.write_text(json.dumps(model.label_names, ensure_ascii=False), "utf-8")
        module = ServingModule(model, tokenizer, max_length, labels_file)
        save_module(module, {"serving_default": module.classify}, directory)


def _write_litert(model: keras.Model, tokenizer: Tokenizer, max_length: int, directory: Path) -> None:
    directory.mkdir()
    module = tf.Module()
    module.model_variables = [variable.value for variable in model.variables]
    module.probabilities = probability_function(model, "litert")
    convert_to_litert(module, {"serving_default": module.probabilities}, directory / "model.tflite")
    tokenizer.save(directory / "tokenizer.model")
    description = {
        "task": "classification",
        "input": "int32 [batch, time]: token ids, 0 after the end of a text; a text without tokens is a single 0",
        "output": "float32 [batch, labels]: probabilities",
        "label_names": model.label_names,
        "pad_id": tokenizer.pad_id,
        "unknown_id": tokenizer.unk_id,
        "vocabulary_size": tokenizer.vocabulary_size,
        "max_length": max_length,
        "crop": f"of a longer text, the first {max_length // 2} and the last {max_length - max_length // 2} ids",
        "tokenizer": "tokenizer.model (SentencePiece; it normalizes the text itself)",
    }
    write_json(description, directory / "model.json")


def _verify(model: keras.Model, tokenizer: Tokenizer, max_length: int, directory: Path, texts: Sequence[str]) -> tuple[float, float]:
    """Runs the model with its compiled time loop, so that the artefacts' loops are compared with another one."""
    litert_file = directory / "litert" / "model.tflite"
    check_operators(litert_file)
    probabilities = probability_function(model, "compiled")
    tokens = [crop(ids, max_length) for ids in tokenizer.encode(texts)]
    in_graph = [crop(ids, max_length) for ids in ids_in_graph(tokenizer, texts)]
    expected = expected_in_graph = predict_probabilities(probabilities, tokens)
    if not all(map(np.array_equal, tokens, in_graph)):  # equally likely ids, but other ones, which have scores of their own
        expected_in_graph = predict_probabilities(probabilities, in_graph)
    return (
        largest_difference("SavedModel", expected_in_graph, run_saved_model(directory, texts, model.label_names)),
        largest_difference("LiteRT", expected, run_litert(litert_file, tokens)),
    )
