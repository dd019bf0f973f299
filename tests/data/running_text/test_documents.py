import gzip
import itertools
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.data.reading.reading import Reading
from toolkit.data.running_text.documents import Documents, read_document_split, read_documents
from toolkit.data.splits.splitting import split_of
from toolkit.errors import UserError


def texts_of(documents):
    return ["".join(document) for document in documents]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


def lines(count, prefix="line"):
    return [f"{prefix} {number}" for number in range(count)]


def split_by_hash(texts):
    return {split: [text for text in texts if split_of(text) == split] for split in ("train", "validation", "test")}


@pytest.mark.parametrize("name", ["book.txt", "book", "book.txt.gz"])
def test_a_single_text_is_cut_at_nine_tenths_of_its_characters(tmp_path, name):
    text = "  Ünter  den Linden,\r\n\n" * 3_333
    corpus = read_documents(write(tmp_path / name, text))
    cut = int(0.9 * len(text))
    assert {split: texts_of(documents) for split, documents in corpus.splits.items()} == {
        "train": [text[:cut]],
        "validation": [text[cut:]],
    }
    assert corpus.continuous
    train = corpus.splits["train"]
    assert (train.count, train.characters, train.bytes) == (1, cut, len(text[:cut].encode()))
    assert train.report.noted == {"characters": train.characters, "bytes": train.bytes}
    assert str(corpus.report).splitlines()[1:3] == ["  train: 1 read, 1 kept", f"    {cut:,} characters"]


def test_documents_are_read_anew_each_time(tmp_path):
    corpus = read_documents(write(tmp_path / "book.txt", "word " * 50_000))
    train = corpus.splits["train"]
    assert "".join(train.texts()) == "".join(train.texts()) == "word " * 45_000
    [document] = train
    assert "".join(document) == "".join(document)
    assert len(list(document)) > 1


def test_lines_as_documents_are_split_by_hash(tmp_path):
    texts = lines(300)
    corpus = read_documents(write(tmp_path / "a.txt", "\r\n".join([*texts, "", "  ", ""])), documents="line")
    assert {split: texts_of(documents) for split, documents in corpus.splits.items()} == split_by_hash(texts)
    assert not corpus.continuous
    assert sum(split.report.dropped.get("blank", 0) for split in corpus.splits.values()) == 2


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.csv.gz"])
def test_rows_of_tables_are_documents(tmp_path, name):
    texts = lines(300)
    if ".jsonl" in name:
        content = "".join(json.dumps({"id": 1, "text": text}) + "\n" for text in texts)
    else:
        content = "".join(("\t" if "tsv" in name else ",").join(fields) + "\n" for fields in [("id", "text"), *(("1", t) for t in texts)])
    corpus = read_documents(write(tmp_path / name, content))
    assert {split: texts_of(documents) for split, documents in corpus.splits.items()} == split_by_hash(texts)


def test_the_text_column_can_be_chosen(tmp_path):
    data = write(tmp_path / "a.csv", "text,story\n" + "".join(f"x,{text}\n" for text in lines(300)))
    assert texts_of(read_documents(data, text_column="story").splits["train"])[0].startswith("line")
    with pytest.raises(UserError, match=r'there is no text column "tale"'):
        read_documents(data, text_column="tale")


def test_the_files_of_a_folder_are_documents(tmp_path):
    texts = [f"chapter\n\n{number}\n" for number in range(200)]
    for number, text in enumerate(texts):
        write(tmp_path / f"book{number % 2}" / f"{number}.txt", text)
    write(tmp_path / ".hidden", "no")
    corpus = read_documents(str(tmp_path))
    expected = split_by_hash(texts)
    assert {split: sorted(texts_of(documents)) for split, documents in corpus.splits.items()} == {
        split: sorted(expected[split]) for split in expected
    }
    assert not corpus.continuous


@pytest.mark.parametrize("count", [3, 5, 23])
def test_of_few_documents_each_split_has_one(tmp_path, count):
    texts = [f"book {number}, " * 50 for number in range(count)]
    for number, text in enumerate(texts):
        write(tmp_path / f"{number}.txt", text)
    corpus = read_documents(str(tmp_path))
    found = {split: texts_of(documents) for split, documents in corpus.splits.items()}
    assert sorted(itertools.chain(*found.values())) == sorted(texts)
    assert all(found.values())
    if count < 23:  # of 23 the hash leaves no split empty
        assert [len(found[split]) for split in ("train", "validation", "test")] == [count - 2, 1, 1]
        assert f"of so few documents the split is by the order of their hashes: {count - 2} for train, 1" in corpus.report.notes[0]
    write(tmp_path / "0.txt.gz", texts[0])  # what is there twice stays together
    again = {split: texts_of(documents) for split, documents in read_documents(str(tmp_path)).splits.items()}
    assert {split: set(part) for split, part in again.items()} == {split: set(part) for split, part in found.items()}


