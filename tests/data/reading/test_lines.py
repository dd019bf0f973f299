import gzip

import pytest

from toolkit.data.reading.lines import read_chunks, read_lines
from toolkit.errors import UserError


def lines(tmp_path, content, name="file.txt"):
    path = tmp_path / name
    path.write_bytes(content)
    return list(read_lines(path))


def test_byte_order_mark_goes_and_line_ends_stay(tmp_path):
    assert lines(tmp_path, "\ufeffa\r\né\n\ufeffb".encode()) == ["a\r\n", "é\n", "\ufeffb"]


def test_gzip(tmp_path):
    assert lines(tmp_path, gzip.compress(b"a\nb\n"), "file.csv.gz") == ["a\n", "b\n"]


def test_a_gzipped_file_may_have_any_name(tmp_path):
    assert lines(tmp_path, gzip.compress(b"a\nb"), "file") == ["a\n", "b"]
    assert lines(tmp_path, gzip.compress("\ufeffé\n".encode("utf-16-be")), "file.txt") == ["é\n"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_marks_say_the_encoding(tmp_path, encoding):
    text = "é\r\n" + "\x85\u2028\x0b\x0c" * 40_000 + "\n😀"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    told = []
    (tmp_path / "f").write_bytes((mark + text).encode(encoding))
    assert list(read_lines(tmp_path / "f", "latin-1", told.append)) == ["é\r\n", "\x85\u2028\x0b\x0c" * 40_000 + "\n", "😀"]
    assert told == ([] if encoding == "utf-8-sig" else [encoding.upper()[:6]])


def test_the_encoding_that_was_said(tmp_path):
    told = []
    (tmp_path / "f").write_bytes("déjà\nvu\n".encode("latin-1"))
    assert list(read_lines(tmp_path / "f", "latin-1", told.append)) == ["déjà\n", "vu\n"]
    assert told == []


def test_an_encoding_that_makes_garbage_of_utf8_is_told(tmp_path):
    told = []
    (tmp_path / "f").write_bytes("déjà\n".encode())
    assert list(read_lines(tmp_path / "f", "latin-1", told.append)) == ["dÃ©jÃ\xa0\n"]
    assert told == ["latin-1 as was said, though it looks like UTF-8"]
    assert list(read_lines(tmp_path / "f", "utf8", told.append)) == ["déjà\n"]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"fine\nnot \xe9t\xe9\n", "f.csv", r"f\.csv:2: expected UTF-8, received byte 0xe9 at column 5"),
        ("text".encode("utf-16-le"), "f.csv", r"f\.csv:1: expected text, received a null character; .*--encoding utf-16-le"),
        (b"\xff\xfea\0\n\0\0\xd8", "f.csv", r"f\.csv:2: expected utf-16-le, received byte 0x00 at column 1; give another --encoding"),
        (b"PK\x03\x04rest", "f.csv", r"f\.csv: expected a file of text, received what looks like a ZIP archive or an Excel workbook"),
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
        (b"a" * 65_535 + "é".encode() + b"\xe9t", "f.txt", r"f\.txt:1: expected UTF-8, received byte 0xe9 at column 65,537; give its"),
        (b"\xef\xbb\xbfa\xff", "f.txt", r"f\.txt:1: expected UTF-8, received byte 0xff at column 2; give"),
        (b"b" * 70_000 + b"\xe2\x82", "f.txt", r"f\.txt:1: expected UTF-8, received byte 0xe2 at column 70,001; give"),
        (b"a\0", "f.txt", r"f\.txt:1: expected text, received a null character"),
        (b"plain text", "f.txt.gz", r"f\.txt\.gz: expected a complete gzip file"),
    ],
)
def test_what_cannot_be_read_in_chunks(tmp_path, content, name, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        list(read_chunks(tmp_path / name))
