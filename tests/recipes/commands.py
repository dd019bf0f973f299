"""The command line, as tests call it."""

import hashlib
import json

import numpy as np

import toolkit
from toolkit.cli import main
from toolkit.inspection.registry import possible
from toolkit.tasks.run_report import inspections_of


def call(capsys, *argv):
    """Runs a command; returns its exit code, and what it wrote on standard output and on standard error."""
    code = main(list(argv))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def assert_refused(capsys, message, *argv):
    """Checks that a command ends with code 2 and one line, which has the message."""
    code, _, err = call(capsys, *argv)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def verify_again(capsys, export="saved_models/tiny"):
    """Verifies an export without its run; returns the report, after a look at what all kinds have in common."""
    code, out, _ = call(capsys, "export", "--verify", export, "--json")
    assert code == 0
    report = json.loads(out)
    assert all(each["agreement"] for each in report["artefacts"])
    assert report["not_compiled"] == {}
    return report


def exact(report):
    """Returns the agreements of the artefacts in single precision that a report has."""
    return [each["agreement"] for each in report["artefacts"] if each["name"] in ("SavedModel", "LiteRT float32")]


def assert_inspected(capsys, tmp_path, run="runs/tiny"):
    """Checks that a run shows what is inside, that its subject has the loss of what was trained, and that it stays as it is."""
    opened = toolkit.open(run)
    before = _digests(opened.path)
    losses = [float(opened.subject.loss(batch)) for batch in opened.subject.batches]
    assert np.mean(losses) < opened.metrics["history"][0]["val_loss"]
    assert {"gates", "gradient-flow"} <= {*possible(opened.subject)}
    assert inspections_of(opened.training) == possible(opened.subject)
    for what in ("gates", "gradient-flow"):
        code, out, _ = call(capsys, "inspect", run, what, "--json", "--output-dir", str(tmp_path))
        assert code == 0
        assert json.loads(out)["layers"]
    assert _digests(opened.path) == before


def _digests(folder):
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in folder.rglob("*") if path.is_file()}
