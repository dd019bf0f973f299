"""Files of records, in ArrayRecord's format: each is a JSON object, and any can be read without the others."""

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from toolkit.errors import UserError, naming
from toolkit.run_folder import RunFolder

_AT_ONCE = 10_000  # records that are held in memory


def write_records(path: Path, records: Iterable[Mapping[str, Any]], together: int = 1) -> None:
    """Writes a file, the whole of it or nothing.

    Args:
        path: The file.
        records: What JSON can hold.
        together: How many are compressed as one, and read as one where any of them is asked for.

    Raises:
        UserError: It cannot be written, or a package is missing.
    """
    library = _library()
    with RunFolder(path.parent).replacing(path) as temporary:
        writer = library.ArrayRecordWriter(str(temporary), f"group_size:{together}")
        for record in records:
            writer.write(json.dumps(record, ensure_ascii=False).encode())
        writer.close()


def read_records(path: Path, rows: Sequence[int] | None = None) -> Iterator[dict[str, Any]]:
    """Reads records.

    Args:
        path: The file.
        rows: Numbers of the records; `None` for all.

    Yields:
        The records, in the order of the numbers.

    Raises:
        UserError: The file is missing or damaged, or a package is missing.
    """
    library = _library()
    with naming(path, "records that `toolkit prepare` wrote"):
        reader = library.ArrayRecordReader(str(path))
        rows = range(reader.num_records()) if rows is None else rows
        for start in range(0, len(rows), _AT_ONCE):
            read = reader.read([int(row) for row in rows[start : start + _AT_ONCE]])
            yield from (json.loads(record.decode()) for record in read)
        reader.close()


def _library() -> ModuleType:
    try:
        return importlib.import_module("array_record.python.array_record_module")
    except ModuleNotFoundError as error:
        raise UserError("prepared data need the package array-record, which is not installed; Linux and macOS have it by pip") from error
