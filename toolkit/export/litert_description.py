"""What lies beside LiteRT files: their tokenizers, and `model.json`, which says how to use them and which are left out."""

from pathlib import Path
from typing import Any

from toolkit.errors import UserError, naming
from toolkit.export.converter import Reasons
from toolkit.export.exporter import Exporter
from toolkit.export.litert import FILES, FUSED, STATIC
from toolkit.export.publishing import write_json
from toolkit.inference.description import read_description
from toolkit.inference.litert import LiteRTRunner

DESCRIPTION = "model.json"


def write_descriptions(exporter: Exporter, litert: Path, left_out: Reasons) -> None:
    """Writes the tokenizers and `model.json`.

    Args:
        exporter: The model.
        litert: The version's folder `litert`, which has the LiteRT files already.
        left_out: Why it lacks LiteRT files, by their names.

    Raises:
        OSError: They cannot be written.
        UserError: A LiteRT file cannot be read.
    """
    for name, tokenizer in exporter.tokenizers().items():
        tokenizer.save(litert / name)
    write_json(description_of(exporter, litert, left_out), litert / DESCRIPTION)


def description_of(exporter: Exporter, litert: Path, left_out: Reasons) -> dict[str, Any]:
    """Returns what `model.json` has to say: what the exporter knows, and what the LiteRT files say of themselves.

    Args:
        exporter: The model.
        litert: The version's folder `litert`.
        left_out: Why it lacks LiteRT files, by their names.

    Raises:
        UserError: A LiteRT file cannot be read, or is missing.
    """
    return {**exporter.description(), **_of_files(litert, left_out)}


def read_litert_description(litert: Path) -> dict[str, Any]:
    """Returns what `model.json` says.

    Args:
        litert: The version's folder `litert`.

    Raises:
        UserError: It cannot be read, or is of another structure.
    """
    description = read_description(litert / DESCRIPTION)
    with naming(litert / DESCRIPTION, "files and reasons in left_out"):
        return {**description, "left_out": dict(description.get("left_out", {}))}  # in older exports nothing was left out with a reason


def read_left_out(litert: Path) -> Reasons:
    """Returns why a version lacks LiteRT files that others have, by the names of the files.

    Args:
        litert: The version's folder `litert`.

    Raises:
        UserError: Its description cannot be read.
    """
    return read_litert_description(litert)["left_out"]


def write_left_out(litert: Path, left_out: Reasons) -> None:
    """Says in the description of a version which LiteRT files it lacks and why; the files are deleted where they are.

    Args:
        litert: The version's folder `litert`.
        left_out: Of all files that it lacks, by name.
    """
    for file in left_out:
        (litert / file).unlink(missing_ok=True)
    write_json({**read_litert_description(litert), **_of_files(litert, left_out)}, litert / DESCRIPTION)


def described(path: Path) -> dict[str, Any]:
    """Returns the type and shape of each input and output of each signature of a LiteRT file.

    Raises:
        UserError: The file cannot be read, or is missing.
    """
    if not path.is_file():
        raise UserError(f"{path}: expected a LiteRT file, as {DESCRIPTION} does not say why it would be left out; found none")
    with naming(path, "a LiteRT file"):
        return {name: signature.described() for name, signature in LiteRTRunner(path).signatures.items()}


def _of_files(litert: Path, left_out: Reasons) -> dict[str, Any]:
    """Returns what there is to say of the files that are there, or have to be."""
    made = {file: described(litert / file) for file in (*FILES.values(), STATIC) if file not in left_out}
    parts: dict[str, Any] = {"signatures": next((made[file] for file in FILES.values() if file in made), {}), "static": None}
    if STATIC in made:
        parts["static"] = {"file": STATIC, "signatures": made[STATIC]}
    if any((litert / file).is_file() or file in left_out for file in FUSED.values()):
        file = FUSED["float32"]
        parts["fused"] = None if file in left_out else {"file": file, "signatures": described(litert / file)}
    known = (*FILES.values(), STATIC, *FUSED.values())
    return {**parts, "left_out": {file: why for file, why in left_out.items() if file in known and not (litert / file).is_file()}}