def test_a_folder_with_a_file_per_split(tmp_path):
    for split in ("train", "valid", "test"):
        write(tmp_path / f"wiki.{split}.tokens", f"the {split} text")
    corpus = read_documents(str(tmp_path))
    assert [texts_of(corpus.splits[split]) for split in ("train", "validation", "test")] == [
        ["the train text"],
        ["the valid text"],
        ["the test text"],
    ]
    assert corpus.continuous


def test_a_folder_with_a_folder_per_split(tmp_path):
    for split in ("train", "validation"):
        for number in range(100):
            write(tmp_path / split / f"{number}.txt", f"{split} {number}")
    corpus = read_documents(str(tmp_path))
    assert sorted(texts_of(corpus.splits["validation"])) == sorted(lines(100, "validation"))
    for split in ("train", "test"):
        assert all(split_of(text, 90, 0) == split for text in texts_of(corpus.splits[split]))
    assert corpus.splits["train"].count + corpus.splits["test"].count == 100


def test_named_files_and_what_is_evaluated(tmp_path):
    train, test = write(tmp_path / "a.txt", "0123456789"), write(tmp_path / "b.txt", "abc")
    data = f"train={train},test={test}"
    corpus = read_documents(data)
    assert [texts_of(corpus.splits[split]) for split in corpus.splits] == [["012345678"], ["9"], ["abc"]]
    assert texts_of(read_document_split(data)) == ["abc"]
    assert texts_of(read_document_split(f"train={train},validation={test}")) == ["abc"]
    assert texts_of(read_document_split(train)) == ["0123456789"]


def test_the_fingerprint_is_of_the_texts_and_their_borders():
    def fingerprint(*documents):
        return Documents([lambda: iter(documents)]).fingerprint

    assert fingerprint(["ab", "c"], [" "]) == fingerprint(["a", "bc"])
    assert len({fingerprint(["abc"]), fingerprint(["ab"], ["c"]), fingerprint(["abd"])}) == 3


@given(st.text(alphabet="ab é\n", min_size=1).filter(lambda text: text[0].strip()))
def test_counts_are_those_of_the_text(text):
    documents = Documents([lambda: iter([[text], ["", " "], [text[:1], text[1:]]])])
    assert (documents.count, documents.characters, documents.bytes) == (2, 2 * len(text), 2 * len(text.encode()))
    assert documents.report.dropped == {"blank": 1}


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("", {}, r"a\.txt: expected text in the train split, found none"),
        (" \n", {}, r"a\.txt: expected text in the train split, found none"),
        ("aaaaaaaaaaaaaaaaaaaab", {}, r"a\.txt: expected at least two different characters"),
        ("word " + " " * 100, {}, r"a\.txt: expected text in its last tenth, which is for validation, found none"),
        ("a\nb\n", {"documents": "line"}, r"a\.txt: too few documents to take a \w+ split out of them by hash: it is empty; give at least"),
        ("text", {"documents": "page"}, r'documents must be file or line\. Received: "page"'),
    ],
)
def test_texts_that_nothing_can_be_learned_from(tmp_path, content, options, message):
    with pytest.raises(UserError, match=message):
        read_documents(write(tmp_path / "a.txt", content), **options)


def test_what_is_wrong_is_named(tmp_path):
    (tmp_path / "latin.txt").write_bytes("café\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.txt:1: expected UTF-8, received byte 0xe9 at column 4"):
        read_documents(str(tmp_path))
    with pytest.raises(UserError, match=r"absent\.txt: no such file"):
        read_documents(str(tmp_path / "absent.txt"))
    blank = write(tmp_path / "blank.txt", "")
    with pytest.raises(UserError, match="expected text in the validation split, found none"):
        read_documents(f"train={write(tmp_path / 'a.txt', 'some text')},validation={blank}")
    with pytest.raises(UserError, match="expected a training split, found test"):
        read_documents(f"test={blank}")
    with pytest.raises(UserError, match="expected text in the train split, found none"):
        read_document_split(blank)


def test_two_files_for_a_split_are_one_too_many(tmp_path):
    for name in ("train.txt", "a.train.txt"):
        write(tmp_path / name, "text")
    with pytest.raises(UserError, match=r'expected one file or folder for train, found "a\.train\.txt" and "train\.txt"'):
        read_documents(str(tmp_path))


