"""Imports point down the lines that docs/architecture.md draws, those inside of functions too."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = re.findall(r"(?m)^`(\w+ → .*)`$", (ROOT / "docs/architecture.md").read_text("utf-8"))
BEGINNINGS = {"toolkit": "text", "toolkit.data": "splits"}
FRONT_DOORS = (
    "__init__.py",
    "__main__.py",
    "answering.py",
    "inspecting.py",
    "opening.py",
    "preparing.py",
    "run.py",
    "spark.py",
)  # they stand above the line, beside `cli`


def line_of(package):
    """Returns the folders of a package from the lowest to the highest; those of one place do not import each other."""
    [line] = (line for line in LINES if line.split(" → ")[0] == BEGINNINGS[package])
    return [place.split(", ") for place in line.split(" → ")]


def folder_of(module, package):
    return module.removeprefix(f"{package}.").partition(".")[0] if module.startswith(f"{package}.") else None


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{'.' * node.level}{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("package", BEGINNINGS)
def test_every_folder_has_its_place(package):
    folders = [path.parent.name for path in (ROOT / package.replace(".", "/")).glob("*/__init__.py")]
    assert sorted(folders) == sorted(folder for place in line_of(package) for folder in place)


@pytest.mark.parametrize("package", BEGINNINGS)
def test_imports_point_down(package):
    height = {folder: height for height, place in enumerate(line_of(package)) for folder in place}
    home = ROOT / package.replace(".", "/")
    upwards = []
    for file in home.rglob("*.py"):
        here = file.relative_to(home).parts[0]
        for number, module in imports_of(file) if here not in FRONT_DOORS else ():
            there = folder_of(module, package)
            if there in height and there != here and height[there] >= height.get(here, 0):  # a module beside the folders is below all
                upwards.append(f"{file.relative_to(ROOT)}:{number}: {module}")
    assert upwards == []


def test_no_import_is_relative():
    files = [*ROOT.glob("toolkit/**/*.py"), *ROOT.glob("recipes/**/*.py")]
    assert [f"{file}:{number}" for file in files for number, module in imports_of(file) if module.startswith(".")] == []
