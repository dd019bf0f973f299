import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_training import STEPS, Steps, final_variables, tiny_model, train

from toolkit.models.translator import Translator
from toolkit.training.losses import SmoothedCrossEntropy, sparse_cross_entropy
from toolkit.training.objective import LogitsObjective, Objective
from toolkit.training.optimizers import build_optimizer
from toolkit.training.projection import ProjectedObjective

MEASURES = {"loss": SmoothedCrossEntropy(0.1), "nats": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy}


def test_sums_are_those_of_the_formulas():
    random = np.random.default_rng(0)
    logits, weights = random.normal(size=(3, 5, 4)), random.random((3, 5)) * (random.random((3, 5)) > 0.3)
    labels = random.integers(0, 4, (3, 5))
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    nats = -np.take_along_axis(log_p, labels[..., None], -1)[..., 0]
    smoothed = 0.9 * nats - 0.1 * log_p.mean(-1)
    expected = {"loss": smoothed, "nats": nats, "accuracy": logits.argmax(-1) == labels}

    objective = LogitsObjective(MEASURES)
    assert objective.names == ("loss", "nats", "accuracy")
    sums = objective.sums(lambda inputs, training: inputs, tf.constant(logits), tf.constant(labels), tf.constant(weights), training=True)
    assert list(sums) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(sums[name], np.sum(weights * values), rtol=1e-6)  # Keras's accuracy has single precision


@pytest.mark.parametrize("kind", [LogitsObjective, ProjectedObjective])
def test_there_must_be_a_loss(kind):
    with pytest.raises(ValueError, match="`measures` must be a dict with a `loss`"):
        kind({"nats": sparse_cross_entropy})


@pytest.mark.parametrize("training", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_model_gives_the_same_by_its_logits_and_by_its_features(training):
    keras.utils.set_random_seed(0)
    model = Translator(vocabulary_size=9, embedding_dim=4, units=4, encoder_layers=1, decoder_layers=1, dropout=0, word_dropout=0)
    model.build(None)
    random = np.random.default_rng(0)
    source, target, labels = tf.unstack(tf.constant(random.integers(1, 9, (3, 4, 6)), tf.int32))
    weights = tf.constant(random.random((4, 6)) * (random.random((4, 6)) > 0.3), tf.float32)
    variables = [variable.value for variable in model.trainable_variables]

    def measured(objective):
        with tf.GradientTape() as tape:
            sums = objective.sums(model, (source, target), labels, weights, training)
        gradients = tape.gradient(sums["loss"], variables) if training else []
        return sums, [tf.convert_to_tensor(gradient) for gradient in gradients]

    (sums, gradients), (expected, expected_gradients) = (measured(kind(MEASURES)) for kind in (ProjectedObjective, LogitsObjective))
    assert list(sums) == list(expected)
    for name in MEASURES:
        np.testing.assert_allclose(sums[name], expected[name], rtol=1e-5)  # single precision, another order of summation
    for gradient, other in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-4, atol=1e-5)


class VariationalBound(Objective):
    """Of a model that returns logits and, for each row, the mean and the logarithm of the variance of a latent variable."""

    names = ("loss", "divergence")

    def sums(self, model, inputs, labels, weights, training):
        logits, mean, log_variance = model(inputs, training=training)
        divergence = 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - log_variance - 1, -1)
        losses = sparse_cross_entropy(labels, logits) + divergence
        return {"loss": tf.reduce_sum(weights * losses), "divergence": tf.reduce_sum(weights * divergence)}


@pytest.mark.slow
def test_a_model_may_return_several_things(tmp_path):
    tiny = tiny_model(dropout=0)
    features = tiny.layers[-2].output
    model = keras.Model(tiny.input, [tiny.output, keras.layers.Dense(3)(features), keras.layers.Dense(3)(features)])
    history = train(tmp_path, model=model, objective=VariationalBound(), monitor="divergence", mode="min", epochs=3)
    first, *_, last = history.epochs
    assert {"loss", "divergence", "val_loss", "val_divergence"} < first.keys()
    assert last["val_loss"] < first["val_loss"]
    assert last["val_divergence"] < last["val_loss"]
    assert history.best["val_divergence"] == min(epoch["val_divergence"] for epoch in history.epochs)


class Reinforce(Objective):
    """The reward is 1 where a class drawn from the model is the label; its running mean is the baseline."""

    names = ("loss", "reward")

    def __init__(self):
        self.seed_generator = keras.random.SeedGenerator(0)
        self.baseline = keras.Variable(0.0, trainable=False)
        self.variables = [self.seed_generator.state, self.baseline]

    def sums(self, model, inputs, labels, weights, training):
        logits = model(inputs, training=training)
        drawn = keras.random.categorical(logits, 1, seed=self.seed_generator)[:, 0]
        reward = tf.cast(drawn == labels, tf.float32)
        losses = (reward - self.baseline) * sparse_cross_entropy(drawn, logits)
        if training:
            self.baseline.assign(0.9 * self.baseline + 0.1 * tf.reduce_mean(reward))
        return {"loss": tf.reduce_sum(weights * losses), "reward": tf.reduce_sum(weights * reward)}


class Keeper(keras.Model):
    """A model that keeps the variables of an objective."""

    def __init__(self, model, variables):
        super().__init__()
        self.model = model
        self.kept = list(variables)
        self.built = True

    def call(self, inputs, training=False):
        return self.model(inputs, training=training)


def reinforce(run_dir, **settings):
    objective = Reinforce()
    history = train(run_dir, model=Keeper(tiny_model(), objective.variables), objective=objective, monitor="reward", **settings)
    return history, objective


@pytest.mark.slow
def test_an_objective_may_draw_and_remember(tmp_path):
    history, objective = reinforce(tmp_path / "whole", epochs=2)
    assert float(objective.baseline.value) > 0.3  # a coin is right half of the time
    with pytest.raises(KeyboardInterrupt):
        reinforce(tmp_path / "parts", epochs=2, callbacks=[Steps(STEPS + 2, signal.SIGINT)])
    resumed, _ = reinforce(tmp_path / "parts", epochs=2)
    assert [epoch["reward"] for epoch in resumed.epochs] == [epoch["reward"] for epoch in history.epochs]
    whole, parts = (final_variables(tmp_path / name) for name in ("whole", "parts"))
    assert all(whole[name].tobytes() == parts[name].tobytes() for name in whole)


@pytest.mark.slow
def test_rewards_are_learned_from(tmp_path):
    history, _ = reinforce(tmp_path, epochs=30, checkpoint_seconds=300, optimizer=build_optimizer("adam", 0.01))
    assert history.epochs[0]["val_reward"] < 0.9 < history.best["val_reward"]


def test_a_model_must_keep_the_variables_of_its_objective(tmp_path):
    with pytest.raises(ValueError, match=r"`model` must keep the variables of `objective`.*Reinforce"):
        train(tmp_path, objective=Reinforce(), monitor="reward")
    assert not any(tmp_path.iterdir())
