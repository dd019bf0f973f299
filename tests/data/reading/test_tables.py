import csv
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.arguments import InvalidArgument
from toolkit.data.labeled_texts.labeled_tables import read_table
from toolkit.data.reading.columns import Columns
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.tables import open_table
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
        (
            "f.csv",
            "text,text,label\na,b,1\n",
            r'f\.csv:2: expected a name once per column, received "text" more than once, as columns 1 and 2',
        ),
        ("f.csv", "text,label\na,1\nb,c,1\n", r"f\.csv:3: expected 2 fields as in the header, received 3"),
        ("f.tsv", "text\tlabel\na\n", r"f\.tsv:2: expected 2 fields as in the header, received 1"),
        ("f.csv", 'text,label\n"a,1\nb,0\n', r"f\.csv:2: this row is not CSV: unexpected end of data; check its quotes"),
        ("f.jsonl", '{"text": "a", "label": 1}\n{"text": \n', r"f\.jsonl:2: .* not JSON"),
        ("f.json", '["a", 1]\n', r"f\.json:1: expected JSON objects, one per text, received a string"),
        ("f.json", '[{"text": "a", "label": 1},\n{"text": ', r"f\.json:2: expected an array of JSON objects, but this is not JSON"),
        ("f.json", '[{"text": "a", "label": 1}\n', r"f\.json:2: expected an array of JSON objects, but it ends before the array does"),
        ("f.json", '{"text": ["a", "b"], "label": [1]}', r'f\.json:1: expected columns of the same length, received "text" 2, "label" 1'),
        ("f.jsonl", '{"text": 5, "label": 1}\n', r'f\.jsonl:1: expected a string as "text", received a number'),
        ("f.jsonl", '{"text": "a", "label": [1]}\n', r'expected a string or a number as "label", received an array'),
        ("f.jsonl", '{"text": "a", "label": 1}\n{"text": "a"}\n', r"f\.jsonl:2: expected \"text\", \"label\", received 'text'"),
        ("f.jsonl", '{"text": "\\ud800", "label": 1}\n', r'f\.jsonl:1: "text" has an escape for a null character or half a surrogate'),
        ("f.jsonl", '{"text": "\\u0000", "label": 1}\n', r'f\.jsonl:1: "text" has an escape for a null character'),
        ("f.txt", "prose, as in books\nof all kinds\n", r"f\.txt: expected columns .*, found none of these in its first 2 lines; say how"),
        ("f", b"PAR1\x15\x04", r"f: expected a file of text, received what looks like a Parquet file"),
    ],
)
def test_bad_tables(read, name, content, message):
    with pytest.raises(UserError, match=message):
        read(content, name)


def header(rows):
    return True


def no_header(rows):
    return False


def test_columns_without_a_header_are_called_by_their_number(tmp_path):
    path = tmp_path / "f.tsv"
    path.write_text("a\tb\n\nc\td\n")
    assert list(open_table(path, header=no_header).rows) == [(f"{path}:1", {"1": "a", "2": "b"}), (f"{path}:3", {"1": "c", "2": "d"})]
    assert list(open_table(path, header=header).rows) == [(f"{path}:3", {"a": "c", "b": "d"})]


def test_rows_without_a_header_are_as_long_as_the_first(tmp_path):
    (tmp_path / "f.tsv").write_text("a\tb\nc\n")
    with pytest.raises(UserError, match=r"f\.tsv:2: expected 2 fields as in the first row, received 1"):
        open_table(tmp_path / "f.tsv", header=no_header)


TEXTS = ["it was slow, cold; dull", "warm and funny", "I liked it | much", "no"] * 5
LABELS = ["negative", "positive", "positive", "negative"] * 5
EXAMPLES = list(zip(TEXTS, LABELS, strict=True))


def described(path, columns=Columns(), reading=Reading(), labels=()):  # noqa: B008 (frozen)
    """Returns texts and labels, and what the report says."""
    notes = []
    examples = read_table(path, columns, reading, labels=labels, notes=notes)
    return [(example.text, example.label) for example in examples], [note.removeprefix(f"{path}: ") for note in notes]


