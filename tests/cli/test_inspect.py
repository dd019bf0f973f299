"""`toolkit inspect` on runs that the tests have."""

import hashlib
import json
import re

import pytest

from tests.cli.shell import ROOT
from toolkit.cli import main
from toolkit.inspection.registry import INSPECTIONS

RUNS = {name: ROOT / "tests" / "trained" / name for name in ("sentiment", "language_model")}


def digests(folder):
    return {path.relative_to(folder): hashlib.sha256(path.read_bytes()).digest() for path in folder.rglob("*") if path.is_file()}


FAST = "sentiment", "gates"
SAID = {"gates": "units remember for", "gradient-flow": "the gradient of|its gradient"}


@pytest.mark.parametrize(
    ("name", "what"),
    [pytest.param(name, what, marks=() if (name, what) == FAST else pytest.mark.slow) for what in SAID for name in RUNS],
)
def test_it_writes_a_page_and_leaves_the_run_as_it_is(name, what, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = digests(RUNS[name])
    assert main(["inspect", str(RUNS[name]), what]) == 0
    assert digests(RUNS[name]) == before
    sentence, *written = capsys.readouterr().out.splitlines()
    assert re.search(SAID[what], sentence)
    assert written == [f"written    inspections/{name}/{what}.{suffix}" for suffix in ("html", "json")]
    assert json.loads((tmp_path / "inspections" / name / f"{what}.json").read_text("utf-8"))["sentence"] == sentence


@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_an_older_version_has_a_report_too(name, tmp_path, capsys):
    assert main(["inspect", str(RUNS[name]), "report", "--output-dir", str(tmp_path)]) == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "has kept no account" in page
    assert "toolkit inspect" in page
    assert ("probability" in page) == (name == "sentiment")  # of its mistakes


@pytest.mark.slow
def test_json(tmp_path, capsys):
    assert main(["inspect", str(RUNS["sentiment"]), "gates", "--json", "--output-dir", str(tmp_path), "--constant=0.5"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "gates.json").read_text("utf-8"))


@pytest.mark.slow
def test_cells_of_a_classifier(tmp_path, capsys):
    text = tmp_path / "review.txt"
    text.write_text("A good film (really good), 7 of 10. A bad one (really bad), 2 of 10.\n" * 20, "utf-8")
    options = ["--input", str(text), "--pattern", "[0-9]+", "--property", "sentiment", "--output-dir", str(tmp_path), "--json"]
    assert main(["inspect", str(RUNS["sentiment"]), "cells", *options]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["text"], numbers["characters"]) == (str(text), len(text.read_text("utf-8")))
    assert numbers["units"] == 128
    assert sorted(numbers["properties"]) == ["pattern", "sentiment"]
    assert (tmp_path / "cells.html").stat().st_size < 1_000_000


def test_the_help_names_them_all(capsys):
    assert main(["inspect", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"{name}: {known.summary}" in shown for name, known in INSPECTIONS.items())


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["nowhere", "gates"], "nowhere"),
        ([str(RUNS["sentiment"]), "gate"], "expected one of gates"),
        ([str(RUNS["sentiment"])], "expected WHAT"),
        ([str(RUNS["sentiment"]), "gates", "--constant", "much"], "--constant: expected a number"),
        ([str(RUNS["sentiment"]), "gates", "--steps", "9"], "--steps: expected an option of gates, one of --constant; received '9'"),
        ([str(RUNS["sentiment"]), "gates", "--constant", "7"], "--constant: expected a number between 0 and 1, received 7"),
        pytest.param([str(RUNS["sentiment"]), "gates", "--output-dir", "/dev/null/x"], "/dev/null/x", marks=pytest.mark.slow),
        ([str(RUNS["sentiment"]), "gates", "--pattern", "x"], "--pattern: expected an option of gates"),
        ([str(RUNS["sentiment"]), "cells", "--pattern", "(x"], "--pattern: expected a regular expression, received '(x'; missing )"),
        ([str(RUNS["sentiment"]), "cells", "--unit", "1 LSTM:3"], '--unit: expected units from "1 LSTM forward:0" to "1 LSTM forward:63"'),
    ],
)
def test_a_mistake_is_one_line(argv, message, capsys):
    assert main(["inspect", *argv]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
