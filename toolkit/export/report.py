"""What an export says of itself."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.export.verification import Agreement


@dataclasses.dataclass(frozen=True)
class Artefact:
    """One thing that an export wrote.

    Attributes:
        name: What it is.
        bytes: Its size.
        agreement: How far it agrees with the model; `None` if it is not there.
        left_out: Why it is not there.
    """

    name: str
    bytes: int
    agreement: Agreement | None
    left_out: str = ""


@dataclasses.dataclass(frozen=True)
class ExportReport:
    """What an export wrote, and how well it agrees with the model.

    Attributes:
        path: The folder of the version.
        answers: What was compared, such as `"labels"`.
        measure: How good answers are called, such as `"accuracy"`.
        timed: What the milliseconds are the time of, such as `"text"`.
        quality: The measure of the model on the samples; `None` without references.
        compared: Number of texts.
        artefacts: The artefacts.
        c_api: Number of requests to which TensorFlow's C API, without Python's TensorFlow, gives what Python does.
        compiled: Signatures of which XLA makes a program without custom calls.
        not_compiled: What is wrong with the other signatures of fixed shapes, by name.
        seconds: Time that it took.
        remarks: What is to be noticed and is no error, such as that the model itself is of no use.
    """

    path: str
    answers: str
    measure: str
    timed: str
    quality: float | None
    compared: int
    artefacts: Sequence[Artefact]
    c_api: int
    compiled: Sequence[str]
    not_compiled: Mapping[str, str] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    remarks: Sequence[str] = ()

    def published(self, path: Path, seconds: float) -> "ExportReport":
        """Returns the report with where the version is, and how long it took."""
        return dataclasses.replace(self, path=str(path), seconds=round(seconds, 1))

    def artefact(self, name: str) -> Artefact:
        """Returns the artefact of a name."""
        return next(artefact for artefact in self.artefacts if artefact.name == name)

    def as_dict(self) -> dict[str, Any]:
        """Returns what JSON can hold."""
        agreements = {each.name: each.agreement and each.agreement._asdict() for each in self.artefacts}
        artefacts = [{**dataclasses.asdict(each), "agreement": agreements[each.name]} for each in self.artefacts]
        return {**dataclasses.asdict(self), "artefacts": artefacts}

    def rows(self) -> list[list[str]]:
        """Returns the artefacts as the rows of a table, its header first: for a terminal and for a model card."""
        measured = self.quality is not None
        header = ["", "MB", f"same {self.answers}", "score difference", *[self.measure] * measured, f"ms per {self.timed}"]
        model = ["Keras model", "", "", "", *[self._number(self.quality)] * measured, ""]
        return [header, *[model] * measured, *(self._row(each, measured) for each in self.artefacts)]

    def notes(self) -> list[str]:
        """Returns sentences about the artefacts."""
        ties = sum(each.agreement.ties for each in self.artefacts if each.agreement)
        return [
            *self.remarks,
            *(f"{each.name} is left out: {each.left_out}" for each in self.artefacts if each.left_out),
            *(f"XLA compiles no {reason}" for reason in self.not_compiled.values()),
            *([f"{ties} of the other {self.answers} are a tie"] if ties else []),
            f"TensorFlow's C API, without Python's TensorFlow, answers {self.c_api} requests as Python does",
            *([f"XLA compiles {', '.join(self.compiled)}, without custom calls"] if self.compiled else []),
        ]

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        table = [
            f"  {row[0]:<{widths[0]}}" + "".join(f"  {cell:>{n}}" for cell, n in zip(row[1:], widths[1:], strict=True)) for row in rows
        ]
        notes = [*self.notes(), f"compared on {self.compared} texts, in {self.seconds:.0f} s"]
        return "\n".join([f"{self.path}", *(line.rstrip() for line in table), *(f"  {note}" for note in notes)])

    def _row(self, artefact: Artefact, measured: bool) -> list[str]:
        agreement = artefact.agreement
        if agreement is None:
            return [artefact.name, "-", "-", "-", *["-"] * measured, "-"]
        return [
            artefact.name,
            f"{artefact.bytes / 1e6:.1f}",
            f"{agreement.same} of {agreement.compared}",
            f"{agreement.difference:.0e}",
            *[self._number(agreement.quality)] * measured,
            "" if agreement.milliseconds is None else f"{agreement.milliseconds:.{2 if agreement.milliseconds < 1 else 1}f}",
        ]

    def _number(self, quality: float | None) -> str:
        if quality is None:
            return ""
        return f"{quality:.1%}" if self.measure == "accuracy" else f"{quality:.2f}"
