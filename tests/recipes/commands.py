"""The command line, as tests call it."""

import json

from toolkit.cli import main


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
