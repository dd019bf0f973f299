import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import LSTM, ActivityPenalty
from toolkit.training.objective import LogitsObjective
from toolkit.training.optimizers import build_optimizer
from toolkit.training.steps import Steps

H = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
HOLES = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 1, 1], [0, 0, 0, 0, 0]], bool)


def penalty(layer, inputs, mask=None):
    layer(inputs, mask=mask, training=True)
    return float(sum(layer.losses))


def mean_squares(h, mask):
    """The definition, one step and one pair of steps at a time."""
    steps = [h[row, t] for row, t in np.ndindex(mask.shape) if mask[row, t]]
    pairs = [h[row, t + 1] - h[row, t] for row, t in np.ndindex(len(h), h.shape[1] - 1) if mask[row, t] and mask[row, t + 1]]
    return np.mean(np.square(steps)), np.mean(np.square(pairs))


@pytest.mark.parametrize("mask", [None, HOLES], ids=["no mask", "holes"])
def test_adds_both_means_over_real_steps(mask):
    activity, temporal = mean_squares(H.astype("float64"), np.ones(H.shape[:2], bool) if mask is None else mask)
    received = penalty(ActivityPenalty(activity=2.0, temporal_activity=3.0), H, mask)
    np.testing.assert_allclose(received, 2 * activity + 3 * temporal, rtol=1e-6)  # single precision


def test_passes_its_inputs_and_their_mask():
    inputs = keras.layers.Masking()(tf.constant(H * HOLES[..., np.newaxis]))
    outputs = ActivityPenalty(activity=1.0)(inputs, training=True)
    np.testing.assert_array_equal(outputs, inputs)
    np.testing.assert_array_equal(outputs._keras_mask, HOLES)


def test_padding_changes_nothing_not_even_infinite_padding():
    layer = ActivityPenalty(activity=2.0, temporal_activity=3.0)
    padded = tf.constant(np.pad(H, [(0, 0), (0, 3), (0, 0)], constant_values=np.inf))
    mask = np.pad(np.ones(H.shape[:2], bool), [(0, 0), (0, 3)])
    np.testing.assert_allclose(penalty(layer, padded, mask), penalty(layer, H), rtol=1e-6)  # single precision
    with tf.GradientTape() as tape:
        tape.watch(padded)
        layer(padded, mask=mask, training=True)
        loss = tf.add_n(layer.losses)
    gradient = tape.gradient(loss, padded).numpy()
    assert np.isfinite(gradient).all()
    assert not gradient[:, H.shape[1] :].any()


@pytest.mark.parametrize(("inputs", "mask"), [(H[:, :1], None), (H, np.zeros(H.shape[:2], bool))], ids=["one step", "padding alone"])
def test_no_pairs_no_penalty(inputs, mask):
    assert penalty(ActivityPenalty(temporal_activity=1.0), inputs, mask) == 0


def test_nothing_is_added_outside_of_training():
    layer = ActivityPenalty(activity=1.0, temporal_activity=1.0)
    layer(H, training=False)
    assert layer.losses == []


def test_half_precision_is_measured_in_whole():
    half = ActivityPenalty(activity=1.0, dtype="mixed_bfloat16")
    rounded = tf.cast(tf.cast(H, "bfloat16"), "float32")
    np.testing.assert_allclose(penalty(half, H), np.mean(np.square(rounded)), rtol=1e-6)  # single precision


@pytest.mark.slow
def test_a_training_step_lowers_the_penalty():
    """The loss of the labels is zero whatever the logits, so what moves the weights is the penalty."""
    inputs = keras.Input((None, 4))
    h = ActivityPenalty(activity=1.0, temporal_activity=1.0)(LSTM(3, return_sequences=True, seed=0)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling1D()(h)))
    optimizer = build_optimizer("sgd", 0.1)
    optimizer.build(model.trainable_variables)
    objective = LogitsObjective({"loss": lambda labels, logits: 0 * tf.reduce_sum(logits, -1)})
    steps = Steps(model, optimizer, objective, tf.distribute.get_strategy())

    def current_penalty():
        model(H, training=True)
        return float(sum(model.losses))

    before = current_penalty()
    steps.train((tf.constant(H), tf.zeros([3], tf.int32), tf.ones([3])))
    assert current_penalty() < before


@pytest.mark.parametrize("name", ["activity", "temporal_activity"])
@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf"), "1", True])
def test_wrong_weights(name, weight):
    with pytest.raises(ValueError, match=f"`{name}`.*Received: {name}={weight!r}"):
        ActivityPenalty(**{name: weight})


def test_inputs_need_three_axes():
    with pytest.raises(ValueError, match="ndim"):
        ActivityPenalty(activity=1.0)(tf.zeros([2, 3]))
