"""Prepared data are those that a training reads of the same files, wherever the work was done."""

import json
import pickle
import random
import sys
from pathlib import Path

import numpy as np
import pytest

import toolkit
from toolkit.cli import main
from toolkit.cli.recipes import find_recipe
from toolkit.engines import preparing
from toolkit.engines.engine import Engine
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder
from toolkit.tasks.registry import find_task

WORDS = ["film", "plot", "star", "scene", "joke", "song", "end", "cast"]


class Scattered(Engine):
    """Runs what it is given in any order, some of it twice, as something that was pickled."""

    slots = 3

    def send(self, folder):
        raise NotImplementedError

    def gather(self, function, numbers):
        order = [*numbers, *numbers[::3]]
        random.Random(0).shuffle(order)
        found = {number: pickle.loads(pickle.dumps(function))(number) for number in order}
        return [found[number] for number in numbers]

    def write(self, function, numbers, output):
        raise NotImplementedError

    def together(self, function, workers):
        raise NotImplementedError


class Here:
    """What `engine` of a module gives."""

    def __init__(self, master):
        pass

    def __enter__(self):
        return Scattered()

    def __exit__(self, *error):
        pass


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr("toolkit.data.prepared.workshop.ROWS_OF_A_SHARD", 13)


@pytest.fixture
def scattered(monkeypatch):
    monkeypatch.setattr(preparing, "ENGINES", {"scattered": "tests.engines.test_preparing"})
    monkeypatch.setattr("tests.engines.test_preparing.engine", Here, raising=False)
    return "scattered"


def sentence(number):
    return " ".join(random.Random(number).choices(WORDS, k=5)) + f" {number}"


def reviews(folder):
    """Tables in which texts are repeated, lack a label or have a rare one."""
    rows = [(sentence(number % 150), ("good", "bad")[number % 2], "ab"[number % 3 % 2]) for number in range(200)]
    rows += [("nobody knows", "", "a"), ("the only one", "mixed", "b"), (" spaces and 😀 ", "good", "a"), (*rows[3][:1], "bad", "b")]
    for part in range(3):
        lines = [json.dumps({"text": text, "label": label, "source": source}) for text, label, source in rows[part::3]]
        (folder / f"part-{part}.jsonl").write_text("\n".join(lines))
    return folder


def pairs(folder):
    sides = [(sentence(number % 130), sentence(number % 130 + 1000)) for number in range(150)]
    sides += [("", "x"), ("same ", " same"), ("film", "film plot joke star " * 9), sides[0]]
    for place, name in enumerate(("train.en", "train.de")):
        (folder / name).write_text("".join(f"{pair[place]}\n" for pair in sides))
    return folder


def lines(folder):
    for part in range(4):
        texts = [sentence(number) for number in range(part, 400, 4)]
        (folder / f"{part}.txt").write_text("\n".join([*texts, "", "  "]))
    return folder


KINDS = {
    "sentiment": (reviews, {"vocabulary_size": 400}),
    "translation": (pairs, {"source": "en", "target": "de", "vocabulary_size": 400, "max_length_ratio": 4.0}),
    "separate": (pairs, {"source": "de", "target": "en", "vocabulary_size": 400, "separate_vocabularies": True}),
    "language_model": (lines, {"documents": "line", "tokenizer": "word"}),
    "subwords": (lines, {"documents": "line", "vocabulary_size": 400, "most_characters": 3000}),
    "text": (lambda folder: lines(folder) / "1.txt", {"tokenizer": "char"}),
}
RECIPES = {"separate": "translation", "subwords": "language_model", "text": "language_model"}


