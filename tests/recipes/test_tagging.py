"""The tagging recipe from the command line: train, evaluate, predict, export, on a tiny setting."""

import json
import random

import pytest

from tests.recipes.commands import assert_inspected, assert_refused, call
from toolkit.cli import main
from toolkit.data.splits.report import Report, SplitReport
from toolkit.tasks.tagging import corpus as default_data
from toolkit.tasks.tagging.schemes import spans

pytestmark = pytest.mark.slow

TINY = [
    *("--embedding-dim=16", "--units=16", "--character-dim=8", "--character-units=8", "--word-length=8", "--batch-size=8", "--epochs=4"),
    *("--learning-rate=0.03", "--input-dropout=0.1", "--output-dropout=0.1", "--max-length=16"),
]
NOUNS, VERBS, ADJECTIVES = ["cat", "dog", "river", "house"], ["sees", "likes", "finds"], ["old", "small", "red"]


def write_chunks(path, number=200):
    """Sentences whose chunks a small model learns in seconds: of nouns with endings, so that most are unknown."""
    chance = random.Random(number)
    phrase = lambda: [  # noqa: E731
        ("the", "DT", "B-NP"),
        *((word, "JJ", "I-NP") for word in chance.sample(ADJECTIVES, chance.randint(0, 2))),
        (chance.choice(NOUNS) + "".join(chance.choices("abcdef", k=4)), "NN", "I-NP"),
    ]
    sentences = [[*phrase(), (chance.choice(VERBS), "VB", "B-VP"), *phrase(), (".", ".", "O")] for _ in range(number)]
    path.write_text("".join("".join(f"{' '.join(row)}\n" for row in sentence) + "\n" for sentence in sentences), "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained; the commands run in it."""
    folder = tmp_path_factory.mktemp("tagging")
    write_chunks(folder / "train.txt")
    write_chunks(folder / "test.txt", 30)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "tagging", "--data", "train=train.txt,test=test.txt", "--run-dir", "runs/tiny", *TINY]) == 0
        yield folder


def test_chunks_are_learned(folder):
    metrics = json.loads((folder / "runs" / "tiny" / "metrics.json").read_text())
    assert metrics["test"]["kind"] == "chunks"
    assert metrics["test"]["f1"] > 0.9  # the task is easy: a model that learned nothing finds no chunk
    assert metrics["test"]["unknown_accuracy"] > 0.9  # by their characters and their neighbours
    assert metrics["history"][-1]["val_score"] > 0.9
    assert len(json.loads((folder / "runs" / "tiny" / "samples.json").read_text())) == 30


def test_inspections_see_what_is_inside(folder, tmp_path, capsys):
    assert_inspected(capsys, tmp_path)


def test_cells_of_words(folder, tmp_path, capsys):
    (folder / "read.txt").write_text('The old catabcd sees "the dog" .\n\nthe small river likes (the house) .\n' * 40, "utf-8")
    code, out, _ = call(capsys, "inspect", "runs/tiny", "cells", "--input", "read.txt", "--json", "--output-dir", str(tmp_path))
    numbers = json.loads(out)
    assert code == 0
    assert (numbers["steps"], numbers["units"]) == (40 * 14, 32)  # without those that read the characters of a word
    assert sorted(numbers["properties"]) == ["brackets", "capitals", "line", "quotes", "word"]
    refused = ["inspect", "runs/tiny", "cells", "--unit", "1 LSTM forward:0"]
    assert_refused(capsys, '--unit: expected units from "2 LSTM forward:0" to "2 LSTM forward:15"', *refused)


def test_evaluate_repeats_the_result_of_the_training(folder, capsys):
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json")
    assert json.loads(out) == json.loads((folder / "runs" / "tiny" / "metrics.json").read_text())["test"]


def test_evaluate_on_another_file_in_another_scheme(folder, capsys, caplog):
    (folder / "other.txt").write_text("the DT I-NP\ncat1 NN I-NP\n\nred JJ I-XP\n. . O\n")
    code, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "other.txt", "--json")
    result = json.loads(out)
    assert code == 0
    assert (result["words"], result["names"]["XP"]["recall"]) == (4, 0)  # the model has no such chunk
    assert "IOB1; they were converted" in caplog.text


