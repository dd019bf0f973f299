import importlib.metadata
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import toolkit

ROOT = Path(__file__).parent.parent
LIGHT = "import sys; {}; assert not {{'tensorflow', 'keras'}} & set(sys.modules)"


@pytest.mark.parametrize("code", ["import toolkit", "from toolkit.cli import main; main(['--help'])"])
def test_half_a_second_and_no_tensorflow(code):
    seconds = []
    for _ in range(3):  # the best of three: what is measured is the code, not what else the machine does
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", LIGHT.format(code)], check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.monotonic() - started)
    assert min(seconds) < 0.5


def test_the_command_is_installed():
    (command,) = (entry for entry in importlib.metadata.entry_points(group="console_scripts") if entry.name == "toolkit")
    assert command.value == "toolkit.cli:main"


@pytest.mark.parametrize("name", toolkit.__all__)
def test_public_names_exist_and_are_documented(name):
    assert getattr(toolkit, name).__doc__
    assert name in dir(toolkit)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(AttributeError, match=r"no attribute 'GRUU'; it has .*LSTM"):
        _ = toolkit.GRUU


def test_one_version():
    assert importlib.metadata.version("recurrent-toolkit") == toolkit.__version__


@pytest.mark.parametrize("recipe", sorted(ROOT.glob("recipes/[!_]*.py")), ids=lambda path: path.stem)
def test_a_recipe_is_short(recipe):
    assert len(recipe.read_text("utf-8").splitlines()) <= 150


def test_the_quick_start_is_two_lines():
    section = (ROOT / "README.md").read_text("utf-8").partition("## Quick start\n")[2].partition("\n## ")[0]
    lines = [line for block in re.findall(r"(?ms)^```$(.*?)^```$", section) for line in block.splitlines()]
    assert [line for line in lines if line.startswith("pip install")] == [
        'pip install -c constraints.txt ".[examples]" && toolkit train sentiment',
        'pip install -c constraints.txt ".[test]" && pytest',
    ]


def test_constraints_are_names_and_versions():
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    marker = r'(; python_version (>=|<) "3\.\d+")?'
    assert [line for line in lines if not re.fullmatch(rf"[a-z0-9-]+==[0-9][0-9.]*(post\d+)?{marker}", line)] == []


def test_every_documentation_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")]
    assert [page for page in pages if f": {page}\n" not in navigation] == []


def run_python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch", "numpy"])
def test_chooses_tensorflow_before_keras_is_imported(backend, tmp_path):
    (tmp_path / "keras.json").write_text(f'{{"backend": "{backend}"}}', "utf-8")
    code = "import toolkit, keras; toolkit.LSTM; print(keras.config.backend())"
    for environment in ({"KERAS_BACKEND": backend}, {"KERAS_HOME": str(tmp_path)}):
        result = run_python(code, **environment)
        assert (result.returncode, result.stdout) == (0, "tensorflow\n"), result.stderr


def test_says_in_one_line_that_keras_has_another_backend():
    stand_in = "import sys, types; sys.modules['keras'] = types.SimpleNamespace(config=types.SimpleNamespace(backend=lambda: 'jax'))\n"
    result = run_python(stand_in + "try: import toolkit\nexcept ImportError as error: print(error)")
    assert result.stdout.splitlines() == [
        "toolkit runs on Keras's backend tensorflow, but Keras was imported with jax; import toolkit before keras, "
        "or set KERAS_BACKEND=tensorflow"
    ]
