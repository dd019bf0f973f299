"""What a report tells of a run, on a copy of one that the tests have."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import toolkit
from toolkit.cli.recipes import open_run
from toolkit.evaluation.measured import Example, Measured, Ratio
from toolkit.inspection.registry import possible
from toolkit.tasks.choice import Choice
from toolkit.tasks.run_report import finish, inspections_of, keep_account

TRAINED = Path(__file__).parents[1] / "trained" / "sentiment"


@pytest.fixture
def training(tmp_path):
    shutil.copytree(TRAINED, tmp_path / "run")
    training = open_run(tmp_path / "run")
    training.choices = {"ngrams": Choice(2, "of words")}
    return training


def measured():
    right = np.arange(60) > 0
    return Measured(
        "texts", [Ratio("accuracy", right)], {}, [0], lambda row: Example("text", "pos", "neg", 0.9), "wrong answers", "probability"
    )


def test_what_was_kept_is_told_again(training):
    training.run.keep_chosen({"ngrams": 2})
    keep_account(training, measured())
    for name in ("zebra.png", "reliability.png", "confusion_matrix.png", "learning_curve.png", "notes.txt"):
        training.run.write_bytes(training.run.plots / name, b"bytes")
    report = training.report()
    assert [plot.name for plot in report.curves] == ["learning curve"]
    assert [plot.name for plot in report.plots] == ["confusion matrix", "reliability", "zebra"]
    assert [bool(plot.caption) for plot in report.plots] == [True, True, False]
    assert report.chosen == [("--ngrams", "2", "of words")]
    assert report.settings["--ngrams"] == 2
    assert report.tested == json.loads(json.dumps(measured().summary()))
    looks = [each for each in report.further if each.page]
    assert [each.page for each in looks] == ["gates.html", "gradient-flow.html", "saliency.html", "cells.html"]  # it pools by the maximum
    assert all(each.command == f"toolkit inspect {training.run.path} {each.page.removesuffix('.html')}" for each in looks)


def test_a_report_that_cannot_be_written_is_a_warning_and_no_file(training, caplog, capsys):
    metrics = training.run.read_metrics()
    training.run.report_data.mkdir()  # where a file is to be
    finish(training, metrics, measured)
    assert "no report was written (UserError: " in caplog.text
    assert not training.run.report.exists()
    training.run.report_data.rmdir()
    finish(training, metrics, measured)
    assert "98.33%" in training.run.report.read_text("utf-8")
    assert capsys.readouterr().out == f"report     {training.run.report}\n"


def test_a_fault_of_the_report_is_raised_and_costs_no_result(training):
    def fail():
        raise ZeroDivisionError

    metrics = training.run.read_metrics()
    training.run.metrics.unlink()
    with pytest.raises(ZeroDivisionError):
        finish(training, metrics, fail)
    assert training.run.read_metrics() == metrics


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sentiment", "language_model"])
def test_what_a_report_lists_is_what_the_run_has(name):
    run = toolkit.open(TRAINED.parent / name)
    assert inspections_of(run.training) == possible(run.subject)
