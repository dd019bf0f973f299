import pytest

from toolkit.data.labeled_texts.labeled_files import read_local
from toolkit.data.reading.columns import Columns
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError

TABLE = "text,label\n{0} good,1\n{0} bad,0\n"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def texts(parts):
    return {split: [(example.text, example.label) for example in part] for split, part in parts.items()}


def test_one_file_has_no_splits(tmp_path):
    path = write(tmp_path / "f.csv", TABLE.format("a"))
    assert texts(read_local(str(path), Columns())) == {"train": [("a good", "1"), ("a bad", "0")]}


def test_named_files(tmp_path):
    paths = {split: write(tmp_path / f"{number}.csv", TABLE.format(split)) for number, split in enumerate(["train", "dev", "test"])}
    parts = read_local(",".join(f"{split}={path}" for split, path in paths.items()), Columns())
    assert {split: part[0].text for split, part in parts.items()} == {"train": "train good", "validation": "dev good", "test": "test good"}


@pytest.mark.parametrize("name", ["dev", "val", "valid", "validation"])
def test_folder_of_split_files(tmp_path, name):
    write(tmp_path / "train.csv", TABLE.format("a"))
    write(tmp_path / f"{name}.tsv", TABLE.format("b").replace(",", "\t"))
    write(tmp_path / "README.md", "not data")
    parts = texts(read_local(str(tmp_path), Columns()))
    assert parts == {"train": [("a good", "1"), ("a bad", "0")], "validation": [("b good", "1"), ("b bad", "0")]}


def test_folder_of_tables(tmp_path):
    for number in range(3):
        write(tmp_path / f"part-{number}.csv", TABLE.format(number))
    write(tmp_path / "_SUCCESS", "")
    expected = [(f"{number} {word}", label) for number in range(3) for word, label in (("good", "1"), ("bad", "0"))]
    assert texts(read_local(str(tmp_path), Columns())) == {"train": expected}
    assert texts(read_local(f"train={tmp_path},test={tmp_path / 'part-1.csv'}", Columns()))["train"] == expected


def test_folder_per_label(tmp_path):
    write(tmp_path / "pos" / "1.txt", "good\nfilm\n")
    write(tmp_path / "neg" / "1.txt", "bad")
    write(tmp_path / "neg" / ".hidden", "nothing")
    assert texts(read_local(str(tmp_path), Columns())) == {"train": [("bad", "neg"), ("good\nfilm", "pos")]}


def test_folder_per_split_and_label_with_unlabeled_texts(tmp_path):
    for split in ("train", "test"):
        for label in ("neg", "pos", "unsup")[: 3 if split == "train" else 2]:
            write(tmp_path / split / label / "0_1.txt", f"{split} {label}")
        write(tmp_path / split / "urls_pos.txt", "not a text")
    write(tmp_path / "imdb.vocab", "words")
    assert texts(read_local(str(tmp_path), Columns())) == {
        "train": [("train neg", "neg"), ("train pos", "pos"), ("train unsup", "")],
        "test": [("test neg", "neg"), ("test pos", "pos")],
    }


@pytest.mark.parametrize(
    ("files", "data", "message"),
    [
        ([], "gone.csv", r"gone\.csv: no such file or folder"),
        ([], ".", r"expected tables .*, train/validation/test files, or one folder .* found an empty folder"),
        (["a.csv", "b.md"], ".", r"expected tables .*, train/validation/test files, or one folder .* found a\.csv, b\.md"),
        (["pos/x/1.txt"], ".", r"pos/x: expected a text file in the folder of a label, received a folder"),
        (["train.csv", "dev.csv", "valid.csv"], ".", r'expected one file or folder for validation, found "dev\.csv" and "valid\.csv"'),
        (["a.csv"], "train=a.csv,a.csv", r'received "a\.csv" in "train=a\.csv,a\.csv"'),
        (["a.csv"], "train=a.csv,dev=a.csv,val=a.csv", r'each at most once, received "val=a\.csv"'),
        (["a.csv"], "train=a.csv,test=b.csv", r"b\.csv: no such file"),
    ],
)
def test_bad_layouts(tmp_path, monkeypatch, files, data, message):
    monkeypatch.chdir(tmp_path)
    for file in files:
        write(tmp_path / file, TABLE.format("a"))
    with pytest.raises(UserError, match=message):
        read_local(data, Columns())


@pytest.mark.parametrize("names", [("train.txt", "test.txt"), ("train", "test"), ("train.ft.txt", "dev.ft.txt")])
def test_folder_of_split_files_of_any_name(tmp_path, names):
    for name in names:
        write(tmp_path / name, "".join(f"__label__{label} {name} {label}\n" for label in ("pos", "neg")))
    write(tmp_path / "README.md", "not data")
    parts = texts(read_local(str(tmp_path), Columns()))
    assert next(iter(parts.values())) == [(f"{names[0]} pos", "pos"), (f"{names[0]} neg", "neg")]
    assert len(parts) == 2


def test_a_table_wins_over_other_files_of_its_split(tmp_path):
    write(tmp_path / "train.csv", TABLE.format("a"))
    write(tmp_path / "train.log", "started\n")
    assert list(texts(read_local(str(tmp_path), Columns()))) == ["train"]


def test_texts_of_another_encoding(tmp_path):
    write(tmp_path / "pos" / "1.txt", "")
    (tmp_path / "pos" / "1.txt").write_bytes("café".encode("latin-1"))
    with pytest.raises(UserError, match=r"1\.txt:1: expected UTF-8"):
        read_local(str(tmp_path), Columns())
    assert texts(read_local(str(tmp_path), Columns(), Reading(encoding="latin-1"))) == {"train": [("café", "pos")]}
