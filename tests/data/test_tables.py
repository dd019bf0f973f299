import csv
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.data.columns import Columns
from toolkit.data.tables import read_rows, read_table
from toolkit.errors import UserError


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, name="f.csv", columns=Columns()):  # noqa: B008 (frozen)
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return [tuple(example)[:3] for example in read_table(path, columns)]

    return write_and_read


def test_csv_with_quotes_line_breaks_and_a_source(read):
    content = 'text,label,source\n"one, ""two""\r\nthree",yes,x\n\nplain, no ,y\n'
    assert read(content) == [('one, "two"\r\nthree', "yes", "x"), ("plain", "no", "y")]


def test_windows_file(read):
    assert read("\ufefftext,label\r\na,1\r\nb,0\r\n") == [("a", "1", ""), ("b", "0", "")]


def test_tsv_has_no_quoting(read):
    assert read('text\tlabel\n"Good" film\t1\n"open\t0\n', "f.tsv") == [('"Good" film', "1", ""), ('"open', "0", "")]


@pytest.mark.parametrize("name", ["f.jsonl", "f.json", "f.ndjson"])
def test_json_lines(read, name):
    content = '{"text": "a\\n", "label": 1}\n\n{"label": true, "text": ""}\n{"text": "b", "label": null}\n'
    assert read(content, name) == [("a\n", "1", ""), ("", "true", ""), ("b", "", "")]


def test_gzipped_table(read):
    assert read(gzip.compress(b"text,label\na,1\n"), "f.csv.gz") == [("a", "1", "")]


def test_a_text_of_a_megabyte_and_an_empty_text_are_fine(read):
    assert read(f"text,label\n{'x' * 1_000_000},1\n,0\n") == [("x" * 1_000_000, "1", ""), ("", "0", "")]


def test_places_are_first_lines(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text('text,label\n"a\nb",1\nc,0\n')
    assert [example.place for example in read_table(path, Columns())] == [f"{path}:2", f"{path}:4"]


printable = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)  # every example overwrites one small file
@given(st.lists(printable, min_size=1))
def test_any_text_survives_csv_and_json(tmp_path, texts):
    with open(tmp_path / "f.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("text", "label"), *((text, "1") for text in texts)])
    (tmp_path / "f.jsonl").write_text("".join(json.dumps({"text": text, "label": 1}) + "\n" for text in texts))
    for name in ("f.csv", "f.jsonl"):
        assert [example.text for example in read_table(tmp_path / name, Columns())] == texts


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.csv", "", r"f\.csv: expected at least one row of data, received none"),
        ("f.csv", "text,label\n", r"f\.csv: expected at least one row of data"),
        ("f.jsonl", "\n", r"f\.jsonl: expected at least one row of data"),
        ("f.csv", "text,stars\na,1\n", r'f\.csv:2: expected a column with the label, found "text", "stars"'),
        ("f.csv", "text,text,label\na,b,1\n", r'f\.csv:1: expected a name once per column, received "text"'),
        ("f.csv", "text,label\na,1\nb,c,1\n", r"f\.csv:3: expected 2 fields as in the header, received 3"),
        ("f.tsv", "text\tlabel\na\n", r"f\.tsv:2: expected 2 fields as in the header, received 1"),
        ("f.csv", 'text,label\n"a,1\nb,0\n', r"f\.csv:2: this row is not CSV: unexpected end of data; check its quotes"),
        ("f.jsonl", '{"text": "a", "label": 1}\n{"text": \n', r"f\.jsonl:2: .* not JSON"),
        ("f.json", '["a", 1]\n', r"f\.json:1: expected one JSON object per line, received an array"),
        ("f.jsonl", '{"text": 5, "label": 1}\n', r'f\.jsonl:1: expected a string as "text", received a number'),
        ("f.jsonl", '{"text": "a", "label": [1]}\n', r'expected a string or a whole number as "label", received an array'),
        ("f.jsonl", '{"text": "a", "label": 1}\n{"text": "a"}\n', r"f\.jsonl:2: expected \"text\" and \"label\", received 'text'"),
        ("f.jsonl", '{"text": "\\ud800", "label": 1}\n', r'f\.jsonl:1: "text" has an escape for a null character or half a surrogate'),
        ("f.jsonl", '{"text": "\\u0000", "label": 1}\n', r'f\.jsonl:1: "text" has an escape for a null character'),
        ("f.parquet", "x", r'f\.parquet: expected \.csv, \.tsv, \.jsonl or \.json, with or without \.gz, received "f\.parquet"'),
    ],
)
def test_bad_tables(read, name, content, message):
    with pytest.raises(UserError, match=message):
        read(content, name)


def test_a_tsv_may_have_no_header(tmp_path):
    path = tmp_path / "f.tsv"
    path.write_text("a\tb\n\nc\td\n")
    assert list(read_rows(path, lambda fields: fields != ["a", "b"])) == [
        (f"{path}:1", {"1": "a", "2": "b"}),
        (f"{path}:3", {"1": "c", "2": "d"}),
    ]
    assert list(read_rows(path, lambda fields: fields == ["a", "b"])) == [(f"{path}:3", {"a": "c", "b": "d"})]


def test_rows_without_a_header_are_as_long_as_the_first(tmp_path):
    (tmp_path / "f.tsv").write_text("a\tb\nc\n")
    with pytest.raises(UserError, match=r"f\.tsv:2: expected 2 fields as in the first row, received 1"):
        list(read_rows(tmp_path / "f.tsv", lambda fields: False))
