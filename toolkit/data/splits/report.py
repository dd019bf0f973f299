"""What was read, what was dropped, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class SplitReport:
    """The bookkeeping of one split; `read` is `kept` plus everything in `dropped`.

    Attributes:
        read: Number of texts read.
        kept: Number of texts kept.
        labels: Number of kept texts by label.
        dropped: Number of texts left out, by reason.
        noted: Numbers worth knowing by what they count, such as kept texts that are `"also in train"`, or all their `"characters"`.
    """

    read: int = 0
    kept: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        labels = ", ".join(f"{name} {number:,}" for name, number in self.labels.items())
        lines = [f"{self.read:,} read, {self.kept:,} kept ({labels})" if labels else f"{self.read:,} read, {self.kept:,} kept"]
        lines += [f"  {number:,} dropped: {reason}" for reason, number in self.dropped.items()]
        lines += [f"  {number:,} {remark}" for remark, number in self.noted.items()]
        return "\n".join(lines)


@dataclass
class Report:
    """What became of everything that was read, to print (`str`) and to store (`to_dict`).

    Attributes:
        name: The data set or file.
        splits: The bookkeeping by split. The training adds to it what it crops.
        notes: Sentences about the set as a whole.
    """

    name: str
    splits: dict[str, SplitReport] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict:
        """Returns the report as a dictionary that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Report":
        """Returns the report that `to_dict` made a dictionary of."""
        splits = {split: SplitReport(**report) for split, report in values["splits"].items()}
        return cls(values["name"], splits, [*values["notes"]])

    def __str__(self) -> str:
        lines = [f"{split}: {report}".replace("\n", "\n  ") for split, report in self.splits.items()]
        return "\n  ".join([self.name, *lines, *self.notes])
