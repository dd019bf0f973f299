"""Text of a UTF-8 file, plain or gzipped, by lines or in chunks, with errors that say where."""

import codecs
import contextlib
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from toolkit.errors import UserError

_CHUNK_BYTES = 1 << 16


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
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            yield _decode(line, "utf-8-sig" if number == 1 else "utf-8", f"{path}:{number}")


def read_chunks(path: Path) -> Iterator[str]:
    """Reads a text file in chunks of some ten thousand characters, whether it has lines or not.

    Args:
        path: As for `read_lines`.

    Yields:
        Parts of the text, none empty. Together they are all of it but a byte order mark at its beginning.

    Raises:
        UserError: As `read_lines`; the error names the byte, counted from 1.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with _opened(path) as file:
        while True:
            read = file.read(_CHUNK_BYTES)
            pending = len(decoder.getstate()[0])
            text = _decode_chunk(decoder, read, f"{path}", done - pending)
            text = text.removeprefix("\ufeff") if done <= pending else text
            done += len(read)
            if text:
                yield text
            if not read:
                return


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Opens a file for the block that reads it, and turns what goes wrong there into a `UserError`."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            yield file
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
    return _without_null(text, place)


def _decode_chunk(decoder: codecs.IncrementalDecoder, read: bytes, place: str, start: int) -> str:
    """Decodes a chunk; `start` is where in the file the bytes begin that the decoder has not used yet."""
    try:
        return _without_null(decoder.decode(read, final=not read), place)
    except UnicodeDecodeError as error:
        wrong = f"0x{error.object[error.start]:02x} as byte {start + error.start + 1:,}"
        raise UserError(f"{place}: expected UTF-8, received {wrong}; convert the file to UTF-8 first") from error


def _without_null(text: str, place: str) -> str:
    if "\0" in text:
        raise UserError(f"{place}: expected text, received a null character; is this file binary or UTF-16?")
    return text
