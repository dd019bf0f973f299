"""What is particular to a kind of task is in its package, and nothing else asks which kind it has."""

import ast
from pathlib import Path

import pytest

from toolkit.errors import UserError
from toolkit.export.exporter import Exporter
from toolkit.tasks.prediction import Prediction
from toolkit.tasks.registry import TASKS, exporter_of, find_task
from toolkit.tasks.settings import TrainingSettings
from toolkit.tasks.training_run import TrainingRun

ROOT = Path(__file__).parents[2]
PACKAGES = [ROOT / "toolkit" / "tasks" / name for name in TASKS]
REGISTRY = ROOT / "toolkit" / "tasks" / "registry.py"
GENERAL = [file for file in ROOT.glob("toolkit/**/*.py") if not any(file.is_relative_to(package) for package in PACKAGES)]


def place(file, node):
    return f"{file.relative_to(ROOT)}:{node.lineno}"


def imported(tree):
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None)]
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((node, name) for name in names)


@pytest.mark.parametrize("name", TASKS)
def test_a_kind_has_all_parts(name):
    task = find_task(name)
    assert task.name == name
    assert issubclass(task.part("settings"), TrainingSettings)
    assert {*task.part("settings").measure_options, *task.part("settings").fixed} <= task.part("settings").__dataclass_fields__.keys()
    assert callable(task.part("reader"))
    assert issubclass(task.part("training"), TrainingRun)
    assert issubclass(task.part("exporter"), Exporter)
    assert task.part("exporter").task == name
    assert issubclass(task.part("prediction"), Prediction)
    assert callable(task.part("opener"))


def test_every_package_is_registered():
    assert {package.name for package in PACKAGES} == {file.parent.name for file in ROOT.glob("toolkit/tasks/*/__init__.py")}


@pytest.mark.parametrize("name", ["segmentation", None, ["translation"]])
@pytest.mark.parametrize("find", [find_task, exporter_of])
def test_an_unknown_kind_is_an_error_that_lists_the_known(find, name):
    with pytest.raises(UserError, match=f"^expected one of {', '.join(TASKS)}, found "):
        find(name)


def test_no_general_part_names_a_kind():
    named = [
        place(file, node)
        for file in GENERAL
        if file != REGISTRY
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in TASKS
    ]
    assert named == []


def test_no_general_part_imports_a_kind():
    kinds = tuple(f"toolkit.tasks.{name}" for name in TASKS)
    trees = ((file, ast.parse(file.read_text("utf-8"))) for file in GENERAL)
    assert [place(file, node) for file, tree in trees for node, name in imported(tree) if name.startswith(kinds)] == []


def test_no_general_part_looks_for_what_one_kind_of_model_or_answerer_has():
    """`hasattr(predictor, "translate")` is a question about the kind, too."""
    own = {
        node.name
        for package in PACKAGES
        for file in package.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    asked = [
        place(file, node)
        for file in GENERAL
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("hasattr", "getattr") and len(node.args) > 1
        if isinstance(node.args[1], ast.Constant) and node.args[1].value in own
    ]
    assert asked == []


@pytest.mark.parametrize("name", TASKS)
def test_kinds_do_not_know_each_other(name):
    others = tuple(f"toolkit.tasks.{other}" for other in TASKS if other != name)
    files = (ROOT / "toolkit" / "tasks" / name).glob("*.py")
    trees = ((file, ast.parse(file.read_text("utf-8"))) for file in files)
    assert [place(file, node) for file, tree in trees for node, module in imported(tree) if module.startswith(others)] == []


def test_predict_reads_no_option_of_a_kind():
    tree = ast.parse((ROOT / "toolkit" / "cli" / "predict.py").read_text("utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "options"}
    assert "input" in read
    assert read.isdisjoint(option for name in TASKS for option in find_task(name).part("prediction").options)
