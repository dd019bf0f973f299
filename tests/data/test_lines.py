import gzip

import pytest

from toolkit.data.lines import read_lines
from toolkit.errors import UserError


def lines(tmp_path, content, name="file.txt"):
    path = tmp_path / name
    path.write_bytes(content)
    return list(read_lines(path))


def test_byte_order_mark_goes_and_line_ends_stay(tmp_path):
    assert lines(tmp_path, "\ufeffa\r\né\n\ufeffb".encode()) == ["a\r\n", "é\n", "\ufeffb"]


def test_gzip(tmp_path):
    assert lines(tmp_path, gzip.compress(b"a\nb\n"), "file.csv.gz") == ["a\n", "b\n"]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"fine\nnot \xe9t\xe9\n", "f.csv", r"f\.csv:2: expected UTF-8, received byte 0xe9 at column 5"),
        ("text".encode("utf-16"), "f.csv", r"f\.csv:1: expected UTF-8"),
        (b"a\n\0\n", "f.csv", r"f\.csv:2: expected text, received a null character"),
        (b"plain text", "f.csv.gz", r"f\.csv\.gz: expected a complete gzip file"),
        (gzip.compress(b"abc" * 1000, mtime=0)[:-4], "f.csv.gz", r"f\.csv\.gz: expected a complete gzip file"),
        (gzip.compress(b"a" * 1000, mtime=0)[:15] + b"\xff" * 20, "f.csv.gz", r"f\.csv\.gz: expected a complete gzip file"),
    ],
)
def test_what_cannot_be_read(tmp_path, content, name, message):
    with pytest.raises(UserError, match=message):
        lines(tmp_path, content, name)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UserError, match="cannot read it: Is a directory"):
        list(read_lines(tmp_path))
