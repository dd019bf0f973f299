"""Every command in a process of its own, on one small run: what it answers, and that no line on the terminal is another program's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recipes.commands import call
from tests.recipes.reviews import write_reviews
from tests.recipes.test_sentiment import TINY

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORDS = ["a superb great film", "awful dull awful"]
COMMANDS = {
    "help": ["--help"],
    "list": ["list"],
    "train": ["train", "sentiment", "--data", "reviews.csv", "--run-dir", "runs/tiny", *TINY],
    "evaluate": ["evaluate", "runs/tiny"],
    "predict run": ["predict", "runs/tiny", *WORDS],
    "export": ["export", "runs/tiny"],
    "verify": ["export", "--verify", "saved_models/tiny"],
    "predict export": ["predict", "saved_models/tiny", *WORDS],
    "predict LiteRT": ["predict", "saved_models/tiny/1/litert/model.tflite", *WORDS],
    "mistake": ["predict", "runs/none", *WORDS],
}
LIKE_WINDOWS = """
import subprocess  # before there is a module that only Windows has
import sys
import types

import fcntl

import toolkit.operating_system

def locking(descriptor, mode, size):
    fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, size, 0, 1)

sys.modules["tensorflow_text"] = None
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
toolkit.operating_system.fcntl = toolkit.operating_system.resource = None
toolkit.operating_system.can_fork_libraries = lambda: False
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """All commands, where everything is installed."""
    return results_of(tmp_path_factory.mktemp("here"), COMMANDS)


@pytest.fixture(scope="module")
def like_windows(tmp_path_factory):
    """All commands, with what Windows lacks hidden from every process: TensorFlow Text, forks, and modules of POSIX.

    But for a second export, as `train` has exported already, and for what reads a run as `predict` does.
    """
    folder, hidden = tmp_path_factory.mktemp("like_windows"), tmp_path_factory.mktemp("site")
    (hidden / "sitecustomize.py").write_text(LIKE_WINDOWS, "utf-8")
    return results_of(folder, {name: words for name, words in COMMANDS.items() if name not in ("export", "evaluate", "list")}, hidden)


def results_of(folder, commands, *hidden):
    write_reviews(folder / "reviews.csv")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, [*hidden, ROOT]))
    options = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    command = [sys.executable, "-m", "toolkit"]
    return folder, {name: subprocess.run([*command, *words], **options) for name, words in commands.items()}


def test_every_command_is_quiet(here):
    said = {name: result.stderr for name, result in here[1].items()}
    assert said.pop("mistake").startswith("toolkit: error: runs/none: ")
    assert said == dict.fromkeys(said, "")
    assert [result.returncode for result in here[1].values()] == [0] * (len(COMMANDS) - 1) + [2]


def test_every_command_works_without_what_windows_lacks(like_windows):
    folder, results = like_windows
    said = {name: result.stderr for name, result in results.items() if name != "mistake"}
    assert said == dict.fromkeys(said, "")
    metrics = json.loads((folder / "runs/tiny/metrics.json").read_text("utf-8"))
    assert metrics["test"]["accuracy"] > 0.9
    assert metrics["peak_memory_gib"] is None
    assert "graph_tokenizer" not in metrics
    remark = "the SavedModel takes token ids in place of strings, as it was exported without tensorflow-text"
    assert remark in results["train"].stdout
    assert remark in results["verify"].stdout
    assert "left out" not in results["train"].stdout
    answers = {name: results[f"predict {name}"].stdout for name in ("run", "export", "LiteRT")}
    assert answers["export"] == answers["run"] == answers["LiteRT"]
    assert [line.split("\t")[0] for line in answers["run"].splitlines()] == ["pos", "neg"]
    assert not (folder / "runs/tiny" / "in_use").exists()


def test_a_saved_model_of_strings_says_what_it_needs(here, like_windows):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT)])}
    script = "import sys; sys.modules['tensorflow_text'] = None; from toolkit.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "predict", "saved_models/tiny", *WORDS]
    result = subprocess.run(command, cwd=here[0], env=environment, capture_output=True, text=True)
    assert result.returncode == 2
    assert "takes strings, but tensorflow-text is not installed" in result.stderr
    assert "give its LiteRT files, saved_models/tiny/2/litert" in result.stderr


def test_an_export_of_token_ids_is_verified_where_strings_can_be_asked(like_windows, monkeypatch, capsys):
    monkeypatch.chdir(like_windows[0])
    code, out, err = call(capsys, "export", "--verify", "saved_models/tiny", "--json")
    assert code == 0, err
    report = json.loads(out)
    assert report["c_api"] == 1
    assert report["remarks"] == ["the SavedModel takes token ids in place of strings, as it was exported without tensorflow-text"]


def test_libraries_of_python_are_quiet_in_a_process_of_ones_own(here):
    """LiteRT's CompiledModel announces what it makes and what it ends, also when the process does."""
    script = """
import sys
from pathlib import Path
import numpy as np
from toolkit.inference.litert_compiled import CompiledRunner
from toolkit.inference.litert import LiteRTRunner
for _ in range(2):
    runner = CompiledRunner(Path("saved_models/tiny/1/litert/model_static.tflite"))
    runner.run("serving_default", tokens=np.ones((1, 64), "int32"))
LiteRTRunner(Path("saved_models/tiny/1/litert/model.tflite")).run("serving_default", tokens=np.ones((1, 5), "int32"))
"""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=here[0], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (result.returncode, result.stderr) == (0, "")
