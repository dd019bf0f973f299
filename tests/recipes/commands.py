"""The command line, as tests call it."""

from toolkit.cli import main


def call(capsys, *argv):
    """Runs a command; returns its exit code, and what it wrote on standard output and on standard error."""
    code = main(list(argv))
    captured = capsys.readouterr()
    return code, captured.out, captured.err