def data_of(recipe, run, **settings):
    """Returns what a training reads, and the files that it keeps of it."""
    recipe = find_recipe(recipe)
    settings = type(recipe.presets["quick"])(**settings)
    data = find_task(recipe.task).part("reader")(settings, RunFolder(run))
    kept = {path.name: path.read_bytes() for path in Path(run).glob("*.model")}
    return data, kept, json.loads((run / "data_report.json").read_text())


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def same(ones, others):
    assert len(ones) == len(others)
    for one, other in zip(ones, others, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_reads_the_same_of_files_and_of_prepared_data(kind, tmp_path, scattered):
    make, settings = KINDS[kind]
    recipe = RECIPES.get(kind, kind)
    (tmp_path / "files").mkdir()
    files = str(make(tmp_path / "files"))
    toolkit.prepare(recipe, tmp_path / "here", data=files, **settings)
    find = find_recipe(recipe)
    preparing.prepare(find, type(find.presets["quick"])(data=files, **settings), tmp_path / "there", scattered)
    assert content(tmp_path / "here") == content(tmp_path / "there")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "here", "there"]

    raw, raw_files, raw_report = data_of(recipe, tmp_path / "raw", data=files, **settings)
    kept = {name: value for name, value in settings.items() if name not in ("most_characters", "documents")}
    read, read_files, report = data_of(recipe, tmp_path / "read", data=str(tmp_path / "there"), **kept)
    assert read_files == raw_files
    assert (report["name"], report["splits"], report["notes"]) == (raw_report["name"], raw_report["splits"], raw_report["notes"])
    if recipe == "language_model":
        assert raw.corpus.continuous == read.corpus.continuous == (kind == "text")
        for split, tokens in raw.tokens.items():
            same((tokens.ids, tokens.lengths), (read.tokens[split].ids, read.tokens[split].lengths))
        held_out = [raw.corpus.splits[raw.held_out], read.corpus.splits[raw.held_out]]
        assert ["".join(document) for document in held_out[0]] == ["".join(document) for document in held_out[1]]
        return
    assert report["sha256"] == raw_report["sha256"]
    for split in raw.corpus.splits:
        if recipe == "translation":
            same(raw.sources[split], read.sources[split])
            same(raw.targets[split], read.targets[split])
        else:
            same(raw.tokens[split], read.tokens[split])
            assert raw.corpus.splits[split].sources == read.corpus.splits[split].sources


@pytest.fixture
def prepared(tmp_path):
    (tmp_path / "files").mkdir()
    toolkit.prepare("sentiment", tmp_path / "prepared", data=reviews(tmp_path / "files"), vocabulary_size=400)
    return tmp_path / "prepared"


def test_fewer_examples_and_another_tokenizer(prepared, tmp_path):
    some, _, _ = data_of("sentiment", tmp_path / "a", data=str(prepared), training_examples=20)
    assert len(some.tokens["train"]) == 20
    same(some.tokens["train"], some.tokenizer.encode(some.corpus.splits["train"].texts))
    other = toolkit.Tokenizer.train([sentence(number) for number in range(50)], 300)
    other.save(tmp_path / "other.model")
    data, _, _ = data_of("sentiment", tmp_path / "b", data=str(prepared), tokenizer_model=str(tmp_path / "other.model"))
    assert data.tokenizer.fingerprint == other.fingerprint
    same(data.tokens["test"], other.encode(data.corpus.splits["test"].texts))


def test_measuring_takes_the_test_split(prepared):
    split = toolkit.data.labeled_texts.corpus.read_split(str(prepared), label_names=["bad", "good", "mixed"])
    whole = toolkit.read_corpus(str(prepared))
    assert split.texts == whole.splits["test"].texts
    assert whole.label_names == ["bad", "good", "mixed"]
    assert [whole.label_names[label] for label in whole.splits["test"].labels] == [split_label(label) for label in split.labels]


def split_label(number):
    return ["bad", "good", "mixed"][number]


def test_settings_without_an_effect_are_named(prepared, tmp_path):
    _, _, report = data_of("sentiment", tmp_path / "a", data=str(prepared), text_column="text", format="csv")
    assert "the data are prepared, so --text-column, --format had no effect" in report["notes"]


def test_what_is_no_prepared_data_for_a_recipe(prepared, tmp_path):
    with pytest.raises(UserError, match="prepared: expected parallel texts, found prepared labeled texts; prepare the data again"):
        data_of("translation", tmp_path / "a", data=str(prepared))
    shard = min(prepared.glob("test-*"))
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(
        UserError, match=r"test-00000-of-0000\d.array_record: expected a file of [\d,]+ bytes, but it is missing or damaged"
    ):
        data_of("sentiment", tmp_path / "a", data=str(prepared))
    (prepared / "prepared.json").write_text("{")
    with pytest.raises(UserError, match=r"prepared.json: expected what `toolkit prepare` wrote, but it cannot be read"):
        data_of("sentiment", tmp_path / "a", data=str(prepared))


