"""What a version keeps to be compared with its model again: how to make the model, and what to ask."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import toolkit.models  # noqa: F401 - registers the classes of models
from toolkit.errors import UserError
from toolkit.export.classifier import ClassifierExporter
from toolkit.export.exporter import Exporter
from toolkit.export.language_model import LanguageModelExporter
from toolkit.export.publishing import write_json
from toolkit.export.translator import TranslatorExporter

FILE = Path("assets.extra") / "verification.json"
EXPORTERS = {exporter.task: exporter for exporter in (ClassifierExporter, TranslatorExporter, LanguageModelExporter)}


@dataclass(frozen=True)
class Proof:
    """What artefacts are compared with, and on what.

    Attributes:
        exporter: The model.
        texts: What to ask.
        references: The right answers to the first so many texts.
    """

    exporter: Exporter
    texts: list[str]
    references: list[str]


def write_proof(proof: Proof, version: Path) -> None:
    """Writes what is needed to compare a version with its model again, besides the weights, which are in its SavedModel.

    Args:
        proof: What it is compared with.
        version: Folder of the version.

    Raises:
        OSError: It cannot be written.
    """
    exporter = proof.exporter
    content = {
        "task": exporter.task,
        "settings": exporter.settings(),
        "model": keras.saving.serialize_keras_object(exporter.model),
        "weights": _fingerprint([keras.ops.convert_to_numpy(variable) for variable in exporter.model.variables]),
        "texts": proof.texts,
        "references": proof.references,
    }
    (version / FILE).parent.mkdir(exist_ok=True)
    write_json(content, version / FILE)


def read_proof(version: Path) -> Proof:
    """Makes the model of a version again.

    Args:
        version: Folder of the version.

    Raises:
        UserError: It is no version that `toolkit export` wrote, or the weights are not the ones that were exported.
    """
    content = _read(version / FILE)
    weights = _read_weights(version)
    if _fingerprint(weights) != content["weights"]:
        raise UserError(f"{version / 'variables'}: expected the weights that were exported, found others; export the run anew")
    model = keras.saving.deserialize_keras_object(content["model"])
    if not model.built:
        model.build(None)
    for variable, value in zip(model.variables, weights, strict=True):
        variable.assign(value)
    exporter = EXPORTERS[content["task"]].restored(model, version / "litert", content["settings"])
    return Proof(exporter, content["texts"], content["references"])


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["task"] not in EXPORTERS:
            raise KeyError(content["task"])
        return content
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: expected the questions that `toolkit export` keeps, but they cannot be read; name the folder of one version"
        ) from error


def _read_weights(version: Path) -> list[np.ndarray]:
    try:
        reader = tf.train.load_checkpoint(str(version / "variables" / "variables"))
        names = [f"model_variables/{i}/.ATTRIBUTES/VARIABLE_VALUE" for i in range(len(reader.get_variable_to_shape_map()))]
        return [reader.get_tensor(name) for name in names if reader.has_tensor(name)]
    except (tf.errors.OpError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"{version / 'variables'}: expected the weights of a SavedModel, but they cannot be read ({reason})") from error


def _fingerprint(weights: list[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for value in weights:
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()
