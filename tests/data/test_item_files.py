"""Files of items: whatever the parts, together they have the lines of the whole."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.data.reading.item_files import Part, files_of, items_of, parts_of
from toolkit.errors import UserError

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def texts(parts, **options):
    return [text for part in parts for text in items_of(part, **options)]


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.text("ab\r\x85\u2028\0é😀 ", max_size=9), max_size=30), last=st.booleans(), size=st.integers(1, 40))
def test_parts_have_the_lines_of_the_whole(tmp_path_factory, lines, last, size):
    file = tmp_path_factory.mktemp("lines") / "texts"
    file.write_bytes("\n".join([*lines, ""] if last else lines).encode())
    whole = texts(parts_of([file]))
    assert texts(parts_of([file], size)) == whole
    assert whole == [line.rstrip("\r") for line in (lines if last or (lines and lines[-1]) else lines[:-1])]


def test_a_byte_order_mark_is_dropped_once(tmp_path):
    (tmp_path / "texts").write_bytes("\ufeffone\n\ufefftwo\n".encode())
    assert texts(parts_of([tmp_path / "texts"], 7)) == ["one", "\ufefftwo"]


def test_a_line_that_is_no_utf_8_is_named_in_any_part(tmp_path):
    file = tmp_path / "texts"
    file.write_bytes(b"one\ntwo\nth\xffree\nfour\n")
    with pytest.raises(UserError, match=r"texts:3: expected UTF-8, received byte 0xff; convert the file"):
        texts(parts_of([file]))
    with pytest.raises(UserError, match="texts: line that begins at byte 8: expected UTF-8, received byte 0xff"):
        texts(parts_of([file], 4))
    bad = []
    assert texts(parts_of([file], 4), leave_out=bad.append) == ["one", "two", "four"]
    assert len(bad) == 1


def test_a_damaged_file_is_named_and_what_is_left_of_it_is_read(tmp_path):
    whole = gzip.compress("".join(f"line {number}\n" for number in range(5000)).encode())
    (tmp_path / "texts.gz").write_bytes(whole[:-50])
    (tmp_path / "other.gz").write_bytes(b"no gzip\n")
    (tmp_path / "third.txt").write_text("third\n")
    with pytest.raises(UserError, match=r"texts\.gz: expected a complete gzip file"):
        texts(parts_of([tmp_path / "texts.gz"]))
    bad = []
    found = texts(parts_of(files_of(str(tmp_path)), 16), leave_out=bad.append)
    assert found[:2] == ["line 0", "line 1"]
    assert found[-1] == "third"
    assert ["other.gz" in str(error) for error in bad] == [True, False]


def test_files_of_folders_and_patterns(tmp_path):
    for name in ("b/2.txt", "b/1.txt", "a.txt", "_SUCCESS", ".hidden", "c.txt.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(gzip.compress(b"zipped\n") if name.endswith("gz") else f"{name}\n".encode())
    names = [str(file.relative_to(tmp_path)) for file in files_of(str(tmp_path))]
    assert names == ["a.txt", "b/1.txt", "b/2.txt", "c.txt.gz"]
    assert texts(parts_of(files_of(str(tmp_path)), 3)) == ["a.txt", "b/1.txt", "b/2.txt", "zipped"]
    assert [file.name for file in files_of(str(tmp_path / "*" / "*.txt"))] == ["1.txt", "2.txt"]
    for absent in ("nowhere", "*.csv"):
        with pytest.raises(UserError, match=r"expected a file of texts, a folder of them or a pattern such as \*\.txt, found none"):
            files_of(str(tmp_path / absent))


def test_tables(tmp_path):
    (tmp_path / "table.csv").write_text('id,review\n1,"two\nlines"\n2,short\n')
    (tmp_path / "rows.jsonl").write_text('{"review": "a\\u2028b"}\n{"review": ""}\n')
    parquet.write_table(pyarrow.table({"id": [1, 2, 3], "review": ["x", "y\n", "z"]}), tmp_path / "rows.parquet", row_group_size=2)
    parts = parts_of(files_of(str(tmp_path)), 4)
    assert [part.start for part in parts] == [0, 0, 1, 0]
    assert texts(parts) == ["a\u2028b", "", "x", "y\n", "z", "two\nlines", "short"]
    assert texts([Part(str(tmp_path / "table.csv"))], text_column="id") == ["1", "2"]
    with pytest.raises(UserError, match='there is no text column "body"'):
        texts(parts, text_column="body")


def test_a_parquet_file_without_a_text_is_named(tmp_path):
    parquet.write_table(pyarrow.table({"text": ["a", None]}), tmp_path / "rows.parquet")
    with pytest.raises(UserError, match=r'rows\.parquet: row 2 of row group 0: expected a string as "text", received nothing'):
        texts(parts_of([tmp_path / "rows.parquet"]))
    (tmp_path / "none.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(UserError, match=r"none\.parquet: expected a Parquet file, but it cannot be read"):
        parts_of([tmp_path / "none.parquet"])
