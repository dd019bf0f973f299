"""A folder of prepared data: what `--data` may name in place of files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.data.prepared.record_file import read_records
from toolkit.data.splits.report import Report
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

DESCRIPTION = "prepared.json"


@dataclass(frozen=True)
class PreparedFolder:
    """Data that `toolkit prepare` has cleaned, split and turned into token ids.

    | file | what |
    |---|---|
    | `prepared.json` | which kind of data it is, the report, and what else they need; the last file that is written |
    | `tokenizer.model` | the tokenizer |
    | `target_tokenizer.model` | that of the targets, if there are two |
    | `SPLIT-00000-of-00002.array_record` | texts, what belongs to them, and their token ids |
    | `tokens/SPLIT` | token ids of running text, as a run has them |

    Attributes:
        path: The folder.
        about: What `prepared.json` holds.
    """

    path: Path
    about: Mapping[str, Any]

    @classmethod
    def find(cls, data: str | None, kind: str) -> "PreparedFolder | None":
        """Returns the folder that `--data` names; `None` if it names other data.

        Args:
            data: The value of `--data`.
            kind: What the data have to be, such as `"labeled texts"`.

        Raises:
            UserError: The folder holds data of another kind, or is damaged.
        """
        path = None if data is None else Path(data).expanduser()
        if path is None or not (path / DESCRIPTION).is_file():
            return None
        try:
            about = json.loads((path / DESCRIPTION).read_text("utf-8"))
            found, files = about["kind"], about["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            expected = "what `toolkit prepare` wrote"
            raise UserError(f"{path / DESCRIPTION}: expected {expected}, but it cannot be read; prepare the data again") from error
        if found != kind:
            raise UserError(f"{path}: expected {kind}, found prepared {found}; prepare the data again, for this recipe")
        for file, size in files.items():
            if not (path / file).is_file() or (path / file).stat().st_size != size:
                raise UserError(f"{path / file}: expected a file of {size:,} bytes, but it is missing or damaged; prepare the data again")
        return cls(path, about)

    @classmethod
    def write(cls, path: Path, kind: str, report: Report, **more: Any) -> None:
        """Writes the description of a folder that has all other files.

        Args:
            path: The folder.
            kind: What the data are.
            report: What was read and dropped.
            **more: What else is to be known.
        """
        files = sorted(file for file in path.rglob("*") if file.is_file())
        sizes = {file.relative_to(path).as_posix(): file.stat().st_size for file in files}
        RunFolder(path).write_json(path / DESCRIPTION, {"kind": kind, "report": report.to_dict(), **more, "files": sizes})

    @property
    def tokenizer(self) -> Path:
        """The tokenizer, or that of the sources."""
        return RunFolder(self.path).tokenizer

    @property
    def target_tokenizer(self) -> Path:
        """The tokenizer of the targets, if they have one of their own."""
        return RunFolder(self.path).target_tokenizer

    def report(self) -> Report:
        """Returns what was read and dropped."""
        return Report.from_dict(self.about["report"])

    @property
    def splits(self) -> Sequence[str]:
        """The splits that there are."""
        return [*self.about["report"]["splits"]]

    def records(self, split: str) -> Iterator[dict[str, Any]]:
        """Reads the records of a split.

        Raises:
            UserError: A file is damaged.
        """
        for file in sorted(self.path.glob(f"{split}-*.array_record")):
            yield from read_records(file)

    def remark(self, given: Mapping[str, Any]) -> list[str]:
        """Returns a sentence on settings that have no effect, as the data have been read; none if there are none.

        Args:
            given: Settings of reading by name; those that are nothing do not count.
        """
        ignored = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
        return [f"the data are prepared, so {', '.join(ignored)} had no effect"] if ignored else []
