"""`toolkit train` before it trains, and what it says to try in the end."""

import json
import shlex

import pytest

from tests.cli.shell import ROOT
from toolkit.cli import main
from toolkit.cli.finish import predict_command
from toolkit.cli.recipes import RECIPES, open_run


@pytest.mark.parametrize("argv", [["sentiment", "--units", "5"], ["--units", "5", "sentiment"], ["--json", "--units=5", "sentiment"]])
def test_the_recipe_stands_anywhere(argv, capsys):
    assert main(["train", *argv, "--print-config"]) == 0
    assert "units: 5\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["--units", "5"],
            f"expected the name of a recipe, one of {', '.join(RECIPES)}; such as: toolkit train sentiment",
        ),
        (["--units", "5", "sentimnt"], '"sentimnt" is no recipe; did you mean sentiment?'),
        (["sentiment", "--preset", "ful"], "--preset: expected one of quick, full, received 'ful'; did you mean full?"),
        (["sentiment", "--beam-width", "3"], "unknown option --beam-width; `toolkit train sentiment --help` says more"),
        (["sentiment", "translation"], "expected no further word, received translation; `toolkit train sentiment --help` says more"),
        (["sentiment", "--init_from", "a", "--tokenizer-model", "b"], "--tokenizer-model: expected none with --init-from, which brings"),
        (["translation", "--target_tokenizer_model", "b"], "--target-tokenizer-model: expected none without --separate-vocabularies,"),
    ],
)
def test_a_mistake_is_one_line(argv, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"toolkit: error: {message}")
    assert err.count("\n") == 1
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("text", ['it\'s $HOME `x` \\ "good"', "-x", "--json", "a b"])
def test_what_to_try_is_a_command_that_a_shell_takes(tmp_path, text):
    words = shlex.split(predict_command(tmp_path / "a run", text))
    assert words[:3] == ["toolkit", "predict", str(tmp_path / "a run")]
    assert words[3:] == (["--", text] if text.startswith("-") else [text])


def test_what_to_try_is_a_held_out_text():
    run = ROOT / "tests" / "trained" / "sentiment"
    example = open_run(str(run)).example
    assert 0 < len(example) <= 60
    assert any(" ".join(text.split()).startswith(example) for text in json.loads((run / "samples.json").read_text()))
