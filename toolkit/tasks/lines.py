"""Where the texts of a command come from, and where its answers go."""

import contextlib
import itertools
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from toolkit.data.reading.lines import is_compressed_or_marked, read_lines
from toolkit.errors import UserError
from toolkit.operating_system import is_readable
from toolkit.run_folder import writing

PATIENCE = 0.05  # seconds without a new line after which those that came are answered
END = "Ctrl-Z" if sys.platform == "win32" else "Ctrl-D"
_BLOCK = 1 << 16


@contextlib.contextmanager
def open_lines(texts: Sequence[str], path: str, batch_size: int, batches_of_file: int = 1) -> Iterator[Iterator[list[str]]]:
    """Opens the texts that a command is to answer, as batches of them.

    A line ends at a newline, which a carriage return may precede, and at nothing else. From a terminal each line is a batch. What comes
    through a pipe is a batch when it is full, and when no more lines come at once.

    Args:
        texts: Words of the command line; if there are none, lines are read.
        path: File to read, gzipped or not, `-` for standard input.
        batch_size: Most texts of a batch.
        batches_of_file: How many times as many a batch has where nobody waits for an answer: of words or a file.

    Yields:
        Batches of lines without their ends, in order; none of them is empty.

    Raises:
        UserError: The file cannot be read, or a line is not UTF-8.
    """
    if texts:
        yield _batches(iter(texts), batch_size * batches_of_file)
    elif path == "-" and sys.stdin.isatty():
        print(
            f"reading texts from the terminal, one per line; end with {'Ctrl-Z and Enter' if sys.platform == 'win32' else 'Ctrl-D'}",
            file=sys.stderr,
        )
        yield ([line] for line in _typed())
    elif path != "-" and is_compressed_or_marked(Path(path)):
        yield _batches((line.rstrip("\r\n") for line in read_lines(Path(path))), batch_size * batches_of_file)
    else:
        name = "standard input" if path == "-" else path
        with _open(path, name) as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            blocks = _blocks(file.fileno(), batch_size * batches_of_file if is_file else batch_size)
            yield _decoded(blocks, name)


@contextlib.contextmanager
def open_output(path: str) -> Iterator[IO[str]]:
    """Opens what the answers are written to; a file is there when it is whole, or not at all.

    Args:
        path: File to write, `-` for standard output.

    Raises:
        UserError: The file cannot be written.
    """
    if path == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    temporary = Path(f"{path}.writing")
    with writing(Path(path)):
        try:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                yield file
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _open(path: str, name: str) -> IO[bytes]:
    try:
        return open(sys.stdin.fileno() if path == "-" else path, "rb", buffering=0, closefd=path != "-")
    except OSError as error:
        raise UserError(f"{name}: expected a file of texts, but it cannot be read ({error.strerror})") from error


def _batches(lines: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(itertools.islice(lines, size)):
        yield batch


def _typed() -> Iterator[str]:
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives `input` its line editing
    prompt = "> " if sys.stdout.isatty() else ""  # which must not stand among answers that go to a file
    while True:
        try:
            yield input(prompt)
        except EOFError:
            print(file=sys.stderr)
            return
        except UnicodeDecodeError as error:
            raise UserError("standard input: expected UTF-8; set the terminal to UTF-8 first") from error


def _blocks(descriptor: int, size: int) -> Iterator[list[bytes]]:
    """Yields lines without their newlines, in batches."""
    lines: list[bytes] = []
    pieces: list[bytes] = []  # of the line that has not ended yet
    while block := os.read(descriptor, _BLOCK):
        first, *others = block.split(b"\n")
        pieces.append(first)
        if others:
            lines += [b"".join(pieces), *others[:-1]]
            pieces = [others[-1]]
        while len(lines) >= size:
            yield lines[:size]
            del lines[:size]
        if lines and not is_readable(descriptor, PATIENCE):
            yield lines[:]
            lines.clear()
    if any(pieces):
        lines.append(b"".join(pieces))
    yield from (lines[start : start + size] for start in range(0, len(lines), size))


def _decoded(batches: Iterator[list[bytes]], name: str) -> Iterator[list[str]]:
    """Decodes lines; says which one is not UTF-8."""
    number = 0
    for batch in batches:
        texts = []
        for line in batch:
            number += 1
            try:
                texts.append(line.rstrip(b"\r").decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{name}:{number}: expected UTF-8, received byte 0x{line[error.start]:02x}; convert the file to UTF-8 first"
                ) from error
        yield texts
