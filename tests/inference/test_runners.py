"""One model, wherever it lives: the same signatures, the same answers, the same errors."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.export.formats.litert import convert_to_litert
from toolkit.export.saving import save_module
from toolkit.inference.c_api import CRunner
from toolkit.inference.functions import FunctionRunner
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.litert_compiled import CompiledRunner
from toolkit.inference.runner import RefusedInput
from toolkit.inference.saved_model import SavedModelRunner

ROWS = 2


class Step(tf.Module):
    """Two inputs, two outputs, and a weight."""

    def __init__(self):
        super().__init__()
        self.weight = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        self.functions = {"step": self._function([ROWS], [ROWS, 2])}

    def _function(self, tokens, state):
        @tf.function(input_signature=[tf.TensorSpec(tokens, tf.int32, name="tokens"), tf.TensorSpec(state, tf.float32, name="state")])
        def step(tokens, state):
            new = state + tf.gather(self.weight, tokens)
            return {"logits": tf.matmul(new, self.weight, transpose_b=True), "state": new * 0.5}

        return step


@pytest.fixture(scope="module")
def runners(tmp_path_factory):
    module, folder = Step(), tmp_path_factory.mktemp("step")
    save_module(module, module.functions, folder / "1")
    assert convert_to_litert(module, [(module.functions, {"float32": folder / "step.tflite"})]) == {}
    file = folder / "step.tflite"
    c_runner = CRunner(folder / "1")
    yield [FunctionRunner(module.functions), SavedModelRunner(folder / "1"), LiteRTRunner(file), CompiledRunner(file), c_runner]
    c_runner.close()


def asked():
    return {"tokens": np.array([2, 0], np.int32), "state": np.array([[0.5, -1.0], [2.0, 0.0]], np.float32)}


def test_all_describe_the_same(runners):
    for runner in runners:
        assert runner.signatures["step"].described() == {
            "inputs": {"tokens": "int32 [2]", "state": "float32 [2, 2]"},
            "outputs": {"logits": "float32 [2, 3]", "state": "float32 [2, 2]"},
        }


def test_all_answer_the_same(runners):
    weight, inputs = np.array([[1, 2], [3, 4], [5, 6]]), asked()
    new = inputs["state"] + weight[inputs["tokens"]]
    for runner in runners:
        for _ in range(2):
            answer = runner.run("step", **inputs)
            assert {name: (value.dtype.name, value.shape) for name, value in answer.items()} == {
                "logits": ("float32", (2, 3)),
                "state": ("float32", (2, 2)),
            }
            np.testing.assert_array_equal(answer["logits"], new @ weight.T)  # small numbers: no rounding
            np.testing.assert_array_equal(answer["state"], new / 2)


def test_what_is_not_there_is_named(runners):
    for runner in runners:
        with pytest.raises(UserError) as error:
            runner.run("jump", **asked())
        assert str(error.value) == f"{runner.name}: expected a signature among ['step']. Received: jump"
        with pytest.raises(UserError) as error:
            runner.run("step", tokens=asked()["tokens"])
        assert str(error.value) == f"{runner.name}: expected the inputs ['state', 'tokens'] of step. Received: ['tokens']"


def test_values_that_the_model_refuses():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="numbers")])
    def root(numbers):
        with tf.control_dependencies([tf.debugging.assert_non_negative(numbers, message="numbers must not be negative")]):
            return {"roots": tf.sqrt(numbers)}

    runner = FunctionRunner({"root": root})
    np.testing.assert_array_equal(runner.run("root", numbers=[4.0])["roots"], [2.0])
    with pytest.raises(RefusedInput, match="numbers must not be negative") as error:
        runner.run("root", numbers=[-4.0])
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("module", ["runner", "litert", "litert_compiled", "c_api", "meta_graph", "log_probability"])
def test_what_runs_without_tensorflow_does_not_import_it(module):
    script = f"import sys, toolkit.inference.{module}; print('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip() == "False"
