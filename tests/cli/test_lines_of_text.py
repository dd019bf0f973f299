import contextlib
import gzip
import io
import os
import sys

import pytest

from toolkit.errors import UserError
from toolkit.tasks.lines import open_items


def lines_of(path, *sizes):
    with open_items([], str(path), *sizes) as batches:
        return list(batches)


@contextlib.contextmanager
def piped(monkeypatch):
    """Standard input is a pipe; gives its other end."""
    reading, writing = os.pipe()
    with open(reading) as file, open(writing, "wb", buffering=0) as other_end:
        monkeypatch.setattr(sys, "stdin", file)
        yield other_end


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"one\n\ntwo\n", ["one", "", "two"]),
        (b"one\r\n\r\ntwo", ["one", "", "two"]),
        ("\ufeffone\ntwo".encode(), ["one", "two"]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f\rg\th\nnext\n".encode(), ["a\x0bb\x0cc\x1cd\x85e\u2028f\rg\th", "next"]),
        (b"x" * 200_000 + b"\nshort", ["x" * 200_000, "short"]),
    ],
)
def test_a_line_ends_at_a_newline_and_nowhere_else(tmp_path, content, lines):
    (tmp_path / "texts").write_bytes(content)
    assert [line for batch in lines_of(tmp_path / "texts", 2) for line in batch] == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_a_gzipped_file_has_the_same_lines(tmp_path, encoding):
    content = "one\r\n\na\x0bb\x0cc\x85d\u2028e\nlast"
    for name, compress in (("texts.gz", gzip.compress), ("texts", gzip.compress), ("plain", bytes)):
        (tmp_path / name).write_bytes(compress(content.encode(encoding)))
        assert lines_of(tmp_path / name, 3) == [["one", "", "a\x0bb\x0cc\x85d\u2028e"], ["last"]]


def test_a_truncated_gzip_file_is_named(tmp_path):
    (tmp_path / "texts.gz").write_bytes(gzip.compress(b"text\n" * 1000)[:-9])
    with pytest.raises(UserError, match=r"texts\.gz: expected a complete gzip file"):
        lines_of(tmp_path / "texts.gz", 2)


def test_batches_of_a_file_are_larger(tmp_path):
    (tmp_path / "texts").write_text("line\n" * 7)
    assert list(map(len, lines_of(tmp_path / "texts", 2))) == [2, 2, 2, 1]
    assert list(map(len, lines_of(tmp_path / "texts", 2, 3))) == [6, 1]


def test_words_are_texts_as_they_are():
    with open_items(["two\nlines", "", "x"], "-", 1, 2) as batches:
        assert list(batches) == [["two\nlines", ""], ["x"]]


def test_a_slow_pipe_is_answered_before_its_batch_is_full(monkeypatch):
    with piped(monkeypatch) as pipe, open_items([], "-", 2) as batches:
        pipe.write(b"one\ntw")
        assert next(batches) == ["one"]
        pipe.write(b"o\nthree\nfour\n")
        assert next(batches) == ["two", "three"]
        assert next(batches) == ["four"]
        pipe.write(b"last")
        pipe.close()
        assert list(batches) == [["last"]]


def test_a_terminal_is_answered_line_by_line(monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("one\n\ntwo\n"))
    with open_items([], "-", 64) as batches:
        assert list(batches) == [["one"], [""], ["two"]]
    out, err = capsys.readouterr()
    assert "Ctrl-D" in err
    assert out == ""  # no prompt where answers do not go to a terminal


def test_a_line_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "texts").write_bytes(b"fine\nfine\ncaf\xe9\n")
    with pytest.raises(UserError, match=r"texts:3: expected UTF-8, received byte 0xe9"):
        lines_of(tmp_path / "texts", 2)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere: expected a file of texts, a folder of them or a pattern such as .*found none"):
        lines_of(tmp_path / "nowhere", 2)
    with pytest.raises(UserError, match=r"expected a file of texts"):
        lines_of(tmp_path, 2)
