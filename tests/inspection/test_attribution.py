import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.inspection.attribution import GAP, PATCHES, gradient_times_input, integrated_gradients, of_pixels, with_gradient
from toolkit.inspection.explained import Attribution
from toolkit.layers import LSTM
from toolkit.layers.replacing import replaced
from toolkit.models.embedding import embedding_of

INPUTS = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
WEIGHTS = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
ROWS = [tf.TensorSpec([None, 5, 3], tf.float32)]


def of_sum(function):
    """The score that a function of the weighted sum of an input is."""
    return with_gradient(lambda inputs: function(tf.einsum("rtf,tf->r", inputs, WEIGHTS)), ROWS)


def test_of_a_linear_score_both_are_what_each_part_adds():
    adds = (WEIGHTS * INPUTS).sum(-1)
    score = of_sum(lambda total: total + 7)
    integrated = integrated_gradients(score, INPUTS)
    np.testing.assert_allclose(gradient_times_input(score, INPUTS).weights, adds, rtol=1e-5)
    np.testing.assert_allclose(integrated.weights, adds, rtol=1e-5)
    assert integrated.steps == 16
    assert integrated.gap < 1e-5


def test_integrated_gradients_of_a_cube():
    cubes = with_gradient(lambda inputs: tf.reduce_sum(tf.reduce_sum(inputs, -1) ** 3, -1), ROWS)
    found = integrated_gradients(cubes, INPUTS)
    np.testing.assert_allclose(found.weights, INPUTS.sum(-1, dtype="float64") ** 3, rtol=GAP)
    np.testing.assert_allclose(found.change, (INPUTS.sum(-1, dtype="float64") ** 3).sum(), rtol=1e-4)


def test_steps_become_smaller_where_the_score_is_steep_until_nearly_nothing_is_missed():
    total = float((WEIGHTS * INPUTS).sum())
    steep = of_sum(lambda sums: tf.tanh(200 * (sums / total - 0.31)))
    found = integrated_gradients(steep, INPUTS)
    assert found.gap <= GAP
    assert 16 < found.steps < 100
    np.testing.assert_allclose(found.weights / found.weights.sum(), (WEIGHTS * INPUTS).sum(-1) / total, rtol=1e-3)
    assert integrated_gradients(steep, INPUTS, most_steps=16).gap > GAP
    assert integrated_gradients(steep, INPUTS, beside=1e4).steps == 16


@pytest.mark.parametrize(("change", "gap"), [(4.0, 0.25), (3.0, 0.0), (0.0, np.inf), (None, None)])
def test_the_completeness_gap(change, gap):
    found = Attribution("any", np.array([1.0, 2.0]), change)
    assert found.gap == gap
    assert ("completeness_gap" in found.as_dict()) == (change is not None)
    assert Attribution("any", np.zeros(2), 0.0).gap == 0


def test_a_covered_patch_takes_what_its_pixels_add():
    images = np.random.default_rng(0).integers(0, 256, (2, PATCHES, PATCHES, 1)).astype("float32")  # a pixel is a patch
    weights = np.random.default_rng(1).normal(size=images.shape).astype("float32")
    score = with_gradient(lambda rows: tf.einsum("rnhwc,nhwc->r", rows, weights), [tf.TensorSpec([None, *images.shape], tf.float32)])
    total, (_, _, occlusion) = of_pixels(score, images)
    np.testing.assert_allclose(total, (weights * images).sum(), rtol=1e-4)
    adds = (weights * (images - images.mean((1, 2), keepdims=True)))[..., 0]
    np.testing.assert_allclose(occlusion.weights, adds, atol=0.05)  # differences of scores of about 1000 in single precision


def test_the_vectors_of_tokens_stand_in_for_them_once():
    tokens = np.array([[1, 3, 2, 0]], "int32")
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, LSTM(4)(keras.layers.Embedding(5, 3, mask_zero=True)(inputs)))
    embedding = embedding_of(model)
    expected, vectors = model(tokens), embedding(tokens)
    with replaced(embedding, vectors + 1):
        other = model(tokens)
        np.testing.assert_allclose(model(tokens), expected, rtol=1e-6)
    np.testing.assert_allclose(model(tokens), expected, rtol=1e-6)
    np.testing.assert_allclose(other, model.layers[-1](vectors + 1, mask=tf.constant(tokens > 0)), rtol=1e-6)
    assert np.abs(other - expected).max() > 0.01
    assert embedding_of(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])) is None
