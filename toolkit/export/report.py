"""What an export says of itself."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.html import Shown


class Agreement(NamedTuple):
    """How far an artefact and the model agree.

    Attributes:
        difference: Largest difference of a score.
        same: Number of answers that are the same.
        compared: Number of answers.
        ties: Answers that are other ones, of the same score to within the tolerance.
        quality: What `Check.measure` is for the artefact, if there are references.
        milliseconds: Median time of one call, for one text, or whatever `Check.timed` says.
    """

    difference: float
    same: int
    compared: int
    ties: int = 0
    quality: float | None = None
    milliseconds: float | None = None


@dataclasses.dataclass(frozen=True)
class Artefact:
    """One thing that an export wrote.

    Attributes:
        name: What it is.
        bytes: Its size.
        agreement: How far it agrees with the model; `None` if it is not there.
        left_out: Why it is not there.
        proofs: What else was found out about it, by name, as JSON can hold it.
        notes: The same in sentences.
    """

    name: str
    bytes: int
    agreement: Agreement | None
    left_out: str = ""
    proofs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class ExportReport(Shown):
    """What an export wrote, and how well it agrees with the model.

    Attributes:
        path: The folder of the version.
        answers: What was compared, such as `"labels"`.
        measure: How good answers are called, such as `"accuracy"`.
        timed: What the milliseconds are the time of, such as `"text"`.
        quality: The measure of the model on the samples; `None` without references.
        compared: Number of texts.
        artefacts: The artefacts.
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
    seconds: float = 0.0
    remarks: Sequence[str] = ()

    def published(self, path: Path, seconds: float) -> "ExportReport":
        """Returns the report with where the version is, and how long it took."""
        return dataclasses.replace(self, path=str(path), seconds=round(seconds, 1))

    def artefact(self, name: str) -> Artefact:
        """Returns the artefact of a name."""
        return next(artefact for artefact in self.artefacts if artefact.name == name)

    @property
    def proofs(self) -> dict[str, Any]:
        """What was found out about any of the artefacts besides how far it agrees."""
        return {name: found for each in self.artefacts for name, found in each.proofs.items()}

    def as_dict(self) -> dict[str, Any]:
        """Returns what JSON can hold."""
        artefacts = [
            {"name": each.name, "bytes": each.bytes, "agreement": each.agreement and each.agreement._asdict(), "left_out": each.left_out}
            for each in self.artefacts
        ]
        return {**dataclasses.asdict(self), "artefacts": artefacts, **self.proofs}

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
            *([f"{ties} of the other {self.answers} are a tie"] if ties else []),
            *(note for each in self.artefacts for note in each.notes),
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
