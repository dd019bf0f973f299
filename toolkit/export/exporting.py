"""Writes a version of a model, and says later whether it still answers as the model did."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import UserError
from toolkit.export.converter import CONVERTER
from toolkit.export.descriptions import check_descriptions
from toolkit.export.exporter import Exporter
from toolkit.export.inventory import EXPORT_ANEW, LITERT, check_inventory, write_inventory
from toolkit.export.litert import FILES, FUSED, STATIC
from toolkit.export.litert_description import read_left_out, write_left_out
from toolkit.export.model_card import write_model_card
from toolkit.export.proof import ExporterOf, Proof, read_proof, write_proof
from toolkit.export.publishing import refuse_existing, size_of, write_version
from toolkit.export.report import Artefact, ExportReport
from toolkit.export.saved_model_proofs import answers_in_c_api, compiled_signatures
from toolkit.export.serving_files import check_serving_files
from toolkit.export.tensorflow_serving import write_model_batching, write_serving_files
from toolkit.export.tolerance import ROUNDINGS
from toolkit.export.verification import Agreement, Check, check_operators
from toolkit.export.warm_up import WARMED, write_warm_up
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.litert_compiled import CompiledRunner
from toolkit.inference.saved_model import SavedModelRunner

NOTHING_EXPORTED = "nothing was exported"

Compare = Callable[[Path], Agreement]


def export(
    exporter: Exporter,
    directory: Path,
    *,
    samples: Sequence[Any],
    references: Sequence[Any] = (),
    facts: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> ExportReport:
    """Writes a version of a model, `directory/VERSION`, as TF Serving lays models out.

    It has a SavedModel from raw strings, with warm-up requests; in `litert/` LiteRT files from token ids, the tokenizer, and `model.json`
    that says how to use them; and a model card. It is written under another name, compared with the model, and renamed: nobody sees half of
    it. A LiteRT file that the converter cannot make, or that does not agree, is left out, and the report says why; the SavedModel has to
    agree.

    Args:
        exporter: The model.
        directory: Folder of the model's versions.
        samples: What is held out, to compare the artefacts with the model on; the exporter's probes are added.
        references: The right answers to the samples, if they are known.
        facts: What the model card says of the training, see `write_model_card`.
        version: Number of the version; `None` for the next one.

    Returns:
        The report.

    Raises:
        UserError: The folder cannot be written, the version is there already, or the SavedModel does not answer as the model does.
    """
    started = time.monotonic()
    if version is not None:
        refuse_existing(directory, version)
    CONVERTER.start()  # it imports TensorFlow while this process compares and traces
    proof = Proof(exporter, samples, references, exporter.probes)
    check = _check(proof, NOTHING_EXPORTED)  # a model that has diverged is not worth writing

    def write(folder: Path) -> ExportReport:
        _module, signatures = exporter.write_saved_model(folder)  # the functions live as long as their module
        write_warm_up(exporter.warm_up((list(samples) or list(exporter.probes))[:WARMED]), folder)
        if exporter.joins_requests:
            write_model_batching(folder)
        (folder / LITERT).mkdir()
        exporter.write_litert(folder / LITERT)
        write_proof(proof, folder)
        report = _checked(check, folder, NOTHING_EXPORTED, publishing=True)
        _check_descriptions(proof, folder, signatures, NOTHING_EXPORTED)
        write_model_card(folder, exporter, report, directory, facts or {})
        write_inventory(folder)
        return report

    path, report = write_version(directory, write, version)
    write_serving_files(directory.parent)
    return report.published(path, time.monotonic() - started)


def verify(version: Path, exporter_of: ExporterOf) -> ExportReport:
    """Compares a version with its model again, which is made from what the version has of it.

    First its files with those that were exported, before a library opens one; then what clients read of it, such as labels and longest
    texts, with the model; then what its artefacts answer.

    Args:
        version: Folder of the version.
        exporter_of: Finds the exporter of its kind of task, see `toolkit.tasks.registry.exporter_of`.

    Returns:
        The report.

    Raises:
        UserError: A file was changed, is missing or was added, says something else than the model, or does not answer as the model does.
    """
    started = time.monotonic()
    remarks = check_inventory(version)
    proof = read_proof(version, exporter_of)
    remarks += check_serving_files(version, proof.exporter.joins_requests)
    _module, signatures = proof.exporter.graph([])  # the functions live as long as their module
    _check_descriptions(proof, version, signatures, EXPORT_ANEW)
    report = _checked(_check(proof, EXPORT_ANEW), version, EXPORT_ANEW, publishing=False)
    return dataclasses.replace(report, remarks=remarks).published(version, time.monotonic() - started)


def _check_descriptions(proof: Proof, folder: Path, signatures: Mapping[str, Any], advice: str) -> None:
    with _advising(advice):
        check_descriptions(proof.exporter, folder, proof.samples, signatures)


def _check(proof: Proof, advice: str) -> Check:
    with _advising(advice):
        return proof.exporter.check(proof.asked, proof.references)


def _checked(check: Check, folder: Path, advice: str, *, publishing: bool) -> ExportReport:
    with _advising(advice):
        runner = SavedModelRunner(folder)
        saved_model = Artefact("SavedModel", size_of(folder) - size_of(folder / LITERT), check.saved_model(runner))
        artefacts = [saved_model, *_litert_artefacts(check, folder / LITERT, publishing)]
        c_api, (compiled, not_compiled) = answers_in_c_api(folder, runner), compiled_signatures(runner)
    asked = len(check.texts)
    return ExportReport("", check.answers, check.measure, check.timed, check.quality, asked, artefacts, c_api, compiled, not_compiled)


@contextlib.contextmanager
def _advising(advice: str) -> Iterator[None]:
    """Adds what has become of it, or what to do, to the error of a check."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{error}; {advice}") from error


