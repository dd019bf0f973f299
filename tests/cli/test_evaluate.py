"""`toolkit evaluate` on runs that the tests have."""

import json

import pytest

from tests.cli.shell import ROOT
from toolkit.arguments import flag
from toolkit.cli import main
from toolkit.cli.evaluate import _parser
from toolkit.cli.recipes import RECIPES, find_recipe, open_run

SENTIMENT, LANGUAGE_MODEL = (str(ROOT / "tests" / "trained" / name) for name in ("sentiment", "language_model"))


def test_it_takes_the_options_that_a_settings_class_says():
    expected = {flag(name) for recipe in RECIPES for name in find_recipe(recipe).settings_class.measure_options}
    ways = {flag(name) for recipe in RECIPES for name in find_recipe(recipe).settings_class.ways_to_measure}
    assert {*_parser().names} == {*expected, *ways, "--json", "--help"}


@pytest.mark.parametrize("run", [SENTIMENT, LANGUAGE_MODEL])
def test_a_task_measures_with_all_of_them(run):
    task = open_run(run)
    assert task.measure_options == type(task.settings).measure_options
    assert {*task.measure_options} <= vars(task.settings).keys()


@pytest.mark.parametrize("place", [0, 4, 5])
def test_columns_in_either_spelling_and_any_order(tmp_path, capsys, place):
    (tmp_path / "rows.csv").write_text("what,mark\nwonderful and moving,positive\ndull and awful,negative\n")
    words = [f"--data={tmp_path / 'rows.csv'}", "--json", "--text_column", "what", "--label-column=mark"]
    assert main(["evaluate", *words[:place], SENTIMENT, *words[place:]]) == 0
    assert json.loads(capsys.readouterr().out)["examples"] == 2


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([SENTIMENT, "--source", "de"], "--source: expected an option of classification, one of --data, --data-dir, --text-column, "),
        ([LANGUAGE_MODEL, "--label_column", "x"], "--label-column: expected an option of language_model, one of --data, --data-dir, "),
        ([LANGUAGE_MODEL, "--documents", "lines"], "--documents: expected one of file, line, received 'lines'; did you mean line?"),
        ([SENTIMENT, "--text-colum", "x"], "unknown option --text-colum; did you mean --text-column?"),
        ([SENTIMENT, "--dynamic"], f"--dynamic: expected a run of language_model, received {SENTIMENT}, of sentiment"),
        ([LANGUAGE_MODEL, "--cache", "0"], "--cache: expected a positive integer, received 0"),
        ([LANGUAGE_MODEL, "--cache", "many"], "--cache: expected a whole number, received 'many'"),
        (["--json"], "expected RUN; `toolkit evaluate --help` says more"),
        ([SENTIMENT, "more"], "expected no further word, received more; "),
        (["nowhere"], "nowhere: expected the folder of a training run, found no such folder"),
    ],
)
def test_a_mistake_is_one_line(capsys, argv, message):
    assert main(["evaluate", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"toolkit: error: {message}")
    assert err.count("\n") == 1
