"""The same decoding in Python, in a SavedModel and in a LiteRT file of built-in operators, with a batch of any size."""

import numpy as np
import pytest
import tensorflow as tf

from tests.decoding.scripted import Script
from toolkit.decoding import MinimumLength, NoRepeatedNgrams, beam_search, greedy, sample, score

BEGIN, END, LENGTH, BATCH = 1, 3, 5, 3
SCRIPT = Script(seed=12, batch=BATCH, vocabulary=5, scale=1.0)
NOISE = -np.log(-np.log(np.random.default_rng(0).random((LENGTH, BATCH, SCRIPT.vocabulary), "float32")))
RULES = (MinimumLength(2, END), NoRepeatedNgrams(2))
ITEMS = tf.TensorSpec([None], tf.int32, "items")


def answers(decoded):
    return dict(decoded._asdict())


def state_of(items):
    zeros = tf.zeros_like(items)
    positions = SCRIPT.looks.shape[-1]
    return {"item": items, "t": zeros, "previous": zeros, "alignment": tf.zeros([tf.shape(items)[0], positions])}


def run_greedy(items):
    return answers(greedy(SCRIPT.step, state_of(items), tf.shape(items)[0], BEGIN, END, LENGTH))


def run_beam(items):
    return answers(beam_search(SCRIPT.step, state_of(items), tf.shape(items)[0], 3, BEGIN, END, LENGTH, 2, 0.6, 0.2, RULES))


def run_sample(items, noise, temperature=0.8, top_k=4, top_p=0.9):
    def source(t, shape):
        return tf.gather(noise, t)[:, : shape[1]]

    return answers(sample(SCRIPT.step, state_of(items), tf.shape(items)[0], BEGIN, END, LENGTH, temperature, top_k, top_p, source))


def options(*values):
    return dict(zip(("temperature", "top_k", "top_p"), map(np.array, values, ("float32", "int32", "float32")), strict=True))


def run_score(items, targets):
    return answers(score(SCRIPT.step, state_of(items), targets, BEGIN))


WAYS = {
    "greedy": (run_greedy, {}),
    "beam": (run_beam, {}),
    "sample": (run_sample, {"noise": NOISE}),
    "sample_as_told": (run_sample, {"noise": NOISE, **options(0.8, 4, 0.9)}),
    "sample_from_all": (run_sample, {"noise": NOISE, **options(1.5, 0, 1.0)}),
    "sample_the_best": (run_sample, {"noise": NOISE, **options(0.0, 0, 1.0)}),
    "score": (run_score, {"targets": np.array([[4, 2, 3, 0], [1, 4, 2, 3], [3, 0, 0, 0]], "int32")}),
}
every_way = pytest.mark.parametrize("name", WAYS)


def inputs(name, rows=BATCH):
    more = {key: value[:, :rows] if key == "noise" else value[:rows] if value.ndim else value for key, value in WAYS[name][1].items()}
    return {"items": np.arange(rows, dtype="int32"), **more}


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    module, signatures = tf.Module(), {}
    for name, (run, more) in WAYS.items():
        axes = {"noise": [LENGTH, None, SCRIPT.vocabulary], "targets": [None, None]}
        specs = {key: tf.TensorSpec(axes.get(key, []), value.dtype, key) for key, value in more.items()}
        signatures[name] = tf.function(run).get_concrete_function(items=ITEMS, **specs)
    path = tmp_path_factory.mktemp("decoding") / "saved_model"
    tf.saved_model.save(module, str(path), signatures)
    return str(path)


@pytest.fixture(scope="module")
def litert(saved_model):
    from ai_edge_litert.interpreter import Interpreter

    converter = tf.lite.TFLiteConverter.from_saved_model(saved_model)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return Interpreter(model_content=converter.convert())


def in_python(name, rows=BATCH):
    given = {key: tf.constant(value) for key, value in inputs(name, rows).items()}
    return {key: value.numpy() for key, value in WAYS[name][0](**given).items()}


def check(found, wanted):
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        if value.dtype == np.int32:
            np.testing.assert_array_equal(found[key], value)
        else:
            np.testing.assert_allclose(found[key], value, rtol=1e-5, atol=1e-6)  # float32; exp, log and pow are other code in LiteRT


@every_way
def test_a_saved_model_answers_as_python_does(name, saved_model):
    loaded = tf.saved_model.load(saved_model)
    for rows in (BATCH, 1):
        given = {key: tf.constant(value) for key, value in inputs(name, rows).items()}
        check({key: value.numpy() for key, value in loaded.signatures[name](**given).items()}, in_python(name, rows))


@every_way
def test_litert_answers_as_python_does(name, litert):
    run = litert.get_signature_runner(name)
    for rows in (BATCH, 1):
        check(run(**inputs(name, rows)), in_python(name, rows))