def _litert_artefacts(check: Check, folder: Path, publishing: bool) -> list[Artefact]:
    """Compares the LiteRT files with the model; one that does not agree is left out of a version that is being made."""
    left_out = read_left_out(folder)
    artefacts = []
    for name, file, compare, whole in _litert_forms(check, folder, left_out):
        if whole in left_out and file not in left_out and publishing:
            left_out[file] = f"it is {whole} with rounded weights, which is left out itself"
        if file not in left_out:
            try:
                artefacts.append(_artefact(name, folder / file, compare))
                continue
            except UserError as error:
                if not publishing:
                    raise
                left_out[file] = str(error)
        artefacts.append(Artefact(name, 0, None, left_out[file]))
    if publishing:
        write_left_out(folder, left_out)
    return artefacts


def _litert_forms(check: Check, folder: Path, left_out: Mapping[str, str]) -> Iterator[tuple[str, str, Compare, str | None]]:
    """Yields of each LiteRT file what it is called, its name, what compares it and, with rounded weights, the file with whole ones."""

    def whole(path: Path) -> Agreement:
        return check.litert(LiteRTRunner(path))

    def rounded(form: str) -> Compare:
        return lambda path: check.rounded(LiteRTRunner(path), path.name, ROUNDINGS[form])

    for name, file in FILES.items():
        yield f"LiteRT {name}", file, *((whole, None) if name == "float32" else (rounded(name), FILES["float32"]))
    yield "LiteRT, fixed shapes", STATIC, lambda path: check.static(CompiledRunner(path)), None
    if any((folder / file).is_file() or file in left_out for file in FUSED.values()):
        yield "LiteRT, fused LSTM", FUSED["float32"], whole, None
        yield "LiteRT int8, fused LSTM", FUSED["int8"], rounded("int8"), FUSED["float32"]


def _artefact(name: str, path: Path, compare: Compare) -> Artefact:
    check_operators(path)
    return Artefact(name, size_of(path), compare(path))
