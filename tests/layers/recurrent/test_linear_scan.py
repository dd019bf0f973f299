"""The linear recurrence: exact against plain NumPy, its gradient, and what it is given."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.layers import linear_scan
from toolkit.layers.recurrent.time_loop import backend

METHODS = ("sequential", "parallel")
every_method = pytest.mark.parametrize("method", METHODS)


def inputs(batch=3, time=7, units=2, dtype="float64", seed=0):
    random = np.random.default_rng(seed)
    a, b = random.uniform(-1, 1, (batch, time, units)), random.normal(size=(batch, time, units))
    return [tf.constant(part, dtype) for part in (a, b, random.normal(size=(batch, units)))]


def in_numpy(a, b, initial, mask=None, reverse=False):
    h, rows = initial.numpy(), np.zeros(a.shape)
    steps = range(a.shape[1])
    for t in reversed(steps) if reverse else steps:
        new = a.numpy()[:, t] * h + b.numpy()[:, t]
        h = new if mask is None else np.where(mask[:, t, np.newaxis], new, h)
        rows[:, t] = h
    return rows


@every_method
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_equals_numpy(method, reverse, masked):
    a, b, initial = inputs()
    mask = np.random.default_rng(1).integers(0, 2, (3, 7)).astype(bool) if masked else None
    h = linear_scan(a, b, initial, mask=mask, reverse=reverse, method=method)
    np.testing.assert_allclose(h, in_numpy(a, b, initial, mask, reverse), rtol=0, atol=1e-13)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(batch=st.integers(1, 9), time=st.integers(1, 40), units=st.integers(1, 4), seed=st.integers(0, 99), method=st.sampled_from(METHODS))
def test_equals_numpy_for_all_shapes(batch, time, units, seed, method):
    given_ = inputs(batch, time, units, seed=seed)
    np.testing.assert_allclose(linear_scan(*given_, method=method), in_numpy(*given_), rtol=0, atol=1e-12)


@every_method
def test_the_gradient_is_the_automatic_one(method):
    given_ = inputs()
    results = []
    for run in (lambda: linear_scan(*given_, method=method), lambda: tf.stack(by_steps(*given_), 1)):
        with tf.GradientTape() as tape:
            tape.watch(given_)
            loss = tf.reduce_sum(tf.sin(run()))
        results.append(tape.gradient(loss, given_))
    for ours, automatic in zip(*results, strict=True):
        np.testing.assert_allclose(ours, automatic, rtol=0, atol=1e-12)


def by_steps(a, b, h):
    rows = []
    for t in range(a.shape[1]):
        h = a[:, t] * h + b[:, t]
        rows.append(h)
    return rows


@pytest.mark.slow
def test_the_second_gradient_is_the_automatic_one():
    a, b, initial = inputs()

    def second(run):
        with tf.GradientTape() as outer:
            outer.watch(a)
            with tf.GradientTape() as inner:
                inner.watch(a)
                loss = tf.reduce_sum(tf.sin(run()))
            slope = tf.reduce_sum(tf.sin(inner.gradient(loss, a)))
        return outer.gradient(slope, a)

    ours = tf.function(lambda: second(lambda: linear_scan(a, b, initial)))()
    np.testing.assert_allclose(ours, second(lambda: tf.stack(by_steps(a, b, initial), 1)), rtol=0, atol=1e-10)


@every_method
def test_chunks_give_what_the_whole_gives(method):
    a, b, initial = inputs()
    first = linear_scan(a[:, :3], b[:, :3], initial, method=method)
    second = linear_scan(a[:, 3:], b[:, 3:], first[:, -1], method=method)
    np.testing.assert_allclose(tf.concat([first, second], 1), linear_scan(a, b, initial, method=method), rtol=0, atol=1e-13)


@pytest.mark.slow
@every_method
def test_a_hundred_thousand_steps(method):
    a, b, initial = inputs(1, 100_000, 2, "float32")
    a = tf.sigmoid(5 * a)
    h = linear_scan(a, b, initial, method=method)
    np.testing.assert_allclose(h, in_numpy(a, b, initial), rtol=0, atol=1e-3)  # single precision, values up to about ten


@pytest.mark.slow
@every_method
@pytest.mark.parametrize("loop", ["graph", "litert"])
def test_shapes_may_be_unknown(method, loop):
    given_ = inputs()
    signature = [tf.TensorSpec([None, None, 2], "float64")] * 2 + [tf.TensorSpec([None, 2], "float64")]
    with backend(loop):
        run = tf.function(lambda a, b, initial: linear_scan(a, b, initial, method=method), input_signature=signature)
        np.testing.assert_allclose(run(*given_), in_numpy(*given_), rtol=0, atol=1e-13)


@pytest.mark.slow
@every_method
def test_in_litert_with_built_in_operators(method):
    a, b, initial = inputs(dtype="float32")
    signature = [tf.TensorSpec([3, 7, 2])] * 2 + [tf.TensorSpec([3, 2])]
    with backend("litert"):
        run = tf.function(lambda a, b, initial: linear_scan(a, b, initial, method=method), input_signature=signature)
        content = tf.lite.TFLiteConverter.from_concrete_functions([run.get_concrete_function()], run).convert()
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    for place, value in zip(interpreter.get_input_details(), (a, b, initial), strict=True):
        interpreter.set_tensor(place["index"], value.numpy())
    interpreter.invoke()
    h = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(h, in_numpy(a, b, initial), rtol=0, atol=1e-6)


def test_other_dtypes():
    for dtype, tolerance in (("bfloat16", 0.1), ("float16", 0.02), ("float32", 1e-6)):
        given_ = inputs(dtype=dtype)
        h = linear_scan(*given_)
        assert h.dtype == dtype
        np.testing.assert_allclose(tf.cast(h, "float64"), in_numpy(*(tf.cast(part, "float64") for part in given_)), rtol=0, atol=tolerance)


def test_wrong_arguments_are_named():
    a, b, initial = inputs()
    with pytest.raises(ValueError, match=r"`a` and `b` must have one shape.*Received: \(3, 7, 2\) and \(3, 6, 2\)"):
        linear_scan(a, b[:, 1:], initial)
    with pytest.raises(ValueError, match=r"`initial` must have the shape .*Received: \(3, 1\)"):
        linear_scan(a, b, initial[:, :1])
    with pytest.raises(ValueError, match=r"`mask` must have the shape .*Received: \(3, 6\)"):
        linear_scan(a, b, initial, mask=np.ones((3, 6)))
    with pytest.raises(ValueError, match="method"):
        linear_scan(a, b, method="fast")
