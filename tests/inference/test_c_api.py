"""SavedModels in TensorFlow's C API, in a process without Python's TensorFlow."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.saving import save_module, write_saved_model
from toolkit.inference.c_api import CRunner
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.models import TextClassifier
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.text.tokenizer import Tokenizer

TEXTS = np.array(["a film that stays with you", "", "dull " * 40, "\U0001f600 naïve\0film"], object)


SPECS = {"texts": "string", "integers": "int32", "longs": "int64", "floats": "float32", "truths": "bool"}


class Echo(tf.Module):
    """Gives back what it gets, and strings of its own."""

    def __init__(self):
        super().__init__()
        self.words = tf.constant([["a long string that is not kept in place", ""]])

    @tf.function(
        input_signature=[
            tf.TensorSpec(None, tf.string, name="texts"),
            tf.TensorSpec(None, tf.int32, name="integers"),
            tf.TensorSpec(None, tf.int64, name="longs"),
            tf.TensorSpec(None, tf.float32, name="floats"),
            tf.TensorSpec(None, tf.bool, name="truths"),
        ]
    )
    def echo(self, texts, integers, longs, floats, truths):
        """Returns its inputs."""
        return {"texts": texts, "integers": integers, "longs": longs, "floats": floats, "truths": truths, "words": self.words}


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    directory = tmp_path_factory.mktemp("echo") / "1"
    module = Echo()
    save_module(module, {"echo": module.echo}, directory)
    return directory


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    tokenizer = Tokenizer.train([str(text) for text in TEXTS], 320)
    model = TextClassifier(tokenizer.vocabulary_size, ["negative", "positive"], embedding_dim=6, units=4)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weights.shape) for weights in model.get_weights()])  # scores far apart
    directory = tmp_path_factory.mktemp("classifier") / "1"
    write_saved_model(ClassifierExporter(model, tokenizer, 12), directory)
    return directory


def ask(directory, signature, inputs):
    with CRunner(directory) as runner:
        return runner.run(signature, **inputs)


def test_it_describes_the_signatures_as_tensorflow_does(exported, echo):
    for directory in (exported, echo):
        with CRunner(directory) as runner:
            assert runner.signatures == SavedModelRunner(directory).signatures
    assert {name: str(spec) for name, spec in runner.signatures["echo"].inputs.items()} == {k: f"{v} of any rank" for k, v in SPECS.items()}


def test_a_process_that_ends_says_why(echo):
    with CRunner(echo) as runner:
        runner._process.kill()
        with pytest.raises(UserError, match="C API ended with exit code -9: "):
            runner.run("echo", **some_of_each_type((3,)))


@pytest.mark.slow
def test_an_exported_classifier_answers_as_in_python(exported):
    signatures = tf.saved_model.load(str(exported)).signatures
    tokens = np.arange(12, dtype=np.int32)[None]
    requests = [("serving_default", {"texts": TEXTS}), ("serving_default", {"texts": TEXTS[:0]}), ("tokens_1x12", {"tokens": tokens})]
    with CRunner(exported) as runner:
        answers = [runner.run(name, **inputs) for name, inputs in requests]
    for (name, inputs), answer in zip(requests, answers, strict=True):
        expected = signatures[name](
            **{key: tf.constant(value, tf.string if value.dtype == object else None) for key, value in inputs.items()}
        )
        assert set(answer) == set(expected)
        np.testing.assert_allclose(answer["scores"], expected["scores"], rtol=0, atol=1e-5)  # single precision
        np.testing.assert_array_equal(answer.get("labels"), expected["labels"].numpy() if "labels" in expected else None)
    assert set(answers[0]["labels"]) == {b"negative", b"positive"}  # or any labels would do


def some_of_each_type(shape):
    random = np.random.default_rng(0)
    numbers = random.integers(-(2**31), 2**31, shape)
    texts = np.empty(shape, object)
    for place in np.ndindex(shape):
        texts[place] = random.bytes(int(random.integers(0, 99)))  # any bytes, short and long
    return {
        "texts": texts,
        "integers": np.asarray(numbers, np.int32),
        "longs": np.asarray(numbers * 2**20, np.int64),
        "floats": np.asarray(random.normal(size=shape), np.float32),
        "truths": np.asarray(numbers > 0),
    }


def test_arrays_of_all_types_and_shapes_come_back_as_they_were(echo):
    asked = [some_of_each_type(shape) for shape in [(), (3,), (2, 0), (2, 1, 3), (3,)]]
    with CRunner(echo) as runner:
        answers = [runner.run("echo", **inputs) for inputs in asked]
    for inputs, answer in zip(asked, answers, strict=True):
        assert answer.pop("words").tolist() == [[b"a long string that is not kept in place", b""]]
        assert set(answer) == set(inputs)
        for name, value in inputs.items():
            assert (answer[name].dtype, answer[name].shape) == (value.dtype, value.shape)
            np.testing.assert_array_equal(answer[name], value)


def test_python_has_no_tensorflow_where_it_runs(echo, tmp_path, monkeypatch):
    command = [sys.executable, "-m", "toolkit.inference.c_library", str(echo)]
    answer = subprocess.run(command, input="", capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["python_tensorflow"] is False
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util, sys\nsys.modules['tensorflow'] = importlib.util.module_from_spec(importlib.util.find_spec('tensorflow'))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    with pytest.raises(UserError, match="without Python's TensorFlow, but something imported it"):
        CRunner(echo)


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("shout", {}, r"a signature among \['echo'\]. Received: shout"),
        ("echo", {"texts": TEXTS}, r"expected the inputs .*Received: \['texts'\]"),
        (
            "echo",
            dict.fromkeys(SPECS, np.zeros(2, np.int32)),
            "expected echo to run.*but int32 is provided",
        ),
    ],
)
def test_requests_that_fail(echo, signature, inputs, message):
    with pytest.raises(UserError, match=message) as error:
        ask(echo, signature, inputs)
    assert len(str(error.value).splitlines()) == 1


def test_types_that_are_not_known(echo):
    with pytest.raises(ValueError, match="Received: complex64"):
        ask(echo, "echo", dict.fromkeys(SPECS, np.zeros(1, np.complex64)))


def test_an_operator_that_is_not_registered(exported, tmp_path):
    graph = (exported / "saved_model.pb").read_bytes()
    assert b"SentencepieceOp" in graph
    for path in exported.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(exported)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    Path(tmp_path / "saved_model.pb").write_bytes(graph.replace(b"SentencepieceOp", b"SentencepieceXY"))
    with pytest.raises(UserError, match="not registered 'SentencepieceXY'") as error:
        CRunner(tmp_path)
    assert len(str(error.value).splitlines()) == 1


def test_no_saved_model_and_no_library(echo, tmp_path, monkeypatch):
    with pytest.raises(UserError, match="can load, but: Could not find SavedModel"):
        CRunner(tmp_path)
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    with pytest.raises(UserError, match="expected TensorFlow's C library, libtensorflow_cc, found none"):
        CRunner(echo)
    (tmp_path / "tensorflow" / "libtensorflow_cc.so.2").write_text("no library")
    with pytest.raises(UserError, match="expected a library that can be loaded"):
        CRunner(echo)
