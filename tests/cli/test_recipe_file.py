"""Recipes in files of their own, before anything is trained."""

import dataclasses
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import recipes
from tests.cli.shell import ROOT
from toolkit.cli import main
from toolkit.cli.recipes import find_recipe, open_run
from toolkit.errors import UserError
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder

EXAMPLE = ROOT / "examples" / "my_recipe.py"
TEXT = EXAMPLE.read_text("utf-8")
BEGINNING, END = (
    "import toolkit\n",
    "RECIPE = toolkit.Recipe(name='mine', summary='', task='classification', presets={}, build_model=len)\n",
)


def written(folder, text=TEXT, name="my_recipe.py"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_example_is_short_and_the_page_shows_it_as_it_is():
    assert len(TEXT.splitlines()) < 60
    assert f"```python\n{TEXT}```\n" in (ROOT / "docs" / "write_a_recipe.md").read_text("utf-8")


# === What it is ===


def test_a_file_is_a_recipe_with_options_of_its_own(tmp_path, capsys):
    path = written(tmp_path)
    assert main(["train", "--units", "5", str(path), "--preset=large", "--print-config"]) == 0
    config = yaml.safe_load(capsys.readouterr().out)
    assert {name: config[name] for name in ("recipe", "preset", "units", "embedding_dim", "epochs")} == {
        **{"recipe": "my_recipe", "preset": "large", "units": 5, "embedding_dim": 128, "epochs": 4}
    }


@pytest.mark.parametrize("words", [["examples/my_recipe.py"], ["-m", "recipes.sentiment"]])
def test_a_file_is_a_program_with_the_same_options(words):
    process = subprocess.run(
        [sys.executable, *words, "--units", "5", "--print-config"], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert yaml.safe_load(process.stdout)["units"] == 5
    process = subprocess.run([sys.executable, *words, "--unit", "5"], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert process.returncode == 2
    assert process.stderr == "toolkit: error: unknown option --unit; did you mean --units?\n"


def test_a_file_is_imported_once_until_it_changes(tmp_path):
    path = written(tmp_path)
    recipe = find_recipe(path)
    assert find_recipe(str(path)) is recipe
    assert recipe.file == path.resolve()
    written(tmp_path, TEXT.replace('name="my_recipe"', 'name="changed"'))
    assert find_recipe(path).name == "changed"


def test_a_recipe_of_the_toolkit_is_the_same_by_its_file():
    [folder] = recipes.__path__  # where it is installed
    assert find_recipe(Path(folder) / "sentiment.py") is find_recipe("sentiment")
    assert find_recipe("sentiment").file is None


def test_the_program_is_not_imported_a_second_time(tmp_path):
    path = written(
        tmp_path,
        TEXT.replace(
            "toolkit.run_recipe(RECIPE)", "from toolkit.cli.recipes import find_recipe\n    print(find_recipe(__file__) is RECIPE)"
        ),
    )
    assert subprocess.run([sys.executable, path], capture_output=True, text=True, cwd=ROOT, timeout=60).stdout == "True\n"


def test_modules_beside_the_file_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    written(tmp_path, "UNITS = 7\n", "sizes_of_my_recipe.py")
    path = written(
        tmp_path,
        TEXT.replace("import toolkit\n", "import toolkit\nfrom sizes_of_my_recipe import UNITS\n", 1).replace(
            "units: int = 64", "units: int = UNITS"
        ),
    )
    assert find_recipe(path).presets["small"].units == 7


def test_a_recipe_given_from_python_is_of_the_module_that_has_it(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    path = written(tmp_path, name="importable_recipe.py")
    module = importlib.import_module("importable_recipe")
    monkeypatch.setitem(sys.modules, "importable_recipe", module)
    assert find_recipe(module.RECIPE).file == path.resolve()
    assert dataclasses.replace(module.RECIPE).file is None


def test_what_is_not_said_is_as_one_expects():
    module = find_recipe(EXAMPLE)
    settings, build_model = module.presets["small"], module.build_model
    recipe = Recipe("mine", "", "classification", settings, build_model)
    assert recipe.presets == {"quick": settings}
    assert recipe.default_preset == "quick"
    assert set(recipe.fixed) == {"tokenizer", "vocabulary_size", "embedding_dim", "units", "dropout"}
    assert set(module.fixed) == {"tokenizer", "vocabulary_size", "embedding_dim", "units"}


# === Mistakes ===


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "import toolkit\n\ndef build_model(settings, data)\n    pass\n",
            "my_recipe.py:3: expected Python, but it cannot be read (expected ':')",
        ),
        (BEGINNING + "x = 'a\0b'\n", "my_recipe.py: expected Python, but it cannot be read (source code string cannot contain null bytes)"),
        (
            BEGINNING + "\nunits = unit\n",
            "my_recipe.py:3: expected a recipe, but importing it raises NameError: name 'unit' is not defined",
        ),
        ("import tolkit\n", "my_recipe.py:1: expected a recipe, but importing it raises ModuleNotFoundError: No module named 'tolkit'"),
        ("import sys\nsys.exit(3)\n", "my_recipe.py:2: expected a recipe, but importing it raises SystemExit: 3"),
        (BEGINNING, "my_recipe.py: expected RECIPE = toolkit.Recipe(...), found none"),
        ("RECIPE = {'units': 5}\n", "my_recipe.py: RECIPE: expected a toolkit.Recipe, received dict"),
        (TEXT.replace("RECIPE =", "recipe ="), "my_recipe.py: expected RECIPE = toolkit.Recipe(...), found it as recipe; rename that"),
        (TEXT.replace('task="classification"', 'task="clasification"'), "my_recipe.py: RECIPE: task: expected one of classification, "),
        (
            TEXT.replace("(LabeledTextSettings)", ""),
            "my_recipe.py:43: expected a recipe, but importing it raises TypeError: Settings.__init__() got",
        ),
        (
            TEXT.replace("@dataclass(frozen=True, kw_only=True)\n", "").replace(", embedding_dim=128, units=128", ""),
            "my_recipe.py: RECIPE: presets: expected @dataclass(frozen=True, kw_only=True) above the class Settings, found none",
        ),
        (TEXT.replace("units: int", "units: list"), "my_recipe.py: RECIPE: presets: Settings: A setting must be int, float, bool, str, "),
        (TEXT.replace('"units")', '"unit")'), "my_recipe.py: RECIPE: fixed: expected names of settings, received unit"),
        (
            TEXT.replace('"large": LARGE', '"large": 3'),
            "my_recipe.py: RECIPE: presets: expected Settings for all of them, received int, too",
        ),
        (
            TEXT.replace('name="my_recipe"', 'name="a/b"'),
            "my_recipe.py:46: expected a recipe, but importing it raises InvalidArgument: Argument `name` must be",
        ),
        (
            BEGINNING + END,
            "my_recipe.py:2: expected a recipe, but importing it raises InvalidArgument: Argument `presets` must be settings",
        ),
        (
            TEXT.replace('if __name__ == "__main__":', "if True:"),
            "my_recipe.py: expected toolkit.run_recipe below `if __name__ == '__main__':`, found it elsewhere",
        ),
    ],
)
def test_a_file_that_is_no_recipe_is_one_line_with_its_place(tmp_path, monkeypatch, capsys, text, message):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, text)
    assert main(["train", "my_recipe.py"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"toolkit: error: {message}")
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["my_recipe.py"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("missing/my_recipe.py", "missing/my_recipe.py: expected a Python file with RECIPE = toolkit.Recipe(...), found no such file\n"),
        (
            "./my_recip.py",
            "my_recip.py: expected a Python file with RECIPE = toolkit.Recipe(...), found no such file; did you mean my_recipe.py?",
        ),
        ("./folder", "folder: expected a Python file with RECIPE = toolkit.Recipe(...), received a folder\n"),
        (
            "./reviews.csv",
            "reviews.csv: expected a Python file with RECIPE = toolkit.Recipe(...), received a file of another kind; what to train on is",
        ),
        ("my_recipe", '"my_recipe" is no recipe; did you mean my_recipe.py?'),
        ("sentimen", '"sentimen" is no recipe; did you mean sentiment?'),
        (
            "folder",
            '"folder" is no recipe; expected one of: captioning, drawing, frames, glimpses, language_model, sentiment, tagging, ',
        ),
    ],
)
def test_a_word_that_is_no_recipe_is_one_line(tmp_path, monkeypatch, capsys, word, message):
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    (tmp_path / "folder").mkdir()
    written(tmp_path, "text,label\n", "reviews.csv")
    assert main(["train", word]) == 2
    assert capsys.readouterr().err.startswith(f"toolkit: error: {message}")