def written(path, rows, **options):
    with open(path, "w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
        csv.writer(file, **options).writerows(rows)
    return path


@pytest.mark.parametrize("name", ["f.csv", "f.txt", "f"])
@pytest.mark.parametrize(("delimiter", "called"), [(";", "semicolon"), ("\t", "tab"), ("|", "pipe"), (",", "comma")])
def test_the_content_tells_the_delimiter(tmp_path, name, delimiter, called):
    path = written(tmp_path / name, [("text", "label"), *EXAMPLES], delimiter=delimiter)
    said = [f"read as {called}-separated; --format and --delimiter say otherwise"]
    assert described(path) == (EXAMPLES, [] if (name, delimiter) == ("f.csv", ",") else said)


def test_two_columns_without_a_header(tmp_path):
    path = written(
        tmp_path / "SMSSpam", [(label, text) for text, label in EXAMPLES], delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None
    )
    assert described(path) == (
        EXAMPLES,
        [
            "read as tab-separated, without a header: text in column 2, label in column 1; "
            "--format, --delimiter, --header, --text-column and --label-column say otherwise"
        ],
    )


def test_columns_by_number(tmp_path):
    rows = [("0" if label == "negative" else "4", number, "NO_QUERY", text) for number, (text, label) in enumerate(EXAMPLES)]
    path = written(tmp_path / "f.csv", rows, quoting=csv.QUOTE_ALL)
    expected = [(text, "0" if label == "negative" else "4") for text, label in EXAMPLES]
    assert described(path, Columns("4", "1"))[0] == expected
    assert described(path, Columns("4", "1"), Reading(header="none"))[0] == expected
    assert described(path, Columns("4", "1"), Reading(header="first"))[0] == expected[1:]
    with pytest.raises(UserError, match=r'found 1 \("0"\), 2 \("0"\), 3 \("NO_QUERY"\), 4 .*; its first line was read as data'):
        described(path)
    with pytest.raises(UserError, match=r'there is no text column "5", only "1", "2", "3", "4"; change --text-column'):
        described(path, Columns("5", "1"))


def test_columns_without_a_name_are_ignored(tmp_path):
    path = written(tmp_path / "f.csv", [("v1", "v2", "", ""), *((label, text, "", "") for text, label in EXAMPLES)])
    said = (
        "read as comma-separated: text in column 2 (v2), label in column 1 (v1); --header, --text-column and --label-column say otherwise"
    )
    assert described(path) == (EXAMPLES, [said])
    assert described(path, Columns("v2", "v1")) == (EXAMPLES, [])


def test_an_index_is_no_column_of_labels(tmp_path):
    path = written(tmp_path / "f.csv", [("", "0", "1"), *((number, *row) for number, row in enumerate(EXAMPLES))])
    examples, [said] = described(path)
    assert examples == EXAMPLES
    assert "text in column 2 (0), label in column 3 (1)" in said


def test_rows_may_end_in_empty_fields(read):
    assert read("text,label\na,1,\nb,0,,\n") == [("a", "1", ""), ("b", "0", "")]
    assert read("text,label,,\na,1\nb,0,,\n") == [("a", "1", ""), ("b", "0", "")]


def test_a_repeated_name_matters_only_if_it_is_asked_for(read):
    content = "text,label,x,x\na,1,2,3\n"
    assert read(content) == [("a", "1", "")]
    assert read(content, columns=Columns("text", "4")) == [("a", "3", "")]
    with pytest.raises(UserError, match=r'received "x" more than once, as columns 3 and 4; choose one by its number with --label-column'):
        read(content, columns=Columns("text", "x"))


def test_a_header_that_is_repeated_is_no_example(tmp_path):
    path = written(tmp_path / "f.csv", [("text", "label"), *EXAMPLES, ("text", "label"), *EXAMPLES])
    assert described(path) == (EXAMPLES * 2, ["read as comma-separated, its header left out where it is repeated (1)"])


def test_what_a_spreadsheet_says_of_its_delimiter(read):
    assert read("sep=;\r\ntext;label\r\na, b;1\r\n") == [("a, b", "1", "")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_mark_tells_the_encoding(tmp_path, encoding, delimiter):
    path = written(tmp_path / "f.csv", [("text", "label"), ("café", "1"), ("x\x85\u2028y", "0")], encoding=encoding, delimiter=delimiter)
    assert described(path)[0] == [("café", "1"), ("x\x85\u2028y", "0")]


def test_another_encoding_is_said(tmp_path):
    path = written(tmp_path / "f.csv", [("text", "label"), ("café", "1")], encoding="latin-1")
    with pytest.raises(UserError, match=r"f\.csv:2: expected UTF-8, received byte 0xe9 at column 4; .*--encoding latin-1"):
        described(path)
    assert described(path, reading=Reading(encoding="latin-1")) == ([("café", "1")], [])


QUOTED = [(f'He said "{text}" to me', label) for text, label in EXAMPLES]


@pytest.mark.parametrize("rows", [QUOTED, [*EXAMPLES * 60, *QUOTED], [("two\nlines, a\ttab", "1"), *EXAMPLES]])
def test_a_tsv_that_is_quoted_throughout(tmp_path, rows):
    """As `DataFrame.to_csv(sep="\\t")` writes it, wherever the first quote is."""
    path = written(tmp_path / "f.tsv", [("text", "label"), *rows], delimiter="\t")
    assert described(path) == (rows, ["read as tab-separated, quoted as CSV is; --quoting says otherwise"])


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_a_tsv_all_of_whose_fields_are_quoted(tmp_path, quoting):
    path = written(tmp_path / "f.tsv", [("text", "label"), *((text, 1) for text in TEXTS)], delimiter="\t", quoting=quoting)
    assert described(path)[0] == [(text, "1") for text in TEXTS]


@pytest.mark.parametrize("text", ['"Good" film', '"Good film"', 'a 5" screen', '"open', 'close"', '""', '"a" and "b"'])
def test_quotes_that_are_characters_are_kept(tmp_path, text):
    rows = [*EXAMPLES, (text, "positive"), *EXAMPLES, ('another "one"', "negative")]
    path = written(tmp_path / "f.tsv", [("text", "label"), *rows], delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
    assert described(path) == (rows, [])


def test_quotes_over_lines_that_are_characters(read):
    content = 'text\tlabel\n"I loved it,\t1\nhe said.\t1\nAnd left."\t0\n'
    assert [text for text, *_ in read(content, "f.tsv")] == ['"I loved it,', "he said.", 'And left."']


def test_quoting_can_be_said(tmp_path):
    path = written(tmp_path / "f.tsv", [("text", "label"), *QUOTED], delimiter="\t")
    assert described(path, reading=Reading(quoting="none"))[0][0][0] == '"He said ""it was slow, cold; dull"" to me"'
    (tmp_path / "f.csv").write_text('text,label\n"Good" film,1\n')
    with pytest.raises(UserError, match=r"f\.csv:2: this row is not CSV: .* say --quoting none"):
        described(tmp_path / "f.csv")
    assert described(tmp_path / "f.csv", reading=Reading(quoting="none"))[0] == [('"Good" film', "1")]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([{"text": text, "label": label} for text, label in EXAMPLES]),
        json.dumps([{"text": text, "label": label} for text, label in EXAMPLES], indent=1),
        "\n".join(json.dumps({"text": text, "label": label}, indent=2) for text, label in EXAMPLES),
        json.dumps({"version": 1, "data": [{"text": text, "label": label} for text, label in EXAMPLES]}),
        json.dumps({"text": dict(enumerate(TEXTS)), "label": dict(enumerate(LABELS))}),
        json.dumps({"text": TEXTS, "label": LABELS}),
        "\n".join(json.dumps({"text": text, "label": label}) for text, label in EXAMPLES),
    ],
)
@pytest.mark.parametrize("name", ["f.json", "f.jsonl", "f.txt"])
def test_json_of_any_shape(tmp_path, content, name):
    (tmp_path / name).write_text(content)
    assert described(tmp_path / name)[0] == EXAMPLES


def test_places_in_an_array_are_lines(tmp_path):
    (tmp_path / "f.json").write_text('[\n {"text": "a",\n  "label": 1},\n\n {"text": "b", "label": 2}\n]\n')
    assert [example.place for example in read_table(tmp_path / "f.json", Columns())] == [f"{tmp_path}/f.json:2", f"{tmp_path}/f.json:5"]


def test_numbers_of_json_are_labels(read):
    lines = "".join(f'{{"text": "a", "label": {label}}}\n' for label in ("5.0", "5", "true", "4.5", "NaN", "null"))
    assert [label for _, label, _ in read(lines, "f.jsonl")] == ["5", "5", "true", "4.5", "", ""]


@pytest.mark.parametrize("mark", ["__label__", ""])
@pytest.mark.parametrize("name", ["f.train", "f.txt", "f.csv"])
def test_lines_that_begin_with_their_label(tmp_path, mark, name):
    (tmp_path / name).write_text("".join(f"{mark}{label} {text}\n" for text, label in EXAMPLES))
    examples, [said] = described(tmp_path / name)
    assert examples == EXAMPLES
    assert said == "read as lines that begin with their label; --format and --delimiter say otherwise"
    assert described(tmp_path / name, reading=Reading(format="fasttext"))[0] == EXAMPLES


def test_a_line_with_several_labels_is_refused(tmp_path):
    (tmp_path / "f").write_text("__label__a one\n__label__a __label__b two\n")
    with pytest.raises(UserError, match=r"f:2: expected one label, __label__NAME, .* received 2: a, b"):
        described(tmp_path / "f")


def test_missing_labels_are_counted(tmp_path):
    labels = ["a", "b", "nan", "None", "", "nan", "N/A"]
    path = written(tmp_path / "f.csv", [("text", "label"), *((f"text {number}", label) for number, label in enumerate(labels))])
    examples, [said] = described(path)
    assert [label for _, label in examples] == ["a", "b", "", "", "", "", ""]
    assert said == 'the label "N/A" (1), "None" (1), "nan" (2) was read as no label; --label-missing NAME makes a label of it'
    examples, [said] = described(path, reading=Reading(label_missing="unknown"))
    assert [label for _, label in examples] == ["a", "b", *["unknown"] * 5]
    assert said == '5 rows without a label are labeled "unknown"'
    assert [label for _, label in described(path, reading=Reading(label_map="None=none, a = b"))[0]] == ["b", "b", "", "none", "", "", ""]


def test_known_labels_tell_data_from_a_header(tmp_path):
    path = written(tmp_path / "f.tsv", [("positive", "warm and funny"), ("negative", "dull")], delimiter="\t")
    examples, [said] = described(path, labels=["negative", "positive"])
    assert examples == [("warm and funny", "positive"), ("dull", "negative")]
    assert "without a header" in said
    with pytest.raises(UserError, match='expected a column with the text, found "positive", "warm and funny"'):
        described(path)


def test_options_are_checked():
    for options, message in [
        ({"format": "xls"}, "`format` must be one of csv, tsv, json, jsonl, fasttext"),
        ({"delimiter": "::"}, "`delimiter` must be one character or one of comma, tab, semicolon, pipe"),
        ({"delimiter": ";", "format": "tsv"}, "`delimiter` must be a tab with format tsv"),
        ({"header": "none", "format": "json"}, "`header` must be none with format json"),
        ({"encoding": "latin-99"}, "`encoding` must be one such as utf-8,"),
        ({"encoding": "base64"}, "`encoding` must be one such as"),
        ({"label_map": "a"}, "`label_map` must be OLD=NEW,OLD=NEW"),
        ({"label_missing": " "}, "`label_missing` must be a name"),
    ]:
        with pytest.raises(InvalidArgument, match=message):
            Reading(**options)
    assert Reading(delimiter="tab").character == Reading(delimiter="\\t").character == "\t"
