from dataclasses import dataclass, replace
from typing import Literal

import pytest
import yaml

from recipes.sentiment import RECIPE as SENTIMENT
from toolkit.arguments import InvalidArgument, arguments_are_options
from toolkit.cli import main
from toolkit.cli.options import SettingsParser, described, setting_kinds
from toolkit.cli.recipes import RECIPES, find_recipe
from toolkit.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of a test.

    Attributes:
        units: number of units
        pooling: kind of pooling, or
            something like it
        data: a file
        learning_rate: how fast, 100% of it
        patience: how long
        both_ways: whether it does, with learning_rate
    """

    units: int = 4
    pooling: Literal["max", "mean"] = "max"
    data: str | None = None
    learning_rate: float = 0.1
    patience: int | None = 3
    both_ways: bool = False

    def __post_init__(self):
        if self.units < 1:
            raise InvalidArgument("units", "at least 1", self.units)


PRESETS = {"quick": Settings(units=6), "full": Settings(units=60, patience=None)}


def parse(*argv):
    parser = SettingsParser("toolkit train test", "a test", "test", PRESETS)
    parser.add_argument("--run_dir", metavar="FOLDER", default="runs")
    parser.add_argument("--json", action="store_true")
    with arguments_are_options():
        return parser.parse(argv, lambda given: PRESETS[given.get("preset", "quick")])


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="some.yaml"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return write


def test_what_is_not_given_comes_from_the_preset():
    settings, options = parse()
    assert settings == Settings(units=6)
    assert (options.run_dir, options.json, options.preset) == ("runs", False, "quick")
    assert parse("--preset=full", "--units", "7")[0] == Settings(units=7, patience=None)


def test_dashes_and_underscores_are_the_same():
    assert parse("--run-dir=x-y_z")[1].run_dir == parse("--run_dir", "x-y_z")[1].run_dir == "x-y_z"
    assert parse("--both_ways", "yes")[0] == parse("--both-ways=true")[0] == Settings(units=6, both_ways=True)


@pytest.mark.parametrize(("word", "patience"), [("null", None), ("none", None), ("5", 5)])
def test_an_optional_setting_can_be_nothing(word, patience):
    assert parse("--patience", word)[0].patience == patience
    assert parse("--data", word)[0].data == (None if word == "null" else word)  # "none" may be the name of a file


def test_a_file_of_options_is_as_good_as_the_command_line(file):
    path = file("preset: full\nlearning-rate: 2e-3\nboth_ways: yes\ndata: 05\npatience: 7\nrun_dir: there\njson: true\n")
    settings, options = parse("--config", path)
    assert settings == Settings(units=60, learning_rate=0.002, both_ways=True, data="05", patience=7)
    assert (options.run_dir, options.json, options.preset) == ("there", True, "full")
    assert parse("--config", file("patience:\ndata: ~\n"))[0] == Settings(units=6, patience=None)
    assert parse("--config", file(""))[0] == Settings(units=6)


def test_the_command_line_wins_over_a_file_wherever_it_stands(file):
    path = file("units: 9\npooling: mean\npreset: full\n")
    expected = Settings(units=7, pooling="mean", patience=None)
    assert parse("--config", path, "--units", "7")[0] == parse("--units", "7", f"--config={path}")[0] == expected
    assert parse("--preset", "quick", "--config", path)[0] == Settings(units=9, pooling="mean")


def test_a_later_file_wins_over_one_before_it(file):
    one, other = file("units: 9\npooling: mean\n", "one.yaml"), file("units: 8\n", "other.yaml")
    assert parse("--config", one, "--config", other)[0] == Settings(units=8, pooling="mean")


def test_the_configuration_of_a_run_is_taken(file):
    settings = Settings(units=11, data="a: b", both_ways=True)
    path = file(yaml.safe_dump({"recipe": "test", "settings": vars(settings)}))
    assert parse("--config", path)[0] == settings
    with pytest.raises(UserError, match=r"^--preset: expected none with --config some\.yaml, which gives every setting"):
        parse("--config", path, "--preset", "full")
    with pytest.raises(UserError, match=r"^some\.yaml:1: expected options of the recipe test, received those of another$"):
        parse("--config", file("recipe: another\nunits: 3\n"))


def test_what_is_printed_can_be_read_back(file, capsys):
    said = ["--preset", "full", "--learning-rate", "1e-5", "--data", "no", "--run-dir", "x: y"]
    for argv in (said, [*said, "--config", file("both_ways: true\n")]):
        with pytest.raises(SystemExit) as end:
            parse(*argv, "--print_config")
        assert end.value.code == 0
        assert parse("--config", file(capsys.readouterr().out, "printed.yaml")) == parse(*argv)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--unit", "5"], "unknown option --unit; did you mean --units?"),
        (["--lerning_rate", "5"], "unknown option --lerning-rate; did you mean --learning-rate?"),
        (["-units", "5"], "unknown option -units; did you mean --units?"),
        (["--zzz"], "unknown option --zzz; `toolkit train test --help` says more"),
        (["--units", "many"], "--units: expected a whole number, received 'many'"),
        (["--units", "4.5"], "--units: expected a whole number, received '4.5'"),
        (["--units", "-3"], "--units: expected at least 1, received -3"),
        (["--learning_rate=fast"], "--learning-rate: expected a number, received 'fast'"),
        (["--learning_rate=nan"], "--learning-rate: expected a finite number, received 'nan'"),
        (["--both-ways", "maybe"], "--both-ways: expected true or false, received 'maybe'"),
        (["--pooling", "man"], "--pooling: expected one of max, mean, received 'man'; did you mean mean?"),
        (["--preset", "huge"], "--preset: expected one of quick, full, received 'huge'"),
        (["--units"], "--units: expected a value"),
        (["--data", "--units", "3"], "--data: expected a value, received the option --units"),
        (["--json=yes"], "--json: expected no value, received 'yes'"),
        (
            ["--config", "nowhere.yaml"],
            "--config nowhere.yaml: expected a YAML file of options, but it cannot be read (No such file or directory)",
        ),
        (["--config=."], "--config .: expected a YAML file of options, but it cannot be read (Is a directory)"),
        (["stray", "--units", "4"], "expected no further word, received stray; `toolkit train test --help` says more"),
    ],
)
def test_mistakes_are_named_in_one_line(argv, message, capfd):
    with pytest.raises(UserError) as error:
        parse(*argv)
    assert str(error.value) == message
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs: 1\nunits: 8\nlerning_rate: 0.1\n", "some.yaml:1: unknown option epochs; `toolkit train test --help` says more"),
        ("units: 8\nlerning_rate: 0.1\n", "some.yaml:2: unknown option lerning_rate; did you mean learning_rate?"),
        ("\nunits: many\n", "some.yaml:2: units: expected a whole number, received 'many'"),
        ("units: 0\n", "some.yaml:1: units: expected at least 1, received 0"),
        ("units:\n", "some.yaml:1: units: expected a value, received none"),
        ("pooling: [max]\n", "some.yaml:1: pooling: expected one value, received a list"),
        ("recipe: test\nsettings:\n  pooling: min\n", "some.yaml:3: pooling: expected one of max, mean, received 'min'"),
        ("preset: huge\n", "some.yaml:1: preset: expected one of quick, full, received 'huge'"),
        ("json: perhaps\n", "some.yaml:1: json: expected true or false, received 'perhaps'"),
        ("config: other.yaml\n", "some.yaml:1: unknown option config; `toolkit train test --help` says more"),
        ("learning-rate: 1\nlearning_rate: 2\n", "some.yaml:2: expected learning_rate once, received it in some.yaml:1 already"),
        ("- 1\n", "some.yaml:1: expected options, such as `units: 64`, received a list"),
        ("units 5\n", "some.yaml:1: expected options, such as `units: 64`, received 'units 5'"),
        (b"units: 5\ndata: caf\xe9\n", "some.yaml: expected a YAML file of options in UTF-8, received byte 0xe9"),
    ],
)
def test_mistakes_in_a_file_are_named_with_their_line(file, text, message):
    with pytest.raises(UserError) as error:
        parse("--config", file(text))
    assert str(error.value) == message


@pytest.mark.parametrize(("text", "line"), [("units: 5\npooling: [max\n", 3), ("units: 5\n\tpooling: max\n", 2), ("a: \x07\n", None)])
def test_what_is_no_yaml_is_named_with_its_line(file, text, line):
    place = "some.yaml" if line is None else f"some.yaml:{line}"
    with pytest.raises(UserError, match=f"^{place}: expected YAML, such as `units: 64`, received something else"):
        parse("--config", file(text))


def test_help_says_what_each_option_is_and_where_presets_differ(capsys):
    with pytest.raises(SystemExit):
        parse("--help")
    out = " ".join(capsys.readouterr().out.split())
    assert "--units N number of units (default: 6; full: 60)" in out
    assert "--pooling {max,mean} kind of pooling, or something like it (default: max)" in out
    assert "how fast, 100% of it (default: 0.1)" in out
    assert "--patience N how long (default: 3; full: nothing)" in out
    assert "Settings of a test:" in out
    assert "whether it does, with --learning-rate (default: false)" in out
    assert "_" not in out


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_setting_of_a_recipe_is_described_and_can_be_given(recipe):
    settings_class = find_recipe(recipe).settings_class
    described_names = [name for group in described(settings_class).values() for name in group]
    assert sorted(described_names) == sorted(setting_kinds(settings_class))
    assert "other settings" not in described(settings_class)


def test_a_setting_that_no_word_can_give_is_refused():
    @dataclass
    class Odd:
        sizes: list[int]

    with pytest.raises(TypeError, match=r"one of these or None. Received: list\[int\]"):
        setting_kinds(Odd)


def test_the_presets_of_a_recipe_survive_a_file(file, capsys):
    for name, preset in SENTIMENT.presets.items():
        assert main(["train", "--preset", name, "sentiment", "--units", "5", "--print-config"]) == 0
        path = file(capsys.readouterr().out)
        assert main(["train", "sentiment", "--config", path, "--print-config"]) == 0
        printed = yaml.safe_load(capsys.readouterr().out)
        assert {key: printed[key] for key in vars(preset)} == vars(replace(preset, units=5))