# === Runs ===


@pytest.fixture
def started(tmp_path):
    """A recipe's file, and a run that was started with it."""
    path = written(tmp_path)
    recipe, run = find_recipe(path), RunFolder(tmp_path / "run")
    run.open(recipe.name, recipe.presets["small"], recipe.file)
    return path, run


def test_a_run_knows_where_its_recipe_is(started, monkeypatch, caplog):
    path, run = started
    assert run.read_config()["recipe_file"] == str(path.resolve())
    assert open_run(run.path).recipe is find_recipe(path)
    assert not caplog.records
    assert main(["train", str(path), "--config", str(run.config), "--print-config"]) == 0


def test_a_recipe_that_has_changed_is_said_in_one_line(started, caplog):
    path, run = started
    written(path.parent, TEXT + "\n# later\n")
    assert open_run(run.path).recipe.name == "my_recipe"
    assert [record.getMessage() for record in caplog.records] == [
        f"{path.resolve()}: has changed since the run {run.path} was started with it"
    ]


@pytest.mark.parametrize("command", [["evaluate"], ["export"], ["predict"]])
def test_a_file_that_is_gone_is_named_with_what_to_do(started, capsys, command):
    path, run = started
    path.unlink()
    assert main([*command, str(run.path), *(["text"] if command == ["predict"] else [])]) == 2
    found = f"found none at {path.resolve()}; put it back, or write there where it is now"
    message = f"recipe_file: expected the file of the recipe my_recipe, {found}"
    assert capsys.readouterr().err == f"toolkit: error: {run.config}: {message}\n"


