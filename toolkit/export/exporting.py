"""Writes a version of a model, and says later whether it still answers as the model did."""

import contextlib
import dataclasses
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import UserError
from toolkit.export.exporter import Exporter
from toolkit.export.formats import FORMATS
from toolkit.export.inventory import EXPORT_ANEW, check_inventory, write_inventory
from toolkit.export.model_card import write_model_card
from toolkit.export.proof import ExporterOf, Proof, read_proof, write_proof
from toolkit.export.publishing import refuse_existing, write_version
from toolkit.export.report import ExportReport
from toolkit.export.token_exporter import for_what_is_installed
from toolkit.export.verification import Check
from toolkit.quiet import native_notices_hidden

NOTHING_EXPORTED = "nothing was exported"


@native_notices_hidden()
def export(
    exporter: Exporter,
    directory: Path,
    *,
    samples: Sequence[Any],
    references: Sequence[Any] = (),
    facts: Mapping[str, Any] | None = None,
    version: int | None = None,
    leave_out: Mapping[str, str] | None = None,
) -> ExportReport:
    """Writes a version of a model, `directory/VERSION`, as TF Serving lays models out.

    It has the model in each of `FORMATS`, and a model card. It is written under another name, compared with the model, and renamed: nobody
    sees half of it. The report says what was left out, and why.

    Args:
        exporter: The model.
        directory: Folder of the model's versions.
        samples: What is held out, to compare the artefacts with the model on; the exporter's probes are added.
        references: The right answers to the samples, if they are known.
        facts: What the model card says of the training, see `write_model_card`.
        version: Number of the version; `None` for the next one.
        leave_out: LiteRT files that are not wanted, and why.

    Returns:
        The report.

    Raises:
        UserError: The folder cannot be written, the version is there already, or what has to answer as the model does, does not.
    """
    started = time.monotonic()
    if version is not None:
        refuse_existing(directory, version)
    for each in FORMATS:
        each.prepare()
    exporter = for_what_is_installed(exporter)
    proof = Proof(exporter, samples, references, exporter.probes)
    with _advising(NOTHING_EXPORTED):
        check = exporter.check(proof.asked, references)  # a model that has diverged is not worth writing

    def write(folder: Path) -> ExportReport:
        for each in FORMATS:
            each.write(exporter, folder, samples)
            each.leave_out(folder, leave_out or {})
        write_proof(proof, folder)
        with _advising(NOTHING_EXPORTED):
            report = dataclasses.replace(_compared(check, folder, publishing=True), remarks=exporter.remarks)
            for each in FORMATS:
                each.check_descriptions(exporter, folder, samples)
        write_model_card(folder, exporter, report, directory, facts or {})
        write_inventory(folder)
        return report

    path, report = write_version(directory, write, version)
    for each in FORMATS:
        each.publish(directory.parent)
    return report.published(path, time.monotonic() - started)


@native_notices_hidden()
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
    exporter = proof.exporter
    remarks += [*exporter.remarks, *(remark for each in FORMATS for remark in each.check_surroundings(exporter, version))]
    with _advising(EXPORT_ANEW):
        for each in FORMATS:
            each.check_descriptions(exporter, version, proof.samples)
        report = _compared(exporter.check(proof.asked, proof.references), version, publishing=False)
    return dataclasses.replace(report, remarks=remarks).published(version, time.monotonic() - started)


def _compared(check: Check, folder: Path, *, publishing: bool) -> ExportReport:
    artefacts = [artefact for each in FORMATS for artefact in each.compare(check, folder, publishing)]
    return ExportReport("", check.answers, check.measure, check.timed, check.quality, len(check.texts), artefacts)


@contextlib.contextmanager
def _advising(advice: str) -> Iterator[None]:
    """Adds what has become of it, or what to do, to the error of a check."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{error}; {advice}") from error
