from dataclasses import dataclass
from typing import Literal

import pytest

from toolkit.cli.options import SettingsParser
from toolkit.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings.

    Attributes:
        units: number of units
        pooling: kind of pooling
        data: a file
    """

    units: int = 4
    pooling: Literal["max", "mean"] = "max"
    data: str | None = None


def parse(*argv):
    parser = SettingsParser("toolkit train test", "a test", Settings(units=6))
    parser.add_argument("--run_dir", type=str, default="runs")
    return parser.parse(argv)


def test_defaults_come_from_the_preset():
    settings, options = parse()
    assert settings == Settings(units=6)
    assert options.run_dir == "runs"


def test_dashes_and_underscores_are_the_same():
    assert parse("--run-dir=x-y_z")[1].run_dir == parse("--run_dir", "x-y_z")[1].run_dir == "x-y_z"


def test_the_command_line_wins_over_a_file(tmp_path):
    (tmp_path / "some.yaml").write_text("units: 9\npooling: mean\n")
    settings, _ = parse("--config", str(tmp_path / "some.yaml"), "--units", "7")
    assert settings == Settings(units=7, pooling="mean")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--unit", "5"], "did you mean --units.*known options: data, pooling, units, run_dir"),
        (["--units", "many"], "units.*many"),
        (["--units", "4.5"], r"units.*4\.5"),
        (["--pooling", "min"], "pooling.*min"),
        (["--config", "nowhere.yaml"], "nowhere"),
        (["--config=nowhere.yaml"], "nowhere"),
        (["stray"], "stray"),
    ],
)
def test_mistakes_are_named_in_one_line(argv, message):
    with pytest.raises(UserError, match=message) as error:
        parse(*argv)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["units: [1\n", "- 1\n"])
def test_a_file_that_is_no_mapping_is_named(tmp_path, text):
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(UserError, match=r"broken\.yaml"):
        parse("--config", str(tmp_path / "broken.yaml"))


def test_an_unknown_key_of_a_file_is_named(tmp_path):
    (tmp_path / "some.yaml").write_text("unitz: 9\n")
    with pytest.raises(UserError, match="unitz"):
        parse("--config", str(tmp_path / "some.yaml"))


def test_help_says_what_each_option_is(capsys):
    with pytest.raises(SystemExit):
        parse("--help")
    assert "number of units" in capsys.readouterr().out
