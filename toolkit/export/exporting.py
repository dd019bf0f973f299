"""Writes a version of a model, and says later whether it still answers as the model did."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import UserError
from toolkit.export.descriptions import check_descriptions
from toolkit.export.exporter import Exporter
from toolkit.export.inventory import EXPORT_ANEW, check_inventory, write_inventory
from toolkit.export.litert import FILES, FUSED, STATIC
from toolkit.export.model_card import write_model_card
from toolkit.export.proof import Proof, read_proof, write_proof
from toolkit.export.publishing import refuse_existing, size_of, write_version
from toolkit.export.report import Artefact, ExportReport
from toolkit.export.saved_model_proofs import answers_in_c_api, compiled_signatures
from toolkit.export.saving import load_saved_model
from toolkit.export.serving_files import check_serving_files
from toolkit.export.tensorflow_serving import write_model_batching, write_serving_files
from toolkit.export.verification import Agreement, Check, check_operators
from toolkit.export.warm_up import WARMED, write_warm_up

NOTHING_EXPORTED = "nothing was exported"


def export(
    exporter: Exporter,
    directory: Path,
    *,
    samples: Sequence[str],
    references: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> ExportReport:
    """Writes a version of a model, `directory/VERSION`, as TF Serving lays models out.

    It has a SavedModel from raw strings, with warm-up requests; in `litert/` LiteRT files from token ids, the tokenizer, and `model.json`
    that says how to use them; and a model card. It is written under another name, compared with the model, and renamed: nobody sees half of
    it. A LiteRT file of rounded weights that differs by more than it may is left out; everything else has to agree.

    Args:
        exporter: The model.
        directory: Folder of the model's versions.
        samples: Held-out texts to compare the artefacts with the model on; a few hard ones are added.
        references: The right answers to the samples, if they are known.
        facts: What the model card says of the training, see `write_model_card`.
        version: Number of the version; `None` for the next one.

    Returns:
        The report.

    Raises:
        UserError: The folder cannot be written, the version is there already, the conversion fails, or an artefact does not answer as the
            model does.
    """
    started = time.monotonic()
    if version is not None:
        refuse_existing(directory, version)
    proof = Proof(exporter, samples, references)
    check = _check(proof, NOTHING_EXPORTED)  # a model that has diverged is not worth writing

    def write(folder: Path) -> ExportReport:
        exporter.write_saved_model(folder)
        write_warm_up(exporter.warm_up((list(samples) or [""])[:WARMED]), folder)
        if exporter.joins_requests:
            write_model_batching(folder)
        (folder / "litert").mkdir()
        exporter.write_litert(folder / "litert")
        write_proof(proof, folder)
        _check_descriptions(proof, folder, NOTHING_EXPORTED)
        report = _checked(check, folder, NOTHING_EXPORTED, leave_out=True)
        write_model_card(folder, exporter, report, directory, facts or {})
        write_inventory(folder)
        return report

    path, report = write_version(directory, write, version)
    write_serving_files(directory.parent)
    return report.published(path, time.monotonic() - started)


def verify(version: Path) -> ExportReport:
    """Compares a version with its model again, which is made from what the version has of it.

    First its files with those that were exported, before a library opens one; then what clients read of it, such as labels and longest
    texts, with the model; then what its artefacts answer.

    Args:
        version: Folder of the version.

    Returns:
        The report.

    Raises:
        UserError: A file was changed, is missing or was added, says something else than the model, or does not answer as the model does.
    """
    started = time.monotonic()
    remarks = check_inventory(version)
    proof = read_proof(version)
    remarks += check_serving_files(version, proof.exporter.joins_requests)
    _check_descriptions(proof, version, EXPORT_ANEW)
    report = _checked(_check(proof, EXPORT_ANEW), version, EXPORT_ANEW, leave_out=False)
    return dataclasses.replace(report, remarks=remarks).published(version, time.monotonic() - started)


def _check_descriptions(proof: Proof, folder: Path, advice: str) -> None:
    with _advising(advice):
        check_descriptions(proof.exporter, folder, proof.samples)


def _check(proof: Proof, advice: str) -> Check:
    with _advising(advice):
        return proof.exporter.check(proof.texts, proof.references)


def _checked(check: Check, folder: Path, advice: str, leave_out: bool) -> ExportReport:
    with _advising(advice):
        loaded = load_saved_model(folder)  # its variables live as long as it does
        artefacts = list(_artefacts(check, folder, loaded, leave_out))
        c_api, compiled = answers_in_c_api(folder, loaded), compiled_signatures(loaded)
    return ExportReport("", check.answers, check.measure, check.timed, check.quality, len(check.texts), artefacts, c_api, compiled)


@contextlib.contextmanager
def _advising(advice: str) -> Iterator[None]:
    """Adds what has become of it, or what to do, to the error of a check."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{error}; {advice}") from error


def _artefacts(check: Check, folder: Path, loaded: Any, leave_out: bool) -> Iterator[Artefact]:
    litert = folder / "litert"
    yield Artefact("SavedModel", size_of(folder) - size_of(litert), check.saved_model(loaded))
    for name, file in FILES.items():
        if name == "float32":
            yield _artefact(f"LiteRT {name}", litert / file, check.litert)
        else:
            yield _rounded(f"LiteRT {name}", litert / file, check.rounded, leave_out)
    yield _artefact("LiteRT, fixed shapes", litert / STATIC, check.static)
    if (litert / FUSED["float32"]).is_file():
        yield _artefact("LiteRT, fused LSTM", litert / FUSED["float32"], check.litert)
        yield _rounded("LiteRT int8, fused LSTM", litert / FUSED["int8"], check.rounded, leave_out)


def _artefact(name: str, path: Path, check: Callable[[Path], Agreement]) -> Artefact:
    check_operators(path)
    return Artefact(name, size_of(path), check(path))


def _rounded(name: str, path: Path, check: Callable[[Path], Agreement], leave_out: bool) -> Artefact:
    """Compares a file that may be missing; if it is worse than it may be, it goes."""
    if not path.is_file():
        return Artefact(name, 0, None, "left out when this was exported")
    try:
        return _artefact(name, path, check)
    except UserError as error:
        if not leave_out:
            raise
        path.unlink()
        return Artefact(name, 0, None, f"left out: {error}")
