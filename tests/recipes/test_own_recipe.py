"""A recipe of one's own, from training to its exports: the example of the documentation, and a model with a layer of its own."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.cli.shell import ROOT
from tests.recipes.commands import call
from tests.recipes.reviews import write_reviews
from toolkit.cli.recipes import find_recipe, make_run, open_run
from toolkit.run_folder import RunFolder
from toolkit.tasks.training_run import TrainingRun
from toolkit.training.progress import Progress

pytestmark = pytest.mark.slow

SETTINGS = {
    **{"data": "small.csv", "epochs": 2, "vocabulary_size": 400, "max_length": 64, "embedding_dim": 16, "units": 8},
    **{"tokens_per_batch": 512, "learning_rate": 0.03},
}
TEXTS = ["a great and lovely story", "the film was awful", ""]
LAYER = '''
import keras


@keras.saving.register_keras_serializable(package="mine")
class Scale(keras.layers.Layer):
    """Multiplies each feature by a weight."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale

'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the example, reviews, and a run of it as a program; the commands run in it."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copy(ROOT / "examples" / "my_recipe.py", folder)
    write_reviews(folder / "small.csv", 300)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def program(folder):
    options = [f"--{name}={value}" for name, value in SETTINGS.items()]
    return subprocess.run([sys.executable, "my_recipe.py", *options], capture_output=True, text=True, timeout=600)


def answers(capsys, *argv):
    capsys.readouterr()
    code, out, err = call(capsys, "predict", *argv, *TEXTS, "--json")
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_the_example_trains_and_exports_as_a_program(folder, program):
    assert (program.returncode, program.stderr) == (0, "")
    assert re.search(r"SavedModel .* (\d+) of \1 ", program.stdout)
    assert re.search(r"LiteRT float32 .* (\d+) of \1 ", program.stdout)
    exported = [path for path in (folder / "saved_models/my_recipe-small").rglob("*") if path.is_file()]
    assert len(exported) > 10
    assert not [path for path in exported if str(folder).encode() in path.read_bytes()]  # where the recipe is, is nobody's business


def test_the_run_and_its_exports_answer_alike(program, capsys):
    expected = answers(capsys, "runs/my_recipe-small")
    for artefact in ("saved_models/my_recipe-small", "saved_models/my_recipe-small/1/litert"):
        for wanted, found in zip(expected, answers(capsys, artefact), strict=True):
            assert found["label"] == wanted["label"]
            assert found["probabilities"] == pytest.approx(wanted["probabilities"], abs=1e-5)  # single precision, six digits


def test_the_run_is_measured_again(program, capsys):
    code, out, _ = call(capsys, "evaluate", "runs/my_recipe-small", "--json")
    assert code == 0
    assert json.loads(out) == RunFolder("runs/my_recipe-small").read_metrics()["test"]


def test_the_command_goes_on_from_the_program_with_another_label(folder, program, capsys, monkeypatch):
    monkeypatch.setattr(TrainingRun, "export", lambda *_: "nothing, as nobody looks at it")
    rows = [f"{['superb', 'dull', 'fine'][number % 3]} thing {number},{['pos', 'neg', 'so-so'][number % 3]}\n" for number in range(120)]
    (folder / "more.csv").write_text("text,label\n" + "".join(rows), "utf-8")
    go_on = ["train", "my_recipe.py", "--continue-from=runs/my_recipe-small", "--run-dir=runs/more"]
    code, _, err = call(capsys, *go_on, "--units=9")
    assert code == 2
    assert "units 8 → 9; leave them as they were" in err
    code, out, err = call(capsys, *go_on, "--data=more.csv", "--tokens-per-batch=64")
    assert code == 0, err
    assert "from       runs/my_recipe-small, after 2 epochs; " in out
    assert RunFolder("runs/more").read_metrics()["test"]["label_names"] == ["neg", "pos", "so-so"]
    assert RunFolder("runs/more").read_config()["recipe_file"] == str((folder / "my_recipe.py").resolve())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "keras.layers.GlobalAveragePooling1D()",
            "keras.layers.GlobalMaxPooling1D()",
            "expected a model whose answer does not depend on the",
        ),
        ("return keras.Sequential", "keras.Sequential", "expected a keras.Model, received NoneType"),
    ],
)
def test_a_model_that_does_not_do_is_told_before_it_is_trained(folder, capsys, old, new, message):
    (folder / "wrong.py").write_text((folder / "my_recipe.py").read_text("utf-8").replace(old, new), "utf-8")
    code, out, err = call(capsys, "train", "wrong.py", "--data=small.csv", "--vocabulary-size=400", "--run-dir=runs/wrong")
    assert (code, out) == (2, "reading    small.csv\n")
    assert err.startswith(f"toolkit: error: {folder.resolve() / 'wrong.py'}: build_model: {message}")
    assert err.count("\n") == 1
    assert not (folder / "runs/wrong").exists()


def test_a_layer_of_the_file_is_trained_resumed_and_found_again(folder, capsys, monkeypatch):
    text = (folder / "my_recipe.py").read_text("utf-8").replace("import toolkit\n", f"import toolkit\n{LAYER}", 1)
    text = text.replace("            keras.layers.Dropout(", "            Scale(),\n            keras.layers.Dropout(")
    (folder / "with_layer.py").write_text(
        text.replace('name="my_recipe"', 'name="with_layer"').replace("    import keras\n\n", ""), "utf-8"
    )
    recipe = find_recipe("with_layer.py")
    settings = recipe.settings_class(**SETTINGS)
    make_run(recipe, settings, RunFolder("runs/whole")).train()
    halves = make_run(recipe, settings, RunFolder("runs/halves"))
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "on_epoch_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            halves.train()
    make_run(recipe, settings, halves.run).train()
    whole, halves = (open_run(f"runs/{name}").load_model().get_weights() for name in ("whole", "halves"))
    assert any(weights.shape == (16,) and not np.array_equal(weights, np.ones(16)) for weights in whole)
    assert all(map(np.array_equal, whole, halves))
    command = [sys.executable, "-m", "toolkit", "export", "runs/halves"]  # a process that knows nothing of the layer yet
    process = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert (process.returncode, process.stderr) == (0, "")
    assert answers(capsys, "saved_models/halves")[0]["label"] == answers(capsys, "runs/halves")[0]["label"]


def interrupt(*_):
    raise KeyboardInterrupt
