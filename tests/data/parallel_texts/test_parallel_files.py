import gzip

import pytest

from toolkit.data.parallel_texts.languages import Languages
from toolkit.data.parallel_texts.parallel_files import read_local_pairs
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Returns a function that writes files into the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(files):
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            content = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    return write


def read(data, source=None, target=None):
    return read_local_pairs(data, Languages(source, target))


ALIGNED = {"train.en": "one\ntwo\n", "train.de": "eins\nzwei\n"}
PAIRS = [("one", "eins"), ("two", "zwei")]


@pytest.mark.parametrize("end", ["", ".gz"])
def test_two_aligned_files(folder, end):
    folder({name + end: content for name, content in ALIGNED.items()})
    assert read(f"train.en{end},train.de{end}") == ({"train": PAIRS}, ("en", "de"), [])


def test_only_line_feeds_end_lines(folder):
    folder({"a.en": "one\u2028still\x85one\r\ntwo", "a.de": "\ufeffeins\n zwei \n"})
    assert read("a.en,a.de").parts == {"train": [("one\u2028still\x85one", "eins"), ("two", " zwei ")]}


def test_the_direction_asked_for_wins_over_the_order(folder):
    folder(ALIGNED)
    assert read("train.en,train.de", "de", "en") == (
        {"train": [(target, source) for source, target in PAIRS]},
        ("de", "en"),
        ["train.de is the source, as its name ends in de"],
    )


def test_names_that_tell_no_language_are_read_in_order(folder):
    folder({"a.txt": "one\n", "b.txt": "eins\n"})
    assert read("a.txt,b.txt") == ({"train": [("one", "eins")]}, ("source", "target"), [])
    assert read("a.txt,b.txt", "en", "de").languages == ("en", "de")


def test_the_same_file_twice_is_noted(folder):
    folder({"a.txt": "one\n"})
    assert read("a.txt,a.txt").notes == ["a.txt is the source as well as the target"]


def test_empty_lines_keep_their_place(folder):
    folder({"a.en": "one\n\n\nfour\n", "a.de": "eins\nzwei\n\nvier\n"})
    assert read("a.en,a.de").parts["train"] == [("one", "eins"), ("", "zwei"), ("", ""), ("four", "vier")]


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("header", ["", "en\tde\n", "src\ttgt\n"])
def test_tsv_of_two_columns(folder, header, end):
    folder({f"a.tsv{end}": f'{header}one\teins\n"two\tzwei\n'})
    parts, languages, notes = read(f"a.tsv{end}")
    assert parts == {"train": [("one", "eins"), ('"two', "zwei")]}
    assert languages == (tuple(header.split()) or ("source", "target"))
    assert len(notes) == 1
    assert ("without a header: source in column 1, target in column 2" in notes[0]) == (not header)


def test_named_columns_in_any_order(folder):
    folder({"a.tsv": "Deutsch\tid\tEnglish\neins\t1\tone\n"})
    assert read("a.tsv", "English", "Deutsch") == ({"train": [("one", "eins")]}, ("English", "Deutsch"), [])


def test_numbered_columns(folder):
    folder({"a.tsv": "eins\tone\tWho said it?\n"})
    assert read("a.tsv", "2", "1").parts == {"train": [("one", "eins")]}


def test_a_table_without_a_header_is_called_what_was_asked(folder):
    folder({"a.tsv": "one\teins\n"})
    assert read("a.tsv", "en", "de")[:2] == ({"train": [("one", "eins")]}, ("en", "de"))


