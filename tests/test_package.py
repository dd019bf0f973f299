import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import toolkit

ROOT = Path(__file__).parent.parent
LIGHT = "import sys; {}; assert not {{'tensorflow', 'keras'}} & set(sys.modules)"


@pytest.mark.parametrize(("code", "most"), [("import toolkit", 0.2), ("from toolkit.cli import main; main(['--help'])", 0.5)])
def test_light_and_no_tensorflow(code, most):
    seconds = []
    for _ in range(3):  # the best of three, and of the processor: what is measured is the code, not what else the machine does
        before = os.times()
        subprocess.run([sys.executable, "-c", LIGHT.format(code)], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert min(seconds) < most


def test_the_command_is_installed():
    (command,) = (entry for entry in importlib.metadata.entry_points(group="console_scripts") if entry.name == "toolkit")
    assert command.value == "toolkit.cli:main"


@pytest.mark.parametrize("name", toolkit.__all__)
def test_public_names_exist_and_are_documented(name):
    assert getattr(toolkit, name).__doc__
    assert name in dir(toolkit)


def test_a_name_of_a_package_is_one_of_the_whole():
    assert toolkit.layers.GRU is toolkit.GRU
    packages = (toolkit.data, toolkit.layers, toolkit.models, toolkit.text, toolkit.training)
    names = [name for package in packages for name in package.__all__]
    assert len(set(names)) == len(names)
    assert set(names) < set(toolkit.__all__)


@pytest.mark.slow
def test_own_model_is_trained_with_public_names_alone(tmp_path):
    """Long sentences are told from short ones: own tokens, a plain Keras model with our layers, no recipe."""
    import keras

    random = np.random.default_rng(0)
    texts = [random.integers(1, 20, random.integers(2, 20)) for _ in range(256)]
    labels = [int(len(text) > 10) for text in texts]

    def batches(part, shuffle):
        chosen = texts[part]
        plan = toolkit.BatchPlan([len(text) for text in chosen], toolkit.length_boundaries(20), rows_per_batch=32, shuffle=shuffle)
        return toolkit.TokenBatches(chosen, labels[part], None, plan)

    model = keras.Sequential(
        [keras.Input([None], dtype="int32"), keras.layers.Embedding(20, 8, mask_zero=True), toolkit.GRU(16), keras.layers.Dense(2)]
    )
    history = toolkit.fit(
        model,
        optimizer=toolkit.build_optimizer("adam", 1e-2),
        objective=toolkit.LogitsObjective({"loss": toolkit.sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy}),
        train=batches(slice(0, 192), shuffle=True),
        validation=batches(slice(192, None), shuffle=False),
        epochs=8,
        run_dir=tmp_path,
    )
    assert history.best["val_accuracy"] > 0.9


def test_an_unknown_name_says_which_are_near_or_which_there_are():
    with pytest.raises(AttributeError, match=r"module 'toolkit' has no attribute 'GRUU'; did you mean GRU\?"):
        _ = toolkit.GRUU
    with pytest.raises(AttributeError, match=r"module 'toolkit.models' has no attribute 'nothing'; it has .*LanguageModel, .*Translator"):
        _ = toolkit.models.nothing


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


@pytest.mark.slow
def test_the_documentation_builds_with_every_link_and_heading_that_it_names(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def run_python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(("place", "backend"), [("KERAS_BACKEND", "jax"), ("KERAS_HOME", "torch"), ("KERAS_BACKEND", "numpy")])
def test_chooses_tensorflow_before_keras_is_imported(place, backend, tmp_path):
    (tmp_path / "keras.json").write_text(f'{{"backend": "{backend}"}}', "utf-8")
    code = "import toolkit, keras; toolkit.LSTM; print(keras.config.backend())"
    result = run_python(code, **{place: backend if place == "KERAS_BACKEND" else str(tmp_path)})
    assert (result.returncode, result.stdout) == (0, "tensorflow\n"), result.stderr


def test_says_in_one_line_that_keras_has_another_backend():
    stand_in = "import sys, types; sys.modules['keras'] = types.SimpleNamespace(config=types.SimpleNamespace(backend=lambda: 'jax'))\n"
    result = run_python(stand_in + "try: import toolkit\nexcept ImportError as error: print(error)")
    assert result.stdout.splitlines() == [
        "toolkit runs on Keras's backend tensorflow, but Keras was imported with jax; import toolkit before keras, "
        "or set KERAS_BACKEND=tensorflow"
    ]
