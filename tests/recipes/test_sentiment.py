"""The sentiment recipe from the command line: train, evaluate, predict, export, on a tiny setting."""

import gzip
import json
import sys

import pytest
import yaml

from tests.recipes.commands import call
from tests.recipes.reviews import write_reviews
from toolkit.cli import main

TINY = [
    *("--vocabulary-size=400", "--max-length=64", "--embedding-dim=16", "--units=8", "--segment-length=32", "--tokens-per-batch=1024"),
    *("--epochs=6", "--learning-rate=0.03", "--embedding-dropout=0.1", "--output-dropout=0.1"),
    *("--ema-momentum=0.8", "--class-weights=balanced"),
]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained; the commands run in it."""
    folder = tmp_path_factory.mktemp("sentiment")
    write_reviews(folder / "reviews.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "sentiment", "--data", "reviews.csv", "--run-dir", "runs/tiny", *TINY]) == 0
        yield folder


def test_the_run_holds_all_that_later_commands_need(folder):
    run = folder / "runs" / "tiny"
    names = {path.name for path in run.iterdir()}
    assert names == {
        "checkpoints",
        "config.yaml",
        "data_report.json",
        "logs",
        "metrics.json",
        "model.keras",
        "plots",
        "references.json",
        "report.html",
        "report.json",
        "samples.json",
        "tokenizer.model",
    }
    assert yaml.safe_load((run / "config.yaml").read_text())["settings"]["units"] == 8
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.9  # the task is easy: a model that learned nothing gets half
    assert metrics["graph_tokenizer"]["different"] == 0
    assert len(metrics["history"]) == 6
    assert all(f"By {name}" in (run / "report.html").read_text("utf-8") for name in ("length in characters", "label", "source"))


def test_evaluate_repeats_the_result_of_the_training(folder, capsys):
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json")
    trained = json.loads((folder / "runs" / "tiny" / "metrics.json").read_text())["test"]
    assert json.loads(out) == trained


def test_evaluate_on_another_file(folder, capsys):
    (folder / "other.tsv").write_text("text\tlabel\na superb great film\tpos\nawful dull awful\tneg\n\tneg\n")
    code, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "other.tsv")
    assert code == 0
    assert "of 3 texts" in out


def test_a_label_that_training_did_not_see_is_named(folder, capsys):
    (folder / "other.csv").write_text("text,label\nfine,pos\nfine,neutral\n")
    code, _, err = call(capsys, "evaluate", "runs/tiny", "--data", "other.csv")
    assert code == 2
    assert "neutral" in err
    assert "other.csv" in err


def test_all_labels_that_the_model_does_not_know_are_listed_before_anything_is_measured(folder, capsys):
    (folder / "stars.csv").write_text("text;stars\n" + "a superb film;5\nawful;1\nfine, so far;3\nfine;3\n")
    code, out, err = call(capsys, "evaluate", "runs/tiny", "--data", "stars.csv", "--label-column", "stars", "--text-column", "text")
    assert (code, out) == (2, "")
    assert 'stars.csv:2: 3 labels, "1" (1), "3" (2), "5" (1), do not occur in training, which has "neg", "pos"' in err
    options = ["--data", "stars.csv", "--label-column=2", "--label-map", "1=neg,3=neg,5=pos"]
    code, out, err = call(capsys, "evaluate", "runs/tiny", *options)
    assert code == 0
    assert "of 4 texts" in out


def test_labels_that_are_certain_are_matched_aloud(folder, capsys, caplog):
    (folder / "other").write_bytes(gzip.compress("__label__POS a superb great film\n__label__0 awful\x85 dull awful\n".encode("utf-16")))
    code, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "./other", "--json")
    assert code == 0
    assert json.loads(out)["confusion"] == [[1, 0], [0, 1]]
    assert '"POS" (1) as "pos", "0" (1) as "neg"' in caplog.text
    assert "lines that begin with their label" in caplog.text


def test_another_encoding_and_no_header(folder, capsys):
    (folder / "latin.csv").write_bytes("1,x,caf\xe9 a superb great film\n0,y,awful dull awful\n".encode("latin-1"))
    options = ["evaluate", "runs/tiny", "--data", "latin.csv", "--text-column", "3", "--label-column", "1", "--header", "none"]
    code, _, err = call(capsys, *options)
    assert code == 2
    assert "latin.csv:1: expected UTF-8, received byte 0xe9 at column 8; give its encoding, such as --encoding latin-1" in err
    code, out, _ = call(capsys, *options, "--encoding", "latin-1")
    assert code == 0
    assert "of 2 texts" in out


def test_predict_reads_gzipped_files(folder, capsys):
    (folder / "texts.gz").write_bytes(gzip.compress("a superb\u2028film\nawful\n".encode()))
    code, out, _ = call(capsys, "predict", "runs/tiny", "--input", "texts.gz", "--json")
    assert code == 0
    assert [json.loads(line)["text"] for line in out.strip().split("\n")] == ["a superb\u2028film", "awful"]


def test_predict_from_words_a_file_and_standard_input(folder, capsys):
    texts = ["a superb, great, lovely film", "", "awful and dull " * 20, "\U0001f600 שלום"]
    (folder / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    _, words, _ = call(capsys, "predict", "runs/tiny", *texts, "--json")
    _, file, _ = call(capsys, "predict", "runs/tiny", "--input", "texts.txt", "--format", "jsonl", "--batch-size", "3")
    records = [json.loads(line) for line in words.splitlines()]
    assert [record["text"] for record in records] == texts
    assert [record["label"] for record in records][0::2] == ["pos", "neg"]
    for one, other in zip(records, map(json.loads, file.splitlines()), strict=True):
        assert one["text"] == other["text"]
        assert one["label"] == other["label"]
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=2e-6)  # rounded to six digits


@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1", "saved_models/tiny/1/litert"])
def test_an_export_predicts_as_the_run_does(folder, capsys, export):
    texts = ["a superb, great, lovely film", "", "awful and dull " * 20]
    expected, received = (call(capsys, "predict", place, *texts, "--json")[1].splitlines() for place in ("runs/tiny", export))
    for one, other in zip(map(json.loads, expected), map(json.loads, received), strict=True):
        assert one["label"] == other["label"]
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)  # single precision, six digits


def test_predict_writes_a_whole_file_or_none(folder, capsys):
    (folder / "latin.txt").write_bytes("fine\ncaf\xe9\n".encode("latin-1"))
    code, _, err = call(capsys, "predict", "runs/tiny", "--input", "latin.txt", "--output", "answers.csv", "--format", "csv")
    assert code == 2
    assert "latin.txt:2" in err
    assert "UTF-8" in err
    assert not list(folder.glob("answers.csv*"))


def test_training_with_other_settings_shows_the_difference(folder, capsys):
    code, _, err = call(capsys, "train", "sentiment", "--data", "reviews.csv", "--run-dir", "runs/tiny", *TINY, "--units", "16")
    assert code == 2
    assert "units 8 → 16" in err


def test_an_export_that_is_there_is_refused(folder, capsys):
    code, _, err = call(capsys, "export", "runs/tiny", "--version", "1")
    assert code == 2
    assert "this version exists" in err
    assert "the next is" in err


def test_an_export_is_verified_again_without_its_run(folder, capsys):
    code, out, _ = call(capsys, "export", "--verify", "saved_models/tiny", "--json")
    assert code == 0
    assert json.loads(out)["quality"] is not None


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["train", "sentimnt"], "did you mean sentiment"),
        (["trian"], "did you mean train"),
        (["train", "sentiment", "--preset", "huge"], "expected one of quick, full"),
        (["train", "sentiment", "--data", "nowhere.csv"], "nowhere.csv"),
        (["train", "sentiment", "--optimizer", "adamax"], "adamax"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--units", "0"], "units"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--pooling", "last"], "--segment-length"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--learning-rate", "-1"], "--learning-rate"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--vocabulary-size", "5"], "--vocabulary-size"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--max-length", "1"], "--max-length"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--epochs", "0"], "epochs"),
        (["train", "sentiment", "--data", "reviews.csv", *TINY, "--warmup-steps", "999"], "--warmup-steps"),
        (["predict", "nowhere", "text"], "nowhere"),
        (["evaluate", "runs"], "config.yaml"),
        (["predict", "runs/tiny", "--input", "nowhere.txt"], "nowhere.txt"),
        (["predict", "runs/tiny", "text", "--batch-size", "0"], "--batch-size"),
        (["predict", "runs/tiny", "text", "--output", "no/such/folder/answers.txt"], "no/such/folder"),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(folder, capsys, argv, message):
    before = sorted(folder.rglob("*"))
    code, _, err = call(capsys, *argv)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert sorted(folder.rglob("*")) == before


def test_predict_reads_standard_input(folder, capsys, monkeypatch):
    (folder / "piped.txt").write_text("a superb film\n")
    with (folder / "piped.txt").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        code, out, _ = call(capsys, "predict", "runs/tiny")
    assert code == 0
    assert out.startswith("pos\t")
