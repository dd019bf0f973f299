"""The language model recipe from the command line: train, evaluate, predict, export, on a tiny setting."""

import json

import pytest

from tests.recipes.commands import call
from tests.recipes.sentences import pairs
from toolkit.cli import main
from toolkit.tasks.training_run import TrainingRun

pytestmark = pytest.mark.slow

TINY = [
    *("--tokenizer=char", "--embedding-dim=16", "--units=32", "--num-layers=1", "--batch-size=8", "--window=16"),
    *("--epochs=6", "--learning-rate=0.02", "--tokens-per-epoch=null", "--validation-tokens=null"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained on a continuous text; the commands run in it."""
    folder = tmp_path_factory.mktemp("language_model")
    (folder / "text.txt").write_text("\n".join(source for source, _ in pairs()) + "\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "language_model", "--data", "text.txt", "--run-dir", "runs/tiny", *TINY]) == 0
        yield folder


def metrics_of(folder) -> dict:
    return json.loads((folder / "runs" / "tiny" / "metrics.json").read_text())


def test_the_run_holds_all_that_later_commands_need(folder):
    run = folder / "runs" / "tiny"
    expected = {"checkpoints", "config.yaml", "data_report.json", "logs", "metrics.json", "model.keras", "plots", "samples.json"}
    expected |= {"report.html", "report.json"}
    assert {path.name for path in run.iterdir()} == expected | {"tokenizer.model", "tokens"}
    metrics = metrics_of(folder)
    assert metrics["measured"] == "validation"  # a continuous text without splits has no test split
    text = (folder / "text.txt").read_text()
    assert metrics["test"]["tokens"] == metrics["test"]["characters"] == len(text) - int(0.9 * len(text))
    # One of four, five, five and four words each: log 400 nats for 22 characters, 0.28 a character, less as their order is not random.
    assert 0.05 < metrics["test"]["nats_per_token"] < 0.5


def test_evaluate_repeats_the_result_of_the_training(folder, capsys):
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json")
    assert json.loads(out) == metrics_of(folder)["test"]


def test_evaluate_on_another_file(folder, capsys):
    (folder / "other.txt").write_text("a red dog eats\nthis sad cat sings\n")
    code, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "other.txt", "--json")
    assert code == 0
    assert json.loads(out)["characters"] == 34
    assert json.loads(out)["nats_per_token"] < 0.7
    _, shuffled, _ = call(capsys, "evaluate", "runs/tiny", "--data", "other.txt", "--documents", "line", "--json")
    assert json.loads(shuffled)["characters"] == 32  # without the line breaks


def test_predict_writes_words_of_the_text(folder, capsys):
    code, out, _ = call(capsys, "predict", "runs/tiny", "the ", "--temperature", "0", "--max-tokens", "60")
    assert code == 0
    assert out.startswith("the ")
    words = {word for source, _ in pairs() for word in source.split()}
    written = out.split()[:-1]  # the last one may be cut
    assert len(written) > 5
    assert set(written) <= words


def test_an_export_writes_what_the_run_writes(folder, capsys):
    assert (folder / "saved_models" / "tiny" / "1").is_dir()
    arguments = ("the ", "--temperature", "0", "--max-tokens", "40")
    _, of_run, _ = call(capsys, "predict", "runs/tiny", *arguments)
    code, of_export, _ = call(capsys, "predict", "saved_models/tiny/1", *arguments)
    assert code == 0
    assert of_export == of_run


def test_a_classifier_starts_from_the_run(folder, capsys, monkeypatch):
    monkeypatch.setattr(TrainingRun, "export", lambda *_: "nothing, as nobody looks at it")
    (folder / "labeled.tsv").write_text(
        "text\tlabel\n" + "".join(f"{source}\t{'cat' if 'cat' in source else 'other'}\n" for source, _ in pairs()), "utf-8"
    )
    options = ["--units=16", "--embedding-dim=16", "--epochs=1", "--tokens-per-batch=1024", "--segment-length=null", "--json"]
    start = ["train", "sentiment", "--data", "labeled.tsv", "--init-from", "runs/tiny"]
    code, _, err = call(capsys, *start, "--run-dir", "runs/other-cell", *options)
    assert code == 2
    assert "--cell: expected what the language model has, 'gru', received 'lstm'" in err
    code, out, _ = call(capsys, *start, "--run-dir", "runs/classifier", *options, "--cell=gru")
    assert code == 0
    assert json.loads(out.splitlines()[-1])["test"]["accuracy"] > 0.7
    assert (folder / "runs/classifier/tokenizer.model").read_bytes() == (folder / "runs/tiny/tokenizer.model").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "short.txt"], "window"),
        (["--data", "empty.txt"], "empty"),
        (["--data", "same.txt"], "character"),
        (["--data", "nothing.txt"], "nothing.txt"),
        (["--data", "text.txt", "--strategy", "mirrored"], "strategy"),
        (["--data", "text.txt", "--cell", "transformer"], "cell"),
        (["--data", "text.txt", "--dropout", "1.5"], "dropout"),
    ],
)
def test_a_mistake_is_named_in_a_line(folder, capsys, options, message):
    (folder / "short.txt").write_text("abcab")
    (folder / "empty.txt").write_text("")
    (folder / "same.txt").write_text("a" * 1000)
    code, _, err = call(capsys, "train", "language_model", "--run-dir", "runs/mistake", *TINY, *options)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