def test_csv_and_json_lines(folder):
    folder({"a.csv": 'en,de\n"one, two","eins, zwei"\n', "a.jsonl": '{"target": "eins", "source": "one"}\n'})
    assert read("a.csv")[:2] == ({"train": [("one, two", "eins, zwei")]}, ("en", "de"))
    assert read("a.jsonl")[:2] == ({"train": [("one", "eins")]}, ("source", "target"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("name", "content", "direction"),
    [
        ("a.csv", "en;de\none, two;eins, zwei\n", ("en", "de")),
        ("a.csv", "one, two.;eins, zwei.\nGo!;Geh!\n", ("source", "target")),
        ("a.csv", "English;German;\none, two;eins, zwei;\n", ("English", "German")),
        ("a.txt", "one, two\teins, zwei\tby 1\n", ("1", "2")),
        ("a", "one, two|eins, zwei\nGo!|Geh!\n", ("source", "target")),
        ("a.tsv", 'en\tde\none, two\teins, zwei\n"a ""b"""\tc\n', ("en", "de")),
        ("a.json", '[{"en": "one, two", "de": "eins, zwei"}]', ("en", "de")),
    ],
)
def test_tables_of_any_kind(folder, name, content, direction, encoding):
    folder({name: content.encode(encoding)})
    parts, languages, _ = read(name, *(direction if direction == ("1", "2") else (None, None)))
    assert parts["train"][0] in [("one, two", "eins, zwei"), ("one, two.", "eins, zwei.")]
    assert languages == direction


def test_columns_by_their_number(folder):
    folder({"a.csv": "id,English,German\n7,one,eins\n"})
    assert read("a.csv", "2", "3")[:2] == ({"train": [("one", "eins")]}, ("English", "German"))


def test_other_encodings_and_gzip_by_content(folder):
    folder({"a.en": "caf\xe9\n".encode("latin-1"), "a.de": gzip.compress("Café\n".encode("utf-16"))})
    reading = Reading(encoding="latin-1")
    assert read_local_pairs("a.en,a.de", Languages(None, None), reading).parts == {"train": [("café", "Café")]}
    with pytest.raises(UserError, match=r"a\.en:1: expected UTF-8, .*--encoding latin-1"):
        read("a.en,a.de")


@pytest.mark.parametrize("name", ["val", "validation", "valid", "dev"])
def test_folder_of_aligned_files(folder, name):
    folder({**ALIGNED, f"{name}.en.gz": "three\n", f"{name}.de": "drei\n", "README.md": "about"})
    assert read(".", "en")[:2] == ({"train": PAIRS, "validation": [("three", "drei")]}, ("en", "de"))


def test_folder_with_versions_and_named_tests(folder):
    tokenized = {name.replace(".", ".tok."): content.upper() for name, content in ALIGNED.items()}
    folder({**ALIGNED, **tokenized, "test_2016.en": "six\n", "test_2016.de": "sechs\n"})
    assert read(".", "en", "de").parts == {"train": PAIRS, "test": [("six", "sechs")]}
    folder({"test_2016.tok.en": "SIX\n", "test_2016.tok.de": "SECHS\n"})
    assert read(".", "tok.en", "tok.de")[:2] == (
        {"train": [("ONE", "EINS"), ("TWO", "ZWEI")], "test": [("SIX", "SECHS")]},
        ("en", "de"),
    )


def test_of_several_tests_the_plain_name_wins(folder):
    folder(ALIGNED | {"test_a.en": "a\n", "test.en": "b\n", "test_b.en": "c\n", "test.de": "d\n"})
    assert read(".", "en").parts["test"] == [("b", "d")]


def test_folder_of_tables(folder):
    folder({"train.tsv": "en\tde\none\teins\n", "dev.tsv.gz": "de\ten\nzwei\ttwo\n"})
    parts, languages, _ = read(".")
    assert parts == {"train": [("one", "eins")], "validation": [("two", "zwei")]}
    assert languages == ("en", "de")


def test_files_by_split(folder):
    folder({**ALIGNED, "t.de": "sechs\n", "t.en": "six\n", "v.tsv": "three\tdrei\n"})
    parts, languages, notes = read("train=train.en,train.de,test=t.de,t.en,dev=v.tsv")
    assert parts == {"train": PAIRS, "validation": [("three", "drei")], "test": [("six", "sechs")]}
    assert languages == ("en", "de")
    assert notes[-1] == "t.en is the source, as its name ends in en"


@pytest.mark.parametrize(
    ("files", "data", "asked", "message"),
    [
        (
            {"a.en": "1\n\n3\n", "a.de": "1\n2\n3\n4\n"},
            "a.en,a.de",
            (),
            r"a\.en,a\.de: expected as many lines in both, received 3 and 4; look at a\.en:2, which is blank where the other",
        ),
        ({"a.en": "1\n" * 1200, "a.de": "1\n"}, "a.en,a.de", (), r"received 1,200 and 1; no line is blank .* a\.de may lack a line"),
        ({"a.en": "1\n", "a.de": " \n"}, "a.en,a.de", (), r"^a\.de: expected a sentence per line, found 1 lines, all empty"),
        ({"a.en": "1\n", "a.de": ""}, "a.en,a.de", (), r"^a\.de: expected a sentence per line, found 0 lines"),
        ({"a.tsv": "one\t\ntwo\t\n"}, "a.tsv", (), r'^a\.tsv: expected a sentence per row in column "2", found 2 empty ones'),
        (ALIGNED, "train.en,train.de", ("fr",), r'^train\.en,train\.de: there is no source "fr", only "en", "de"; change --source'),
        (ALIGNED, ".", ("en", "fr"), r'^\.: there is no target "fr", only "de", "en"; change --target'),
        (ALIGNED, ".", (), r'^\.: expected a source and a target, found "de", "en"; choose two with --source and --target'),
        ({"a.tsv": "en\tde\n1\t2\n"}, "a.tsv", ("en", "fr"), r'^a\.tsv:2: there is no target "fr", only "en", "de"'),
        ({"a.tsv": "1\t2\t3\n"}, "a.tsv", (), r'^a\.tsv:1: expected a source and a target, found "1", "2", "3"'),
        ({"a.tsv": "1\t2\n3\n"}, "a.tsv", (), r"^a\.tsv:2: expected 2 fields as in the first row, received 1"),
        ({"a.jsonl": '{"en": "1", "de": "2"}\n{"en": "3"}'}, "a.jsonl", (), r'^a\.jsonl:2: expected "en", "de", received no "de"'),
        ({"a.jsonl": '{"en": "1", "de": 2}'}, "a.jsonl", (), r'^a\.jsonl:1: expected a string as "de", received a number'),
        ({"a.en": b"1\n\xff\n", "a.de": "1\n2\n"}, "a.en,a.de", (), r"^a\.en:2: expected UTF-8, received byte 0xff at column 1"),
        ({"a.tsv": b"1\t\xe9\n"}, "a.tsv", (), r"^a\.tsv:1: expected UTF-8, received byte 0xe9 at column 3"),
        (ALIGNED, "train.en,train.fr", (), r"^train\.fr: no such file"),
        ({}, "gone.tsv", (), r"^gone\.tsv: no such file"),
        ({}, "gone/", (), r"^gone: no such file"),
        (ALIGNED, "train.en", (), r"^train\.en: expected two aligned files \(SOURCE,TARGET\) or a table .* received 1 text file$"),
        (ALIGNED, "train.en,train.de,train.en", (), "received 3 text files$"),
        (ALIGNED, "train=train.en,test=train.en,train.de", (), r"^train\.en: expected two aligned files"),
        (ALIGNED, "train=train.en,train.de,train.en", (), r'received "train\.en" in "train=train\.en,train\.de,train\.en"'),
        (ALIGNED | {"dev.en": "1\n"}, ".", ("en",), r'^\.: expected a validation file in "de", found only dev\.en'),
        (
            ALIGNED | {"test_a.en": "1\n", "test_b.en": "1\n", "test.de": "1\n"},
            ".",
            ("en",),
            r'"test_a\.en", "test_b\.en" could all be the test file',
        ),
        ({"x.en": "1\n"}, ".", (), r"expected files per split, such as train\.en and train\.de, or train\.tsv, found x\.en"),
    ],
)
def test_bad_files(folder, files, data, asked, message):
    folder(files)
    with pytest.raises(UserError, match=message) as caught:
        read(data, *asked)
    assert "\n" not in str(caught.value)
