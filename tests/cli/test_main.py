import re

import pytest

from toolkit import __version__
from toolkit.cli import COMMANDS, main
from toolkit.cli.recipes import RECIPES, find_recipe
from toolkit.errors import Terminated, UserError


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


def test_list_keeps_names_and_summaries_apart(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(RECIPES)
    assert len({line.index("(presets") - len(find_recipe(name).summary) for name, line in zip(RECIPES, lines, strict=True)}) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_writes_options_with_dashes(capsys, command):
    assert main([command, *(["sentiment"] if command == "train" else []), "--help"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"--\w+_\w+", out) == []
    assert "typing" not in out


@pytest.mark.parametrize(("error", "code", "line"), [(KeyboardInterrupt(), 130, "interrupted"), (Terminated("later"), 143, "later")])
def test_interruptions_have_exit_codes_of_their_own(capsys, monkeypatch, error, code, line):
    def run(argv):
        raise error

    monkeypatch.setattr("toolkit.cli.list.run", run)
    assert main(["list"]) == code
    assert capsys.readouterr().err == f"toolkit: {line}\n"


def test_an_error_of_several_lines_is_one(capsys, monkeypatch):
    def run(argv):
        raise UserError("one\ntwo")

    monkeypatch.setattr("toolkit.cli.list.run", run)
    assert main(["list"]) == 2
    assert capsys.readouterr().err == "toolkit: error: one two\n"
