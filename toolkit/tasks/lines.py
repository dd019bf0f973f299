"""Where the texts of a command come from, and where its answers go."""

import contextlib
import itertools
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from toolkit.data.reading.item_files import Told, files_of, items_of, parts_of
from toolkit.errors import UserError
from toolkit.operating_system import is_readable
from toolkit.run_folder import writing

PATIENCE = 0.05  # seconds without a new line after which those that came are answered
END = "Ctrl-Z" if sys.platform == "win32" else "Ctrl-D"
_BLOCK = 1 << 16


@contextlib.contextmanager
def open_items(
    texts: Sequence[str],
    given: str,
    batch_size: int,
    batches_of_file: int = 1,
    text_column: str | None = None,
    leave_out: Told | None = None,
) -> Iterator[Iterator[list[str]]]:
    """Opens the texts that a command is to answer, as batches of them.

    A line ends at a newline, which carriage returns may precede, and at nothing else. From a terminal each line is a batch. What comes
    through a pipe is a batch when it is full, and when no more lines come at once.

    Args:
        texts: Words of the command line; if there are none, files are read.
        given: What to read: `-` for the lines of standard input, or as for `toolkit.data.reading.item_files.files_of`.
        batch_size: Most texts of a batch.
        batches_of_file: How many times as many a batch has where nobody waits for an answer: of words or files.
        text_column: Column of the text in tables, as for `toolkit.data.reading.item_files.items_of`.
        leave_out: Is told what is wrong with what cannot be read, as there.

    Yields:
        Batches of texts, lines without their ends, in order; none of them is empty.

    Raises:
        UserError: A file cannot be read, or a line is not UTF-8.
    """
    if texts:
        yield in_batches(iter(texts), batch_size * batches_of_file)
    elif given == "-" and sys.stdin.isatty():
        print(
            f"reading texts from the terminal, one per line; end with {'Ctrl-Z and Enter' if sys.platform == 'win32' else 'Ctrl-D'}",
            file=sys.stderr,
        )
        yield ([line] for line in _typed())
    elif _is_stream(given):
        with _open(given) as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            blocks = _blocks(file.fileno(), batch_size * batches_of_file if is_file else batch_size)
            yield _decoded(blocks, "standard input" if given == "-" else given)
    else:
        parts = parts_of(files_of(given), text_column=text_column)
        items = itertools.chain.from_iterable(items_of(part, text_column, leave_out) for part in parts)
        yield in_batches(items, batch_size * batches_of_file)


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


def _is_stream(path: str) -> bool:
    """Tells standard input and pipes, whose lines may be waited for, from files and folders."""
    return path == "-" or (os.path.exists(path) and not os.path.isdir(path) and not os.path.isfile(path))


def _open(path: str) -> IO[bytes]:
    try:
        return open(sys.stdin.fileno() if path == "-" else path, "rb", buffering=0, closefd=path != "-")
    except OSError as error:
        raise UserError(f"{path}: expected a file of texts, but it cannot be read ({error.strerror})") from error


def in_batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Yields so many items at a time, and in the end those that are left."""
    while batch := list(itertools.islice(items, size)):
        yield batch


def tell_left_out(error: UserError) -> None:
    """Says what is left out."""
    print(f"toolkit: warning: left out: {error}", file=sys.stderr)


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
