"""The command line, as tests call it."""

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
