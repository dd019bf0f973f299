"""The translation recipe from the command line: train, evaluate, predict, export, on a tiny setting."""

import contextlib
import json

import pytest
import yaml

from tests.recipes.commands import assert_inspected, call
from tests.recipes.sentences import pairs, write_sentences
from toolkit.cli import main

pytestmark = pytest.mark.slow

TINY = [
    *("--vocabulary-size=330", "--max-length=30", "--embedding-dim=16", "--units=24", "--encoder-layers=1", "--decoder-layers=1"),
    *("--epochs=14", "--batch-size=32", "--learning-rate=0.02", "--dropout=0", "--average-epochs=2", "--beam-width=3"),
]
TRAIN = ["train", "translation", "--data", "data", "--source", "en", "--target", "fr", "--run-dir", "runs/tiny", *TINY]


@pytest.fixture(scope="module")
def folder(made_once):
    """A folder in which the recipe was trained; the commands run in it."""
    folder = made_once("translation", train_in)
    with contextlib.chdir(folder):
        yield folder


def train_in(folder):
    (folder / "data").mkdir()
    write_sentences(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(TRAIN) == 0


def test_the_run_holds_all_that_later_commands_need(folder):
    run = folder / "runs" / "tiny"
    expected = {"checkpoints", "config.yaml", "data_report.json", "logs", "metrics.json", "model.keras", "plots", "references.json"}
    expected |= {"samples.json", "report.html", "report.json"}
    assert {path.name for path in run.iterdir()} == expected | {"tokenizer.model"}
    plots = {"learning_curve.png", "bleu_by_length.png", "attention_1.png", "attention_2.png", "attention_3.png"}
    assert {path.name for path in (run / "plots").iterdir()} == plots
    assert yaml.safe_load((run / "config.yaml").read_text())["settings"]["units"] == 24
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["test"]["exact_match"] > 0.5  # words in this order were never seen together: a model that learned nothing gets none
    assert metrics["test"]["bleu"] > 60
    assert metrics["languages"] == ["en", "fr"]
    assert len(list((run / "checkpoints").glob("epoch-*.npz"))) == 2  # those whose weights were averaged


def test_inspections_see_what_is_inside(folder, tmp_path, capsys):
    assert_inspected(capsys, tmp_path)


def test_evaluate_repeats_the_result_of_the_training(folder, capsys):
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json")
    assert json.loads(out) == json.loads((folder / "runs" / "tiny" / "metrics.json").read_text())["test"]


def test_evaluate_on_other_files(folder, capsys):
    other = [("a red dog sleeps", "un chien rouge dort"), ("my sad cat sings", "mon chat triste chante"), ("", "rien")]
    (folder / "other.en").write_text("".join(f"{source}\n" for source, _ in other), "utf-8")
    (folder / "other.fr").write_text("".join(f"{target}\n" for _, target in other), "utf-8")
    code, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "other.en,other.fr", "--json")
    assert code == 0
    assert json.loads(out)["sentences"] == 2  # the pair with an empty side is left out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "data/test.fr,data/test.en", "--source", "fr", "--target", "en"], "swapped"),
        (["--data", "data/test.en,data/test.en"], "one file twice"),
    ],
)
def test_data_that_were_hardly_meant_give_a_warning(folder, capsys, caplog, options, message):
    code, _, _ = call(capsys, "evaluate", "runs/tiny", *options)
    assert code == 0
    assert message in caplog.text


def test_every_line_gets_one_line(folder, capsys):
    sources = [source for source, _ in pairs()[:5]]
    (folder / "lines.txt").write_text("\n".join([sources[0], "", *sources[1:], "\u2028 x\x0b"]) + "\n", "utf-8")
    code, out, _ = call(capsys, "predict", "runs/tiny", "--input", "lines.txt")
    lines = out.split("\n")
    assert code == 0
    assert len(lines) == 8
    assert lines[1] == lines[-1] == ""
    _, json_lines, _ = call(capsys, "predict", "runs/tiny", "--input", "lines.txt", "--json", "--n-best", "2")
    records = [json.loads(line) for line in json_lines.splitlines()]
    assert [record["translation"] for record in records] == lines[:-1]
    assert all(len(record["hypotheses"]) == 2 for record in records if record["source"].strip() in sources)


@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1", "saved_models/tiny/1/litert"])
def test_an_export_translates_as_the_run_does(folder, capsys, export):
    sources = [source for source, _ in pairs()[:6]]
    expected, received = (call(capsys, "predict", place, *sources)[1] for place in ("runs/tiny", export))
    assert expected == received


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["train", "translation", "--data", "data/train.en,data/test.fr"], "lines"),
        (["train", "translation", "--data", "nowhere.tsv"], "nowhere.tsv"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--units", "7"], "units"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--attention", "loud"], "attention"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--attention", "none", "--input-feeding", "true"], "input_feeding"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--label-smoothing", "1.5"], "--label-smoothing: expected"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--bleu-tokenizer", "bad"], "--bleu-tokenizer: expected one of"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--normalization", "bad"], "normalization"),
        ([*TRAIN[: -len(TINY) - 1], "runs/wrong", *TINY, "--target-tokenizer-model", "x.model"], "--separate-vocabularies"),
        ([*TRAIN, "--units", "48"], "units 24 → 48"),
        (["evaluate", "runs/tiny", "--label-column", "label"], "--label-column"),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(folder, capsys, argv, message):
    code, _, err = call(capsys, *argv)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (folder / "runs" / "wrong").exists()