def test_a_row_without_its_text_is_named(tmp_path):
    with pytest.raises(UserError, match=r"""a\.jsonl:2: expected "text", received 'other'"""):
        read_documents(write(tmp_path / "a.jsonl", '{"text": "a"}\n{"other": "b"}\n'))


def test_files_are_read_without_tensorflow(tmp_path):
    read = f"from toolkit.data.running_text.documents import read_documents; read_documents({write(tmp_path / 'a.txt', 'some text')!r})"
    code = f"import sys; {read}; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_large_file_is_read_in_little_memory(tmp_path):
    """A process that may have little more memory than Python itself reads a text many times as large."""
    path = tmp_path / "large.txt"
    with path.open("w") as file:
        file.writelines("all in one line, again and again. " * 30_000 for _ in range(64))
    code = f"""
import resource
from toolkit.data.running_text.documents import read_documents
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_documents({str(path)!r})
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < {path.stat().st_size // 8})
"""
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "True\n"


@pytest.mark.parametrize(
    ("name", "content", "options", "note"),
    [
        ("a.csv", "text;id\n{}", {}, "read as semicolon-separated"),
        ("a.csv", "{}", {"text_column": "1"}, "without a header: text in column 1"),
        ("a.csv", "title;id\n{}", {"text_column": "title"}, "read as semicolon-separated"),
        ("a", "text;id\n{}", {"reading": Reading(format="csv")}, "read as semicolon-separated"),
        ("a.json", '[{{"text": "only, one; text."}}]{:.0}', {}, None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables_of_any_kind(tmp_path, name, content, options, note, encoding):
    path = tmp_path / name
    texts = [f"one, {number} lovely film\x85." for number in range(200)] if "{}" in content else ["only, one; text."]
    path.write_bytes(content.format("".join(f"{text};{number}\n" for number, text in enumerate(texts))).encode(encoding))
    corpus = read_documents(str(path), **options)
    if corpus.continuous:
        assert "".join(texts_of(split)[0] for split in corpus.splits.values()) == texts[0]
    else:
        assert sorted(text for split in corpus.splits.values() for text in texts_of(split)) == sorted(texts)
    assert (note or "") in "".join(corpus.report.notes)


def test_other_encodings_and_gzip_by_content(tmp_path):
    text = "Déjà vu\x85 et\u2028 encore\n" * 20
    (tmp_path / "a.txt").write_bytes(gzip.compress(text.encode("utf-16")))
    (tmp_path / "b.txt").write_bytes("é\n".encode("latin-1"))
    corpus = read_documents(f"train={tmp_path / 'a.txt'},validation={tmp_path / 'b.txt'}", reading=Reading(encoding="latin-1"))
    assert [texts_of(split) for split in corpus.splits.values()] == [[text], ["é\n"]]


def test_the_held_out_end_of_a_long_text_is_no_longer_than_needed(tmp_path):
    corpus = read_documents(write(tmp_path / "a.txt", "word " * 1_200_000))
    assert corpus.splits["validation"].characters == 500_000
    assert corpus.splits["train"].characters == 5_500_000


def test_held_out_documents_are_no_more_than_needed(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.data.running_text.documents._HELD_OUT", 100)
    texts = lines(3000)
    corpus = read_documents(write(tmp_path / "a.txt", "\n".join(texts)), documents="line")
    expected = split_by_hash(texts)
    assert texts_of(corpus.splits["train"]) == expected["train"]
    for split in ("validation", "test"):
        found = texts_of(corpus.splits[split])
        assert found == expected[split][: len(found)]
        assert 100 <= sum(map(len, found)) < 110


@pytest.mark.parametrize("documents", ["file", "line"])
def test_a_training_text_that_is_too_long_is_taken_from_all_of_it(tmp_path, documents):
    text = "\n".join(lines(60_000))
    whole = read_documents(write(tmp_path / "a.txt", text), documents=documents)
    corpus = read_documents(str(tmp_path / "a.txt"), documents=documents, most_characters=200_000)
    train = corpus.splits["train"]
    assert train.characters == pytest.approx(200_000, rel=0.4)  # a part of a text has 65,536
    assert corpus.splits["validation"].fingerprint == whole.splits["validation"].fingerprint
    numbers = [int(line.split()[1]) for line in "\n".join("".join(document) for document in train).splitlines()[1:-1] if " " in line]
    assert numbers[0] < 25_000
    assert numbers[-1] > 40_000
    assert f"training takes {train.characters:,} of the {whole.splits['train'].characters:,} characters" in str(corpus.report)