def test_a_file_that_has_moved_is_found_after_the_same_training_from_there(started):
    path, run = started
    moved = path.rename(path.with_name("elsewhere.py"))
    digest = run.read_config()["recipe_sha256"]
    recipe = find_recipe(moved)
    run.open(recipe.name, recipe.presets["small"], recipe.file)
    assert run.read_config()["recipe_file"] == str(moved.resolve())
    assert run.read_config()["recipe_sha256"] == digest
    assert open_run(run.path).recipe is recipe


def test_another_recipe_in_the_file_is_refused(started):
    path, run = started
    written(path.parent, TEXT.replace('name="my_recipe"', 'name="other"'))
    with pytest.raises(UserError, match=f"{run.path}: expected the recipe my_recipe, received .*, which is named other"):
        open_run(run.path)


def test_a_run_without_a_file_is_opened_with_its_recipe(tmp_path, caplog):
    recipe, run = find_recipe(dataclasses.replace(find_recipe(EXAMPLE), name="mine")), RunFolder(tmp_path / "run")
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["the recipe mine is in no file"]
    assert recipe.file is None
    run.open(recipe.name, recipe.presets["small"], recipe.file)
    with pytest.raises(UserError, match="received mine, which was in no file; open it by toolkit"):
        open_run(run.path)
    assert open_run(run.path, recipe).recipe is recipe