TEXTS = ["the old catabcd likes the riverfed .", "", "the small dogabba sees the housecafe . " * 30, "\U0001f600 שלום ÜBER"]


@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1", "saved_models/tiny/1/litert"])
def test_an_export_tags_as_the_run_does(folder, capsys, export):
    expected, received = (call(capsys, "predict", place, *TEXTS, "--json")[1].splitlines() for place in ("runs/tiny", export))
    assert len(expected) == len(TEXTS)
    for one, other in zip(map(json.loads, expected), map(json.loads, received), strict=True):
        assert one["tags"] == other["tags"]
        assert one["scores"] == pytest.approx(other["scores"], abs=1e-4)  # single precision, over up to 210 words


def test_answers_as_text_columns_and_json(folder, capsys):
    text = TEXTS[0]
    _, out, _ = call(capsys, "predict", "runs/tiny", text)
    assert out == "[NP the old catabcd] [VP likes] [NP the riverfed] .\n"
    _, out, _ = call(capsys, "predict", "runs/tiny", text, "--format", "csv")
    assert [line.split(",")[1:3] for line in out.splitlines()[1:3]] == [['"the"', '"B-NP"'], ['"old"', '"I-NP"']]
    _, out, _ = call(capsys, "predict", "runs/tiny", text, "--json")
    record = json.loads(out)
    assert record["tokens"] == text.split()
    found = [(span["kind"], span["start"], span["end"]) for span in record["spans"]]
    assert found == [tuple(span) for span in spans(record["tags"])]
    assert record["spans"][0]["text"] == "the old catabcd"
    assert record["spans"][0]["score"] == min(record["scores"][:3])


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "nowhere.txt"], "nowhere.txt: expected a file of tagged sentences, found none"),
        (["--data", "train.txt", "--tag-column", "7"], 'there is no column "7"; expected a number from 1 to 3; change --tag-column'),
        (["--data", "train.txt", "--scheme", "iobes", "--max-length", "0"], "--max-length: expected at least 1, received 0"),
        (["--data", "train.txt", "--word-length", "1"], "--word-length: expected at least 2, received 1"),
        (["--data", "train.txt", "--encoding", "none"], "--encoding"),
        (["--data", "train.txt", "--monitor", "bleu"], "bleu"),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(folder, capsys, argv, message):
    before = sorted(folder.rglob("*"))
    code, _, err = call(capsys, "train", "tagging", *argv)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert sorted(folder.rglob("*")) == before


def test_capitals_and_marks_are_restored(tmp_path, monkeypatch, capsys):
    """Of made texts in the place of the reviews, which tests do without."""
    chance = random.Random(0)
    people = ["Anna", "Bob", "Carla"]

    def text():
        return " ".join(f"{chance.choice(people)} saw the BBC, but {chance.choice(people)} did not." for _ in range(chance.randint(2, 6)))

    class Split:
        def __init__(self, number):
            self.texts, self.sources = [text() for _ in range(number)], [default_data.WRITTEN] * number

    class Reviews:
        name, splits = "movie_reviews", {"train": Split(100), "validation": Split(10), "test": Split(10)}
        report = Report(name, {"train": SplitReport()})

    monkeypatch.setattr(default_data, "read_corpus", lambda data: Reviews)
    monkeypatch.chdir(tmp_path)
    assert main(["train", "tagging", "--run-dir", "runs/marks", *TINY]) == 0
    assert "text    " in capsys.readouterr().out
    metrics = json.loads((tmp_path / "runs" / "marks" / "metrics.json").read_text())["test"]
    assert metrics["kind"] == "marks"
    assert {name: row["f1"] > 0.9 for name, row in metrics["names"].items()} == dict.fromkeys(["Capital", "UPPER", ",", "."], True)
    for place in ("runs/marks", "saved_models/marks", "saved_models/marks/1/litert"):
        _, out, _ = call(capsys, "predict", place, "bob saw the bbc but anna did not carla saw the bbc but bob did not")
        assert out == "Bob saw the BBC, but Anna did not. Carla saw the BBC, but Bob did not.\n"
