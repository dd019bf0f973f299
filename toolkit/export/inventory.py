"""The files of a version, as they were exported: what is damaged is named before a library opens it. Needs no TensorFlow."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from toolkit.errors import UserError, naming
from toolkit.export.sealed import SEAL, read_sealed, write_sealed

FILE = Path("assets.extra") / "inventory.json"
PROOF = Path("assets.extra") / "verification.json"
WHAT = "the inventory that `toolkit export` writes"
QUESTIONS = "the questions that `toolkit export` keeps"
EXPORT_ANEW = "export the run anew"
OWN = ("README.md", "batching_params.pbtxt")
"""Files that are the user's to change: prose, and how a server joins requests, which changes no answer. A change is said."""


class Entry(NamedTuple):
    """A file as it was exported."""

    bytes: int
    sha256: str


def write_inventory(version: Path) -> None:
    """Writes what files a version has, their sizes and their digests. It is the last file that is written.

    Args:
        version: Folder of the version.

    Raises:
        OSError: It cannot be written.
    """
    files = {name: _entry(version / name)._asdict() for name in _names(version)}
    (version / FILE).parent.mkdir(exist_ok=True)
    write_sealed({"files": files}, version / FILE)


def check_inventory(version: Path) -> list[str]:
    """Checks that a version has the files that were exported, all of them and no others.

    Args:
        version: Folder of the version.

    Returns:
        Sentences about what is no error: changes of a user's own files, hidden files, or that there is no inventory to compare with.

    Raises:
        UserError: A file was changed, is missing, or was added.
    """
    inventory = read_inventory(version)
    if inventory is None:
        return ["written before there were inventories, so the files are compared by their meaning only"]
    added = [name for name in _names(version) if name not in inventory]
    if visible := [name for name in added if not _is_hidden(name)]:
        raise UserError(f"{version / visible[0]}: expected no such file, as it was not exported{_others(visible)}; move it elsewhere")
    changed = {name: said for name, entry in inventory.items() if (said := _change(version / name, entry))}
    _refuse(version, {name: said for name, said in changed.items() if name not in OWN})
    return [
        *(f"{name}: {'changed' if (version / name).is_file() else 'removed'} since it was exported, as it may be" for name in changed),
        *(f"{name}: not exported, and read by nothing" for name in added),
    ]


def check_files(version: Path, opened: Sequence[str]) -> None:
    """Checks files before they are opened. Without an inventory there is nothing to check them by.

    Args:
        version: Folder of the version.
        opened: How the names of the files begin, from that folder on.

    Raises:
        UserError: A file was changed, or is missing.
    """
    inventory = read_inventory(version) or {}
    entries = {name: entry for name, entry in inventory.items() if name.startswith(tuple(opened))}
    _refuse(version, {name: said for name, entry in entries.items() if (said := _change(version / name, entry))})


def read_inventory(version: Path) -> dict[str, Entry] | None:
    """Returns the files of a version by name, `None` if it was written before there were inventories.

    Args:
        version: Folder of the version.

    Raises:
        UserError: The inventory is damaged, or missing.
    """
    path = version / FILE
    if not path.is_file():
        _refuse_without(version)
        return None
    content = read_sealed(path, WHAT)
    with naming(path, WHAT):
        return {name: Entry(int(entry["bytes"]), str(entry["sha256"])) for name, entry in content["files"].items()}


def _refuse_without(version: Path) -> None:
    """An inventory was lost if there is a proof with a digest: both are written by the same export."""
    if (version / PROOF).is_file() and SEAL in read_sealed(version / PROOF, QUESTIONS, required=False):
        raise UserError(f"{version / FILE}: expected {WHAT}, found none; {EXPORT_ANEW}")


def _refuse(version: Path, changed: Mapping[str, str]) -> None:
    if changed:
        name, said = next(iter(changed.items()))
        raise UserError(f"{version / name}: expected the file that was exported, found {said}{_others(list(changed))}; {EXPORT_ANEW}")


def _others(names: list[str]) -> str:
    return f" (also: {', '.join(names[1:])})" if len(names) > 1 else ""


def _change(path: Path, entry: Entry) -> str:
    """Returns what was found in place of a file, `""` if it is the file that was exported."""
    if not path.is_file():
        return "none"
    found = _entry(path)
    if found.bytes != entry.bytes:
        return f"another one, of {found.bytes:,} bytes in place of {entry.bytes:,}"
    return "" if found == entry else f"another one, of SHA-256 {found.sha256[:12]}… in place of {entry.sha256[:12]}…"


def _entry(path: Path) -> Entry:
    with naming(path, "a file that can be read"), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Entry(file.tell(), digest.hexdigest())


def _names(version: Path) -> list[str]:
    """Returns all files of a version but the inventory."""
    paths = (path.relative_to(version) for path in version.rglob("*") if not path.is_dir())
    return sorted(path.as_posix() for path in paths if path != FILE)


def _is_hidden(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")
