import gzip

import pytest

from toolkit.data.lines import read_chunks, read_lines
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


def test_chunks_are_the_text_whatever_stands_where_they_end(tmp_path):
    text = "a" + "€" * 100_000 + "\r\n\ufeff"  # the size of a chunk is no multiple of three bytes
    for name, content in (("f.txt", text.encode("utf-8-sig")), ("f.txt.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(content)
        chunks = list(read_chunks(tmp_path / name))
        assert "".join(chunks) == text
        assert len(chunks) > 2


def test_an_empty_file_has_no_chunks(tmp_path):
    for content in (b"", "\ufeff".encode()):
        (tmp_path / "f.txt").write_bytes(content)
        assert list(read_chunks(tmp_path / "f.txt")) == []


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"a" * 65_535 + "é".encode() + b"\xe9t", "f.txt", r"f\.txt: expected UTF-8, received 0xe9 as byte 65,538; convert"),
        (b"\xef\xbb\xbfa\xff", "f.txt", r"f\.txt: expected UTF-8, received 0xff as byte 5; convert"),
        (b"b" * 70_000 + b"\xe2\x82", "f.txt", r"f\.txt: expected UTF-8, received 0xe2 as byte 70,001; convert"),
        (b"a\0", "f.txt", r"f\.txt: expected text, received a null character"),
        (b"plain text", "f.txt.gz", r"f\.txt\.gz: expected a complete gzip file"),
    ],
)
def test_what_cannot_be_read_in_chunks(tmp_path, content, name, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        list(read_chunks(tmp_path / name))
