import pytest

from toolkit import __version__
from toolkit.cli import COMMANDS, main


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {command} " in out for command in COMMANDS)


def test_one_command_after_another(capsys):
    assert main(["list"]) == main(["list", "--json"]) == 0
    assert capsys.readouterr().out.count("sentiment") >= 2


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"


@pytest.mark.parametrize("argv", [[], ["train"]])
def test_too_few_words_show_the_usage(capsys, argv):
    assert main(argv) == 2
    assert "usage: toolkit" in capsys.readouterr().out
