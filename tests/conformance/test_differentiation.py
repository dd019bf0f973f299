"""Every registered layer, cell and model under tapes in tapes, in forward mode, and under loops that are vectorized.

What is right is what TensorFlow makes of the same equations in its own loop, without any gradient of ours. Double precision, so that the
order of the sums shows in the last digits only, and a derivative that is wrong does not pass for one that is rounded.
"""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.differentiation import build, directional, jacobian, jacobian_of_gradient, plainly, repeated_gradient
from tests.conformance.registry import EXAMPLES

# A written gradient with one state, with two, and with a memory; one of a cell of ours, of stacked cells, and cut in chunks.
KINDS = ["GRU", "LSTM", "AttentionDecoder", "PeepholeLSTMCell", "RNN", "TruncatedBPTT"]
WITH_FLOATS = sorted(name for name, (_, inputs) in EXAMPLES.items() if inputs.dtype.kind == "f")

kinds = pytest.mark.parametrize("name", [f"toolkit>{name}" for name in KINDS])
every_example = pytest.mark.parametrize("name", sorted(EXAMPLES))


def assert_equal(ours, plain):
    for got, expected in zip(ours, plain, strict=True):
        # A second derivative sums some thousand products, and every sum may lose a few units in the 16th digit.
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-11)


def assert_equal_to_plain(monkeypatch, derivative):
    with plainly(monkeypatch):
        plain = derivative()
    assert_equal(derivative(), plain)


@pytest.mark.covering
@every_example
def test_second_order(name, monkeypatch):
    layer, inputs, targets = build(EXAMPLES[name])
    if targets:
        assert_equal_to_plain(monkeypatch, lambda: repeated_gradient(lambda: layer(inputs), targets, 2))


@pytest.mark.covering
@every_example
def test_second_order_compiled_as_a_whole(name, monkeypatch):
    layer, inputs, targets = build(EXAMPLES[name])
    if not targets:
        return
    second = lambda: repeated_gradient(lambda: layer(inputs), targets, 2)  # noqa: E731
    with plainly(monkeypatch):
        plain = second()
    assert_equal(tf.function(second, jit_compile=True, autograph=False)(), plain)


@pytest.mark.covering
@every_example
def test_forward_mode(name, monkeypatch):
    layer, inputs, targets = build(EXAMPLES[name])
    if targets:
        assert_equal_to_plain(monkeypatch, lambda: directional(lambda: layer(inputs), targets))


@pytest.mark.covering
@pytest.mark.parametrize("name", WITH_FLOATS)
def test_jacobian_of_the_results_vectorized_or_not(name, monkeypatch):
    layer, inputs, _ = build(EXAMPLES[name])
    with plainly(monkeypatch):
        plain = jacobian(lambda: layer(inputs), inputs, pfor=False)
    for pfor in (True, False):
        assert_equal(jacobian(lambda: layer(inputs), inputs, pfor=pfor), plain)


@pytest.mark.covering
@kinds
def test_hessian_vectorized_or_not(name, monkeypatch):
    layer, inputs, _ = build(EXAMPLES[name])
    with plainly(monkeypatch):
        plain = jacobian_of_gradient(lambda: layer(inputs), inputs, pfor=False)
    for pfor in (True, False):
        assert_equal(jacobian_of_gradient(lambda: layer(inputs), inputs, pfor=pfor), plain)


@pytest.mark.covering
@kinds
def test_tapes_outside_of_a_function_and_a_third_order(name, monkeypatch):
    layer, inputs, targets = build(EXAMPLES[name])
    with plainly(monkeypatch):
        second, third = (repeated_gradient(lambda: layer(inputs), targets, order) for order in (2, 3))
    traced = tf.function(lambda: layer(inputs), autograph=False)
    assert_equal(repeated_gradient(traced, targets, 2), second)
    assert_equal(repeated_gradient(lambda: layer(inputs), targets, 3), third)


@pytest.mark.covering
@kinds
def test_forward_mode_does_not_spoil_what_is_traced_under_it(name, monkeypatch):
    """What is traced once is kept. A tape records nothing while forward mode is on, so zeros could be kept for ever."""
    layer, inputs, targets = build(EXAMPLES[name])
    in_function = tf.function(lambda: directional(lambda: layer(inputs), targets), autograph=False)
    with plainly(monkeypatch):
        first, plain = directional(lambda: layer(inputs), targets), repeated_gradient(lambda: layer(inputs), targets, 2)
    assert_equal(in_function(), first)
    assert_equal(repeated_gradient(lambda: layer(inputs), targets, 2), plain)


@pytest.mark.covering
@kinds
def test_vectorized_map(name, monkeypatch):
    layer, inputs, _ = build(EXAMPLES[name])
    several = tf.stack([inputs, -2 * inputs])
    with plainly(monkeypatch):
        plain = [tf.nest.flatten(layer(each))[0] for each in several]
    assert_equal(tf.vectorized_map(lambda each: tf.nest.flatten(layer(each))[0], several), plain)
