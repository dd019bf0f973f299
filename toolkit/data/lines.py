"""Lines of a UTF-8 file, plain or gzipped, with errors that say where."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import UserError


def read_lines(path: Path) -> Iterator[str]:
    """Reads a text file line by line.

    A byte order mark at the beginning is dropped. Line ends are kept as they are.

    Args:
        path: A UTF-8 file; gzipped if its name ends in `.gz`.

    Yields:
        Lines, with their ends.

    Raises:
        UserError: The file cannot be read, is not what its name says, or is not UTF-8.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                yield _decode(line, "utf-8-sig" if number == 1 else "utf-8", f"{path}:{number}")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{path}: expected a complete gzip file because of its name, but: {error}; rename or compress it again") from error
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from error


def _decode(line: bytes, encoding: str, place: str) -> str:
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError as error:
        wrong = f"byte 0x{line[error.start]:02x} at column {error.start + 1}"
        raise UserError(f"{place}: expected UTF-8, received {wrong}; convert the file to UTF-8 first") from error
    if "\0" in text:
        raise UserError(f"{place}: expected text, received a null character; is this file binary or UTF-16?")
    return text
