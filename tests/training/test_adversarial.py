"""Adversarial training, against its equations."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.models import TextClassifier
from toolkit.training.adversarial import AdversarialObjective
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import LogitsObjective

TOKENS = tf.constant([[2, 5, 3, 0], [4, 4, 0, 0], [6, 2, 3, 5]])
LABELS, WEIGHTS = tf.constant([0, 1, 1]), tf.constant([1.0, 0.5, 0.0])
MEASURES = {"loss": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy}


def small_model():
    keras.utils.set_random_seed(1)
    tokens = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(7, 5, mask_zero=True)(tokens)
    hidden = keras.layers.Dense(6, activation="tanh")(keras.layers.GlobalAveragePooling1D()(vectors))
    return keras.Model(tokens, keras.layers.Dense(2)(hidden))


def losses_at(model, vectors):
    """The loss of each text, weighted, where its tokens have these vectors."""
    _, embedding, pooling, *rest = model.layers
    x = pooling(vectors, mask=embedding.compute_mask(TOKENS))
    for layer in rest:
        x = layer(x)
    return WEIGHTS * sparse_cross_entropy(LABELS, x)


def moved(model, norm):
    """The vectors, and those that the equations move."""
    vectors = model.layers[1](TOKENS)
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        losses = losses_at(model, vectors)
    gradient = tape.gradient(losses, vectors).numpy()
    size = np.sqrt(np.mean(vectors.numpy()[TOKENS.numpy() > 0] ** 2))
    lengths = np.sqrt((gradient**2).sum((1, 2), keepdims=True))
    return vectors, vectors + norm * size * np.divide(gradient, lengths, out=np.zeros_like(gradient), where=lengths > 0)


def test_the_loss_and_its_gradient_are_the_mean_of_both_places():
    model, norm = small_model(), 2.0
    objective = AdversarialObjective(LogitsObjective(MEASURES), norm)
    with tf.GradientTape() as tape:
        found = objective.sums(model, TOKENS, LABELS, WEIGHTS, training=True)["loss"]
    vectors, harmed = moved(model, norm)
    step = harmed - vectors
    with tf.GradientTape() as other:
        here = model.layers[1](TOKENS)
        expected = (tf.reduce_sum(losses_at(model, here)) + tf.reduce_sum(losses_at(model, here + step))) / 2
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert tf.reduce_sum(losses_at(model, harmed)) > tf.reduce_sum(losses_at(model, vectors)) + 0.01
    variables = [variable.value for variable in model.trainable_variables]
    for one, two in zip(tape.gradient(found, variables), other.gradient(expected, variables), strict=True):
        np.testing.assert_allclose(tf.convert_to_tensor(one), tf.convert_to_tensor(two), atol=1e-6)


def test_padding_and_filler_stay_where_they_are():
    model = small_model()
    vectors, harmed = moved(model, 3.0)
    step = (harmed - vectors).numpy()
    assert not step[TOKENS.numpy() == 0].any()
    assert not step[2].any()
    size = np.sqrt(np.mean(vectors.numpy()[TOKENS.numpy() > 0] ** 2))
    np.testing.assert_allclose(np.sqrt((step**2).sum((1, 2))), [3 * size, 3 * size, 0], rtol=1e-5)


def test_what_is_measured_is_the_objective_itself():
    model, plain = small_model(), LogitsObjective(MEASURES)
    objective = AdversarialObjective(plain, 2.0)
    assert objective.names == plain.names
    for training in (True, False):
        found, expected = (each.sums(model, TOKENS, LABELS, WEIGHTS, training=training) for each in (objective, plain))
        assert float(found["accuracy"]) == float(expected["accuracy"])
    assert float(found["loss"]) == float(expected["loss"])
    assert not hasattr(model.layers[1], "__dict__") or "call" not in vars(model.layers[1])


@pytest.mark.parametrize("segment_length", [None, 2])
def test_a_classifier_is_trained_in_a_compiled_step(segment_length):
    model = TextClassifier(7, ["no", "yes"], embedding_dim=4, units=3, embedding_dropout=0.3, segment_length=segment_length)
    objective = AdversarialObjective(LogitsObjective(MEASURES), 1.0)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = objective.sums(model, TOKENS, LABELS, WEIGHTS, training=True)["loss"]
        return loss, tape.gradient(loss, [variable.value for variable in model.trainable_variables], unconnected_gradients="zero")

    loss, gradients = step()
    assert np.isfinite(loss)
    assert all(np.isfinite(tf.convert_to_tensor(gradient)).all() for gradient in gradients)
    assert np.abs(tf.convert_to_tensor(gradients[0])).max() > 0


@pytest.mark.parametrize("norm", [0.0, -1.0, float("nan")])
def test_a_norm_is_positive(norm):
    with pytest.raises(ValueError, match="`norm` must be a positive"):
        AdversarialObjective(LogitsObjective(MEASURES), norm)
