"""What a model that chooses its glimpses is trained for."""

from types import SimpleNamespace

import numpy as np
import tensorflow as tf

from toolkit.tasks.glimpses.objective import GlimpseObjective

ROWS, OBJECTS, GLIMPSES, DEVIATION = 3, 2, 2, 0.1
RANDOM = np.random.default_rng(0)
WEIGHTS = np.array([1, 1, 0], np.float32)
LABELS = np.array([[0, 1], [1, 1], [0, 0]], np.int32)
LOGITS = np.array([[[2, 0], [0, 1]], [[1, 0], [0, 3]], [[1, 0], [0, 3]]], np.float32)  # right are: both, the second, the first
REWARDS = np.array([[1, 1], [0, 1], [1, 0]], np.float32)


class Fake(SimpleNamespace):
    """Stands for a model whose outputs are variables."""

    def __call__(self, inputs, training):
        return self.outputs


def fake():
    shape = (ROWS, OBJECTS * GLIMPSES)
    outputs = {
        "logits": tf.Variable(LOGITS),
        "means": tf.Variable(RANDOM.normal(size=(*shape, 2)).astype(np.float32)),
        "locations": tf.constant(RANDOM.normal(size=(*shape, 2)).astype(np.float32)),
        "baseline": tf.Variable(RANDOM.uniform(size=shape).astype(np.float32)),
    }
    return Fake(outputs=outputs, num_glimpses=GLIMPSES, location_deviation=DEVIATION)


def cross_entropy():
    log_probabilities = LOGITS - np.log(np.exp(LOGITS).sum(-1, keepdims=True))
    return -np.take_along_axis(log_probabilities, LABELS[..., np.newaxis], -1)[..., 0].mean(-1)


def test_what_is_reported_is_the_cross_entropy_and_the_right_labels():
    for training in (False, True):
        sums = GlimpseObjective().sums(fake(), None, LABELS, tf.constant(WEIGHTS), training)
        np.testing.assert_allclose(sums["loss"], (WEIGHTS * cross_entropy()).sum(), rtol=1e-5)
        np.testing.assert_allclose(sums["accuracy"], 1.5)


def test_places_are_taught_by_the_rewards_that_come_after_them():
    model = fake()
    with tf.GradientTape() as tape:
        loss = GlimpseObjective().sums(model, None, LABELS, tf.constant(WEIGHTS), training=True)["loss"]
    means, baseline = tape.gradient(loss, [model.outputs["means"], model.outputs["baseline"]])
    returns = np.stack([REWARDS.mean(1), REWARDS[:, 1]], 1).repeat(GLIMPSES, axis=1)
    advantage = returns - model.outputs["baseline"].numpy()
    strayed = (model.outputs["locations"] - model.outputs["means"]).numpy()
    share = WEIGHTS[:, np.newaxis] / (OBJECTS * GLIMPSES)
    np.testing.assert_allclose(means, -(share * advantage)[..., np.newaxis] * strayed / DEVIATION**2, rtol=1e-4)  # -A ∇ log N
    np.testing.assert_allclose(baseline, -2 * share * advantage, rtol=1e-4)


def test_validation_teaches_no_places():
    model = fake()
    with tf.GradientTape() as tape:
        loss = GlimpseObjective().sums(model, None, LABELS, tf.constant(WEIGHTS), training=False)["loss"]
    assert tape.gradient(loss, model.outputs["means"]) is None