def test_tokens_of_another_tokenizer_are_refused_where_there_is_no_text(tmp_path):
    (tmp_path / "files").mkdir()
    toolkit.prepare("language_model", tmp_path / "lm", data=lines(tmp_path / "files"), documents="line", tokenizer="char")
    toolkit.train_exact_tokenizer(["other"]).save(tmp_path / "other.model")
    with pytest.raises(UserError, match="expected none with prepared data, which have tokens"):
        toolkit.train("language_model", run_dir=tmp_path / "a", data=tmp_path / "lm", tokenizer_model=tmp_path / "other.model")
    (tmp_path / "b").mkdir()
    toolkit.train_exact_tokenizer(["other"]).save(tmp_path / "b/tokenizer.model")
    with pytest.raises(UserError, match=r"lm: expected tokens of the tokenizer of the run .*, found those of another"):
        data_of("language_model", tmp_path / "b", data=str(tmp_path / "lm"))


def test_pairs_have_the_vocabularies_that_they_were_prepared_with(tmp_path):
    (tmp_path / "files").mkdir()
    words = {"data": pairs(tmp_path / "files"), "source": "en", "target": "de", "vocabulary_size": 400}
    toolkit.prepare("translation", tmp_path / "prepared", **words)
    with pytest.raises(UserError, match="separate_vocabularies: expected false with data that were prepared so, received True"):
        toolkit.train("translation", run_dir=tmp_path / "run", data=tmp_path / "prepared", separate_vocabularies=True)
    with pytest.raises(UserError, match='expected "de" as the source, but the data were prepared with "en"'):
        toolkit.train("translation", run_dir=tmp_path / "run", data=tmp_path / "prepared", source="de")


def test_what_a_killed_process_has_left_is_made_anew(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "out.writing/workshop").mkdir(parents=True)
    (tmp_path / "out.writing/workshop/rows-00000").write_text("half")
    toolkit.prepare("sentiment", tmp_path / "out", data=reviews(tmp_path / "files"), vocabulary_size=400)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "expected the name of a recipe"),
        (["tagging"], "tagging: expected a recipe of classification, translation, language_model that reads files"),
        (["sentiment", "--data", "files"], "--output-dir: expected the folder to make, received none"),
        (["sentiment", "--output-dir", "out"], "--data: expected files or a folder, received none"),
        (["sentiment", "--data", "glue/sst2", "--output-dir", "out"], "--data: expected files or a folder, received glue/sst2"),
        (["sentiment", "--data", "none.csv", "--output-dir", "out"], "none.csv: no such file or folder"),
        (["sentiment", "--data", "files", "--output-dir", "files"], "files: expected a folder that does not exist, but it does"),
        (["sentiment", "--data", "prepared", "--output-dir", "out"], "prepared: expected files or a folder of them, found data that are"),
        (["sentiment", "--data", "files", "--output-dir", "out", "--epochs", "3"], "unknown option --epochs"),
        (["sentiment", "--data", "files", "--output-dir", "out", "--master", "local"], "--master: expected --engine with it"),
        (["sentiment", "--data", "files", "--output-dir", "out", "--vocabulary-size", "3"], "--vocabulary-size: expected above 260"),
    ],
)
def test_a_mistake_is_a_line_and_leaves_nothing(prepared, monkeypatch, capsys, words, message):
    monkeypatch.chdir(prepared.parent)
    before = sorted(path.name for path in Path().iterdir())
    assert main(["prepare", *words]) == (2 if words or message else 0)
    if words:
        assert message in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_where_there_is_no_array_record_a_line_says_so(prepared, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "array_record.python.array_record_module", None)
    with pytest.raises(UserError, match="prepared data need the package array-record, which is not installed"):
        data_of("sentiment", tmp_path / "a", data=str(prepared))


def test_the_command_says_what_was_read_and_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("files").mkdir()
    reviews(Path("files"))
    assert main(["prepare", "sentiment", "--data", "files", "--output-dir", "out", "--vocabulary-size", "400"]) == 0
    told = capsys.readouterr().out
    assert "1 dropped: no label" in told
    assert "dropped: repeated" in told
    assert told.endswith("prepared   out (toolkit train sentiment --data out)\n")
    with pytest.raises(UserError, match="unknown setting epochs"):
        toolkit.prepare("sentiment", "other", data="files", epochs=3)
