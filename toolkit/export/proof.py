"""What a version keeps to be compared with its model again: how to make the model, and what to ask."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from toolkit.errors import UserError, naming
from toolkit.export.exporter import Exporter
from toolkit.export.formats import FORMATS
from toolkit.export.inventory import EXPORT_ANEW, QUESTIONS
from toolkit.export.inventory import PROOF as FILE
from toolkit.export.sealed import read_sealed, write_sealed
from toolkit.export.token_exporter import STRINGS, TokenExporter

ExporterOf = Callable[[Any], type[Exporter]]
"""Finds the exporter of a kind of task by its name, or raises a `UserError` that says which there are."""

TYPES = {"task": str, "settings": dict, "model": dict, "weights": str, "samples": list, "probes": list, "references": list}


@dataclass(frozen=True)
class Proof:
    """What artefacts are compared with, and on what.

    Attributes:
        exporter: The model.
        samples: What is held out, to ask.
        references: The right answers to the first so many samples.
        probes: What is asked besides.
    """

    exporter: Exporter
    samples: Sequence[Any]
    references: Sequence[Any]
    probes: Sequence[Any]

    @property
    def asked(self) -> list[Any]:
        """What to ask."""
        return [*self.samples, *self.probes]


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
        "samples": list(proof.samples),
        "probes": list(proof.probes),
        "references": list(proof.references),
    }
    (version / FILE).parent.mkdir(exist_ok=True)
    write_sealed(content, version / FILE)


def read_proof(version: Path, exporter_of: ExporterOf) -> Proof:
    """Makes the model of a version again.

    Args:
        version: Folder of the version.
        exporter_of: Finds its exporter.

    Raises:
        UserError: It is no version that `toolkit export` wrote, what is kept of the model makes none, or the weights are not the ones that
            were exported.
    """
    content = _read(version / FILE)
    try:
        found = exporter_of(content["task"])
    except UserError as error:
        raise UserError(f"{version / FILE}: task: {error}; {EXPORT_ANEW}") from error
    kinds = {type(probe) for probe in found.probes}
    if kinds and any(type(sample) not in kinds for sample in content["samples"]):
        raise UserError(f"{version / FILE}: samples: expected {QUESTIONS}, found some of another kind; {EXPORT_ANEW}")
    weights = _read_weights(version)
    if _fingerprint(weights) != content["weights"]:
        raise UserError(f"{version / 'variables'}: expected the weights that were exported, found others; {EXPORT_ANEW}")
    model = _restored_model(version / FILE, content["model"], weights)
    with naming(version / FILE, f"the settings of an export for {content['task']}"):
        [folder] = (version / each.folder for each in FORMATS if each.has_tokenizers)
        settings = {name: value for name, value in content["settings"].items() if name != STRINGS}
        exporter = found.restored(model, folder, settings)
        if not content["settings"].get(STRINGS, True):
            exporter = TokenExporter(exporter)
        exporter.description()  # fails with a model or settings of another task
    return Proof(exporter, content["samples"], content["references"], content["probes"])


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError(f"{path}: expected {QUESTIONS}, found none; {EXPORT_ANEW}")
    content = read_sealed(path, QUESTIONS, required=False)
    for key, kind in TYPES.items():
        if not isinstance(content.get(key), kind):
            raise UserError(f"{path}: {key}: expected {QUESTIONS}, found a value of another kind, or none; {EXPORT_ANEW}")
    return content


def _read_weights(version: Path) -> list[np.ndarray]:
    with naming(version / "variables", "the weights of a SavedModel"):
        reader = tf.train.load_checkpoint(str(version / "variables" / "variables"))
        names = [f"model_variables/{i}/.ATTRIBUTES/VARIABLE_VALUE" for i in range(len(reader.get_variable_to_shape_map()))]
        return [reader.get_tensor(name) for name in names if reader.has_tensor(name)]


def _restored_model(path: Path, config: dict[str, Any], weights: Sequence[np.ndarray]) -> keras.Model:
    with naming(path, "the configuration of a model"):
        model = keras.saving.deserialize_keras_object(config)
        if not isinstance(model, keras.Model):
            raise TypeError(f"it makes a {type(model).__name__}")
        if not model.built:
            model.build(None)
        for variable, value in zip(model.variables, weights, strict=True):
            variable.assign(value)
    return model


def _fingerprint(weights: Sequence[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for value in weights:
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()
