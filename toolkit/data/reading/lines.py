"""Text of a file, plain or gzipped, by lines or in chunks, with errors that say where.

What a file is, its content says before its name: gzip by its first bytes, UTF-8, UTF-16 and UTF-32 by a byte order mark.
"""

import codecs
import contextlib
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from toolkit.errors import UserError

_CHUNK_BYTES = 1 << 16
_GZIP = b"\x1f\x8b"
_MARKS = (  # the longer ones first: UTF-32 begins as UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "unpack it, or save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "save it as CSV"),
    (b"PAR1\x15", "a Parquet file", "write it as CSV or JSON lines"),
    (tuple(b"BZh%d1AY&SY" % level for level in range(1, 10)), "compressed by bzip2", "unpack it, or compress it with gzip"),
    (b"\xfd7zXZ", "compressed by xz", "unpack it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it, or compress it with gzip"),
)


def read_lines(path: Path, encoding: str | None = None, tell: Callable[[str], None] = lambda encoding: None) -> Iterator[str]:
    r"""Reads a text file line by line.

    A line ends at a line feed and at nothing else, whatever a text holds: `\x85`, `\u2028` and a lone `\r` are characters like others. A
    byte order mark at the beginning is dropped. Line ends are kept as they are.

    Args:
        path: A file, gzipped or not.
        encoding: How it is encoded if it begins with no byte order mark; `None` for UTF-8.
        tell: Is called with the encoding if a byte order mark says that it is another than UTF-8, or if it seems to be UTF-8 after all.

    Yields:
        Lines, with their ends.

    Raises:
        UserError: The file cannot be read, is not what its name says, or is encoded in another way.
    """
    pieces: list[str] = []  # of the line that has not ended yet
    for chunk in read_chunks(path, encoding, tell):
        first, *others = chunk.split("\n")
        pieces.append(first)
        if others:
            yield "".join(pieces) + "\n"
            yield from (f"{line}\n" for line in others[:-1])
            pieces = [others[-1]]
    if any(pieces):
        yield "".join(pieces)


def read_chunks(path: Path, encoding: str | None = None, tell: Callable[[str], None] = lambda encoding: None) -> Iterator[str]:
    """Reads a text file in chunks of some ten thousand characters, whether it has lines or not.

    Args:
        path: As for `read_lines`.
        encoding: As for `read_lines`.
        tell: As for `read_lines`.

    Yields:
        Parts of the text, none empty. Together they are all of it but a byte order mark at its beginning.

    Raises:
        UserError: As `read_lines`.
    """
    with _opened(path) as file:
        read = file.read(_CHUNK_BYTES)
        mark, found = next(((mark, name) for mark, name in _MARKS if read.startswith(mark)), (b"", encoding or "utf-8"))
        if mark and found != "utf-8":
            tell(found.upper().removesuffix("-LE").removesuffix("-BE"))
        if not mark and codecs.lookup(found).name != "utf-8" and _is_utf8(read):
            tell(f"{encoding} as was said, though it looks like UTF-8")
        decoder = _Decoder(path, found)
        read = read[len(mark) :]
        while True:
            if text := decoder.decode(read, final=not read):
                yield text
            if not read:
                return
            read = file.read(_CHUNK_BYTES)


def is_gzip(path: Path) -> bool:
    """Tells whether a file is gzipped, by its first bytes, or else should be, by its name."""
    return path.suffix == ".gz" or _start_of(path, Path.open).startswith(_GZIP)


def is_marked(path: Path) -> bool:
    """Tells whether the text of a file, gzipped or not, is encoded in UTF-16 or UTF-32, by its byte order mark."""
    start = _start_of(path, gzip.open if is_gzip(path) else Path.open)
    return any(start.startswith(mark) for mark, name in _MARKS if name != "utf-8")


def _start_of(path: Path, opened: Callable) -> bytes:
    """Returns the first bytes of a regular file; none of what is another thing, or cannot be read."""
    try:
        if not path.is_file():
            return b""
        with opened(path, "rb") as file:
            return file.read(4)
    except (OSError, EOFError, zlib.error):
        return b""


def _is_utf8(read: bytes) -> bool:
    """Tells UTF-8 that is not just ASCII; other text is hardly ever UTF-8 by chance."""
    try:
        return not read.isascii() and not codecs.getincrementaldecoder("utf-8")().decode(read).isascii()
    except UnicodeDecodeError:
        return False


class _Decoder:
    """Decodes the chunks of a file, and knows in which line and column it is."""

    def __init__(self, path: Path, encoding: str):
        self.path = path
        self.encoding = encoding
        self.line, self.column = 1, 1
        self.decoder = codecs.getincrementaldecoder(encoding)()

    def decode(self, read: bytes, final: bool) -> str:
        try:
            text = self.decoder.decode(read, final)
        except UnicodeDecodeError as error:
            self._pass(error.object[: error.start].decode(self.encoding, "replace"))
            raise UserError(f"{self._place}: {self._wrong(error)}") from error
        except UnicodeError as error:
            raise UserError(f"{self._place}: cannot be read as {self.encoding}: {error}; give another --encoding") from error
        if "\0" in text:
            self._pass(text[: text.index("\0")])
            raise UserError(
                f"{self._place}: expected text, received a null character; is this file binary, or UTF-16 without a byte order mark "
                "(--encoding utf-16-le)?"
            )
        self._pass(text)
        return text

    @property
    def _place(self) -> str:
        return f"{self.path}:{self.line}"

    def _pass(self, text: str) -> None:
        self.line += text.count("\n")
        self.column = len(text) - text.rfind("\n") + (self.column - 1 if "\n" not in text else 0)

    def _wrong(self, error: UnicodeDecodeError) -> str:
        received = f"received byte 0x{error.object[error.start]:02x} at column {self.column:,}"
        if self.encoding == "utf-8":
            return f"expected UTF-8, {received}; give its encoding, such as --encoding latin-1 or cp1252, or convert it to UTF-8"
        return f"expected {self.encoding}, {received}; give another --encoding"


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Opens a file for the block that reads it, and turns what goes wrong there into a `UserError`."""
    try:
        with path.open("rb") as file:
            start = file.peek(16)
            _check_kind(path, start)
            if start.startswith(_GZIP) or path.suffix == ".gz":
                yield gzip.GzipFile(fileobj=file)
            else:
                yield file
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{path}: expected a complete gzip file, but: {error}; rename or compress it again") from error
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from error


def _check_kind(path: Path, start: bytes) -> None:
    for first, kind, advice in _OTHER_FILES:
        if start.startswith(first):
            raise UserError(f"{path}: expected a file of text, received what looks like {kind}; {advice}")
