"""What lies beside LiteRT files: their tokenizers, and `model.json`, which says how to use them."""

from pathlib import Path
from typing import Any

from toolkit.export.damage import naming
from toolkit.export.exporter import Exporter
from toolkit.export.litert import FILES, FUSED, STATIC
from toolkit.export.litert_model import LiteRTSignatures
from toolkit.export.publishing import write_json

DESCRIPTION = "model.json"


def write_descriptions(exporter: Exporter, litert: Path) -> None:
    """Writes the tokenizers and `model.json`.

    Args:
        exporter: The model.
        litert: The version's folder `litert`, which has the LiteRT files already.

    Raises:
        OSError: They cannot be written.
        UserError: A LiteRT file cannot be read.
    """
    for name, tokenizer in exporter.tokenizers().items():
        tokenizer.save(litert / name)
    write_json(description_of(exporter, litert), litert / DESCRIPTION)


def description_of(exporter: Exporter, litert: Path) -> dict[str, Any]:
    """Returns what `model.json` has to say: what the exporter knows, and what the LiteRT files that are there say of themselves.

    Args:
        exporter: The model.
        litert: The version's folder `litert`.

    Raises:
        UserError: A LiteRT file cannot be read.
    """
    description = exporter.description()
    if there := [litert / file for file in FILES.values() if (litert / file).is_file()]:
        description["signatures"] = described(there[0])  # they are the same in every format
    for key, file in (("static", STATIC), ("fused", FUSED["float32"])):
        if (litert / file).is_file():
            description[key] = {"file": file, "signatures": described(litert / file)}
    return description


def described(path: Path) -> dict[str, Any]:
    """Returns the type and shape of each input and output of each signature of a LiteRT file.

    Raises:
        UserError: The file cannot be read.
    """
    with naming(path, "a LiteRT file"):
        return LiteRTSignatures(path).describe()
